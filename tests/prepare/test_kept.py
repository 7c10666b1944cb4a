"""What a kept column may hold, and what planted identifiers find no way through it."""

from __future__ import annotations

import random

import pytest

from pipeline.prepare.identified import Identified
from pipeline.prepare.kept import unexpected_cells
from pipeline.prepare.names import is_safe
from pipeline.start import words as start_words
from pipeline.start.identify import propose_plan

DRAW = random.Random(4)
ENDS = [f"{DRAW.randrange(10_000):04d}" for _ in range(60)]
DAYS = [f"{DRAW.randint(1, 12):02d}{DRAW.randint(1, 28):02d}" for _ in range(60)]
IDENTIFIERS = {
    "ends of social security numbers": ENDS,
    "birthdays without a year": DAYS,
    "a few ends of numbers": ["0417", "0062", "1"],
    "dates between commas": ["03,11,24", "1, 5, 23", "2;9;31"],
    "dates between bars": ["4|12|20", "7|11|21"],
    "house numbers with their street": ["12 Court", "7 School", "12 White"],
    "days and rooms": ["day 12", "room 7", "Court 12"],
    "initials with points": ["M.G.", "K.L."],
    "clock times": ["14:30", "9:05"],
    "postal codes": ["02139", "94110"],
    "places on the map": ["40.7128", "42.3601"],
    "names": ["Maria", "Kim Lee", "Grant Young", "Gonzalez"],
    "numbers of patients": [str(number) for number in range(4711, 4791)],
}
CODES = {
    "minutes": [str(number) for number in range(5, 120, 5)],
    "days since intake": [str(DRAW.randrange(900)) for _ in range(300)] + ["1043", "1101"],
    "boxes": ["1", "1,3", "2,5,9", "1,2,3,4"],
    "codes of missing values": ["-99", "#NULL!", "n/a", "9999", "3"],
    "means of answers": ["3.8333333", "4.25"],
    "answers with labels": ["1 - Seldom", "2. sometimes", "5 = Very often", "3) Not at all"],
    "events of REDCap": ["intake_arm_1", "session_12_arm_1", "Visit 3", "follow-up_arm_2", "Baseline"],
    "words": ["Went together", "Worker alone", "social services;housing"],
}


@pytest.mark.parametrize("kind", IDENTIFIERS)
def test_no_planted_identifier_may_stay(kind: str) -> None:
    assert unexpected_cells(IDENTIFIERS[kind], ()) >= set(IDENTIFIERS[kind]) - {"1"}


def test_every_word_that_start_reads_as_a_code_may_stay() -> None:
    """Else `start` would know what a column means, and never see it, as prepare had left it behind."""
    lines = [line.partition("=")[2] for line in start_words.CODES.strip().splitlines()]
    spellings = [word.strip() for line in lines for word in line.split(",")]
    assert unexpected_cells([word for word in spellings if len(word) > 3], ()) == frozenset()


@pytest.mark.parametrize("kind", CODES)
def test_codes_of_a_study_may(kind: str) -> None:
    assert unexpected_cells(CODES[kind], ()) == frozenset()


@pytest.mark.parametrize(
    "header",
    [
        "initials",
        "staff_init",
        "enteredBy",
        "completed_by",
        "yob",
        "last4",
        "SSN last 4",
        "pin",
        "house_no",
        "case_number",
        "badge",
        "bday",
    ],
)
def test_a_header_of_short_marks_of_a_person_may_not(header: str) -> None:
    assert not is_safe(header)


@pytest.mark.parametrize(
    "header", ["initiated_by", "referred_by", "visit_no", "session_number", "need", "case_type", "wai_1"]
)
def test_headers_of_a_study_may(header: str) -> None:
    assert is_safe(header)


@pytest.mark.parametrize("header", ["age_yrs", "Age in years", "client_age"])
def test_ages_become_bands_whatever_their_header(header: str) -> None:
    table = Identified(("client_id", header), (tuple(f"P{n}" for n in range(30)), tuple(str(64 + n) for n in range(30))))
    assert propose_plan({"people.csv": table}).ages == [f"people.csv:{header}"]
