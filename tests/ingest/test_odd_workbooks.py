"""Workbooks as they come from people and programs, each with its verdict."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.formula import ArrayFormula

from tests.ingest import formats
from tests.ingest.ratings_file import ROWS, said_of


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
