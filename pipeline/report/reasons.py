"""Reasons for which there is no number, told without a count: what is too few, and how many are needed."""

from __future__ import annotations

import re

# Counts in a reason are few by nature, and a rounded one would read as nonsense; thresholds come from params.yaml.
_PLAIN: tuple[tuple[str, str], ...] = (
    (r"^\d[\d,]* workers?, and at least (\d+) are needed$", r"there are too few workers: at least \1 are needed"),
    (r"^\d[\d,]* events?, and at least (\d+) are needed$", r"it happened too seldom: at least \1 times are needed"),
    (r"^\d[\d,]* events? in \d[\d,]* rows$", r"it happened too seldom or too often"),
    (
        r"^\d[\d,]* clients? with (\d+) or more usable ratings \(of \d[\d,]*\), and at least (\d+) are needed$",
        r"there are too few clients with \1 or more usable ratings: at least \2 are needed",
    ),
    (
        r"^the exposure varies within \d[\d,]* clients?, and at least (\d+) are needed$",
        r"there are too few clients whose advocacy changes from rating to rating: at least \1 are needed",
    ),
    (r"^the outcome does not vary within any of \d[\d,]* clients?$", r"the outcome does not vary within any client"),
    (r"^in \d+ of \d+ levels of `(.+)` the exposure never varies$", r"in some levels of `\1` the exposure never varies"),
    (r"^the score `(.+)` is known for none of \d[\d,]* ratings$", r"the score `\1` is known for no rating"),
)


def plainly(reason: str) -> str:
    """The reason without counts of people or rows; one this room does not know is left as it is."""
    for pattern, text in _PLAIN:
        found = re.match(pattern, reason.rstrip("."))
        if found:
            return found.expand(text)
    return reason
