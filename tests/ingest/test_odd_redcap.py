"""REDCap exports as they come from people and programs, each with its verdict."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.base.params import validate
from tests.ingest.small_study import csv, through, verdict
from tests.ingest.test_formats import HEADER, redcap


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


def sex_on_every_row(rows: list[list[str]], _data: dict[str, Any]) -> None:
    """A clinic's export repeats on later sessions what it knows of a client."""
    place, known = HEADER.index("sex"), {}
    for row in rows[1:]:
        known.setdefault(row[0], row[place])
        row[place] = known[row[0]]


def sex_on_every_row_but_otherwise_once(rows: list[list[str]], data: dict[str, Any]) -> None:
    sex_on_every_row(rows, data)
    place = HEADER.index("sex")
    later = next(row for row in rows[1:] if row[1] == "treatment_arm_1")
    later[place] = next(row[place] for row in rows[1:] if row[place] != later[place])


def sex_on_every_row_of_ids_of_two_columns(rows: list[list[str]], data: dict[str, Any]) -> None:
    """Where the mappings find clients in columns of their own, nobody can say what is repeated."""
    sex_on_every_row(rows, data)
    for number, row in enumerate(rows):
        row.append(row[0] if number else "person")
    data["sources"]["tables"]["clients"]["columns"]["client_id"] = "person"


UNUSED = {
    "what is known of a client on every row": (sex_on_every_row, []),
    "what is known of a client, told otherwise once": (sex_on_every_row_but_otherwise_once, ["J05 1"]),
    "what is known of a client, by ids of two columns": (sex_on_every_row_of_ids_of_two_columns, ["J05 90"]),
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
    found = [re.fullmatch(r"\[(J..)\].*\((\d+) rows?.*\)", note) for note in record.notes]
    assert [f"{match[1]} {match[2]}" for match in found if match] == expected, record.notes


@pytest.mark.parametrize("name", REDCAP)
def test_a_redcap_export_with(name):
    change, codes = REDCAP[name]
    assert export(change) == set(codes.split())
    assert HEADER[0] == "record_id"
