"""dvc.yaml states what the stages really read, and DVC reruns what a change touches and nothing else."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline.project import runner
from pipeline.project.io import digest
from pipeline.stages.code import made_of
from tests import dvc_deps
from tests.project import ROOT, Project, copy_project, released, small_params

SMALL = small_params((ROOT / "params.yaml").read_text(encoding="utf-8"))
HYPOTHESIS = "joint_advocacy_strengthens_alliance"
READABLE = 220  # lines
LOCKED = 800  # lines of dvc.lock with two hypotheses
ELSEWHERE = {
    "TZ": "Pacific/Kiritimati",
    "LANG": "C",
    "LC_ALL": "C",
    "PYTHONHASHSEED": "4242",
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "2",
}
JUDGED_ONLY = [
    ('claim: "After weeks with', 'claim: "After some weeks with'),
    ("role: confirmatory", "role: exploratory"),
    ("smallest_effect: 0.10", "smallest_effect: 0.20"),
]
COPY = """  added_by_a_test:
    role: exploratory
    claim: "Joint advocacy of two windows ago still matters."
    outcome: { instrument: wai_sr }
    exposure: { mode: joint, lag: 1 }
    predicted: positive
    smallest_effect: 0.1
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small simulated study, run once from nothing."""
    project = copy_project(tmp_path_factory.mktemp("study") / "project")
    (project.root / "params.yaml").write_text(SMALL, encoding="utf-8")
    status, ran, output = project.repro()
    assert status == 0, output
    assert set(ran) == set(runner.NAMES)
    return project


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished study, cache and all, for a test to change."""
    shutil.copytree(finished.root, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project", finished.environment)


@pytest.mark.parametrize("stage", runner.NAMES)
def test_dvc_yaml_states_what_the_stage_module_imports_reads_and_writes(stage: str) -> None:
    body = dvc_deps.stage_body(YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8")), stage)
    wanted = dvc_deps.expected(stage)
    outs = [dvc_deps.out_name(entry) for kind in ("outs", "metrics", "plots") for entry in body.get(kind, [])]
    assert set(body["deps"]) == set(wanted["deps"])
    assert set(body.get("params", [])) == set(wanted["params"])
    assert set(outs) == set(wanted["outs"])


def test_words_rules_lock_and_gate_refit_nothing() -> None:
    listed = made_of(ROOT)
    assert listed == dvc_deps.made_of(), "run: make deps"
    made = dvc_deps.expand(set(listed["fit"]))
    assert "requirements.lock" in made
    assert "pipeline/hypotheses/battery/influence.py" in made
    assert "pipeline/hypotheses/kinds/hazard/evaluate.py" in made
    folders = ("vocabulary", "disclosure", "report", "description", "hypotheses/verdict", "commands")
    inside = [name for name in made if name.startswith(tuple(f"pipeline/{folder}/" for folder in folders))]
    words = [name for name in made if name.endswith(("/words.py", "/explain.py", "/summary.py", "/promise.py"))]
    assert inside == words == []


def test_dvc_yaml_can_be_read() -> None:
    text = (ROOT / "dvc.yaml").read_text(encoding="utf-8")
    document = YAML(typ="safe").load(text)
    assert len(text.splitlines()) <= READABLE
    assert all(dvc_deps.stage_body(document, stage)["desc"] for stage in document["stages"])


def test_nothing_under_data_is_ever_pushed() -> None:
    document = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
    bodies = [dvc_deps.stage_body(document, stage) for stage in document["stages"]]
    entries = [entry for body in bodies for kind in ("outs", "metrics", "plots") for entry in body.get(kind, [])]
    private = [entry for entry in entries if dvc_deps.is_private(dvc_deps.out_name(entry))]
    assert len(private) > 10
    assert all(isinstance(entry, dict) and next(iter(entry.values()))["push"] is False for entry in private)


def test_what_dvc_shows_fits_a_terminal(project: Project) -> None:
    metrics = json.loads((project.root / "reports/metrics.json").read_text(encoding="utf-8"))
    assert all(set(one) == {"verdict", "estimate", "interval", "p_adjusted"} for one in metrics.values())
    shown = project.run(sys.executable, "-m", "dvc", "metrics", "diff", "--all", COLUMNS="120").stdout
    assert max(map(len, shown.splitlines()), default=0) <= 120
    done = project.run(sys.executable, "-m", "dvc", "plots", "show")
    pictures = list((project.root / "dvc_plots/static").iterdir())
    assert (done.returncode, "failed" in done.stderr) == (0, False), done.stderr
    assert 1 <= len(pictures) <= 6
    assert {path.suffix for path in pictures} == {".png"}


def test_a_second_run_runs_nothing(project: Project) -> None:
    status, ran, output = project.repro()
    assert (status, ran) == (0, []), output


def test_an_added_hypothesis_is_fitted_what_is_only_judged_refits_nothing_and_what_is_removed_or_changed_leaves_the_others(
    project: Project,
) -> None:
    before = released(project)
    for old, new in JUDGED_ONLY:
        project.edit(old, new)
    project.edit("hypotheses:\n", f"hypotheses:\n{COPY}")
    status, ran, output = project.repro()
    assert (status, ran) == (0, ["check", "impute", "fit", "judge", "report"]), output
    assert "Fitted 1 of 3 hypotheses" in output
    assert "reports/estimates/added_by_a_test.json" in released(project)

    project.edit(COPY, "")
    text = (project.root / "params.yaml").read_text(encoding="utf-8")
    start = text.index(f"  {HYPOTHESIS}:")
    changed = text[:start] + text[start:].replace("lag: 0", "lag: 2", 1)
    (project.root / "params.yaml").write_text(changed, encoding="utf-8")
    status, ran, output = project.repro()
    assert status == 0, output
    assert [name for name in ran if name != "impute"] == ["check", "fit", "judge", "report"]
    assert "Fitted 1 of 2 hypotheses" in output
    assert released(project)[f"reports/estimates/{HYPOTHESIS}.json"] != before[f"reports/estimates/{HYPOTHESIS}.json"]
    everything = b"".join(path.read_bytes() for path in (project.root / "reports").rglob("*") if path.is_file())
    assert b"added_by_a_test" not in everything
    assert not (project.root / "data/analysis/fits/added_by_a_test.json").exists()


def test_a_name_that_would_be_a_command_is_refused_and_runs_nothing(project: Project) -> None:
    before = released(project)
    project.edit(f"  {HYPOTHESIS}:", '  "x; touch y":')
    status, ran, output = project.repro()
    assert status != 0
    assert ran == ["check"]
    assert "hypotheses.<key" in output  # its place, never what was typed there
    assert "touch y" not in output
    assert not (project.root / "y").exists()
    assert released(project) == before


def test_a_bad_file_stops_at_the_gate_and_changes_nothing_downstream(project: Project) -> None:
    before = {path: digest(path.read_bytes()) for path in sorted((project.root / "data/scored").rglob("*.parquet"))}
    project.edit("min_answered: 0.75", "min_answered: 7.5")
    status, ran, output = project.repro()
    assert status != 0
    assert ran == ["check"]
    assert "measures.min_answered: found 7.5" in output
    assert {path: digest(path.read_bytes()) for path in before} == before


def test_editing_a_module_reruns_the_stages_that_use_it_and_no_others(project: Project) -> None:
    module = project.root / "pipeline/stages/describe.py"
    text = module.read_text(encoding="utf-8")
    module.write_text(text + "\n# a comment\n", encoding="utf-8")
    status, ran, output = project.repro()
    module.write_text(text, encoding="utf-8")
    assert (status, ran) == (0, ["code", "describe"]), output


@pytest.mark.slow
def test_another_folder_time_zone_locale_and_hash_seed_give_the_same_bytes(finished: Project, tmp_path: Path) -> None:
    other = copy_project(tmp_path / "elsewhere" / "with space", **ELSEWHERE)
    (other.root / "params.yaml").write_text(SMALL, encoding="utf-8")
    status, _, output = other.repro()
    assert status == 0, output
    assert released(other) == released(finished)
    assert (other.root / "dvc.lock").read_bytes() == (finished.root / "dvc.lock").read_bytes()
