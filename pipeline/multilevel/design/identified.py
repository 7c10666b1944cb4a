"""What a design cannot tell apart, whatever the outcome: variances and errors of groups, from columns and codes alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pipeline.multilevel.design.grouping import Factor
from pipeline.multilevel.design.segments import Codes, Floats, Ints

GLANCE = 2_000  # rows looked at first: a column that changes within a group mostly does so among them
RANK = 1e-9  # of columns over groups, relative to the largest singular value


@dataclass(frozen=True)
class Identification:
    """`equal`: pairs of groupings that are one; `saturated`: groups with as many terms between their levels as levels.

    For a saturated group the terms (the intercept with them) that differ between its levels alone.
    """

    equal: tuple[tuple[str, str], ...] = ()
    saturated: Mapping[str, tuple[str, ...]] | None = None

    @property
    def groups(self) -> frozenset[str]:
        """Grouping columns whose variances cannot be told."""
        return frozenset(name for pair in self.equal for name in pair) | frozenset(self.saturated or {})

    @property
    def terms(self) -> frozenset[str]:
        """Coefficients whose errors rest on a variance that cannot be told."""
        return frozenset(term for terms in (self.saturated or {}).values() for term in terms)


def identification(factors: Sequence[Factor], columns: Mapping[str, Floats], intercept: str) -> Identification:
    """What these groupings and fixed columns cannot tell; `columns` by term without the intercept, whose name is given."""
    equal = tuple((one.name, other.name) for one, other in combinations(factors, 2) if same_groups(one, other))
    saturated = {}
    for factor in factors:
        between = {name: column for name, column in columns.items() if constant_in(factor.codes, factor.n_levels, column)}
        if fills(factor.codes, factor.n_levels, list(between.values())):
            saturated[factor.name] = (intercept, *between)
    return Identification(equal, saturated)


def same_groups(one: Factor, other: Factor) -> bool:
    """Whether two groupings put the same rows together."""
    if one.n_levels != other.n_levels:
        return False
    parent = np.empty(one.n_levels, dtype=np.int64)
    parent[one.codes] = other.codes
    return bool(np.array_equal(parent[one.codes], other.codes))


def constant_in(codes: Codes | Ints, levels: int, column: Floats) -> bool:
    """Whether a column has one value in each group."""
    for part in (slice(0, GLANCE), slice(None)) if len(column) > GLANCE else (slice(None),):
        own, values = codes[part], column[part]
        first = np.empty(levels)
        first[own] = values
        if not np.array_equal(first[own], values):
            return False
    return True


def fills(codes: Codes | Ints, levels: int, between: Sequence[Floats]) -> bool:
    """Whether these columns, each constant within groups, and the intercept span all differences between the groups."""
    if len(between) + 1 < levels:
        return False
    values = np.ones((levels, len(between) + 1))
    for k, column in enumerate(between):
        values[codes, k + 1] = column - column.mean()
    size = np.abs(values).max(axis=0)
    return bool(np.linalg.matrix_rank(values / np.where(size > 0, size, 1.0), tol=RANK * levels) >= levels)
