"""Whose ratings a row is about, and a number that may be none."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import BeforeValidator

from pipeline.results.record import Record


def _known(value: object) -> object:
    """NaN, which a computation gives for what is not estimable, is None; numpy's numbers are Python's own."""
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value


Number = Annotated[float | None, BeforeValidator(_known)]


class RatingSeries(Record):
    """Whose ratings a row is about."""

    instrument: str
    rater: str
