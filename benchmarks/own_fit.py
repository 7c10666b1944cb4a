"""`python -m benchmarks.own_fit <folder> <repeats>`: the same job with the engine of this project."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse.csgraph  # noqa: F401 - a large crossed fit imports it: no import is counted

from pipeline.multilevel import fit
from pipeline.multilevel.design.options import DegreesOfFreedom


def status(key: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(key))


def timed(data: pd.DataFrame, job: dict[str, Any], df: DegreesOfFreedom) -> tuple[float, Any]:
    start = time.process_time()
    model = fit(data, outcome="y", fixed=job["fixed"], random=job["random"], method="REML", df=df)
    table = model.fixed
    return time.process_time() - start, (model, table)


def main(folder: Path, repeats: int) -> None:
    job = json.loads((folder / "job.json").read_text())
    kinds = {"integer": np.int32, "double": np.float64}
    data = pd.DataFrame({c["name"]: np.fromfile(folder / c["file"], kinds[c["kind"]]) for c in job["columns"]})
    warm = {"fixed": ["x"], "random": {"g": ["1"]}}
    small = pd.DataFrame({"y": np.arange(40) % 7.0, "x": np.arange(40) % 3.0, "g": np.arange(40) // 5})
    timed(small, warm, "satterthwaite")
    Path("/proc/self/clear_refs").write_text("5")
    before = status("VmRSS")
    seconds = [timed(data, job, "none")[0] for _ in range(repeats)]
    peak = status("VmHWM") - before
    both = [timed(data, job, "satterthwaite") for _ in range(repeats)]
    model = both[0][1][0]
    columns = (len(job["fixed"]) + 2) * len(data) * 8 / 2**20
    record = {
        "seconds": seconds, "with_satterthwaite": [run[0] for run in both], "deviance": float(model.deviance),
        "peak_mb": peak, "model_columns_mb": columns, "evaluations": model.optimizer.evaluations,
    }  # fmt: skip
    print(json.dumps(record))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
