"""SPSS and Stata files as they come from people and programs, each with its verdict; and their floats."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from tests.ingest import formats
from tests.ingest.ratings_file import FRAME, said_of
from tests.ingest.small_study import csv, files, small_params, through

WORDS = {1: "Never", 2: "Rarely", 3: "Sometimes", 4: "Often", 5: "Always"}
LABELS = {"labels": {word: number for number, word in WORDS.items()}}


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
