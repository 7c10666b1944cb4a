"""manifest, example and codebook, as a researcher runs them."""

from __future__ import annotations

import argparse
import json
from copy import deepcopy
from pathlib import Path

import pytest

from pipeline.base.errors import SourceError, TableError
from pipeline.base.params import load
from pipeline.base.yaml_text import parse
from pipeline.commands import check, codebook, example, manifest
from pipeline.ingest import check_params
from pipeline.project import runner
from tests.ingest.project import ROOT, project
from tests.ingest.small_study import PARAMS

NO_ARGUMENTS = argparse.Namespace()


def refused(root: Path) -> set[str]:
    with pytest.raises(SourceError) as caught:
        runner.run("ingest", root)
    return {problem.code for problem in caught.value.problems}


def test_codebook_writes_the_committed_pages(tmp_path, capsys):
    assert codebook.main(tmp_path, argparse.Namespace(study=False)) == 0
    for name in codebook.TARGETS:
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes()


@pytest.mark.parametrize("ending", example.WRITERS)
def test_the_example_passes_the_gate_in_every_format(tmp_path, ending, capsys):
    project(tmp_path)
    example.main(tmp_path, argparse.Namespace(format=[ending]))
    data = deepcopy(PARAMS)
    block = (tmp_path / f"data/raw/example_{ending}/sources.yaml").read_text(encoding="utf-8")
    data["sources"] = parse(block)["sources"]
    (tmp_path / "params.yaml").write_text(json.dumps(data), encoding="utf-8")
    assert check_params(load(json.dumps(data))) == []
    runner.run("ingest", tmp_path)
    runner.run("validate", tmp_path)
    record = json.loads((tmp_path / "data/validated/validate.json").read_text())
    assert record["tables"]["sessions"]["rows_out"] == 30


def test_the_example_in_all_formats_at_once(tmp_path, capsys):
    assert example.main(tmp_path, argparse.Namespace(format=None)) == 0
    assert len(list((tmp_path / "data/raw").iterdir())) == len(example.WRITERS)


def test_with_a_manifest_an_untouched_study_passes(tmp_path, capsys):
    project(tmp_path)
    assert manifest.main(tmp_path, NO_ARGUMENTS) == 0
    assert "Froze 5 files with 244 rows" in capsys.readouterr().out
    runner.run("ingest", tmp_path)


@pytest.mark.parametrize("change", ["lost", "added", "altered", "reordered"])
def test_with_a_manifest_any_change_of_rows_is_refused(tmp_path, change, capsys):
    raw = project(tmp_path)
    manifest.main(tmp_path, NO_ARGUMENTS)
    lines = (raw / "clients.csv").read_text().splitlines(keepends=True)
    changed = {
        "lost": lines[:-1],
        "added": [*lines, lines[-1]],
        "altered": [*lines[:-1], lines[-1].replace("cost", "transport", 1)],
        "reordered": [lines[0], *lines[:0:-1]],
    }[change]
    (raw / "clients.csv").write_text("".join(changed))
    assert "M01" in refused(tmp_path)


def test_a_manifest_knows_files_that_are_lost_or_new(tmp_path, capsys):
    project(tmp_path)
    manifest.main(tmp_path, NO_ARGUMENTS)
    data = json.loads((tmp_path / "params.yaml").read_text())
    del data["sources"]["tables"]["workers"]
    data["sources"]["tables"]["clients"]["file"] = "people.csv"
    (tmp_path / "params.yaml").write_text(json.dumps(data))
    assert refused(tmp_path) == {"B01", "M02", "M03"}


@pytest.mark.parametrize("text", ["[]", '{"files": []}', '{"files": {"clients.csv": 1}}'])
def test_a_manifest_that_is_none(tmp_path, text):
    raw = project(tmp_path)
    (raw / "manifest.json").write_text(text)
    assert refused(tmp_path) == {"F01"}


def test_a_manifest_is_not_made_of_files_that_cannot_be_read(tmp_path):
    raw = project(tmp_path)
    (raw / "clients.csv").write_bytes(b"")
    with pytest.raises(SourceError):
        manifest.main(tmp_path, NO_ARGUMENTS)
    assert not (raw / "manifest.json").exists()


def test_check_looks_at_the_files_too_and_writes_no_table(tmp_path, capsys):
    raw = project(tmp_path)
    assert check.main(tmp_path, NO_ARGUMENTS) == 0
    assert "The 5 raw files (244 rows) pass the gate." in capsys.readouterr().out
    assert not (tmp_path / "data/interim/ingested").exists()
    text = (raw / "ratings.csv").read_text()
    (raw / "ratings.csv").write_text(text.replace(",5\n", ",9\n", 1))
    with pytest.raises(TableError):
        check.main(tmp_path, NO_ARGUMENTS)
    (raw / "clients.csv").write_bytes(b"")
    (raw / "workers.csv").write_bytes(b"\xff\n")
    with pytest.raises(SourceError) as caught:
        check.main(tmp_path, NO_ARGUMENTS)
    assert {problem.code for problem in caught.value.problems} == {"B04", "B06"}


def test_check_within_dvc_reads_no_data(tmp_path, capsys, monkeypatch):
    raw = project(tmp_path)
    (raw / "clients.csv").write_bytes(b"")
    monkeypatch.setenv("DVC_STAGE", "check")
    monkeypatch.setattr(runner, "_die_with_parent", lambda: None)
    assert check.main(tmp_path, NO_ARGUMENTS) == 0
