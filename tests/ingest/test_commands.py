"""map, manifest, example and codebook, as a researcher runs them."""

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
from pipeline.commands import map as map_command
from pipeline.ingest import check_params
from pipeline.project import runner
from pipeline.tables import by_name
from tests.ingest.project import ROOT, project
from tests.ingest.small_study import PARAMS

NO_ARGUMENTS = argparse.Namespace()


def refused(root: Path) -> set[str]:
    with pytest.raises(SourceError) as caught:
        runner.run("ingest", root)
    return {problem.code for problem in caught.value.problems}


def test_codebook_writes_the_committed_pages(tmp_path, capsys):
    assert codebook.main(tmp_path, NO_ARGUMENTS) == 0
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


def test_map_proposes_a_block_that_parses_and_shows_no_value(tmp_path, capsys):
    raw = project(tmp_path)
    files = [str(path) for path in sorted(raw.iterdir())]
    assert map_command.main(tmp_path, argparse.Namespace(files=files)) == 0
    said = capsys.readouterr().out
    block = parse(said.replace("data/raw/FOLDER", "data/raw/small"))["sources"]
    assert block["tables"]["sessions"]["columns"]["client_id"] == "client"
    assert block["ratings"]["ratings_client"]["items"] == "q{item}"
    cells = {cell for path in raw.iterdir() for line in path.read_text().splitlines()[1:] for cell in line.split(",")}
    cells -= {code for table in by_name().values() for column in table.columns.values() for code in column.codes}
    assert not [cell for cell in cells if len(cell) > 4 and cell in said]


@pytest.mark.parametrize("ending", example.WRITERS)
def test_two_recodes_make_a_proposal_pass_in_every_format(tmp_path, ending, capsys):
    project(tmp_path)
    example.main(tmp_path, argparse.Namespace(format=[ending]))
    folder = tmp_path / f"data/raw/example_{ending}"
    capsys.readouterr()
    map_command.main(tmp_path, argparse.Namespace(files=sorted(folder.glob(f"*.{ending}"))))
    said = capsys.readouterr().out
    assert "attendance: kept # sure; recode to attended, no_show, cancelled" in said
    data = deepcopy(PARAMS)
    data["sources"] = parse(said)["sources"]
    data["sources"]["tables"]["sessions"]["recode"] = {"attendance": {"yes": "attended", "no": "no_show"}}
    data["sources"]["tables"]["advocacy"]["recode"] = {"mode": {"together": "joint", "alone": "worker_solo"}}
    (tmp_path / "params.yaml").write_text(json.dumps(data), encoding="utf-8")
    assert check.main(tmp_path, NO_ARGUMENTS) == 0


def test_map_of_a_messy_export_names_no_identifier_and_loads(tmp_path, capsys):
    header = [
        "Record ID",
        "Client Name",
        "DOB",
        "Therapist ID",
        "Visit #",
        "Days since intake",
        "Attended?",
        "Mrs Smith, 3pm",
    ]
    header += ["Session Number", *(f"WAI {item}" for item in range(1, 13)), "WAI total", "Notes", "7"]
    row = [
        "Cab12cd34",
        "Maria Gonzalez",
        "1985-04-12",
        "W12ab34cd",
        "V12ab34cd",
        "14",
        "Yes",
        "x",
        "3",
        *"123451234512",
        "31",
    ]
    row += ["she said it was fine", "9"]
    lines = (",".join(f'"{cell}"' for cell in cells) + "\r\n" for cells in (header, row))
    (tmp_path / "2024 visits.csv").write_bytes(b"\xef\xbb\xbf" + "".join(lines).encode())
    map_command.main(tmp_path, argparse.Namespace(files=[tmp_path / "2024 visits.csv"]))
    said = capsys.readouterr().out
    assert not [cell for cell in (*row, "DOB", "Client Name") if len(cell) > 2 and cell in said]
    block = parse(said)["sources"]
    assert block["tables"]["sessions"]["columns"] == {
        "client_id": "Record ID",
        "worker_id": "Therapist ID",
        "session_id": "Visit #",
        "day": "Days since intake",
        "attendance": "Attended?",
        "session_number": "Session Number",
    }
    assert block["ratings"]["file_2024_visits_client"]["items"] == "WAI {item}"
    load(json.dumps({**PARAMS, "sources": {**block, "directory": "data/raw/messy"}}))


def test_map_of_the_built_in_study_needs_few_mendings(tmp_path, capsys):
    params = load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    raw = tmp_path / "raw"
    raw.mkdir()
    headers = {}
    for source in params.sources.tables.values():
        headers[source.file] = {name: str(header) for name, header in source.columns.items()}
    for file, columns in headers.items():
        (raw / file).write_text(",".join(columns.values()) + "\n" + ",".join("1" for _ in columns) + "\n")
    map_command.main(tmp_path, argparse.Namespace(files=[str(path) for path in sorted(raw.iterdir())]))
    block = parse(capsys.readouterr().out)["sources"]["tables"]
    right = sum(block[name]["columns"].get(key) == value for name in block for key, value in headers[f"{name}.csv"].items())
    assert right >= 0.8 * sum(len(columns) for columns in headers.values())


def test_map_joins_files_of_one_table_by_their_key(tmp_path, capsys):
    (tmp_path / "visits.csv").write_text("visit_id,client_id,worker_id,day,visit_no,kept\na,b,c,1,1,1\n")
    (tmp_path / "process.csv").write_text("visit_id,emp_cl,emp_wk,rupt_yn,note\na,1,2,0,x\n")
    (tmp_path / "older.csv").write_text("session_ref,stage,mins,kept\na,1,2,0\n")
    map_command.main(tmp_path, argparse.Namespace(files=[str(path) for path in sorted(tmp_path.glob("*.csv"))]))
    said = capsys.readouterr().out
    sessions = parse(said)["sources"]["tables"]["sessions"]
    assert sessions["file"] == "visits.csv"
    assert sessions["joins"] == [{"file": "process.csv", "key": "visit_id"}]
    assert sessions["columns"]["empathy_client"] == "emp_cl"
    assert sessions["ignore"] == ["note"]
    assert "older.csv looks like sessions too" in said


def test_map_withholds_a_first_line_that_is_data(tmp_path, capsys):
    (tmp_path / "bare.csv").write_text("Maria.Gonzalez@example.org,C12ab34cd,2024-03-15,17,name\na,b,c,d,e\n")
    map_command.main(tmp_path, argparse.Namespace(files=[str(tmp_path / "bare.csv")]))
    said = capsys.readouterr().out
    assert not any(text in said for text in ("Gonzalez", "C12ab34cd", "2024", "17"))


def test_map_names_files_it_cannot_read(tmp_path, capsys):
    (tmp_path / "bad.csv").write_bytes(b"\xff\xfe")
    assert map_command.main(tmp_path, argparse.Namespace(files=[str(tmp_path / "bad.csv")])) == 1
    assert "B06" in capsys.readouterr().err


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
