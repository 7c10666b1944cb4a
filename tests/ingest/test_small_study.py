"""The small study passes the gate whole, and comes out with the declared names and dtypes."""

from __future__ import annotations

from pipeline.tables import by_name
from tests.ingest.small_study import CLIENTS, SESSIONS, csv, files, small_params, through


def test_a_sound_study_is_taken_in_whole():
    raw = {name: csv(rows) for name, rows in files().items()}
    tables, record, validated = through(raw, small_params())
    assert {name: len(table) for name, table in tables.items()} == {
        "clients": CLIENTS,
        "workers": 4,
        "sessions": CLIENTS * SESSIONS,
        "advocacy": CLIENTS,
        "ratings_mini": CLIENTS * SESSIONS,
    }
    assert record.notes == ()
    assert {entry.rule for entry in validated.warnings} <= {"constant_column"}


def test_columns_have_the_declared_dtypes():
    raw = {name: csv(rows) for name, rows in files().items()}
    tables, _, _ = through(raw, small_params())
    for name, declared in by_name().items():
        for column in tables[name]:
            assert str(tables[name][column].dtype) == declared.columns[column].dtype, (name, column)
        assert list(tables[name]) == [column for column in declared.columns if column in tables[name]]
    assert list(tables["sessions"]["attendance"].cat.categories) == ["attended", "no_show", "cancelled"]
    assert {str(tables["ratings_mini"][f"item_{n}"].dtype) for n in (1, 2, 3, 4)} == {"float64"}
