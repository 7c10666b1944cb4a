"""What start sees in cells: codes for missing, scales, codes that are names of nobody, clients who stand out."""

from __future__ import annotations

import pytest

from pipeline.start.blocks import BlockColumn
from pipeline.start.codes import meaning_of
from pipeline.tables import by_name
from tests.start.made import csv_text
from tests.start.proposals import log_of_four, proposed, ratings_of_two, sessions_of_two


def test_missing_codes_and_other_scales_are_seen() -> None:
    files = {"sessions.csv": sessions_of_two(), "wai.csv": ratings_of_two("wai_{}").replace(",3,3\n", ",99,7\n")}
    setup = proposed(files, sessions__attendance="1=attended")
    assert setup.sources()["ratings"]["wai_sr_client"]["missing"] == {"all": [""], "items": ["99"]}
    assert setup.scales == {"wai_sr": (1.0, 7.0)}


def test_quasi_identifiers_that_make_clients_stand_out_are_left_out_and_said() -> None:
    people = [{"cid": f"C{n:02d}ab12cd", "age": "30-44", "sex": "FM"[n % 2], "race": "BW"[n // 10]} for n in range(20)]
    people[0]["race"] = "L"
    files = {"clients.csv": csv_text(people), "sessions.csv": sessions_of_two(), "wai.csv": ratings_of_two("wai_{}")}
    setup = proposed(files, sessions__attendance="1=attended")
    assert set(setup.sources()["tables"]["clients"]["columns"]) == {"client_id", "age_band", "gender"}
    assert setup.sources()["tables"]["clients"]["recode"] == {"gender": {"F": "female", "M": "male"}}
    assert any("clients.race_ethnicity: left out" in note and "k-anonymity" in note for note in setup.notes)


def test_columns_that_nothing_is_made_of_are_named_and_names_of_people_are_not() -> None:
    files = log_of_four()
    files["sessions.csv"] = files["sessions.csv"].replace("shoe", "shoe_size", 1)
    files["clients.csv"] = files["clients.csv"].replace("sex", "Maria", 1)
    notes = "\n".join(proposed(files).notes)
    assert "sessions.csv: 1 column is not used: shoe_size" in notes
    assert "clients.csv: 2 columns are not used: mand (" in notes
    assert "Maria" not in notes


FAR_NUMBERS = {
    "nines far beyond": (["3", "7", "0", "5", "99"], ["99"]),
    "words beside numbers": (["3", "7", "0", "5", "#NULL!"], ["#NULL!"]),
    "below nought alone": (["3", "7", "0", "5", "-9"], ["-9"]),
    "one of many": (["60", "75", "88", "90", "99"], None),
    "a nine among small ones": (["3", "7", "0", "5", "9"], None),
}


@pytest.mark.parametrize("kind", FAR_NUMBERS)
def test_numbers_that_stand_for_none_are_told_from_numbers(kind: str) -> None:
    cells, missing = FAR_NUMBERS[kind]
    clients = [{"cid": f"C7f3a9b2{n}", "need": cell} for n, cell in enumerate(cells)]
    files = log_of_four()
    files["clients.csv"] = csv_text(clients)
    setup = proposed(files)
    found = setup.tables["clients"].get("missing")
    assert setup.tables["clients"]["columns"]["need_index"] == "need"
    assert (None if found is None else found["need_index"]) == missing


def test_a_process_scale_around_nought_is_declared() -> None:
    files = log_of_four()
    rows = files["sessions.csv"].splitlines()
    cells = ["-3", "2", "0", "1", "3", "-1"] * 2
    files["sessions.csv"] = (
        "\n".join([f"{rows[0]},empathy_client", *(f"{row},{c}" for row, c in zip(rows[1:], cells, strict=True))]) + "\n"
    )
    assert proposed(files).tables["sessions"]["scales"] == {"empathy_client": [-3, 3]}


def test_a_cell_that_names_somebody_is_no_code_and_never_proposed() -> None:
    cells = ("yes", "kept by Maria Gonzalez", "no show", "call 555-123-4567", "")
    found = meaning_of(by_name()["sessions"].columns["attendance"], BlockColumn("kept", cells))
    assert not any("Gonzalez" in text or "4567" in text for text in (*found.known, *found.unknown, *found.missing))
    assert set(found.known) == {"yes", "no show"}
