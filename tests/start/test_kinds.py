"""Files of many forms come in by `start --yes` with the values planted in them, or are refused in words that help."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.project import runner
from tests.project import ROOT
from tests.start.planted import ITEMS, Planted, Row, validated, written

Files = Callable[[Path, Planted], list[Path]]


def started(files: list[Path], root: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> int:
    root.mkdir()
    (root / "instruments").mkdir()
    (root / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    monkeypatch.chdir(root)
    names = [str(path) for path in files]
    return main(["start", *names, "--name", "own", "--key", str(root.parent / "a.key"), "--yes", *more])


def renamed(rows: list[Row], **names: str) -> list[Row]:
    return [{names.get(name, name): value for name, value in row.items()} for row in rows]


def events(folder: Path, planted: Planted, without: tuple[str, ...] = ()) -> list[Path]:
    """One REDCap export by events: the intake fills its columns, sessions theirs."""
    answers = {row["session_id"]: row for row in planted.wai}
    heads = ["record_id", "redcap_event_name", "age_band", "gender", "worker_id", "session_id", "session_number", "day"]
    empty: Row = dict.fromkeys([*heads, "attendance", *ITEMS], "")
    rows: list[Row] = []
    for client in planted.clients:
        rows.append({**empty, **client, "record_id": client["client_id"], "redcap_event_name": "intake_arm_1"})
        for one in [one for one in planted.sessions if one["client_id"] == client["client_id"]]:
            event = {"record_id": one["client_id"], "redcap_event_name": f"session_{one['session_number']}_arm_1"}
            rows.append({**empty, **one, **answers.get(one["session_id"], {}), **event})
    kept = [{name: row[name] for name in empty if name not in without} for row in rows]
    return written(folder, {"redcap": kept, "advocacy": planted.advocacy})


def dated(folder: Path, planted: Planted) -> list[Path]:
    draw = random.Random(3)
    start = {row["client_id"]: dt.date(2021, 1, 1) + dt.timedelta(draw.randint(0, 600)) for row in planted.clients}

    def moved(rows: list[Row]) -> list[Row]:
        return [{**row, "day": (start[row["client_id"]] + dt.timedelta(int(str(row["day"])))).isoformat()} for row in rows]

    clients = [{**row, "intake_date": start[row["client_id"]].strftime("%m/%d/%Y")} for row in planted.clients]
    sessions, log = (renamed(moved(rows), day="visit_date") for rows in (planted.sessions, planted.advocacy))
    return written(folder, {**planted.tables(), "clients": clients, "sessions": sessions, "advocacy": log})


def day_numbers(folder: Path, planted: Planted) -> list[Path]:
    sessions, log = (renamed(rows, day="visit_date") for rows in (planted.sessions, planted.advocacy))
    return written(folder, {**planted.tables(), "sessions": sessions, "advocacy": log})


def two_headings(folder: Path, planted: Planted) -> list[Path]:
    question: Row = {"session_id": "Session", **{name: f"Question {name}" for name in ITEMS}}
    return written(folder, {**planted.tables(), "wai": [question, *planted.wai]})


def labelled(folder: Path, planted: Planted) -> list[Path]:
    words = ("Seldom", "Sometimes", "Fairly often", "Very often", "Always")
    rows = [{**row, **{name: f"{row[name]} - {words[int(str(row[name])) - 1]}" for name in ITEMS}} for row in planted.wai]
    return written(folder, {**planted.tables(), "wai": rows})


def beside_notes(folder: Path, planted: Planted) -> list[Path]:
    import openpyxl

    book = openpyxl.Workbook()
    book.worksheets[0].append(["Notes by Kim Lee"])
    sheet = book.create_sheet("log")
    for cells in (list(planted.sessions[0]), *(list(row.values()) for row in planted.sessions)):
        sheet.append(cells)
    book.save(folder / "sessions.xlsx")
    others = {name: rows for name, rows in planted.tables().items() if name != "sessions"}
    return [*written(folder, others), folder / "sessions.xlsx"]


def wide(folder: Path, planted: Planted) -> list[Path]:
    answers = {row["session_id"]: row for row in planted.wai}
    rows: list[Row] = []
    for client in planted.clients:
        row = dict(client)
        for one in sorted(planted.sessions, key=lambda one: int(str(one["session_number"]))):
            if one["client_id"] == client["client_id"]:
                named = {**one, **dict.fromkeys(ITEMS, ""), **answers.get(one["session_id"], {})}
                row["worker_id"] = one["worker_id"]
                row |= {f"s{one['session_number']}_{name}": named[name] for name in ("day", "attendance", *ITEMS)}
        rows.append(row)
    return written(folder, {"study": rows, "advocacy": planted.advocacy})


def titled(folder: Path, planted: Planted) -> list[Path]:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["A2"] = "Sessions", "Exported for the study"
    for row in (1, 2):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=7)
    for number, cells in enumerate([list(planted.sessions[0]), *(list(row.values()) for row in planted.sessions)], start=4):
        for place, cell in enumerate(cells, start=1):
            sheet.cell(number, place, cell)
    book.save(folder / "sessions.xlsx")
    others = {name: rows for name, rows in planted.tables().items() if name != "sessions"}
    return [*written(folder, others), folder / "sessions.xlsx"]


def workbook(folder: Path, planted: Planted) -> list[Path]:
    import openpyxl

    book = openpyxl.Workbook()
    book.worksheets[0].append(["Notes by Kim Lee"])
    for name, rows in planted.tables().items():
        sheet = book.create_sheet(name)
        for cells in (list(rows[0]), *(list(row.values()) for row in rows)):
            sheet.append(cells)
    book.save(folder / "study.xlsx")
    return [folder / "study.xlsx"]


FORMS: dict[str, Files] = {
    "REDCap by events": events,
    "REDCap by events, without ids of sessions": lambda f, p: events(f, p, ("session_id", "session_number")),
    "dates under other headers": dated,
    "days already counted under a header of dates": day_numbers,
    "a second heading line": two_headings,
    "numbers with their labels": labelled,
    "sessions side by side, all of them s1_": wide,
    "merged titles": titled,
    "one workbook, a sheet a table": workbook,
    "a sheet of notes beside a table": beside_notes,
}


@pytest.mark.parametrize("form", FORMS)
def test_the_values_that_were_planted_come_in(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = Planted()
    root = tmp_path / "study"
    assert started(FORMS[form](tmp_path, planted), root, monkeypatch) == 0
    for stage in ("check", "ingest", "validate"):
        runner.run(stage, root)
    assert validated(root / "data/validated") == planted.told()


def by_year(folder: Path, planted: Planted) -> list[Path]:
    first, second = planted.sessions[:80], renamed(planted.sessions[80:], session_id="sid", day="Day", attendance="status")
    others = {name: rows for name, rows in planted.tables().items() if name != "sessions"}
    return written(folder, {**others, "sessions_2023": first, "sessions_2024": second})


def several(folder: Path, planted: Planted) -> list[Path]:
    people = [str(row["client_id"]) for row in planted.clients]
    log = [{**row, "client_id": f"{row['client_id']}; {people[at]}"} for at, row in enumerate(planted.advocacy[:9])]
    return written(folder, {**planted.tables(), "advocacy": [*log, *planted.advocacy[9:]]})


def sheets(folder: Path, planted: Planted) -> list[Path]:
    import openpyxl

    book = openpyxl.Workbook()
    for title in ("one", "two"):
        book.create_sheet(title).append(["Kim Lee", 1])
    book.save(folder / "all.xlsx")
    return [*written(folder, planted.tables()), folder / "all.xlsx"]


def twice(folder: Path, planted: Planted) -> list[Path]:
    paths = written(folder, planted.tables())
    paths[3].write_text(paths[3].read_text(encoding="utf-8").replace("wai_2,", "wai_1,", 1), encoding="utf-8")
    return paths


def unnamed_day(folder: Path, planted: Planted) -> list[Path]:
    return written(folder, {**planted.tables(), "sessions": renamed(planted.sessions, day="offset")})


def item_rows(folder: Path, planted: Planted) -> list[Path]:
    rows = [{"session_id": row["session_id"], "item": name, "answer": row[name]} for row in planted.wai for name in ITEMS]
    return written(folder, {**planted.tables(), "wai": rows})


REFUSED: dict[str, tuple[Files, str]] = {
    "files by year with other headers": (by_year, "sessions_2024.csv holds more sessions, but not under the headers of"),
    "several clients in one cell": (several, "9 cells name several clients at once"),
    "two sheets with cells": (sheets, "save each sheet as a CSV file of its own"),
    "one header twice": (twice, "column 3: the same header as another"),
    "a day nobody recognizes": (unnamed_day, "--answer 'columns=sessions.day=HEADER'"),
    "one row an answer": (item_rows, "one row a session, not one an answer"),
}


@pytest.mark.parametrize("form", REFUSED)
def test_what_cannot_come_in_is_told_in_words_that_help(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files, says = REFUSED[form]
    root = tmp_path / "study"
    assert started(files(tmp_path, Planted()), root, monkeypatch) == 1
    told = capsys.readouterr()
    assert says in told.out + told.err
    assert "Kim Lee" not in told.out + told.err
    assert not (root / "data").exists() or not list((root / "data").rglob("*.csv"))
