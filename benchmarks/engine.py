"""Speed and memory of the engine beside lme4 and mixedlm: `python -m benchmarks.engine [--sizes 3k 12k 200k 2M]`.

One thread, each engine in a process of its own, data read before the clock starts, a small fit first so that imports
are not counted, medians over repeats. Seconds are the process's own (user and system), so that other work on the
machine disturbs the ratios little. lme4 needs Rscript; mixedlm is installed from PyPI into a throw-away environment.
Peak memory is what the process grew by during its fits, beyond the data it already held.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.designs import CROSSED_FIXED, CROSSED_RANDOM, FIXED, RANDOM, SIZES, Columns, lectures, study

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "engine.json"
MIXEDLM = "mixedlm==1.3.0"
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
REPEATS = {"3k": (15, 7, 9), "12k": (15, 5, 9), "200k": (7, 1, 5), "2M": (3, 1, 3), "crossed": (5, 1, 5)}


@dataclass(frozen=True)
class Job:
    """One data set and one model."""

    size: str
    model: str
    columns: Columns
    fixed: tuple[str, ...]
    random: dict[str, list[str]]

    def write(self, folder: Path) -> None:
        listed = []
        for name, values in self.columns.items():
            values.tofile(folder / name)
            kind = "integer" if values.dtype == np.int32 else "double"
            listed.append({"name": name, "file": name, "kind": kind})
        job = {"rows": len(self.columns["y"]), "columns": listed, "fixed": self.fixed, "random": self.random}
        (folder / "job.json").write_text(json.dumps(job))


def jobs(sizes: list[str]) -> list[Job]:
    found = []
    for name in sizes:
        if name == "crossed":
            found.append(Job(name, "intercepts", lectures(), CROSSED_FIXED, CROSSED_RANDOM))
            continue
        columns = study(SIZES[name])
        found.extend(Job(name, model, columns, FIXED, random) for model, random in RANDOM.items())
    return found


def rival_python(folder: Path) -> Path | None:
    """An environment with mixedlm in it, made for this run only; None when it cannot be installed."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    made = subprocess.run([python, "-m", "pip", "install", "-q", MIXEDLM], capture_output=True, check=False)
    return python if made.returncode == 0 else None


def run(command: list[str | Path]) -> dict[str, Any] | None:
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | ONE_THREAD, check=False)
    if done.returncode != 0:
        print(done.stderr.strip().splitlines()[-1:] or "failed", file=sys.stderr)
        return None
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def measure(job: Job, python: Path | None, with_r: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job.write(folder)
        own, r, rival = (str(count) for count in REPEATS[job.size])
        found: dict[str, Any] = {"engine": run([sys.executable, "-m", "benchmarks.own_fit", folder, own])}
        if python is not None:
            found["mixedlm"] = run([python, HERE / "rivals" / "mixedlm_fit.py", folder, rival])
        if with_r:
            found["lme4"] = run(["Rscript", HERE / "rivals" / "lme4_fit.R", folder, r])
    return {"size": job.size, "model": job.model, "rows": len(job.columns["y"])} | found


def median(record: dict[str, Any] | None, key: str = "seconds") -> float:
    if record is None:
        return float("nan")
    values = record[key]
    return float(statistics.median(values if isinstance(values, list) else [values]))


def line(row: dict[str, Any]) -> str:
    own, lme4, rival = row["engine"], row.get("lme4"), row.get("mixedlm")
    mine = median(own)
    extra = median(own, "with_satterthwaite") - mine
    apart = [record["deviance"] - own["deviance"] for record in (lme4, rival) if record and own]
    share = own["peak_mb"] / own["model_columns_mb"] if own else float("nan")
    return (
        f"{row['size']:>8} {row['model']:<10} {row['rows']:>9,} {mine:>9.4f} {extra:>9.4f} {median(rival):>9.4f} "
        f"{median(lme4):>9.3f} {median(rival) / mine:>8.1f}x {median(lme4) / mine:>8.1f}x {share:>7.2f} "
        f"{'  '.join(f'{value:+.1e}' for value in apart)}"
    )


HEADER = (
    f"{'size':>8} {'model':<10} {'rows':>9} {'fit s':>9} {'+Satt. s':>9} {'mixedlm':>9} {'lme4':>9} {'/mixedlm':>9} "
    f"{'/lme4':>9} {'memory':>7} deviance of lme4, mixedlm above ours"
)


def markdown(row: dict[str, Any]) -> str:
    """A row of the table in docs/coming-from-lme4.md."""
    own, lme4, rival = row["engine"], row.get("lme4"), row.get("mixedlm")
    mine = median(own)
    ratios = (f"{median(other) / mine:.1f}x" if other else "" for other in (rival, lme4))
    share = own["peak_mb"] / own["model_columns_mb"]
    return f"| {row['rows']:,} | {row['size']}, {row['model']} | {mine:.4f} | {' | '.join(ratios)} | {share:.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", default=[*SIZES, "crossed"], choices=[*SIZES, "crossed"])
    parser.add_argument("--no-r", action="store_true", help="leave lme4 out")
    parser.add_argument("--no-mixedlm", action="store_true", help="leave mixedlm out")
    parser.add_argument("--write", action="store_true", help="keep the figures in benchmarks/results/engine.json")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        python = None if given.no_mixedlm else rival_python(Path(name))
        rows = []
        print(HEADER)
        for job in jobs(given.sizes):
            rows.append(measure(job, python, not given.no_r))
            print(line(rows[-1]), flush=True)
    print("\n".join(markdown(row) for row in rows if row["engine"]))
    print("memory: peak during the fits beyond the data, as a share of one copy of the model columns")
    if given.write:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
