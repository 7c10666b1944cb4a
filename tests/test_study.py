"""The default study from nothing to the report, once; and on it the notebooks, which show nothing the gate holds back.

Slow: `make test-all` and CI run it; the same way on a small study is in test_dvc.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from pipeline.project import runner
from tests.notebooks.reading import NOTEBOOKS, exact_counts, executed, leaks, shown
from tests.project import Project, copy_project

pytestmark = pytest.mark.slow
CARELESS = {
    "a result as it is": "description.sessions",
    "rows": "pd.read_parquet(root / 'data/validated/clients.parquet').head()",
    "a number with a comma": 'print(f"{COUNT:,} episodes")',
    "a table of counts": "pd.read_parquet(root / 'data/validated/sessions.parquet')['worker_id'].value_counts().to_frame()",
}


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
    assert abs(judged["tested"]["estimate"] - known) < 3 * judged["tested"]["std_error"]


def test_the_summary_ends_with_where_the_report_is(study: Project) -> None:
    done = study.pipeline("summary")
    assert done.returncode == 0, done.stderr
    first, *_, last = done.stdout.strip().splitlines()
    assert "reports/report.html" in last
    assert "Simulated" in first
    assert "Out of date" not in done.stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("params.yaml", "study:", "# a remark\nstudy:", ""),
        ("params.yaml", "alpha: 0.05", "alpha: 0.01", "params.yaml (verdict)"),
        ("params.yaml", "lag: 0", "lag: 2", "params.yaml (hypotheses)"),
        ("lock.json", "null", "null ", "lock.json"),
        ("data/raw/simulated/srs_client.csv", "\n", "\n\n", "the raw files in data/raw/simulated"),
    ],
)
def test_the_summary_says_what_has_changed_since(study: Project, file: str, old: str, new: str, says: str) -> None:
    path = study.root / file
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    try:
        told = " ".join(study.pipeline("summary").stdout.split())
    finally:
        path.write_text(before, encoding="utf-8")
    _, sign, found = told.partition("Out of date: changed since these verdicts were made: ")
    assert found.partition(". ")[0] == says
    assert bool(sign) == bool(says)


def test_the_page_says_simulated_and_asks_for_nothing_outside(study: Project) -> None:
    page = (study.root / "reports/report.html").read_text(encoding="utf-8")
    assert "Simulated data" in page
    assert 'src="http' not in page
    assert "<script" not in page


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_nothing_of_a_client(path: Path, study: Project) -> None:
    notebook = executed(nbformat.read(path, as_version=4), study.root)
    assert len(shown(notebook)) > 200
    assert leaks(notebook, study.root) == []


@pytest.fixture(scope="module")
def careless(study: Project) -> dict[str, Any]:
    """Cells that show too much after those that open every notebook, all run in one go."""
    count = max(exact_counts(study.root))  # no multiple of 5, as the number of all episodes may happen to be
    assert count > 1_000
    opening = nbformat.read(NOTEBOOKS[0], as_version=4).cells[:3]
    sources = ["import pandas as pd", *(text.replace("COUNT", str(count)) for text in CARELESS.values())]
    cells = [*opening, *map(nbformat.v4.new_code_cell, sources)]
    done = executed(nbformat.v4.new_notebook(cells=cells), study.root).cells
    return dict(zip(("what opens a notebook", *CARELESS), (done[2], *done[4:]), strict=True))


@pytest.mark.parametrize("name", CARELESS)
def test_a_careless_cell_is_noticed(name: str, careless: dict[str, Any], study: Project) -> None:
    assert leaks(nbformat.v4.new_notebook(cells=[careless[name]]), study.root)


def test_a_cell_that_shows_nothing_of_a_client_is_not(careless: dict[str, Any], study: Project) -> None:
    notebook = nbformat.v4.new_notebook(cells=[careless["what opens a notebook"]])
    assert shown(notebook)
    assert leaks(notebook, study.root) == []


def test_what_is_released_packs_into_the_same_zip_twice(study: Project) -> None:
    archives = []
    for _ in range(2):
        done = study.pipeline("release", "--yes")
        assert done.returncode == 0, done.stderr
        archives.append((study.root / "release.zip").read_bytes())
    assert archives[0] == archives[1]
    (study.root / "release.zip").unlink()
