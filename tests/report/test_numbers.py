"""How numbers are written."""

from __future__ import annotations

import pytest

from pipeline.disclosure.precision import digits_for
from pipeline.report.numbers import listed


@pytest.mark.parametrize(
    ("std_error", "digits"),
    [(0.0213, 3), (0.0354, 3), (0.0355, 2), (0.0996, 2), (0.00951, 3), (0.9, 1), (1.3, 1), (12.0, 0),
     (250.0, 0), (0.0, 2), (None, 2), (float("nan"), 2), (1e-12, 6)],
)  # fmt: skip
def test_digits_follow_the_standard_error(std_error: float | None, digits: int) -> None:
    assert digits_for(std_error) == digits


def test_lists() -> None:
    assert [listed(list("abc"[:n])) for n in range(4)] == ["", "a", "a and b", "a, b, and c"]
