"""What few studies hold and the way in reads or refuses all the same, a line a case."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.base.sources import RatingSource, TableSource
from pipeline.base.sources import Reading as Written
from pipeline.ingest import check_params, net
from pipeline.ingest.assemble import removed_by
from pipeline.ingest.bodies import Bodies, cut_ids
from pipeline.ingest.cells import Reading, convert
from pipeline.ingest.headings import detect_heading
from pipeline.ingest.kept_scores import Scale, as_scored
from pipeline.ingest.parts import parts_of, session_glue, with_session_id
from pipeline.ingest.randomness import pattern_found
from pipeline.ingest.readers import read_raw
from pipeline.ingest.registers import register_found
from pipeline.ingest.workbook import hidden_contents
from pipeline.tables import Sessions
from pipeline.tables.rules import BY_NAME
from tests.ingest.formats import spss, workbook
from tests.ingest.small_study import Files, csv, files, small_params, through, verdict

SOURCES = "sources"
Change = Callable[[dict[str, Any]], None]


def sessions(**keys: object) -> Change:
    return lambda data: data[SOURCES]["tables"]["sessions"].update(keys)


def ratings(**keys: object) -> Change:
    return lambda data: data[SOURCES]["ratings"]["mini_client"].update(keys)


def columns(table: str, **own: object) -> Change:
    return lambda data: data[SOURCES]["tables"][table]["columns"].update(own)


@pytest.mark.parametrize(
    ("change", "where", "says"),
    [
        (ratings(columns={}), "columns.session_id", "client_id and session_number in its place"),
        (sessions(missing={"day": ["99"], "nonsense": ["99"]}), "missing.nonsense", "no such canonical column"),
        (sessions(split={"phase": ","}), "split.phase", "not a column of several codes"),
        (sessions(scales={"duration_min": [1, 5]}), "scales.duration_min", "not a rating with a scale"),
        (sessions(scales={"co_construction": [5, 1]}), "scales.co_construction", "no such scale"),
        (columns("sessions", day={"order_of": "day"}), "columns.day", "only a session number"),
        (sessions(wide=0), "wide", "found 0"),
        (columns("sessions", day="day_s{session}"), "wide", "no sessions are declared"),
        (lambda data: data[SOURCES].update(read={"rating.csv": {"separator": ";"}}), "read.<key 1>", "ratings.csv"),
        (lambda data: data[SOURCES].update(read={"all": {}, "ratings.csv": {"sheet": "A"}}), "sheet", "means nothing"),
        (columns("sessions", dose_joint="joint"), "columns.dose_joint", "twice"),
    ],
)
def test_params_that_cannot_be_meant_are_refused_by_their_key(change: Change, where: str, says: str) -> None:
    found = check_params(small_params(change))
    assert any(problem.where.endswith(where) and says in str(problem) for problem in found), found


@pytest.mark.parametrize(
    "change",
    [
        sessions(missing={"all": ["", "99"], "day": ["999"]}, recode={"rupture": {"unknown": None}}),
        ratings(missing={"items": ["9"], "total": ["-9"]}, totals={"total": "sum"}),
        lambda data: data[SOURCES]["tables"]["clients"].update(split={"barriers": ","}),
        sessions(scales={"co_construction": [1, 5]}),
    ],
)
def test_params_that_say_the_less_usual_are_right(change: Change) -> None:
    assert check_params(small_params(change)) == []


def raw(change: Callable[[dict[str, list[list[str]]]], None] | None = None) -> Files:
    tables = files()
    if change is not None:
        change(tables)
    return {name: csv(rows) for name, rows in tables.items()}


def with_column(table: str, header: str, cells: Callable[[int], str]) -> Callable[[dict[str, list[list[str]]]], None]:
    def change(tables: dict[str, list[list[str]]]) -> None:
        for place, row in enumerate(tables[table]):
            row.append(header if place == 0 else cells(place))

    return change


def test_codes_of_missing_totals_are_counted_by_their_code() -> None:
    given = raw(with_column("ratings.csv", "sum", lambda place: "-9" if place % 10 == 1 else ""))
    change = ratings(totals={"total": "sum"}, missing={"all": [""], "total": ["-9"]})
    _, record, _ = through(given, small_params(change))
    assert record.tables["ratings_mini"].removed == {"shipped_total": {"-9": 9}}


def test_a_code_of_missing_values_that_no_row_uses_any_more_is_not_counted() -> None:
    cells = pa.array(["5", "-9"]).dictionary_encode().slice(0, 1)
    assert removed_by(pa.chunked_array([cells]), frozenset({"-9"})) == {}


@pytest.mark.parametrize(
    ("text", "separator", "rule"),
    [("cost,transport", None, "not_code"), ("cost, transport", ",", None)],
)
def test_codes_in_one_cell_that_stand_apart_otherwise(text: str, separator: str | None, rule: str | None) -> None:
    def change(data: dict[str, Any]) -> None:
        if separator:
            data[SOURCES]["tables"]["clients"]["split"] = {"barriers": separator}

    given = files()
    given["clients.csv"] = [
        row if place == 0 else [*row[:-1], f'"{text}"'] for place, row in enumerate(given["clients.csv"])
    ]
    codes, said = verdict({name: csv(rows) for name, rows in given.items()}, small_params(change))
    assert (codes == set()) == (rule is None), said
    assert rule is None or ("unless `split` names another separator" in said and "split: { barriers" in said)


PHASE, RUPTURE = Sessions.columns["phase"], Sessions.columns["rupture"]
ATTENDED = Sessions.columns["attendance"]


@pytest.mark.parametrize(
    ("reading", "text", "value"),
    [
        (Reading(PHASE, recode={"9": None}), "9", None),
        (Reading(RUPTURE, recode={"9": "missing"}), "9", None),
        (Reading(RUPTURE, recode={"1": True}, labels={"1": "No"}), "1", "label_conflict"),
        (Reading(RUPTURE, recode={"1": True}, labels={"1": "Yes"}), "1", True),
        (Reading(RUPTURE, labels={"1": "perhaps"}), "1", "label_unclear"),
        (Reading(RUPTURE, labels={"1": "No"}), "1", False),
        (Reading(Sessions.columns["co_construction"], scale=(1, 5)), "7", "not_on_scale"),
    ],
)
def test_a_cell_is_read_by_its_recode_its_label_and_its_scale(reading: Reading, text: str, value: object) -> None:
    assert reading(text) == value


def test_where_code_and_label_differ_the_label_decides_and_the_rows_are_counted() -> None:
    cells = pa.chunked_array([pa.array(["1", "0", "1"]).dictionary_encode()])
    found = convert(cells, Reading(RUPTURE, labels={"1": "No", "0": "No"}))
    assert [value.as_py() for value in found.values] == [False, False, False]
    assert found.remarks == {"label_decides": 2}


def with_metadata(schema: dict[bytes, bytes] | None = None, column: dict[bytes, bytes] | None = None) -> bytes:
    fields = pa.schema([pa.field("a", pa.string(), metadata=column), pa.field("b", pa.string())], metadata=schema)
    stream = io.BytesIO()
    pq.write_table(pa.table({"a": ["x"], "b": ["y"]}, schema=fields), stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("blob", "place"),
    [
        (with_metadata({b"author": b"M. Diaz"}), "f.parquet"),
        (with_metadata(column={b"note": b"M. Diaz"}), "f.parquet, column 1"),
    ],
)
def test_notes_in_a_file_s_metadata_are_told_by_place_and_never_copied(blob: bytes, place: str) -> None:
    table, _ = read_raw("f.parquet", blob)
    assert table is not None
    assert [finding.where for finding in table.findings if finding.rule == "extras"] == [place]
    assert "Diaz" not in str(table.findings)


def test_a_workbook_whose_properties_name_somebody_is_told() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("docProps/core.xml", "<cp:coreProperties><dc:creator>M. Diaz</dc:creator></cp:coreProperties>")
    assert list(hidden_contents(stream.getvalue())) == ["document properties that name somebody"]


@pytest.mark.parametrize(
    ("blob", "how", "code"),
    [
        (b"a,b\n1,\x81\n", Written(encoding="shift-jis"), "wrong_encoding"),
        (b"a,b\n1,2\n", Written(skip=5), "heading_lines"),
        (b"a,b\n1,2\n", Written(skip_after_header=3), "no_rows"),
        (b'a,"b\n1,2\n', Written(), "quotes"),
        (b'Clinic\nvisit,day,score\na,b,c\nd,e,f\n1,"2"x,3\n', Written(), "quotes"),
        (b"a,b\n1,2,3\n4,5\n", Written(), "width"),
    ],
)
def test_text_files_that_cannot_be_read_are_refused_by_rule(blob: bytes, how: Written, code: str) -> None:
    table, problems = read_raw("f.csv", blob, how=how)
    assert table is None
    assert BY_NAME[code].code in [problem.code for problem in problems]


@pytest.mark.parametrize(
    ("records", "wanted"),
    [
        ([["Q1", "Q2"], ["How", "Why"], ['{"ImportId":"QID1"}', '{"ImportId":"QID2"}'], ["1", "2"]], "skip_after_header: 2"),
        ([["title"], ["a", "b"], ["1", "2"], ["3", "4"]], "skip: 1"),
        ([["a", "b"], ["1", "2"], ["3", "4"]], None),
        ([*[["only a line"]] * 30, ["", "", "x"]], None),
        ([*[["line"]] * 20, *[["1", "2"]] * 21], None),  # too far down to be a header
    ],
)
def test_where_the_headers_stand(records: list[list[str]], wanted: str | None) -> None:
    found = detect_heading(records)
    assert (found is None) if wanted is None else (found is not None and wanted in str(found))


def test_numbered_headers_can_be_read_past() -> None:
    def change(tables: dict[str, list[list[str]]]) -> None:
        for name in ("note1", "note12"):
            with_column("sessions.csv", name, lambda _: "x")(tables)

    assert verdict(raw(change), small_params())[0]
    assert verdict(raw(change), small_params(sessions(ignore=["note{item}"])))[0] == set()


GLUED = {"client_id": "client", "worker_id": "worker", "day": "day", "session_number": "number", "attendance": "kept"}


@pytest.mark.parametrize(
    ("cell", "collides"),
    [
        (lambda place: str(place), True),
        (lambda place: f"{place:03}", False),
        (lambda place: "k" * (1 + place % 40) + "m", False),
    ],
)
def test_parts_of_an_id_that_could_be_read_in_two_ways_are_refused(cell: Callable[[int], str], collides: bool) -> None:
    def change(tables: dict[str, list[list[str]]]) -> None:
        with_column("sessions.csv", "room", cell)(tables)
        with_column("sessions.csv", "place", lambda place: str(place % 12 if collides else place))(tables)

    glue = {"session_id": {"columns": ["room", "place"], "separator": "", "prefix": "S"}, **GLUED}
    codes, _ = verdict(raw(change), small_params(sessions(columns=glue, ignore_others=True)))
    assert (BY_NAME["glue_collides"].code in codes) == collides


def test_a_session_number_from_an_order() -> None:
    tables, _, _ = through(raw(), small_params(lambda data: (
        columns("sessions", session_number={"order_of": "day"})(data), sessions(ignore=["number"])(data))))  # fmt: skip
    assert sorted(set(tables["sessions"]["session_number"])) == [1, 2, 3]


@pytest.mark.parametrize(("scored", "rule", "value"), [("sum", "mean", 3.0), ("mean", "sum", 48.0), (None, "mean", 12.0)])
def test_kept_scores_come_to_the_metric_their_instrument_is_scored_in(scored: str | None, rule: Any, value: float) -> None:
    source = RatingSource.model_validate(
        {"file": "r.csv", "columns": {}, "instrument": "mini", "rater": "client",
         "scores": {"total": "t", "other": "o"}, "scored": scored}
    )  # fmt: skip
    table = as_scored(pa.table({"score_total": [12.0]}), source, Scale(4, 1, 5, sizes={"total": 4}, rule=rule))
    assert table.column("score_total").to_pylist() == [value]


def table_source(**own: object) -> TableSource:
    return TableSource.model_validate({"file": "s.csv", "columns": own})


GLUE = {"columns": ("site", "client"), "separator": "_"}


@pytest.mark.parametrize(
    ("own", "glued"),
    [
        ({"client_id": "c", "session_number": "n"}, ("c", "n")),
        ({"client_id": GLUE, "session_number": "n"}, ("site", "client", "n")),
        ({"client_id": GLUE | {"separator": "-"}, "session_number": "n"}, None),
        ({"client_id": "c", "session_number": {"order_of": "day"}}, None),
        ({"client_id": "c"}, None),
    ],
)
def test_a_session_without_an_id_is_named_by_client_and_number(
    own: dict[str, object], glued: tuple[str, ...] | None
) -> None:
    source = table_source(**own)
    made = session_glue(source)
    assert (None if made is None else made.columns) == glued
    named = with_session_id("tables.sessions", source)
    assert ("session_id" in named.columns) == (glued is not None)
    assert with_session_id("tables.clients", source) is source


def test_the_sessions_of_a_row_take_their_own_boxes_order_and_scores() -> None:
    source = RatingSource.model_validate(
        {"file": "r.csv", "wide": 2, "instrument": "mini", "rater": "client", "scores": {"total": "t{session}"},
         "columns": {"session_number": "{session}", "day": {"order_of": "day{session}"},
                     "barriers": {"checked": {"cost{session}": "cost"}}}}
    )  # fmt: skip
    second = list(parts_of("ratings.r", source))[1].source
    assert isinstance(second, RatingSource)
    assert (second.scores, second.items, second.constants) == ({"total": "t2"}, None, {"session_number": 2})
    assert second.columns["day"].order_of == "day2"  # type: ignore[union-attr]
    assert second.columns["barriers"].checked == {"cost2": "cost"}  # type: ignore[union-attr]


def test_ids_by_their_looks() -> None:
    assert pattern_found(Bodies(("a",), ("a",))) == ""
    signs = tuple(f"{a}{b}" for a in "é#%" for b in "ß&§")
    assert pattern_found(Bodies(signs, signs)) == "their characters are of no one alphabet"
    lengths = [*(f"{n}" for n in (104, 871, 352, 969, 417)), *(f"{n}" for n in (23, 90, 58))]
    assert pattern_found(cut_ids(lengths)) == ""
    few = tuple(f"{letter}-{digit}" for letter in "ABC" for digit in "369")
    assert pattern_found(cut_ids(list(few))) == ""
    draw = np.random.Generator(np.random.PCG64(3)).integers
    numbers = [f"{draw(1, 600):03}{draw(10, 99)}{draw(1000, 9999)}" for _ in range(400)]
    assert register_found(cut_ids([one for one in numbers if not one.startswith("666")])) != ""


def test_a_sentence_breaks_the_net_however_long_it_is() -> None:
    assert net.personal_rule("word " * 100 + "call 212-555-0147") == "phone"
    assert net.personal_rule("word " * 100) is None


def test_a_header_that_is_a_formula_is_refused() -> None:
    assert BY_NAME["formulas"].code in [
        problem.code for problem in read_raw("f.xlsx", workbook([["a", "=1+1"], ["x", "y"]]))[1]
    ]


def test_labels_that_look_like_somebody_are_told_by_place_and_never_copied() -> None:
    table, _ = read_raw("f.sav", spss([["a", "b"], ["x", "y"]], column_labels={"b": "call 212-555-0147"}))
    assert table is not None
    assert ("f.sav, column 2", "labels: phone") in [(finding.where, finding.detail) for finding in table.findings]


def test_answers_of_a_joined_file_are_read_where_they_stand() -> None:
    given = raw()
    minutes = [["visit", "length"], *([row[0], row[7]] for row in files()["sessions.csv"][1:])]
    join = {"rows": {"kept": ["attended"]}, "joins": [{"file": "length.csv", "key": "visit"}], "ignore": ["minutes"]}

    def change(data: dict[str, Any]) -> None:
        sessions(**join)(data)
        columns("sessions", duration_min="length")(data)

    tables, _, _ = through(given | {"length.csv": csv(minutes)}, small_params(change))
    assert sorted(set(tables["sessions"]["duration_min"])) == [41.0, 42.0, 43.0]


def test_rows_that_a_mapping_asks_for_and_that_are_not_there_are_told() -> None:
    codes, said = verdict(raw(), small_params(sessions(rows={"kept": ["attended", "came"]})))
    assert BY_NAME["rows_absent"].code in codes or "1 of 2 values" in said
