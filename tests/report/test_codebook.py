"""The codebook of a study's own data: every column it has, and nothing that few people stand behind."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from pipeline.description.codebook import codebook_of
from pipeline.description.summary import describe
from pipeline.report.release import gate_of
from pipeline.report.table import Line, Table
from pipeline.report.tables.codebook import ALL, codebook_tables
from tests.report.results import default_description, params
from tests.report.studies import full_study


def lines(tables: tuple[Table, ...], name: str) -> dict[str, Line]:
    (found,) = [table for table in tables if table.name == f"codebook_{name}"]
    return {line.head: line for line in found.lines}


def test_every_column_of_every_table_has_a_line_and_its_meaning() -> None:
    study, description = full_study(), default_description()
    tables = codebook_tables(description, gate_of(params(), description))
    for name in ("clients", "workers", "sessions", "advocacy"):
        table = getattr(study, name)
        found = lines(tables, name)
        assert set(found) <= set(table.columns)
        assert {"client_id", "worker_id"} & set(table.columns) <= set(found) | {"worker_id"}
        assert all(line.cells[0] and line.cells[1] for line in found.values())
    assert str(lines(tables, "clients")["need_index"].cells[2]) == "0 to 100"
    assert "joint" in str(lines(tables, "advocacy")["mode"].cells[2])


@pytest.mark.parametrize(("few", "named"), [(9, False), (40, True)])
def test_a_code_that_few_have_is_not_named(few: int, named: bool) -> None:
    study = full_study()
    clients = study.clients.copy()
    gender = clients["gender"].astype("str").to_numpy(dtype=object)
    gender[gender == "nonbinary"] = "woman"  # few: another code would be withheld for its sake
    gender[:few] = "klingon"
    clients["gender"] = pd.array(gender, dtype="str")
    description = describe(replace(study, clients=clients))
    tables = codebook_tables(description, gate_of(params(), description))
    assert ("klingon" in str(lines(tables, "clients")["gender"].cells[2])) is named
    exact = codebook_tables(description, gate_of(params(extra="privacy: { release: internal }"), description))
    assert "klingon" in str(lines(exact, "clients")["gender"].cells[2])


def test_few_missing_values_look_like_none() -> None:
    study = full_study()
    shown, gate = [], gate_of(params(), default_description())
    for missing in (0, 1, 9, 40):
        sessions = study.sessions.copy()
        sessions["duration_min"] = 50.0
        sessions.loc[sessions.index[:missing], "duration_min"] = float("nan")
        facts = codebook_of(replace(study, sessions=sessions))
        tables = codebook_tables(default_description().model_copy(update={"codebook": facts}), gate)
        shown.append(str(lines(tables, "sessions")["duration_min"].cells[3]))
    assert shown[:3] == [ALL] * 3
    assert int(shown[3].replace(",", "")) % 5 == 0
