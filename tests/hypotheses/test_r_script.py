"""`export --r`: the scripts run in R as they are, and R gives our numbers: headline, one check and feedback."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.hypotheses.battery.feedback import run, series_in
from pipeline.hypotheses.design.sample import build_sample
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.kinds.multilevel.evaluate import primary_fit
from pipeline.hypotheses.r_panel import panel_files
from pipeline.hypotheses.r_script import r_files
from tests.hypotheses.studies import COMPUTE, hypothesis, linked

CASES = {
    "a count": {},
    "the window before": {"exposure": {"mode": "joint", "lag": 1}},
    "a contrast": {"contrast": {"minus": "worker_solo"}},
}
OUTCOME = {"outcome": {"instrument": "wai_sr", "reliability": 0.8}}
SIMPLE = {"random": {"worker_id": ["intercept"], "client_id": ["intercept"]}}
NEAR = 2e-4  # of a number: where two optimizers stop, both told to be strict


def has_r(*packages: str) -> bool:
    """Whether R is here with these packages."""
    if shutil.which("Rscript") is None:
        return False
    asked = "; ".join(f"library({one})" for one in packages)
    return subprocess.run(["Rscript", "-e", asked], capture_output=True, check=False).returncode == 0


def files_of(changes: dict[str, object]) -> dict[str, str]:
    declared = hypothesis(**{**OUTCOME, **SIMPLE, **changes})
    tables = linked(workers=20, per_worker=6, sessions=6)
    setting = primary_fit(declared, build_sample(declared, *tables), COMPUTE)
    fit = evaluate(declared, *tables, COMPUTE)
    found = r_files(setting.primary, fit, COMPUTE)
    return {**found, **panel_files(series_in(setting), declared.exposure.lag, run(setting).estimate)}


def said(folder: Path, script: str) -> dict[tuple[str, str], float]:
    """What a script prints: who, what -> number."""
    done = subprocess.run(["Rscript", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = re.findall(r"^(R|pipeline), ([a-z ]+): +(-?[0-9.e-]+)", done.stdout, flags=re.MULTILINE)
    return {(who, what): float(number) for who, what, number in lines}


@pytest.mark.parametrize("name", CASES)
def test_the_files_are_whole_and_hold_no_id(name: str) -> None:
    files = files_of(CASES[name])
    assert {"rows.csv", "model.R", "feedback.R", "panel_1.csv"} <= set(files)
    assert ("panel_2.csv" in files) == (name == "a contrast")
    assert all(not re.search(r"\b[csw][0-9]{2,}\b", files[one]) for one in files if one.endswith(".csv"))
    assert files == files_of(CASES[name])


@pytest.mark.slow
@pytest.mark.skipif(not has_r("lmerTest", "pbkrtest", "lavaan"), reason="R with lmerTest, pbkrtest and lavaan is not here")
@pytest.mark.parametrize("name", CASES)
def test_r_gives_our_numbers(name: str, tmp_path: Path) -> None:
    for file, text in files_of(CASES[name]).items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    numbers = said(tmp_path, "model.R") | said(tmp_path, "feedback.R")
    asked = {what for _, what in numbers}
    assert asked == {"headline", "curve in time", "feedback"}
    for what in asked:
        assert numbers["R", what] == pytest.approx(numbers["pipeline", what], rel=NEAR, abs=NEAR / 10), what
