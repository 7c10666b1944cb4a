"""Why there is no number: a finding about the data, told in names and counts."""

from __future__ import annotations

from typing import Any


class NotEstimable(Exception):  # noqa: N818, a finding about the data, not an error
    """There is no number to give; the reason holds counts and column names, never a value from the data."""

    def __init__(self, reason: str, counts: tuple[dict[str, Any], ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.counts = counts
