"""What prepare does with columns, rows and formats, and that its output passes the gate."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path

import pytest

from pipeline.base.errors import SourceError
from pipeline.base.params import load
from pipeline.base.sources import Sources
from pipeline.ingest.readers import read_raw
from pipeline.ingest.study import Scale, ingest
from pipeline.prepare.identified import Identified
from pipeline.prepare.kept import unexpected_cells
from pipeline.prepare.plan import Preparation
from pipeline.prepare.reading import read_identified
from pipeline.prepare.study import PreparedStudy, prepare
from tests.prepare.identified_study import as_csv, study

KEY = bytes(range(32))
PARAMS = Path(__file__).parents[2] / "params.yaml"


def table(*rows: str) -> Identified:
    found, problems = read_identified(1, "csv", ("\n".join(rows) + "\n").encode())
    assert found is not None, problems
    return found


def out(prepared: PreparedStudy, place: int = 0) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(prepared.files[place].content.decode())))
    return sorted(rows, key=lambda row: sorted(row.items()))


def refused(files: dict[str, Identified], plan: Preparation) -> str:
    with pytest.raises(SourceError) as caught:
        prepare(files, plan, KEY)
    return "\n".join(map(str, caught.value.problems))


def test_the_output_passes_the_gate_by_construction() -> None:
    found = study()
    files = {name: table(*as_csv(rows).splitlines()) for name, rows in found.files.items()}
    plan = Preparation(
        client=("mrn",), worker=("staff",), session=("visit_ref",), episode=("adv_ref",), intake=("intake_date",),
        date=("visit_date", "adv_date", "rated_at"), age=("dob",), zip=("zip",),
        keep=("sex", "nr", "kept", "who", "place", "wai_*"), bands=(45,),
    )  # fmt: skip
    prepared = prepare(files, plan, KEY)
    raw = {}
    for made in prepared.files:
        raw_table, problems = read_raw(made.name, made.content)
        assert raw_table is not None, problems
        raw[made.name] = raw_table
    sources = {
        "directory": "data/raw/study",
        "tables": {
            "clients": {
                "file": "table.csv",
                "columns": {"client_id": "client_id", "age_band": "age_band", "gender": "sex"},
                "recode": {"gender": {"F": "female", "M": "male"}},
                "ignore": ["area3"],
            },
            "sessions": {
                "file": "visits.csv",
                "columns": {"session_id": "visit_ref", "client_id": "client_id", "worker_id": "staff", "day": "visit_day"}
                | {"session_number": "nr", "attendance": "kept"},
                "recode": {"attendance": {"1": "attended"}},
            },
            "advocacy": {
                "file": "advocacy.csv",
                "columns": {"episode_id": "adv_ref", "client_id": "client_id", "worker_id": "staff", "day": "adv_day"}
                | {"mode": "who", "setting": "place"},
                "recode": {"mode": {"J": "joint", "W": "worker_solo"}},
            },
        },
        "ratings": {
            "wai": {"file": "wai.csv", "instrument": "wai_sr", "rater": "client", "items": "wai_{item}"}
            | {"columns": {"session_id": "visit_ref"}, "ignore": ["client_id", "rated_day"]}
        },
    }
    params = load(PARAMS.read_text(encoding="utf-8"))
    mapped = params.model_copy(update={"sources": Sources.model_validate_json(json.dumps(sources))})
    made_tables = ingest(raw, mapped, {"wai_sr": Scale(12, 1, 5)})
    assert made_tables.record.tables["sessions"].rows == 360
    assert made_tables.record.tables["clients"].rows == 60


def test_days_count_from_each_clients_intake_and_before_it_is_negative_and_counted() -> None:
    people = table("id,intake", "1,2023-01-10", "2,2023-03-01")
    visits = table("id,seen_date", "1,12.01.2023", "1,09.01.2023", "2,28.02.2023", "2,")
    plan = Preparation(client=("id",), intake=("intake",), date=("seen_date",))
    prepared = prepare({"people.csv": people, "visits.csv": visits}, plan, KEY)
    assert sorted(row["seen_day"] for row in out(prepared, 1)) == ["", "-1", "-1", "2"]
    column = next(column for column in prepared.files[1].columns if column.role == "date")
    assert (column.filled, column.before, column.notations) == (3, 2, ("day-month-year",))
    assert list(out(prepared, 0)[0]) == ["id"]


def test_without_an_intake_the_earliest_of_all_date_columns_is_day_0() -> None:
    visits = table("id,came_date,rated_date", "1,2023-01-12,2023-01-13", "1,2023-01-20,2023-01-10")
    made = prepare({"v.csv": visits}, Preparation(client=("id",), date=("*_date",), first_date_is_intake=True), KEY)
    assert {(row["came_day"], row["rated_day"]) for row in out(made)} == {("2", "3"), ("10", "0")}
    assert "no date is said to be the intake" in refused({"v.csv": visits}, Preparation(client=("id",), date=("*_date",)))


BAD = {
    "no_such_column": (Preparation(client=("id",), keep=("nowhere",)), "no file has a column `nowhere`"),
    "two_roles": (Preparation(client=("id",), keep=("id",)), "named in two roles"),
    "dates_without_client": (Preparation(intake=("intake",), keep=("sex",)), "no client column"),
    "ambiguous": (Preparation(client=("id",), intake=("slash",)), "day and month cannot be told apart in 2 different dates"),
    "no_date": (Preparation(client=("id",), intake=("intake",), date=("words",)), "2 cells are no date"),
    "free_text": (Preparation(client=("id",), keep=("words",)), "2 cells (2 different) are neither small numbers"),
    "long_numbers": (Preparation(client=("id",), keep=("long",)), "2 cells (2 different)"),
    "years": (Preparation(client=("id",), keep=("year",)), "2 cells (2 different)"),
    "header_identifies": (Preparation(client=("id",), keep=("phone_yn",)), "name it anew"),
    "nothing": (Preparation(), "no column is taken"),
    "far": (Preparation(client=("id",), intake=("intake",), date=("far",)), "2 rows have a date that gives no day"),
}
ROWS = (
    "id,intake,slash,words,long,year,sex,phone_yn,far",
    "1,2023-01-10,01/02/2023,Anna Berg,4155550,1987,F,1,1999-01-01",
    "2,2023-01-11,03/04/2023,Bo Lind,4155551,1990,M,0,1999-01-01",
)


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_done_is_said_without_a_value(name: str) -> None:
    plan, text = BAD[name]
    said = refused({"a.csv": table(*ROWS)}, plan)
    assert text in said
    assert not [cell for row in ROWS[1:] for cell in row.split(",") if len(cell) > 3 and cell in said]


def test_all_problems_come_at_once() -> None:
    said = refused(
        {"a.csv": table(*ROWS)}, Preparation(client=("id",), intake=("slash",), keep=("words", "long"), date=("far",))
    )
    assert said.count("cells (") == 2
    assert "cannot be told apart" in said


def test_rows_without_a_day_can_be_set_aside_and_are_counted() -> None:
    visits = table("id,intake,seen_date", "1,2023-01-10,2023-01-12", "1,,not known", "9,,2023-01-12")
    plan = Preparation(client=("id",), intake=("intake",), date=("seen_date",), set_aside=True)
    made = prepare({"v.csv": visits}, plan, KEY)
    assert (made.files[0].rows, made.files[0].set_aside) == (1, 2)


def test_two_intakes_of_one_client_are_refused() -> None:
    people = table("id,intake", "1,2023-01-10", "1,2023-01-11")
    assert "1 clients have more than one day of intake" in refused(
        {"p.csv": people}, Preparation(client=("id",), intake=("intake",))
    )


def test_words_that_a_plan_names_may_stay_and_ids_that_nearly_agree_are_counted() -> None:
    rows = table("id,kind", "7,Walk-in Tues", "07,Walk-in Tues", "a1,x", "A1,x")
    made = prepare({"p.csv": rows}, Preparation(client=("id",), keep=("kind",), codes={"kind": ("Walk-in Tues",)}), KEY)
    assert made.twins["client"] == 4
    assert made.ids["client"] == 4
    assert {row["kind"] for row in out(made)} == {"Walk-in Tues", "x"}


def test_headers_and_file_names_that_may_identify_are_made_anew() -> None:
    rows = table("Patient Name,Date of visit,Intake date", "Anna Berg,2023-01-12,2023-01-10")
    plan = Preparation(client=("Patient Name",), date=("Date of visit",), intake=("Intake date",))
    made = prepare({"Berg_Anna_2023-01-12 visits.csv": rows}, plan, KEY)
    assert made.files[0].name == "visits.csv"
    assert list(out(made)[0]) == ["client_id", "visit_day"]


def test_dates_and_labels_of_excel_spss_stata_and_parquet(tmp_path: Path) -> None:
    import pandas as pd
    import pyreadstat

    days = [dt.date(2023, 1, 10), dt.date(2023, 2, 1)]
    frame = pd.DataFrame(
        {"id": ["a7", "b8"], "start": days, "seen": [dt.date(2023, 1, 12), dt.date(2023, 1, 31)], "sex": [1.0, 2.0]}
    )
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    labels = {"sex": {1.0: "Female", 2.0: "Male"}}
    pyreadstat.write_sav(frame, tmp_path / "a.sav", variable_value_labels=labels)
    pyreadstat.write_dta(frame, tmp_path / "a.dta", variable_value_labels={"sex": {1: "Female", 2: "Male"}})
    plan = Preparation(client=("id",), intake=("start",), date=("seen",), keep=("sex",))
    for ending in ("xlsx", "parquet", "sav", "dta"):
        found, problems = read_identified(1, ending, (tmp_path / f"a.{ending}").read_bytes())
        assert found is not None, (ending, problems)
        rows = out(prepare({f"a.{ending}": found}, plan, KEY))
        wanted = ("Female", "Male") if ending in ("sav", "dta") else ("1", "2")
        assert [(row["seen_day"], row["sex"]) for row in rows] == [("-1", wanted[1]), ("2", wanted[0])], ending


def test_semicolons_windows_letters_and_qualtrics_headings_are_read() -> None:
    found, _ = read_identified(1, "csv", "kürzel;wert\r\nä;1,5\r\n".encode("cp1252"))
    assert found is not None
    assert (found.header, found.columns[1], found.notes) == (("kürzel", "wert"), ("1,5",), ("read as windows-1252",))
    text = 'a,b\nFirst,Second\n"{""ImportId"":""Q1""}","{""ImportId"":""Q2""}"\n1,2\n'
    found, _ = read_identified(1, "csv", text.encode())
    assert found is not None
    assert found.rows == 1


def test_a_broken_file_is_refused_without_a_cell() -> None:
    for ending in ("xlsx", "sav", "dta", "parquet", "csv"):
        found, problems = read_identified(3, ending, b"Anna Berg\n\x00\x01 nothing of this kind")
        if found is None:
            assert "file 3" in str(problems[0])
            assert "Anna" not in str(problems[0])


def test_means_of_answers_keep_their_decimals_and_places_on_a_map_do_not_pass() -> None:
    rows = table("id,wai_mean,spot", "1,3.416666667,42.360123", "2,2.9,41.112233")
    made = prepare({"p.csv": rows}, Preparation(client=("id",), keep=("wai_mean",)), KEY)
    assert {row["wai_mean"] for row in out(made)} == {"3.416666667", "2.9"}
    assert "2 cells (2 different)" in refused({"p.csv": rows}, Preparation(client=("id",), keep=("spot",)))


@pytest.mark.parametrize("cell", ["#NULL!", "N/A", "-99", ".", "1,3", "2|10", "transport|cost", "No-Show", "Completed"])
def test_codes_of_missing_values_lists_of_boxes_and_words_for_codes_may_stay(cell: str) -> None:
    assert unexpected_cells([cell], ()) == frozenset()


@pytest.mark.parametrize("cell", ["12;5;80", "Maria|Lopez", "555,1234", "1/3/1980", "40,71,2023", "12,12,1980"])
def test_what_only_looks_like_a_list_may_not(cell: str) -> None:
    assert unexpected_cells([cell], ()) == {cell}


@pytest.mark.parametrize("cell", ["P7; P8", "P7, P8", "P7/P8", "P7 and P8", "P7 + P9 + P8"])
def test_several_clients_in_one_cell_are_refused_and_counted(cell: str) -> None:
    log = Identified(("client", "mode"), (("P7", "P8", cell, cell), ("joint",) * 4))
    said = refused({"log.csv": log}, Preparation(client=("client",), keep=("mode",)))
    assert "file 1, column 1: 2 cells name several clients at once" in said
    assert "P7" not in said


def test_ids_with_marks_of_their_own_are_one_id() -> None:
    log = Identified(("client", "mode"), (("P7", "P8/9", "anders, and", "P9/8"), ("joint",) * 4))
    assert prepare({"log.csv": log}, Preparation(client=("client",), keep=("mode",)), KEY).ids["client"] == 4
