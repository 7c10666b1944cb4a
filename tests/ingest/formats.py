"""The small study's files in other formats than CSV."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat

Rows = list[list[str]]


def frame(rows: Rows) -> pd.DataFrame:
    """Rows of text as a table: numbers where every cell is one."""
    table = pd.DataFrame(rows[1:], columns=rows[0])
    for name in table:
        numbers = pd.to_numeric(table[name].replace("", None), errors="coerce")
        if numbers.notna().sum() == (table[name] != "").sum() and numbers.notna().any():
            table[name] = numbers.astype(float)
    return table


def workbook(rows: Rows, **sheets: Rows) -> bytes:
    """An Excel workbook: numbers as numbers, blanks as empty cells."""
    book = openpyxl.Workbook()
    _fill(book.active, rows)
    for name, more in sheets.items():
        _fill(book.create_sheet(name), more)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def parquet(rows: Rows) -> bytes:
    """A Parquet file as pandas writes it."""
    return frame(rows).to_parquet(index=False)


def spss(rows: Rows, **options: object) -> bytes:
    """An SPSS file."""
    return _written(rows, pyreadstat.write_sav, "file.sav", options)


def stata(rows: Rows, **options: object) -> bytes:
    """A Stata file."""
    return _written(rows, pyreadstat.write_dta, "file.dta", options)


def _fill(sheet: object, rows: Rows) -> None:
    table = frame(rows)
    sheet.append(list(table.columns))
    for row in table.itertuples(index=False):
        sheet.append([None if cell in ("", None) or cell != cell else cell for cell in row])


def _written(rows: Rows, write: object, name: str, options: dict[str, object]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(frame(rows), path, **options)
        return path.read_bytes()
