"""Excel, SPSS, Stata and Parquet files give the very tables that CSV gives; REDCap's one file gives several."""

from __future__ import annotations

import datetime
import io
import zipfile
from copy import deepcopy

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.base.params import validate
from pipeline.ingest.readers import read_raw
from tests.ingest import formats
from tests.ingest.small_study import PARAMS, SESSIONS, csv, files, small_params, through, verdict

WRITERS = {"xlsx": formats.workbook, "parquet": formats.parquet, "sav": formats.spss, "dta": formats.stata}


def in_format(ending: str) -> tuple[dict[str, bytes], dict]:
    raw = {name.replace("csv", ending): WRITERS[ending](rows) for name, rows in files().items()}
    data = deepcopy(PARAMS)
    for group in ("tables", "ratings"):
        for source in data["sources"][group].values():
            source["file"] = source["file"].replace("csv", ending)
    return raw, data


def ratings_only(blob: bytes, ending: str) -> set[str]:
    """The codes that refuse one file of the small study when it comes in another format."""
    raw = {name: csv(rows) for name, rows in files().items()}
    del raw["ratings.csv"]
    raw[f"ratings.{ending}"] = blob
    return verdict(raw, small_params(lambda p: p["sources"]["ratings"]["mini_client"].update(file=f"ratings.{ending}")))[0]


@pytest.mark.parametrize("ending", WRITERS)
def test_every_format_gives_the_tables_of_csv(ending):
    expected, _, _ = through({name: csv(rows) for name, rows in files().items()}, small_params())
    raw, data = in_format(ending)
    found, _, _ = through(raw, validate(data))
    for name, table in expected.items():
        pd.testing.assert_frame_equal(found[name], table)


@pytest.mark.parametrize("ending", WRITERS)
def test_a_file_of_another_format_under_this_name(ending):
    assert ratings_only(b"visit,q1\n1,2\n", ending) == {"B05"}


@pytest.mark.parametrize("ending", WRITERS)
def test_a_file_cut_off(ending):
    blob = WRITERS[ending](files()["ratings.csv"])
    assert ratings_only(blob[: len(blob) // 2], ending) & {"F01", "B05"}


@pytest.mark.parametrize("ending", WRITERS)
def test_a_bad_cell_is_refused_and_not_shown(ending):
    rows = files()["clients.csv"]
    rows[4][3] = "Maria Gonzalez"
    raw, data = in_format(ending)
    raw[f"clients.{ending}"] = WRITERS[ending](rows)
    codes, said = verdict(raw, validate(data))
    assert codes == {"T01"}
    assert "Gonzalez" not in said


@pytest.mark.parametrize("ending", WRITERS)
def test_an_id_stored_as_a_number(ending):
    rows = files()
    for table in ("workers.csv", "sessions.csv", "advocacy.csv"):
        place = rows[table][0].index("worker")
        for row in rows[table][1:]:
            row[place] = str(int(row[place][1:], 16))
    raw, data = in_format(ending)
    raw.update({name.replace("csv", ending): WRITERS[ending](table) for name, table in rows.items()})
    data["privacy"] = {"id_patterns": {"worker_id": "[0-9]+"}, "attested_ids": ["worker_id"]}
    expected = set() if ending in ("sav", "dta") else {"T09"}  # only where zeros before a number can have been lost
    assert verdict(raw, validate(data))[0] == expected


@pytest.mark.parametrize("ending", ["xlsx", "parquet"])
def test_native_dates_are_refused(ending):
    table = formats.frame(files()["ratings.csv"]).assign(q1=datetime.datetime(2024, 3, 15))
    sink = io.BytesIO()
    table.to_excel(sink, index=False) if ending == "xlsx" else table.to_parquet(sink)
    assert ratings_only(sink.getvalue(), ending) == {"F05"}


@pytest.mark.parametrize(("ending", "form"), [("sav", "DATE11"), ("sav", "DATETIME20"), ("dta", "%td"), ("dta", "%tc")])
def test_date_formats_are_refused(ending, form):
    assert ratings_only(WRITERS[ending](files()["ratings.csv"], variable_format={"q1": form}), ending) == {"F05"}


def test_two_sheets_with_data():
    rows = files()["ratings.csv"]
    assert ratings_only(formats.workbook(rows, more=rows[:3]), "xlsx") == {"F03"}


def test_an_empty_second_sheet_is_nothing():
    assert ratings_only(formats.workbook(files()["ratings.csv"], more=[[]]), "xlsx") == set()


def test_formulas_are_refused():
    rows = files()["ratings.csv"]
    rows[2][1] = "=1+1"
    assert ratings_only(formats.workbook(rows), "xlsx") == {"F04"}


def test_empty_rows_and_columns_at_the_edges_of_a_sheet():
    book = openpyxl.load_workbook(io.BytesIO(formats.workbook(files()["ratings.csv"])))
    book.active["J200"].font = openpyxl.styles.Font(bold=True)
    sink = io.BytesIO()
    book.save(sink)
    assert ratings_only(sink.getvalue(), "xlsx") == set()


def test_an_empty_row_in_the_middle_of_a_sheet():
    rows = files()["ratings.csv"]
    assert ratings_only(formats.workbook([*rows[:5], [""] * 5, *rows[5:]]), "xlsx") == {"S05"}


def test_a_workbook_without_rows():
    assert ratings_only(formats.workbook(files()["ratings.csv"][:1]), "xlsx") == {"S07"}


@pytest.mark.parametrize("name", ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml"])
def test_macros_and_links_are_refused(name):
    sink = io.BytesIO(formats.workbook(files()["ratings.csv"]))
    with zipfile.ZipFile(sink, "a") as archive:
        archive.writestr(name, "x")
    assert ratings_only(sink.getvalue(), "xlsx") == {"F04"}


def test_a_workbook_that_would_unpack_to_gigabytes():
    sink = io.BytesIO()
    with (
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(80):
            member.write(b"\0" * (1 << 20))
    assert ratings_only(sink.getvalue(), "xlsx") == {"F02"}


def test_a_parquet_file_that_would_unpack_to_gigabytes():
    sink = io.BytesIO()
    column = pa.array([1], pa.int64()).take(pa.array([0] * (1 << 20)))
    with pq.ParquetWriter(sink, pa.schema([("visit", pa.int64())])) as writer:
        for _ in range(40):
            writer.write_table(pa.table({"visit": column}))
    assert ratings_only(sink.getvalue(), "parquet") == {"F02"}


def test_a_parquet_file_with_lists():
    sink = io.BytesIO()
    pq.write_table(pa.table({"visit": pa.array([["a"], ["b"]])}), sink)
    assert ratings_only(sink.getvalue(), "parquet") == {"F01"}


def test_a_parquet_file_with_categories_and_truth_values():
    table = formats.frame(files()["sessions.csv"])
    table["kept"] = table["kept"].astype("category")
    table["rupture"] = table["rupture"] == "yes"
    raw = {name: csv(rows) for name, rows in files().items()}
    del raw["sessions.csv"]
    raw["sessions.parquet"] = table.to_parquet(index=False)
    params = small_params(lambda p: p["sources"]["tables"]["sessions"].update(file="sessions.parquet"))
    assert verdict(raw, params)[0] == set()


def test_value_labels_and_user_missing_codes():
    rows = files()["sessions.csv"]
    place, phase = rows[0].index("kept"), rows[0].index("stage")
    for row in rows[1:]:
        row[place], row[phase] = "1", "2"
    rows[1][phase] = "99"
    blob = formats.spss(
        rows,
        variable_value_labels={"kept": {1.0: "attended", 2.0: "no_show"}, "stage": {2.0: "Early phase", 99.0: "not asked"}},
        missing_ranges={"stage": [99]},
    )
    raw = {name: csv(table) for name, table in files().items()}
    del raw["sessions.csv"]
    raw["sessions.sav"] = blob
    change = {"file": "sessions.sav", "recode": {"phase": {"Early phase": "engagement"}}}
    tables, _, _ = through(raw, small_params(lambda p: p["sources"]["tables"]["sessions"].update(change)))
    assert set(tables["sessions"]["attendance"]) == {"attended"}
    assert tables["sessions"]["phase"].isna().sum() == 1
    assert set(tables["sessions"]["phase"].dropna()) == {"engagement"}


def test_no_reader_for_the_ending():
    table, problems = read_raw("notes.docx", b"PK")
    assert table is None
    assert [problem.code for problem in problems] == ["F06"]


HEADER = [
    "record_id",
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
    "sex",
    "hurdle___1",
    "hurdle___2",
    "day",
    "kept",
]


def redcap() -> tuple[list[list[str]], dict]:
    """One longitudinal export with a repeating instrument: clients, sessions and ratings in one file."""
    small = files()
    clients = {row[0]: row for row in small["clients.csv"][1:]}
    rows = [[*HEADER, "worker", "number", "q1", "q2", "q3", "q4"]]
    for client in clients:
        rows.append([client, "baseline_arm_1", "", "", clients[client][3], "1", "0", *[""] * 8])
    answers = {row[0]: row[1:] for row in small["ratings.csv"][1:]}
    for visit, client, worker, day, number, *_ in small["sessions.csv"][1:]:
        rows.append([client, "treatment_arm_1", "visit", number, "", "", "", day, "1", worker, number, *answers[visit]])
    visit = {"columns": ["record_id", "redcap_repeat_instance"], "prefix": "V"}
    baseline = {"redcap_event_name": ["baseline_arm_1"], "redcap_repeat_instrument": [""]}
    sources = {
        "directory": "data/raw/small",
        "tables": {
            "clients": {
                "file": "redcap.csv",
                "rows": baseline,
                "columns": {
                    "client_id": "record_id",
                    "gender": "sex",
                    "barriers": {"checked": {"hurdle___1": "cost", "hurdle___2": "transport"}},
                },
            },
            "sessions": {
                "file": "redcap.csv",
                "rows": {"redcap_repeat_instrument": ["visit"]},
                "columns": {
                    "session_id": visit,
                    "client_id": "record_id",
                    "worker_id": "worker",
                    "day": "day",
                    "session_number": "number",
                    "attendance": "kept",
                },
                "recode": {"attendance": {"1": "attended"}},
            },
        },
        "ratings": {
            "mini": {
                "file": "redcap.csv",
                "rows": {"redcap_repeat_instrument": ["visit"]},
                "instrument": "mini",
                "rater": "client",
                "items": "q{item}",
                "columns": {"session_id": visit},
            }
        },
    }
    privacy = {"id_patterns": {"session_id": "VC[0-9a-f]{8}_[0-9]{1,3}"}}
    return rows, {**PARAMS, "sources": sources, "privacy": privacy}


def test_one_redcap_export_feeds_several_tables():
    rows, data = redcap()
    rows[1][HEADER.index("hurdle___1")] = "0"
    rows[2][HEADER.index("hurdle___2")] = "1"
    for box in ("hurdle___1", "hurdle___2"):
        rows[3][HEADER.index(box)] = ""
    tables, record, _ = through({"redcap.csv": csv(rows)}, validate(data))
    expected, _, _ = through({name: csv(table) for name, table in files().items()}, small_params())
    assert len(tables["clients"]) == len(expected["clients"])
    barriers = tables["clients"].set_index("client_id")["barriers"]
    assert barriers[rows[1][0]] == "none"  # asked, and no box checked
    assert barriers[rows[2][0]] == "cost;transport"
    assert barriers.isna()[rows[3][0]]  # never asked
    assert barriers[rows[4][0]] == "cost"
    for name in ("item_1", "item_2", "item_3", "item_4"):
        assert sorted(tables["ratings_mini"][name]) == sorted(expected["ratings_mini"][name])
    for name in ("client_id", "worker_id", "day", "session_number"):
        assert list(tables["sessions"][name]) == list(expected["sessions"][name])
    assert record.notes == ()


def test_rows_of_a_kind_nobody_asks_for_are_counted():
    rows, data = redcap()
    rows.append(["Cffff0000", "followup_arm_1", "", "", *[""] * 11])
    _, record, _ = through({"redcap.csv": csv(rows)}, validate(data))
    assert record.notes == ("[J04] redcap.csv: of the file belong to no table (1 row)",)


def test_a_bad_cell_in_a_redcap_export_is_placed_on_its_line():
    rows, data = redcap()
    rows[35][HEADER.index("kept")] = "9"
    codes, said = verdict({"redcap.csv": csv(rows)}, validate(data))
    assert codes == {"T01"}
    assert "1 row, first on line 36" in said


def test_a_box_that_is_neither_checked_nor_unchecked():
    rows, data = redcap()
    rows[2][HEADER.index("hurdle___1")] = "perhaps"
    codes, said = verdict({"redcap.csv": csv(rows)}, validate(data))
    assert codes == {"T10"}
    assert "first on line 3" in said
    assert "perhaps" not in said


def test_a_labelled_redcap_export():
    rows, data = redcap()
    for row in rows[1:]:
        row[HEADER.index("hurdle___1")] = {"1": "Checked", "0": "Unchecked"}.get(row[HEADER.index("hurdle___1")], "")
        row[HEADER.index("kept")] = {"1": "Came"}.get(row[HEADER.index("kept")], "")
    data["sources"]["tables"]["sessions"]["recode"] = {"attendance": {"Came": "attended"}}
    tables, _, _ = through({"redcap.csv": csv(rows)}, validate(data))
    assert len(tables["sessions"]) == SESSIONS * len(tables["clients"])
