"""Corners of the gate that no whole study reaches by itself."""

from __future__ import annotations

import io
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipeline.base.errors import TableError
from pipeline.ingest import cells, columnar, native, net, workbook
from pipeline.ingest.cells import Reading, convert
from pipeline.ingest.ids import id_faults, odd_ids
from pipeline.ingest.net import classify, scan_column
from pipeline.ingest.readers import read_raw
from pipeline.tables import Sessions, by_name
from pipeline.tables.anonymity import small_classes
from pipeline.tables.arrays import typed_array
from pipeline.tables.stored import Stored, parquet_bytes
from pipeline.tables.validation import Chosen, validate
from tests.ingest import formats
from tests.ingest.small_study import csv, files, small_params, verdict
from tests.test_tables import ANSWERS, tables

MANY = 300  # ids of a made-up column


def encoded(values: list[str | None]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.string()).dictionary_encode()])


def codes(file: str, blob: bytes) -> list[str]:
    return [problem.code for problem in read_raw(file, blob)[1]]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("x" * 300, "long_text"),
        ("May", None),
        ("2.0.1", None),
        ("v10.2", None),
        ("3/4", None),
        ("1-2", None),
        ("C12345678", None),
        ("123-45-678", None),
        ("Very Often", None),
        ("555-0123", "phone"),
        ("1999-12-31", "date"),
        ("31 Dec 1999", "date"),
        ("http://x", "url"),
    ],
)
def test_the_second_net(text, rule):
    assert classify(text) == rule


def test_the_net_over_a_column_counts_rows_and_gives_the_first():
    column = encoded(["a", "m@example.org", None, "555-0123", "m@example.org"])
    assert scan_column(column) == {"email": (2, 1), "phone": (1, 3)}
    again = pa.chunked_array([*column.chunks, *column.chunks])
    assert scan_column(again) == {"email": (4, 1), "phone": (2, 3)}
    assert set(net.NAMES) == set(net.PATTERNS)


def test_a_pattern_that_no_row_uses_any_more_counts_nothing():
    array = pa.array(["a", "m@example.org"]).dictionary_encode()
    assert scan_column(pa.chunked_array([array.slice(0, 1)])) == {}
    assert convert(pa.chunked_array([array.slice(0, 1)]), Reading(Sessions.columns["duration_min"])).faults == {
        "not_number": (1, 0)
    }


def test_faults_of_texts_that_no_row_uses_are_not_counted():
    array = pa.array(["5", "five"]).dictionary_encode()
    found = convert(pa.chunked_array([array.slice(0, 1)]), Reading(Sessions.columns["duration_min"]))
    assert found.faults == {}
    assert found.missing == 0


def test_many_different_texts_are_forgotten_in_time(monkeypatch):
    monkeypatch.setattr(cells, "MEMORY", 2)
    found = convert(encoded(["1", "2", "3", "4", "1"]), Reading(Sessions.columns["duration_min"]))
    assert [value.as_py() for value in found.values] == [1, 2, 3, 4, 1]


def test_ids_can_be_recoded():
    reading = Reading(Sessions.columns["client_id"], recode={"old": "C1234567"}, id_pattern="C[0-9]{7}")
    found = convert(encoded(["old", "C7654321"]), reading)
    assert [value.as_py() for value in found.values] == ["C1234567", "C7654321"]
    assert Reading(Sessions.columns["client_id"])("anything") == "not_id"


def test_numbers_have_no_negative_zero():
    found = convert(encoded(["-0"]), Reading(Sessions.columns["duration_min"]))
    assert str(found.values[0].as_py()) == "0.0"


def test_typed_arrays_equal_those_of_arrow():
    for values, kind in (
        (["a", None, ""], pa.string()),
        ([True, None, False] * 5, pa.bool_()),
        ([1, None, -3], pa.int64()),
        ([1, None, 2], pa.int8()),
        ([0.5, None], pa.float64()),
        ([], pa.float64()),
    ):
        assert typed_array(values, kind).equals(pa.array(values, kind))


@pytest.mark.parametrize(
    ("ids", "rules"),
    [
        (["a1", "b2"], set()),
        ([f"P{n}" for n in range(10, 30)], {"ids_sequential", "ids_dense"}),
        ([f"{n:08x}" for n in range(0xABCD, 0xABCD + 40)][::-1], {"ids_sequential", "ids_dense"}),
        ([f"x{(n * 7919) % MANY:04d}" for n in range(MANY)], {"ids_dense"}),
        ([f"{(n * 7919 + 13) ** 3 % 10**9:09d}" for n in range(MANY)], {"ids_numeric"}),
        ([f"q{chr(97 + n // 26)}{chr(97 + n % 26)}z9" for n in range(26)], {"ids_row_ordered"}),
    ],
)
def test_guessable_ids(ids, rules):
    assert {rule for rule, _ in id_faults(pa.array(ids))} == rules


def test_names_among_ids():
    hexadecimal = [f"C{(n * 2654435761) % 2**32:08x}" for n in range(MANY)]
    assert odd_ids(pa.array([*hexadecimal, "JohnSmith"])) == 1
    assert odd_ids(pa.array([*hexadecimal, "Cabcdefab"])) == 0  # a pseudonym may be all letters by chance
    assert odd_ids(pa.array(["Anna", "Berta", "Carla"])) == 0  # all words: the pattern, not this rule, must refuse them
    assert odd_ids(pa.array([*hexadecimal, "Maria1985"])) == 1
    assert odd_ids(pa.array([*hexadecimal, "MRN1234567"])) == 1
    assert odd_ids(pa.array([*hexadecimal[:9], "Maria1985"])) == 0  # too few to tell
    assert odd_ids(pa.array([], pa.string())) == 0
    assert odd_ids(pa.array([f"P{(n * 2654435761) % 10**8}" for n in range(MANY)])) == 0  # numbers of any length
    assert odd_ids(pa.array([*[f"Kq{n}zW{n}" for n in range(100, 180)], "Catherine"])) == 1


def test_no_quasi_identifiers_no_classes():
    assert small_classes(pa.table({"client_id": ["a"]}), [], 5) == 0


def test_all_rows_of_another_width():
    assert codes("a.csv", b"x,y\n1\n2\n") == ["S05"]


def test_a_header_with_a_broken_quote():
    assert codes("a.csv", b'"x"a,y\n1,2\n') == ["S06"]


def test_what_arrow_cannot_parse_is_refused(monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise pa.ArrowInvalid("a row with Gonzalez in it")

    monkeypatch.setattr("pyarrow.csv.read_csv", fail)
    table, problems = read_raw("a.csv", b"x,y\n1,2\n")
    assert table is None
    assert "Gonzalez" not in str(problems)
    assert [problem.code for problem in problems] == ["S05"]


def test_native_files_without_rows_or_with_bad_headers():
    rows = files()["ratings.csv"]
    assert codes("a.sav", formats.spss(rows[:1])) == ["S07"]
    assert codes("a.parquet", pd.DataFrame(columns=["x"], dtype="str").to_parquet()) == ["S07"]
    assert codes("a.parquet", pd.DataFrame({" x": [1]}).to_parquet()) == ["S02"]
    assert codes("a.xlsx", formats.workbook([["x ", "y"], ["1", "2"]])) == ["S02"]
    assert codes("a.xlsx", formats.workbook([[""]])) == ["F03"]


def test_a_workbook_with_too_many_members():
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for n in range(workbook.MEMBERS + 1):
            archive.writestr(f"f{n}", "")
    assert codes("a.xlsx", sink.getvalue()) == ["F02"]


def test_truth_values_in_a_workbook():
    assert workbook.cell_text(("b", True)) == "true"
    assert workbook.cell_text(("b", False)) == "false"
    assert workbook.cell_text(("n", None)) == ""
    assert workbook.cell_text(("n", 0.1 + 0.2)) == "0.3"


def test_an_spss_file_that_would_unpack_to_gigabytes(monkeypatch):
    monkeypatch.setattr(native, "SMALL", 0)
    monkeypatch.setattr(native, "RATIO", 0)
    assert codes("a.sav", formats.spss(files()["ratings.csv"])) == ["F02"]


def test_user_missing_codes_may_be_text():
    rows = [["x", "y"], ["a", "1"], ["zz", "2"]]
    table, _ = read_raw("a.sav", formats.spss(rows, missing_ranges={"x": ["zz"], "y": [2]}))
    assert table.user_missing == {"x": frozenset(["zz"]), "y": frozenset(["2"])}
    assert not native._within("word", {"lo": 1.0, "hi": 2.0})


def test_letters_for_missing_in_stata():
    frame = pd.DataFrame({"x": [1.0, "a", 3.0]})
    sink = formats.Path(formats.tempfile.mkdtemp()) / "a.dta"
    formats.pyreadstat.write_dta(frame, sink, missing_user_values={"x": ["a"]})
    table, _ = read_raw("a.dta", sink.read_bytes())
    assert table.user_missing == {"x": frozenset(["a"])}
    assert table.column("x").to_pylist() == ["1", "a", "3"]
    assert "x" in table.numbers


def test_decimals_in_parquet():
    sink = io.BytesIO()
    pq.write_table(pa.table({"x": pc.cast(pa.array([1.5, 2.0]), pa.decimal128(5, 2))}), sink)
    table, _ = read_raw("a.parquet", sink.getvalue())
    assert table.column("x").to_pylist() == ["1.5", "2"]
    assert columnar.MAGIC == b"PAR1"


def test_ratings_without_any_item_say_so_once():
    raw = {name: csv(rows) for name, rows in files().items()}
    raw["ratings.csv"] = csv([[row[0]] for row in files()["ratings.csv"]])
    assert verdict(raw, small_params())[0] == {"S04"}


def test_a_constant_beside_a_column():
    def change(params: dict) -> None:
        params["sources"]["tables"]["sessions"]["constants"] = {"phase": "engagement"}

    assert verdict({}, small_params(change))[0] == {"params"}


def test_good_recodes_and_constants_are_no_problem():
    def change(params: dict) -> None:
        sessions = params["sources"]["tables"]["sessions"]
        sessions["constants"] = {"modality": "office"}
        params["sources"]["tables"]["clients"]["recode"] = {"client_id": {"x": "C12345678"}, "gender": {"W": "woman"}}

    assert verdict({name: csv(rows) for name, rows in files().items()}, small_params(change))[0] == set()


def test_no_ratings_at_all_are_mapped():
    assert verdict({}, small_params(lambda p: p["sources"].update(ratings={})))[0] == {"params"}


def test_a_table_nobody_knows():
    with pytest.raises(TableError):
        validate({"ratings_else": parquet_bytes(pa.table({"session_id": ["s1"]}))}, Chosen(), ANSWERS)


def test_a_stored_table_that_is_none():
    with pytest.raises(TableError):
        Stored("clients", b"PAR1")


def test_items_may_be_parts_of_a_whole():
    from pipeline.project.io import parquet_bytes
    from pipeline.tables.validation import Answers

    given = tables()
    given["ratings_mini"].loc[0, "item_1"] = 1.5
    stored = {name: parquet_bytes(table) for name, table in given.items()}
    eased = {"mini": Answers(2, 1, 5, whole=False, has_reversed=False)}
    assert validate(stored, Chosen(), eased)[1].warnings == ()
    assert set(by_name()) >= {"clients"}


def test_what_was_read_once_is_remembered_over_chunks():
    column = pa.chunked_array([*encoded(["1", "2"]).chunks, *encoded(["2", "x"]).chunks])
    found = convert(column, Reading(Sessions.columns["duration_min"]))
    assert [value.as_py() for value in found.values] == [1, 2, 2, None]
    assert found.faults == {"not_number": (1, 3)}


def test_a_parquet_file_that_is_none_inside():
    assert codes("a.parquet", b"PAR1 nothing PAR1") == ["F01"]


def test_absent_headers_are_said_once_and_the_rest_goes_on():
    def change(params: dict) -> None:
        params["sources"]["tables"]["sessions"]["rows"] = {"form": ["visit"]}
        params["sources"]["ratings"]["mini_client"]["totals"] = {"total": "sum"}

    codes_found, said = verdict({name: csv(rows) for name, rows in files().items()}, small_params(change))
    assert codes_found == {"S04"}
    assert "`form`" in said
    assert "`sum`" in said


def test_shipped_totals_must_be_numbers():
    rows = files()["ratings.csv"]
    raw = {name: csv(table) for name, table in files().items()}
    raw["ratings.csv"] = csv([[*rows[0], "sum"], *([*row, "high"] for row in rows[1:])])
    change = {"totals": {"total": "sum"}}
    assert verdict(raw, small_params(lambda p: p["sources"]["ratings"]["mini_client"].update(change)))[0] == {"T02"}
