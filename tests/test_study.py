"""The default study from nothing to the report, once."""

from __future__ import annotations

import json

import pytest

from pipeline.stages import runner
from tests.project import Project, copy_project


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The default study, run once from nothing."""
    project = copy_project(tmp_path_factory.mktemp("default") / "project")
    status, ran, output = project.repro()
    assert status == 0, output
    assert {name.split("@")[0] for name in ran} == set(runner.NAMES)
    return project


def test_the_default_study_finds_the_effect_it_was_made_with(study: Project) -> None:
    truth = json.loads((study.root / "data/raw/simulated/truth.json").read_text(encoding="utf-8"))
    metrics = json.loads((study.root / "data/analysis/verdicts.json").read_text(encoding="utf-8"))
    judged = metrics["hypotheses"]["joint_advocacy_strengthens_alliance"]
    assert judged["verdict"] == "supported"
    known = truth["observed"]["effects"]["joint.within.total"]["estimate"]
    # One seeded study: three standard errors, so that the test holds unless the estimate is off.
    assert abs(judged["fit"]["estimate"] - known) < 3 * judged["fit"]["std_error"]


def test_the_summary_ends_with_where_the_report_is(study: Project) -> None:
    done = study.pipeline("summary")
    assert done.returncode == 0, done.stderr
    last = done.stdout.strip().splitlines()[-1]
    assert "reports/report.html" in last
    assert "simulated" in last


def test_the_page_says_simulated_and_asks_for_nothing_outside(study: Project) -> None:
    page = (study.root / "reports/report.html").read_text(encoding="utf-8")
    assert "Simulated data" in page
    assert 'src="http' not in page
    assert "<script" not in page


def test_what_is_released_packs_into_the_same_zip_twice(study: Project) -> None:
    archives = []
    for _ in range(2):
        done = study.pipeline("release")
        assert done.returncode == 0, done.stderr
        archives.append((study.root / "release.zip").read_bytes())
    assert archives[0] == archives[1]
    (study.root / "release.zip").unlink()
