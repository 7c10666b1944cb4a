"""Workbooks, SPSS, Stata, Parquet files and REDCap exports as they come from people and programs, each with its verdict."""

from __future__ import annotations

import datetime
import io
import re
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.formula import ArrayFormula

from pipeline.base.params import validate
from tests.ingest import formats
from tests.ingest.small_study import csv, files, small_params, through, verdict
from tests.ingest.test_formats import HEADER, redcap

ROWS = files()["ratings.csv"]
FRAME = formats.frame(ROWS)
WORDS = {1: "Never", 2: "Rarely", 3: "Sometimes", 4: "Often", 5: "Always"}
LABELS = {"labels": {word: number for number, word in WORDS.items()}}
BOMB_MB = 100


def said_of(blob: bytes, ending: str, **source: Any) -> tuple[set[str], str]:
    """The verdict on the small study when its ratings come as this file."""
    raw = {name: csv(rows) for name, rows in files().items() if name != "ratings.csv"} | {f"ratings.{ending}": blob}
    change = {"file": f"ratings.{ending}", **source}
    return verdict(raw, small_params(lambda p: p["sources"]["ratings"]["mini_client"].update(change)))


def book(change: Callable[[Any], Any]) -> bytes:
    """The ratings as a workbook, after a change to it."""
    opened = openpyxl.load_workbook(io.BytesIO(formats.workbook(ROWS)))
    change(opened)
    sink = io.BytesIO()
    opened.save(sink)
    return sink.getvalue()


def put(cell: str, value: Any, form: str = "General") -> Callable[[Any], None]:
    def change(opened: Any) -> None:
        opened.active[cell] = value
        if form != "General":
            opened.active[cell].number_format = form

    return change


def sheet(state: str) -> Callable[[Any], None]:
    def change(opened: Any) -> None:
        more = opened.create_sheet("older")
        more.append(["Maria Gonzalez"])
        more.sheet_state = state

    return change


def xml(old: bytes, new: bytes) -> bytes:
    """The ratings as a workbook whose sheet was tampered with."""
    sink, source = io.BytesIO(), zipfile.ZipFile(io.BytesIO(formats.workbook(ROWS)))
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                assert old in content
                content = content.replace(old, new, 1)
            archive.writestr(name, content)
    return sink.getvalue()


def grown(opened: Any) -> None:
    for row in range(92, 5_000):
        opened.active.cell(row, 5).font = openpyxl.styles.Font(bold=True)


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "1111111111">' + b"".join(
    b'<!ENTITY %c "%s">' % (name, b"&%c;" % (name - 1) * 10) for name in range(ord("b"), ord("k"))
)
WORKBOOKS = {
    "merged cells": (book(lambda b: b.active.merge_cells("B3:B5")), "F07"),
    "a hidden sheet": (book(sheet("hidden")), "F03"),
    "a very hidden sheet": (book(sheet("veryHidden")), "F03"),
    "a time": (book(put("B3", datetime.time(10, 30))), "F05"),
    "hours": (book(put("B3", datetime.timedelta(hours=30))), "F05"),
    "a number shown as a date": (book(put("B3", 45_000, "yyyy-mm-dd")), "F05"),
    "a date for a header": (book(put("B1", datetime.date(2024, 3, 1))), "F05"),
    "#N/A": (book(put("B3", "#N/A")), "T02"),
    "a percentage": (book(put("B3", 0.04, "0%")), "V11 V12"),
    "an array formula": (book(put("B3", ArrayFormula("B3:B4", "=SUM(1,2)"))), "F04"),
    "a sum that shows 0.30000000000000004": (book(put("B3", 0.1 + 0.2)), "V11 V12"),
    "a number beyond all bounds": (book(put("B3", 1e300)), "T02"),
    "a space behind": (book(put("B3", "4 ")), "T08"),
    "a line break in a cell": (book(put("B3", "4\n")), "T08"),
    "a cell of one space below": (book(put("A95", " ")), "S05"),
    "a note below the table": (book(put("A95", "Maria Gonzalez")), "S05"),
    "a note beside the table": (book(put("H3", "see Maria")), "S02"),
    "an empty line above": (book(lambda b: b.active.insert_rows(1)), "S10"),
    "a number for a header": (book(put("B1", 1)), "S03 S04"),
    "a password": (b"\xd0\xcf\x11\xe0" + b"0" * 2_000, "B05"),
    "some other archive": (xml(b"", b"")[:4] + b"0" * 200, "F01"),
    "a cell at the far corner": (book(put("XFD1048576", 1)), "F02"),
    "a cell at the far right": (book(put("XFD2", 1)), "S02"),
    "many rows with one far cell": (
        xml(
            b"</sheetData>",
            b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (r, r) for r in range(92, 400)) + b"</sheetData>",
        ),
        "F02",
    ),
    "a billion laughs": (xml(b"<worksheet", ENTITIES + b"]><worksheet").replace(b"<v>3</v>", b"<v>&j;</v>"), "F01"),
    "a file of the system": (xml(b"<worksheet", b'<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">]><worksheet'), "F01"),
    "numbers stored as text": (book(put("B3", "4")), ""),
    "a format of its own": (book(put("B3", 4, '0" of 5"')), ""),
    "a comment": (book(lambda b: setattr(b.active["B3"], "comment", Comment("Maria said", "M"))), ""),
    "a hidden row": (book(lambda b: setattr(b.active.row_dimensions[3], "hidden", True)), ""),
    "a filter": (book(lambda b: setattr(b.active.auto_filter, "ref", "A1:E91")), ""),
    "thousands of formatted empty rows": (book(grown), ""),
    "a size that is too small": (xml(b'ref="A1:E91"', b'ref="A1:B3"'), ""),
    "a size that is too large": (xml(b'ref="A1:E91"', b'ref="A1:XFD1048576"'), ""),
}


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_workbook_with(name):
    blob, codes = WORKBOOKS[name]
    found, said = said_of(blob, "xlsx")
    assert found == set(codes.split()), said
    assert "Maria" not in said


def test_rows_beyond_the_size_a_workbook_claims_are_read(tmp_path):
    claimed, _ = said_of(xml(b'ref="A1:E91"', b'ref="A1:B3"'), "xlsx")
    short, _ = said_of(formats.workbook(ROWS[:3]), "xlsx")
    assert claimed == short == set()


def written(table: pd.DataFrame, name: str, **options: Any) -> bytes:
    writer = pyreadstat.write_dta if name.endswith("dta") else pyreadstat.write_sav
    with tempfile.TemporaryDirectory() as folder:
        writer(table, Path(folder) / name, **options)
        return (Path(folder) / name).read_bytes()


def changed(values: dict[int, Any]) -> pd.DataFrame:
    table = FRAME.copy()
    if not all(isinstance(value, float) for value in values.values()):
        table = table.astype(object)
    for row, value in values.items():
        table.loc[row, "q1"] = value
    return table


ODD = changed({2: 97.0, 3: 99.0, 4: -9.0})
RANGES = {"q1": [{"lo": 90, "hi": 99}, -9]}
IN_WORDS = FRAME.assign(q1=FRAME["q1"].map(WORDS))
NATIVE = {
    "a range of user-missing codes": (written(ODD, "f.sav", missing_ranges=RANGES), "sav", {}, ""),
    "codes for missing that are not declared": (written(ODD, "f.sav"), "sav", {}, "V11"),
    "user-missing codes, one of them not": (written(ODD, "f.sav", missing_ranges={"q1": [-9, 97]}), "sav", {}, "V11"),
    "zlib compression": (written(FRAME, "f.zsav", compress=True), "zsav", {}, ""),
    "answers in words": (written(IN_WORDS, "f.sav"), "sav", LABELS, ""),
    "answers in words that nobody declared": (written(IN_WORDS, "f.sav"), "sav", {}, "T02"),
    "numbers as text": (written(FRAME.assign(q1=FRAME["q1"].map("{:.0f}".format)), "f.sav"), "sav", {}, ""),
    "value labels beside numbers": (
        written(FRAME, "f.sav", variable_value_labels={"q1": {1.0: "1 - Never", 5.0: "5 - Always"}}), "sav", {}, "",
    ),
    "a long text read past": (written(FRAME.assign(note="x" * 3_000), "f.sav"), "sav", {"ignore": ["note"]}, "N11"),
    "names in its labels and notes": (
        written(FRAME, "f.sav", column_labels=["Maria"] * 5, file_label="Maria", note=["Maria said"]), "sav", {}, "",
    ),
    **{
        f"the format {form}": (written(FRAME, "f.sav", variable_format={"q1": form}), "sav", {}, "F05")
        for form in ("ADATE10", "EDATE10", "SDATE10", "JDATE7", "QYR6", "MOYR6", "WKYR8", "YMDHMS20")
    },
    **{
        f"the format {form}": (written(FRAME, "f.sav", variable_format={"q1": form}), "sav", {}, "")
        for form in ("F8.2", "COMMA8.2", "N8", "PCT8.2")
    },
    **{f"Stata's version {n}": (written(FRAME, "f.dta", version=n), "dta", {}, "") for n in (8, 10, 12, 13, 15)},
    **{
        f"the format {form}": (written(FRAME, "f.dta", variable_format={"q1": form}), "dta", {}, "F05")
        for form in ("%tw", "%tm", "%tq", "%ty", "%tb", "%d", "%-td", "%tdCY-N-D")
    },
    "letters for missing": (
        written(changed({2: "a", 3: "z"}), "f.dta", missing_user_values={"q1": ["a", "z"]}), "dta", {}, "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NATIVE)
def test_a_native_file_with(name):
    blob, ending, source, codes = NATIVE[name]
    found, said = said_of(blob, ending, **source)
    assert found == set(codes.split()), said
    assert "Maria" not in said


@pytest.mark.parametrize(("note", "codes"), [("short", set()), ("x" * 3_000, {"N11"})])
def test_stata_text_of_any_length(note, codes):
    sink = io.BytesIO()
    table = FRAME.assign(note=note)
    table.to_stata(sink, version=117, convert_strl=["note"], write_index=False)
    assert said_of(sink.getvalue(), "dta", ignore=["note"])[0] == codes


def columns(**new: pa.Array) -> pa.Table:
    table = pa.Table.from_pandas(FRAME, preserve_index=False)
    for name, column in new.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table


def stored(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def bomb() -> bytes:
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, pa.schema([("visit", pa.string())]), compression="zstd") as writer:
        for _ in range(BOMB_MB):
            writer.write_table(pa.table({"visit": ["x" * (1 << 20)]}))
    return sink.getvalue()


def truth_as_floats() -> dict[str, bytes]:
    """The sessions with every number a float, as Stata, SPSS and Excel hold them; one truth value is missing."""
    rows = files()["sessions.csv"]
    table = formats.frame(rows)
    table["rupture"] = [float(place % 3 == 0) for place in range(len(table))]
    table.loc[3, "rupture"] = np.nan
    excel, pandas_stata, sink = io.BytesIO(), io.BytesIO(), io.BytesIO()
    table.to_excel(excel, index=False)
    table.to_stata(pandas_stata, write_index=False, version=118)
    table.to_parquet(sink, index=False)
    labels = {"rupture": {0.0: "No", 1.0: "Yes"}}
    return {
        "xlsx": excel.getvalue(),
        "dta": pandas_stata.getvalue(),
        "sav": written(table, "f.sav", variable_value_labels=labels),
        "zsav": written(table, "f.zsav", compress=True),
        "parquet": sink.getvalue(),
    }


@pytest.mark.parametrize("ending", ["xlsx", "dta", "sav", "zsav", "parquet"])
def test_floats_of_a_native_format_are_truth_values_and_whole_numbers(ending):
    raw = {name: csv(rows) for name, rows in files().items() if name != "sessions.csv"}
    raw[f"sessions.{ending}"] = truth_as_floats()[ending]
    params = small_params(lambda p: p["sources"]["tables"]["sessions"].update(file=f"sessions.{ending}"))
    sessions = through(raw, params)[0]["sessions"]
    assert [sessions["rupture"].isna().sum(), sessions["rupture"].sum()] == [1, 29]
    assert sessions["duration_min"].max() == 43


N, ANSWERS = len(FRAME), columns()["q1"]
PLAIN = stored(columns())
PARQUET = {
    "64-bit integers": (stored(columns(q1=ANSWERS.cast(pa.int64()))), ""),
    "8-bit integers": (stored(columns(q1=ANSWERS.cast(pa.int8()))), ""),
    "half floats": (stored(columns(q1=pa.array(FRAME["q1"].to_numpy().astype("float16")))), ""),
    "numbers as text": (stored(columns(q1=pa.array([f"{v:.0f}" for v in FRAME["q1"]]))), ""),
    "large text": (stored(columns(visit=columns()["visit"].cast(pa.large_string()))), ""),
    "categories of numbers": (stored(columns(q1=ANSWERS.cast(pa.int32()).dictionary_encode())), ""),
    "many row groups": (stored(columns(), row_group_size=7), ""),
    "another compression": (stored(columns(), compression="brotli"), ""),
    "no dictionaries": (stored(columns(), use_dictionary=False), ""),
    "a missing answer": (stored(columns(q1=pa.array([None, *FRAME["q1"][1:]]))), ""),
    "not a number": (stored(columns(q1=pa.array([np.nan, *FRAME["q1"][1:]]))), ""),
    "a column without values": (stored(columns(q1=pa.nulls(N))), ""),
    "infinity": (stored(columns(q1=pa.array([np.inf, *FRAME["q1"][1:]]))), "T02"),
    "truth values for answers": (stored(columns(q1=pa.array([True] * N))), "T02"),
    "bytes": (stored(columns(visit=columns()["visit"].cast(pa.binary()))), "F01"),
    "timestamps": (stored(columns(q1=pa.array([datetime.datetime(2024, 3, 1)] * N))), "F05"),
    "dates": (stored(columns(q1=pa.array([datetime.date(2024, 3, 1)] * N))), "F05"),
    "durations": (stored(columns(q1=pa.array([datetime.timedelta(1)] * N))), "F05"),
    "records": (stored(columns(q1=pa.array([{"a": 1}] * N))), "F01"),
    "maps": (stored(columns(q1=pa.array([[("a", 1)]] * N, pa.map_(pa.string(), pa.int8())))), "F01"),
    "a header twice": (stored(pa.Table.from_arrays([*columns().columns, ANSWERS], [*columns().column_names, "q1"])), "S01"),
    "encryption": (b"PARE" + PLAIN[4:-4] + b"PARE", "B05"),
    "an e-mail": (stored(columns(q1=pa.array(["m@example.org"] * N))), "N01"),
    "a hundred texts of a megabyte": (bomb(), "F02"),
}


@pytest.mark.parametrize("name", PARQUET)
def test_a_parquet_file_with(name):
    blob, codes = PARQUET[name]
    found, said = said_of(blob, "parquet")
    assert found == set(codes.split()), said
    assert "example.org" not in said


def export(change: Callable[[list[list[str]], dict[str, Any]], Any]) -> set[str]:
    """The verdict on a changed REDCap export."""
    rows, data = redcap()
    change(rows, data)
    return verdict({"redcap.csv": csv(rows)}, validate(data))[0]


def extra(name: str, text: str, *, ignored: bool = True) -> Callable[[list[list[str]], dict[str, Any]], None]:
    def change(rows: list[list[str]], data: dict[str, Any]) -> None:
        for number, row in enumerate(rows):
            row.append(text if number else name)
        if ignored:
            data["sources"]["tables"]["clients"].setdefault("ignore", []).append(name)

    return change


REDCAP: dict[str, tuple[Callable[[list[list[str]], dict[str, Any]], Any], str]] = {
    "the same instance twice": (lambda rows, _: rows.append(list(rows[40])), "V02 V07"),
    "the same instance twice, answered otherwise": (
        lambda rows, _: rows.append([*rows[40][:-1], str(int(rows[40][-1]) % 5 + 1)]), "V02 V03 V07",
    ),
    "an instance that is no number": (lambda rows, _: rows[40].__setitem__(3, "first"), "T04"),
    "a blank instance": (lambda rows, _: rows[40].__setitem__(3, ""), "T07"),
    "a record id of digits": (lambda rows, _: rows[1].__setitem__(0, "104"), "T04"),
    "record ids that count": (
        lambda rows, data: (
            [row.__setitem__(0, str(n)) for n, row in enumerate(rows) if n],
            data["privacy"].update(id_patterns={"client_id": "[0-9]+", "session_id": "V[0-9_]+"}),
        ),
        "I01 I02 I03",
    ),
    "the time a survey was sent": (extra("mini_timestamp", "2024-03-15 10:30"), "S09 N07"),
    "the identifier of a survey": (extra("redcap_survey_identifier", ""), "S09"),
    "a column that says whether a form is complete": (extra("visit_complete", "2"), ""),
    "the site of a record": (extra("redcap_data_access_group", "north"), ""),
    "a checkbox nobody maps": (extra("hurdle___3", "0", ignored=False), "S03"),
    "notes": (extra("visit_notes", "client says that the worker came along to court and that it was good"), "N11"),
    "an event nobody maps": (lambda rows, _: rows.append(["Cffff0000", "followup_arm_1", *[""] * (len(rows[0]) - 2)]), ""),
    "a client's row twice": (lambda rows, _: rows.append(list(rows[1])), "V02"),
    "an answer on the client's row": (lambda rows, _: rows[1].__setitem__(-1, "4"), ""),
}  # fmt: skip


def on_the_clients_row(rows: list[list[str]], _data: dict[str, Any]) -> None:
    rows[1][-1] = "4"
    rows[2][-1] = "5"


def uncoded_boxes(rows: list[list[str]], _data: dict[str, Any]) -> None:
    for row in rows[40:]:
        row[HEADER.index("hurdle___1")] = "0"


def site_of_the_record(rows: list[list[str]], data: dict[str, Any]) -> None:
    extra("redcap_data_access_group", "A1b2c3d4e", ignored=False)(rows, data)
    data["sources"]["tables"]["clients"]["columns"]["agency_id"] = "redcap_data_access_group"


UNUSED = {
    "answers on the client's row": (on_the_clients_row, ["J05 2"]),
    "an event nobody maps": (REDCAP["an event nobody maps"][0], ["J04 1"]),
    "unchecked boxes on every row": (uncoded_boxes, []),
    "the record's site on every row": (site_of_the_record, []),
}


@pytest.mark.parametrize("name", UNUSED)
def test_what_no_mapping_reads_is_counted(name):
    change, expected = UNUSED[name]
    rows, data = redcap()
    change(rows, data)
    _, record, _ = through({"redcap.csv": csv(rows)}, validate(data))
    found = [re.fullmatch(r"\[(J..)\].*\((\d+) rows?.*\)", note) for note in record["notes"]]
    assert [f"{match[1]} {match[2]}" for match in found if match] == expected, record["notes"]


@pytest.mark.parametrize("name", REDCAP)
def test_a_redcap_export_with(name):
    change, codes = REDCAP[name]
    assert export(change) == set(codes.split())
    assert HEADER[0] == "record_id"
