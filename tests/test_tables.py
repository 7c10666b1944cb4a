"""The canonical tables: one declaration gives dtypes, the pandera model, the codebook and the rules page."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from pipeline.base.errors import TableError
from pipeline.project.io import parquet_bytes
from pipeline.results.stage_counts import TableValidated, ValidationCounts
from pipeline.tables import Sessions, by_name, ratings
from pipeline.tables.codebook import codebook, codebook_rows, data_rules
from pipeline.tables.column import is_band
from pipeline.tables.rules import BY_NAME, GROUPS, RULES, policy_of, rule_problem
from pipeline.tables.schema import out_of_range, schema
from pipeline.tables.validation import FOLLOWED, Answers, Chosen
from pipeline.tables.validation import validate as validate_stored

ROOT = Path(__file__).parent.parent
ANSWERS = {"mini": Answers(2, 1, 5, whole=True, has_reversed=True)}


def tables() -> dict[str, pd.DataFrame]:
    """Two clients with two sessions each, as ingest writes them."""
    sessions = pd.DataFrame(
        {
            "session_id": ["s1", "s2", "s3", "s4"],
            "client_id": ["c1", "c1", "c2", "c2"],
            "worker_id": ["w1", "w1", "w2", "w2"],
            "day": pd.array([0, 7, 1, 8], dtype="Int64"),
            "session_number": [1, 2, 1, 2],
            "attendance": pd.Categorical(["attended"] * 4, categories=["attended", "no_show", "cancelled"]),
        }
    )
    answers = pd.DataFrame({"session_id": ["s1", "s2", "s3", "s4"], "item_1": [1.0, 2, 3, 4], "item_2": [5.0, 4, 2, 3]})
    answers.insert(1, "rater", pd.Categorical(["client"] * 4, categories=["client", "worker", "observer"]))
    return {
        "clients": pd.DataFrame({"client_id": ["c1", "c2"]}),
        "workers": pd.DataFrame({"worker_id": ["w1", "w2"], "agency_id": ["a1", "a2"]}),
        "sessions": sessions,
        "ratings_mini": answers,
    }


def validate(
    given: dict[str, pd.DataFrame], chosen: Chosen, answers: dict[str, Answers]
) -> tuple[dict[str, pd.DataFrame], ValidationCounts]:
    stored = {name: parquet_bytes(table) for name, table in given.items()}
    validated, record = validate_stored(stored, chosen, answers)
    return {name: pd.read_parquet(io.BytesIO(content)) for name, content in validated.items()}, record


def refused(changed: dict[str, pd.DataFrame], **policies: str) -> set[str]:
    with pytest.raises(TableError) as caught:
        validate(changed, Chosen(policies), ANSWERS)  # type: ignore[arg-type]
    return {problem.code for problem in caught.value.problems}


def test_every_column_says_what_it_is_and_closes_what_it_holds():
    for table in (*by_name().values(), ratings("mini", 2, 1, 5)):
        assert table.__doc__
        assert table.key()
        for name, column in table.columns.items():
            assert column.name == name
            assert column.description
            assert column.codes or column.low is not None or column.kind in ("id", "band", "boolean")


def test_names_and_dtypes_are_those_of_the_contract():
    dtypes = {name: column.dtype for name, column in Sessions.columns.items()}
    assert dtypes["session_id"] == dtypes["client_id"] == dtypes["worker_id"] == "str"
    assert dtypes["day"] == "Int64"
    assert by_name()["advocacy"].columns["day"].dtype == "Int64"
    assert dtypes["session_number"] == "int64"
    assert dtypes["attendance"] == dtypes["phase"] == dtypes["modality"] == "category"
    assert dtypes["duration_min"] == "float64"
    assert dtypes["rupture"] == "boolean"


def test_bands():
    assert all(is_band(text) for text in ("0-5", "18-29", "30-44", "65+", "90+", "under_15"))
    assert not any(is_band(text) for text in ("34", "90-94", "44-30", "100+", "91+", "18 - 29", "18–29", ""))


def test_codebook_and_rules_page_are_current():
    assert (ROOT / "data" / "README.md").read_text(encoding="utf-8") == codebook()
    assert (ROOT / "docs" / "data-rules.md").read_text(encoding="utf-8") == data_rules()


def test_codebook_rows_of_an_instrument():
    items = [entry for entry in codebook_rows(ratings("mini", 2, 1, 5)) if entry["column"].startswith("item_")]
    assert [entry["allowed"] for entry in items] == ["1 to 5", "1 to 5"]


def test_rules_have_unique_codes_in_a_known_group():
    assert len({rule.code for rule in RULES}) == len(RULES) == len(BY_NAME)
    assert {rule.code[0] for rule in RULES} == set(GROUPS)
    assert all(rule.what and rule.mend for rule in RULES)


def test_a_rule_without_a_policy_cannot_be_eased():
    assert policy_of("not_id", {"not_id": "warn"}) == "refuse"
    assert policy_of("orphans", {}) == "refuse"
    assert policy_of("orphans", {"orphans": "quarantine"}) == "quarantine"


def test_a_problem_counts_its_unit():
    assert "1 row, first on line 7" in str(rule_problem("not_id", "a.csv, column 1", rows=1, line=7))
    assert "1,200 rows" in str(rule_problem("not_id", "a.csv, column 1", rows=1200))
    assert "(" not in rule_problem("too_large", "a.csv").what


def test_sound_tables_pass_unchanged():
    validated, record = validate(tables(), Chosen(), ANSWERS)
    assert {name: len(table) for name, table in validated.items()} == {n: len(t) for n, t in tables().items()}
    assert record.warnings == ()
    for name, table in tables().items():
        pd.testing.assert_frame_equal(validated[name], table)


def test_the_model_knows_unit_and_description():
    model = schema(Sessions)
    assert model.columns["duration_min"].metadata["unit"] == "minutes"
    assert model.columns["day"].description


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.assign(mood=1),
        lambda t: t.drop(columns="attendance"),
        lambda t: t.assign(session_number=["1", "2", "1", "2"]),
        lambda t: t.assign(client_id=["c1", None, "c2", "c2"]),
        lambda t: t.assign(attendance=pd.Categorical(["attended"] * 4)),
    ],
    ids=["unknown column", "missing column", "other dtype", "missing value", "other codes"],
)
def test_a_table_that_ingest_did_not_write_is_refused_without_its_values(change):
    broken_tables = tables()
    broken_tables["sessions"] = change(broken_tables["sessions"])
    with pytest.raises(TableError) as caught:
        out_of_range(broken_tables["sessions"], Sessions, schema(Sessions))
    assert "c1" not in str(caught.value)
    assert "mood" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_all_problems_at_once():
    changed = tables()
    changed["sessions"].loc[0, "day"] = 9000
    changed["ratings_mini"].loc[1, "item_1"] = 9
    changed["ratings_mini"].loc[2, "session_id"] = "s9"
    assert refused(changed) == {"V01", "V04", "V06", "V11"}


def test_what_belongs_to_a_row_set_aside_follows_it_and_is_counted():
    changed = tables()
    changed["sessions"].loc[0, "client_id"] = "c9"
    validated, record = validate(changed, Chosen({"orphans": "quarantine"}), ANSWERS)
    assert list(validated["sessions"]["session_id"]) == ["s2", "s3", "s4"]
    assert record.tables["sessions"] == TableValidated(rows_in=4, rows_out=3, set_aside={"orphans": 1})
    assert record.tables["ratings_mini"] == TableValidated(rows_in=4, rows_out=3, set_aside={FOLLOWED: 1})


def test_rare_clients_can_be_set_aside_with_all_that_is_theirs():
    changed = tables()
    changed["clients"]["gender"] = ["female", "male"]
    changed["clients"] = pd.concat([changed["clients"], pd.DataFrame({"client_id": ["c3"], "gender": ["male"]})])
    changed["clients"] = changed["clients"].reset_index(drop=True)
    chosen = Chosen({"k_anonymity": "quarantine"}, ("gender",), 2)
    validated, record = validate(changed, chosen, ANSWERS)
    assert list(validated["clients"]["client_id"]) == ["c2", "c3"]
    assert record.tables["clients"].set_aside == {"k_anonymity": 1}
    assert len(validated["ratings_mini"]) == 2


def test_a_rule_can_warn_and_go_on():
    changed = tables()
    changed["ratings_mini"].loc[0, ["item_1", "item_2"]] = 3.0
    validated, record = validate(changed, Chosen(), ANSWERS)
    assert len(validated["ratings_mini"]) == 4
    assert [(entry.rule, entry.count) for entry in record.warnings] == [("straight_lining", 1)]


def test_nothing_left_is_refused():
    changed = tables()
    changed["sessions"]["client_id"] = ["c9"] * 4
    assert "V16" in refused(changed, orphans="quarantine")


def test_a_constant_column_warns_or_refuses_as_chosen():
    many = tables()
    many["sessions"] = pd.concat([many["sessions"]] * 6).reset_index(drop=True)
    many["sessions"]["session_id"] = [f"s{n}" for n in range(24)]
    many["sessions"]["session_number"] = [n + 1 for n in range(24)]
    many["sessions"]["day"] = pd.array(range(24), dtype="Int64")
    many["sessions"]["duration_min"] = 50.0
    _, record = validate(many, Chosen({"orphans": "quarantine"}), ANSWERS)
    assert [(entry.rule, entry.text[-14:]) for entry in record.warnings] == [("constant_column", "(duration_min)")]
    assert refused(many, orphans="quarantine", constant_column="refuse") == {"V15"}


def test_days_need_not_be_there_at_all():
    changed = tables()
    changed["sessions"]["day"] = pd.array([None] * 4, dtype="Int64")
    changed["sessions"]["session_number"] = [1, 1, 1, 2]
    _, record = validate(changed, Chosen(), ANSWERS)
    assert [(entry.rule, entry.count) for entry in record.warnings] == [("session_order_unknown", 2)]
