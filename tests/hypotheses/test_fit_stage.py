"""The stage `fit` makes anew what rests on something else than before, and leaves every other fit as it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.base.at_once import processes
from pipeline.base.params import Params, effective
from pipeline.project.io import Batch, json_bytes, parquet_bytes
from pipeline.results.missing import Made
from pipeline.results.trust import UNKNOWN
from pipeline.stages import check, fit
from tests.hypotheses.studies import COMPUTE, hypothesis, linked

PARAMS = cast(Params, SimpleNamespace(compute=COMPUTE))
ABSENT = {"covariates": ["referral_source"]}  # no such column: a reason in place of a number, and no time spent on it
PLANS: dict[str, dict[str, Any]] = {
    "one": ABSENT,
    "other": {**ABSENT, "exposure": {"mode": "joint", "lag": 1}},
    "third": {**ABSENT, "exposure": {"mode": "joint", "lag": 2}},
}


def declare(root: Path, name: str, **changes: Any) -> None:
    """Write the plan of a hypothesis and what was imputed for it: nothing."""
    (root / fit.IMPUTED / name).mkdir(parents=True, exist_ok=True)
    (root / fit.PLANS / f"{name}.json").write_bytes(
        json_bytes({"plan": check.plan(hypothesis(**changes)), "compute": effective(COMPUTE)})
    )
    (root / fit.IMPUTED / name / "made.json").write_bytes(json_bytes(Made()))


def run(root: Path, named: str | None = None) -> None:
    """The stage, as DVC runs it."""
    batch = Batch(root, fit.READS, fit.WRITES)
    fit.run(batch, PARAMS, named)
    batch.commit()


def files(root: Path) -> dict[str, bytes]:
    """What the stage has written."""
    found = [*(root / fit.FITS).iterdir(), root / fit.ORIGINS]
    return {path.name: path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of three hypotheses, fitted."""
    root = tmp_path_factory.mktemp("study")
    for folder in ("data/analysis/linked", "data/scored", "data/interim/code", fit.PLANS):
        (root / folder).mkdir(parents=True)
    for name, table in zip(fit.ROWS.values(), linked(), strict=True):
        (root / name).write_bytes(parquet_bytes(table))
    (root / fit.TRUST).write_bytes(json_bytes(UNKNOWN))
    (root / fit.CODE).write_text("{}")
    for name, changes in PLANS.items():
        declare(root, name, **changes)
    run(root)
    return root


@pytest.fixture
def study(made: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copytree(made, tmp_path / "study"))


def test_nothing_is_made_anew_where_nothing_has_changed(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(study)
    run(study)
    assert "Fitted 0 of 3" in capsys.readouterr().out
    assert files(study) == before
    assert set(before) == {"one.json", "other.json", "third.json", "fitted.json"}


def test_a_changed_plan_refits_its_own_hypothesis_and_a_removed_one_vanishes(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(study)
    declare(study, "other", **ABSENT, exposure={"mode": "worker_solo"})
    (study / fit.PLANS / "third.json").unlink()
    run(study)
    assert "Fitted 1 of 2" in capsys.readouterr().out
    after = files(study)
    assert after["one.json"] == before["one.json"]
    assert after["other.json"] != before["other.json"]
    assert "third.json" not in after


@pytest.mark.parametrize("what", ["rows", "code", "trust", "imputed", "origins", "half replaced", "by name"])
def test_what_a_fit_rests_on_makes_it_anew(study: Path, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    before, named, of = files(study), None, 3
    if what == "rows":
        occasions, _ = linked()
        (study / fit.ROWS["occasions"]).write_bytes(parquet_bytes(occasions.iloc[:-1]))
    elif what == "imputed":
        (study / fit.IMPUTED / "one/traces.png").write_bytes(b"other")
        of = 1
    elif what == "origins":
        (study / fit.ORIGINS).write_text("{")
    elif what == "half replaced":
        (study / fit.FITS / ".unfinished").touch()
    elif what == "by name":
        named, of = "one", 1
    else:
        (study / {"code": fit.CODE, "trust": fit.TRUST}[what]).write_text('{"scores": []}\n')
    run(study, named)
    assert f"Fitted {of} of 3" in capsys.readouterr().out
    assert (what == "rows") == (files(study)["one.json"] != before["one.json"]) or what == "trust"


def test_a_fit_that_was_touched_is_made_again(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, path = files(study), study / fit.FITS / "one.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"hypothesis": "mine"}))
    run(study)
    assert "Fitted 1 of 3" in capsys.readouterr().out
    assert files(study) == before


def test_two_processes_give_the_same_bytes(study: Path, capfd: pytest.CaptureFixture[str]) -> None:
    declare(study, "third")
    run(study)
    before = files(study)
    assert json.loads(before["third.json"])["status"] == "estimated"
    (study / fit.ORIGINS).unlink()
    with processes(2):
        run(study)
    assert "Fitted 3 of 3" in capfd.readouterr().out
    assert files(study) == before
