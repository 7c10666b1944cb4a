"""One study written in a hundred ways comes to the same validated tables, byte for byte."""

from __future__ import annotations

import io
import random
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest

from pipeline.base.params import validate
from pipeline.ingest.readers import read_raw
from pipeline.ingest.study import ingest
from pipeline.tables.validation import Chosen
from pipeline.tables.validation import validate as validate_tables
from tests.ingest.small_study import ANSWERS, PARAMS, SCALES, files

VARIANTS = 100
SESSIONS = (1, 2, 3)
Cells = list[list[str]]


@dataclass
class Written:
    """A study in the making: rows of cells by file, the mapping that fits them, and how each file's bytes are made."""

    draw: random.Random
    rows: dict[str, Cells] = field(default_factory=files)
    params: dict[str, Any] = field(default_factory=lambda: deepcopy(PARAMS))
    done: list[str] = field(default_factory=list)

    @property
    def tables(self) -> dict[str, Any]:
        return self.params["sources"]["tables"]

    @property
    def rating(self) -> dict[str, Any]:
        return self.params["sources"]["ratings"]["mini_client"]

    def read(self, file: str, **how: object) -> None:
        self.params["sources"].setdefault("read", {}).setdefault(file, {}).update(how)


def shuffled(study: Written) -> None:
    """Rows in another order."""
    for rows in study.rows.values():
        body = rows[1:]
        study.draw.shuffle(body)
        rows[1:] = body


def columns_moved(study: Written) -> None:
    """Columns in another order."""
    for name, rows in study.rows.items():
        order = list(range(len(rows[0])))
        study.draw.shuffle(order)
        study.rows[name] = [[row[place] for place in order] for row in rows]


def codes_recoded(study: Written) -> None:
    """Codes as numbers, and a missing code that no cell holds."""
    for table, file, header, column in (
        ("sessions", "sessions.csv", "stage", "phase"),
        ("clients", "clients.csv", "sex", "gender"),
        ("clients", "clients.csv", "age", "age_band"),
        ("advocacy", "advocacy.csv", "who", "mode"),
    ):
        rows = study.rows[file]
        at = rows[0].index(header)
        values = sorted({row[at] for row in rows[1:]})
        study.draw.shuffle(values)
        code = {value: str(place) for place, value in enumerate(values, start=1)}
        for row in rows[1:]:
            row[at] = code[row[at]]
        study.tables[table].setdefault("recode", {})[column] = {new: old for old, new in code.items()} | {"98": None}


def headers_renamed(study: Written) -> None:
    """Headers of the sessions under other names, with spaces and signs."""
    header = study.rows["sessions.csv"][0]
    for column, old in list(study.tables["sessions"]["columns"].items()):
        if isinstance(old, str) and old in header:
            new = f"{old.upper()} ({study.draw.randrange(9)})"
            header[header.index(old)] = new
            study.tables["sessions"]["columns"][column] = new


def extra_columns(study: Written) -> None:
    """Columns that nobody needs."""
    for rows in study.rows.values():
        for number in range(study.draw.randrange(1, 6)):
            rows[0].append(f"unneeded{number}")
            for row in rows[1:]:
                row.append("1")
    for source in [*study.tables.values(), study.rating]:
        source["ignore_others"] = True


def items_padded(study: Written) -> None:
    """Items as q01, or in brackets."""
    before, pattern = study.draw.choice([("q0{}", "q{item:02}"), ("q[{}]", "q[{item}]"), ("Q5_{}", "Q5_{item}")])
    header = study.rows["ratings.csv"][0]
    for item in range(1, 5):
        header[header.index(f"q{item}")] = before.format(item)
    study.rating["items"] = pattern


def lists_combined(study: Written) -> None:
    """Lists of codes with another separator."""
    separator = study.draw.choice(["|", "/", " + "])
    rows = study.rows["clients.csv"]
    at = rows[0].index("hurdles")
    for row in rows[1:]:
        row[at] = row[at].replace(";", separator)
    study.tables["clients"]["split"] = {"barriers": separator}


def stacked(study: Written) -> None:
    """The sessions in two files, one below the other."""
    rows = study.rows.pop("sessions.csv")
    at = study.draw.randrange(2, len(rows) - 2)
    study.rows["sessions_2023.csv"] = rows[:at]
    study.rows["sessions_2024.csv"] = [rows[0][:], *rows[at:]]
    study.tables["sessions"]["file"] = ["sessions_2023.csv", "sessions_2024.csv"]


def joined(study: Written) -> None:
    """The need of clients in a file of its own, under a key of another name."""
    rows = study.rows["clients.csv"]
    at, key = rows[0].index("need"), rows[0].index("client")
    study.rows["needs.csv"] = [["person", "need"], *([row[key], row[at]] for row in rows[1:])]
    study.rows["clients.csv"] = [[*row[:at], *row[at + 1 :]] for row in rows]
    study.tables["clients"]["joins"] = [{"file": "needs.csv", "key": "client", "other_key": "person"}]


def wide(study: Written) -> None:
    """Sessions side by side, one row a client, the items with them."""
    sessions, ratings = study.rows.pop("sessions.csv"), study.rows.pop("ratings.csv")
    names = sessions[0]
    items = ["q1", "q2", "q3", "q4"]
    visit = ratings[0].index("visit")
    own = {row[visit]: [row[ratings[0].index(name)] for name in items] for row in ratings[1:]}
    people: dict[str, list[list[str]]] = {}
    for row in sessions[1:]:
        people.setdefault(row[names.index("client")], []).append(row)
    kept = [name for name in names if name not in ("client", "number")]
    header = ["client", *(f"{name}_s{n}" for n in SESSIONS for name in [*kept, *items])]
    body = []
    for client, visits in people.items():
        at = names.index("number")
        visits.sort(key=lambda row: int(row[at]))
        cells = [[*(row[names.index(name)] for name in kept), *own[row[names.index("visit")]]] for row in visits]
        body.append([client, *(cell for group in cells for cell in group)])
    study.rows["wide.csv"] = [header, *body]
    source = study.tables["sessions"]
    source["file"], source["wide"] = "wide.csv", 3
    source["columns"] = {
        name: {"client": "client", "number": "{session}"}.get(old, f"{old}_s{{session}}")
        for name, old in source["columns"].items()
    }
    study.rating.update(file="wide.csv", wide=3, items="q{item}_s{session}")
    study.rating["columns"] = {"session_id": "visit_s{session}"}
    study.rating["ignore_others"] = source["ignore_others"] = True


CHANGES = (codes_recoded, headers_renamed, extra_columns, items_padded, lists_combined, joined, columns_moved, shuffled)


def encoded(study: Written) -> dict[str, bytes]:
    """The bytes of every file: separators, line ends, marks, quotes, titles above the headers, and workbooks."""
    found = {}
    for name, rows in study.rows.items():
        how = study.draw.choice(["plain", "semicolon", "tab", "crlf", "bom", "utf-16", "titles", "no end", "quoted", "xlsx"])
        study.done.append(f"{name}: {how}")
        separator = {"semicolon": ";", "tab": "\t"}.get(how, ",")
        if how == "semicolon" and any(";" in cell for row in rows for cell in row):
            separator, how = "\t", "tab"
        quote = '"' if how == "quoted" or any(separator in cell for row in rows for cell in row) else ""
        end = "\r\n" if how == "crlf" else "\n"
        lines = [separator.join(f"{quote}{cell}{quote}" for cell in row) for row in rows]
        if how == "titles":
            lines = ["An export", "of a site", *lines]
            study.read(name, skip=2)
        text = end.join(lines) + end * (how != "no end")
        if separator != ",":
            study.read(name, separator="tab" if separator == "\t" else separator)
        if how == "utf-16":
            study.read(name, encoding="utf-16")
        found[name] = text.encode({"bom": "utf-8-sig", "utf-16": "utf-16"}.get(how, "utf-8"))
        if how == "xlsx":
            found[renamed(study, name)] = workbook(rows)
            del found[name]
    return found


def renamed(study: Written, name: str) -> str:
    """A file under the ending of a workbook, in every place that names it."""
    new = name.replace(".csv", ".xlsx")
    for source in [*study.tables.values(), study.rating]:
        files_of = source["file"] if isinstance(source["file"], list) else [source["file"]]
        renamed_files = [new if file == name else file for file in files_of]
        source["file"] = renamed_files if isinstance(source["file"], list) else renamed_files[0]
        for join in source.get("joins", []):
            join["file"] = new if join["file"] == name else join["file"]
    return new


def workbook(rows: Cells) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def variant(seed: int) -> Written:
    """One way of writing the study, by its seed."""
    study = Written(random.Random(seed))
    shape = study.draw.choice([None, None, stacked, wide])
    chosen = [change for change in CHANGES if study.draw.random() < 0.5]
    if shape is wide:
        chosen = [change for change in chosen if change not in (headers_renamed, items_padded)]
    for change in chosen:
        change(study)
        study.done.append(change.__name__)
    if shape is not None:
        shape(study)
        study.done.append(shape.__name__)
    return study


def tables_of(raw: dict[str, bytes], data: dict[str, Any]) -> dict[str, bytes]:
    """The validated tables of a study that is sound; what was said where it is not."""
    params = validate(data)
    tables = {}
    for name, blob in raw.items():
        table, problems = read_raw(name, blob, "0" * 64, how=params.sources.reading(name))
        assert table is not None, [str(problem) for problem in problems]
        tables[name] = table
    ingested = ingest(tables, params, SCALES)
    privacy = params.privacy
    return validate_tables(ingested.tables, Chosen(privacy.policies, privacy.quasi_identifiers, privacy.k), ANSWERS)[0]


@pytest.fixture(scope="module")
def plain() -> dict[str, bytes]:
    study = Written(random.Random(0))
    return tables_of(
        {name: "".join(",".join(row) + "\n" for row in rows).encode() for name, rows in study.rows.items()}, study.params
    )


@pytest.mark.parametrize("ten", [0, *(pytest.param(ten, marks=pytest.mark.slow) for ten in range(1, VARIANTS // 10))])
def test_a_study_written_otherwise_comes_to_the_same_bytes(ten: int, plain: dict[str, bytes]) -> None:
    for seed in range(10 * ten, 10 * ten + 10):
        study = variant(seed)
        raw = encoded(study)
        found = tables_of(raw, study.params)
        assert {name: found[name] == plain[name] for name in plain} == dict.fromkeys(plain, True), (seed, study.done)
