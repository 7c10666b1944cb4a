"""`start --propose`: a block to paste and a plan to prepare by, which show no cell."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.base.yaml_text import parse
from pipeline.prepare.reading import read_identified
from tests.start.made import Made, csv_text


def test_a_proposal_can_be_pasted_and_shows_no_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
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
    header += ["Session Number", *(f"WAI {item}" for item in range(1, 13)), "Notes", "7"]
    row = ["Cab12cd34", "Maria Gonzalez", "1985-04-12", "W12ab34cd", "V12ab34cd", "14", "Yes", "x", "3", *"123451234512"]
    rows = [header, [*row, "she said it was fine", "9"], ["Cab12cd35", *row[1:4], "V12ab34ce", *row[5:], "", "9"]]
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\r\n").writerows(rows)
    (tmp_path / "2024 visits.csv").write_bytes(b"\xef\xbb\xbf" + sink.getvalue().encode())
    assert main(["start", "--propose", str(tmp_path / "2024 visits.csv")]) == 0
    said = capsys.readouterr().out
    cells = {cell for cells in rows[1:] for cell in cells if len(cell) > 3}
    assert not [cell for cell in (*cells, "Client Name", "Smith") if cell in said]
    assert "DOB" not in said  # without an intake or a date nobody can say how old: left behind, as prepare does by itself
    block = parse(said)["sources"]
    assert block["tables"]["sessions"]["columns"] == {
        "session_id": "Visit #",
        "client_id": "Record ID",
        "worker_id": "Therapist ID",
        "day": "Days since intake",
        "session_number": "Session Number",
        "attendance": "Attended?",
    }
    (rating,) = block["ratings"].values()
    assert rating["items"] == "WAI {item}"


def test_a_file_that_cannot_be_read_is_named_by_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.sav").write_bytes(b"\xff\xfe")
    assert main(["start", "--propose", str(tmp_path / "bad.sav")]) == 1
    assert "file 1: cannot be read" in capsys.readouterr().err


def test_the_proposed_plan_prepares_as_start_does(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, file, key = tmp_path / "project", tmp_path / "redcap.csv", str(tmp_path / "keys/a.key")
    root.mkdir()
    (root / "params.yaml").write_text("{}", encoding="utf-8")
    file.write_text(made.redcap(), encoding="utf-8")
    monkeypatch.chdir(root)
    assert main(["start", "--propose", str(file)]) == 0
    said = capsys.readouterr().out
    plan = "".join(line.removeprefix("# ") + "\n" for line in said.splitlines()[1:] if line.startswith("# "))
    (tmp_path / "plan.yaml").write_text(plan, encoding="utf-8")
    assert parse(said)["sources"]["tables"]["sessions"]["rows"] == {"redcap_repeat_instrument": ["visit"]}
    assert main(["prepare", str(file), "--to", "data/raw/mine", "--key", key, "--plan", str(tmp_path / "plan.yaml")]) == 0
    header = (root / "data/raw/mine/redcap.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert {"record_id", "visit_day", "alliance_day", "adv_day", "wai_12"} <= set(header)
    assert "intake_date" not in header


def test_what_prepare_may_keep_and_what_it_must_leave() -> None:
    """Ratings named after a role are no ids; dates without a client, and births without an intake, are left behind."""
    from pipeline.start.identify import propose_plan

    files = {
        "s.csv": csv_text([{"cid": "C7f3a9b21", "empathy_client": "3", "visit_date": "2023-04-05", "dob": "1980-02-03"}]),
        "q.csv": csv_text([{"sid": "S7f3a9b21", "StartDate": "2023-04-05 10:11:12", "wai_1": "#NULL!", "boxes": "1,3"}]),
    }
    tables = {}
    for number, (name, text) in enumerate(files.items(), start=1):
        tables[name], _ = read_identified(number, "csv", text.encode())
    plan = propose_plan(tables)
    assert plan.ids["client"] == ["s.csv:cid"]
    assert plan.dates == ["s.csv:visit_date"]
    assert {"s.csv:empathy_client", "q.csv:wai_1", "q.csv:boxes"} <= set(plan.keep)
