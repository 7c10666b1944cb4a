"""Multiplicity: p-values adjusted over a family of hypotheses."""

from __future__ import annotations

from collections.abc import Mapping


def holm(values: Mapping[str, float]) -> dict[str, float]:
    """Holm's step-down adjustment (Holm 1979), which keeps the chance of any false claim in the family."""
    adjusted: dict[str, float] = {}
    largest = 0.0
    for rank, name in enumerate(sorted(values, key=lambda key: (values[key], key))):
        largest = max(largest, min(1.0, (len(values) - rank) * values[name]))
        adjusted[name] = largest
    return adjusted


def benjamini_hochberg(values: Mapping[str, float]) -> dict[str, float]:
    """Benjamini and Hochberg's step-up adjustment (1995), which keeps the share of false among the claims."""
    adjusted: dict[str, float] = {}
    smallest = 1.0
    for rank, name in sorted(enumerate(sorted(values, key=lambda key: (values[key], key)), start=1), reverse=True):
        smallest = min(smallest, len(values) / rank * values[name])
        adjusted[name] = smallest
    return adjusted


def none(values: Mapping[str, float]) -> dict[str, float]:
    """No adjustment, by definition."""
    return dict(values)


CORRECTIONS = {"holm": holm, "benjamini_hochberg": benjamini_hochberg, "none": none}
