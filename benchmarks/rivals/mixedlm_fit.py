"""`python mixedlm_fit.py <folder> <repeats>`: the same job with the PyPI package mixedlm, in an environment of its own."""

import json
import sys
import time
from pathlib import Path

import mixedlm
import numpy as np
import pandas as pd


def status(key: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(key))


def main(folder: Path, repeats: int) -> None:
    job = json.loads((folder / "job.json").read_text())
    kinds = {"integer": np.int32, "double": np.float64}
    data = pd.DataFrame({c["name"]: np.fromfile(folder / c["file"], kinds[c["kind"]]) for c in job["columns"]})
    bars = [f"({' + '.join(terms)} | {group})" for group, terms in job["random"].items()]
    formula = f"y ~ {' + '.join([*job['fixed'], *bars])}"
    small = pd.DataFrame({"y": np.arange(40) % 7.0, "x": np.arange(40) % 3.0, "g": np.arange(40) // 5})
    mixedlm.lmer("y ~ x + (1 | g)", small)
    Path("/proc/self/clear_refs").write_text("5")
    before, seconds = status("VmRSS"), []
    for _ in range(repeats):
        start = time.process_time()
        fitted = mixedlm.lmer(formula, data)
        seconds.append(time.process_time() - start)
    record = {"seconds": seconds, "deviance": float(fitted.REMLcrit()), "peak_mb": status("VmHWM") - before}
    print(json.dumps(record | {"version": mixedlm.__version__}))


main(Path(sys.argv[1]), int(sys.argv[2]))
