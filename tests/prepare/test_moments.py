"""Dates: every notation is told by its whole column, and what cannot be told is not guessed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.prepare.bands import age_at, age_band, zip_area
from pipeline.prepare.moments import MONTHS, read_dates
from pipeline.prepare.plan import Preparation
from pipeline.tables.column import is_band

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2039, 12, 31))
NOTATIONS = {
    "%Y-%m-%d": None,
    "%Y/%m/%d": None,
    "%Y%m%d": None,
    "%d/%m/%Y": "day_first",
    "%m/%d/%Y": "month_first",
    "%d.%m.%Y": "day_first",
    "%d-%m-%y": "day_first",
    "%m-%d-%y": "month_first",
    "%d %b %Y": None,
    "%d-%b-%y": None,
    "%B %d, %Y": None,
    "%A, %d %B %Y": None,
    "%Y-%m-%d %H:%M:%S": None,
    "%Y-%m-%dT%H:%M": None,
    "%m/%d/%Y %I:%M %p": "month_first",
}


@pytest.mark.parametrize("notation", NOTATIONS)
@given(days=st.lists(DAYS, min_size=1, max_size=20))
def test_a_notation_is_read_back(notation: str, days: list[dt.date]) -> None:
    texts = [dt.datetime.combine(day, dt.time(23, 59)).strftime(notation) for day in days]
    read = read_dates(texts, NOTATIONS[notation], "")  # type: ignore[arg-type]
    assert (read.ambiguous, read.offsets) == (0, 0)
    assert [read.days[text] for text in texts] == days


@given(days=st.lists(DAYS, min_size=1, max_size=30), day_first=st.booleans())
def test_day_and_month_are_told_apart_or_said_to_be_ambiguous_and_never_guessed(
    days: list[dt.date], day_first: bool
) -> None:
    texts = [day.strftime("%d/%m/%Y" if day_first else "%m/%d/%Y") for day in days]
    read = read_dates(texts, None, "")
    if any(day.day > 12 for day in days):
        assert read.ambiguous == 0
        assert [read.days[text] for text in texts] == days
    elif any(day.day != day.month for day in days):
        assert (read.ambiguous, read.days) == (len(set(texts)), {})
    else:
        assert [read.days[text] for text in texts] == days


def test_two_notations_in_one_column_are_each_read_and_both_said() -> None:
    read = read_dates(["2023-10-05", "25/10/2023", "04/10/2023"], None, "")
    assert read.days["04/10/2023"] == dt.date(2023, 10, 4)
    assert read.notations == ("day-month-year", "year-month-day")


def test_a_column_that_contradicts_itself_is_not_read() -> None:
    read = read_dates(["25/10/2023", "10/25/2023"], None, "")
    assert (read.ambiguous, read.days) == (2, {})
    assert set(read_dates(["25/10/2023", "10/25/2023"], "day_first", "").days) == {"25/10/2023"}


def test_an_offset_asks_for_a_zone_which_decides_the_day() -> None:
    texts = ["2023-11-01T03:30:00Z", "2023-11-01 03:30:00 -0400", "1698809400"]
    assert read_dates(texts, None, "").offsets == 3
    read = read_dates(texts, None, "America/New_York")
    assert read.offsets == 0
    assert list(map(read.days.__getitem__, texts)) == [dt.date(2023, 10, 31), dt.date(2023, 11, 1), dt.date(2023, 10, 31)]


def test_excels_count_of_days_is_read() -> None:
    assert read_dates(["45215", "45216.5"], None, "").days == {
        "45215": dt.date(2023, 10, 16),
        "45216.5": dt.date(2023, 10, 17),
    }


@pytest.mark.parametrize(
    "text", ["", "unknown", "2023", "10/2023", "31/02/2023", "2023-13-01", "1.5", "call 2023-10-05", "7"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_dates([text], None, "").days == {}


def test_a_birth_in_two_digits_is_not_read() -> None:
    assert read_dates(["25/10/23"], None, "", birth=True).days == {}
    assert read_dates([f"25 {MONTHS[0]} 1923"], None, "", birth=True).days == {"25 jan 1923": dt.date(1923, 1, 25)}


@given(age=st.integers(0, 120), bounds=st.sets(st.integers(1, 17).map(lambda n: 5 * n)))
def test_every_age_has_one_band_and_nothing_is_finer_above_ninety(age: int, bounds: set[int]) -> None:
    band = age_band(age, Preparation(bands=tuple(sorted(bounds))).bands)
    assert is_band(band)
    if age >= 90:
        assert band == "90+"
    else:
        low, _, high = band.partition("-")
        assert age < int(band.removeprefix("under_")) if not high else int(low) <= age <= int(high)


def test_ages_and_areas() -> None:
    assert age_at(dt.date(1990, 6, 2), dt.date(2020, 6, 1)) == 29
    assert age_at(dt.date(2021, 1, 1), dt.date(2020, 1, 1)) is None
    assert [zip_area(text) for text in ("02139", "2139", "02139-1234", "03601", "SW1A", "")] == [
        "021",
        "021",
        "021",
        "000",
        None,
        None,
    ]
