"""What a design cannot tell apart, whatever the outcome: variances and errors of groups, from columns and codes alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from pipeline.multilevel.design.flat import Effects, VarianceName, flat_directions
from pipeline.multilevel.design.grouping import Factor
from pipeline.multilevel.design.segments import Codes, Floats, Ints

GLANCE = 2_000  # rows looked at first: a column that changes within a group mostly does so among them
SPANNED = 1e-7  # of columns of size one: what may be left of a slope's column that fixed terms span
RANK = 1e-9  # of columns over groups, relative to the largest singular value


@dataclass(frozen=True)
class Identification:
    """`equal`: pairs of groupings that are one; `saturated`: groups with as many terms between their levels as levels.

    For a saturated group the terms (the intercept with them) that differ between its levels alone. `filled`: slopes of a
    group whose levels the fixed terms span, with those terms; `constant`: slopes of columns that do not change within their
    group; `flat`: further sets of variances that only their sum is told of.
    """

    equal: tuple[tuple[str, str], ...] = ()
    saturated: Mapping[str, tuple[str, ...]] | None = None
    filled: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    constant: tuple[tuple[str, str], ...] = ()
    flat: tuple[tuple[VarianceName, ...], ...] = ()

    @property
    def groups(self) -> frozenset[str]:
        """Grouping columns whose variances cannot be told."""
        whole = {name for pair in self.equal for name in pair} | {group for group, _ in self.constant}
        return frozenset(whole | set(self.saturated or {}))

    @property
    def slopes(self) -> frozenset[tuple[str, str]]:
        """Slopes (group, term) whose variance, and covariances with others, cannot be told."""
        return frozenset((group, term) for group, term, _ in self.filled)

    def tells(self, group: str, one: str, other: str) -> bool:
        """Whether the variance of a term by a group (a covariance of two) can be told."""
        if group in self.groups or {(group, one), (group, other)} & self.slopes:
            return False
        own = {(group, one, other), (group, other, one)}
        return not any(own & set(names) for names in self.flat)

    @property
    def terms(self) -> frozenset[str]:
        """Coefficients whose errors rest on a variance that cannot be told."""
        carried = [*(self.saturated or {}).values(), *(terms for _, _, terms in self.filled)]
        return frozenset(term for terms in carried for term in terms)


def identification(
    factors: Sequence[Factor],
    columns: Mapping[str, Floats],
    intercept: str,
    effects: Sequence[Effects] = (),
    weights: Floats | None = None,
) -> Identification:
    """What these groupings, fixed columns and effects cannot tell.

    `columns` by term without the intercept, whose name is given; `effects` the blocks of effects by group.
    """
    equal = tuple((one.name, other.name) for one, other in combinations(factors, 2) if same_groups(one, other))
    saturated = {}
    for factor in factors:
        between = {name: column for name, column in columns.items() if constant_in(factor.codes, factor.n_levels, column)}
        if fills(factor.codes, factor.n_levels, list(between.values())):
            saturated[factor.name] = (intercept, *between)
    slopes = [
        (factors[block.factor], name, column)
        for block in effects
        for name, column in zip(block.names, block.columns, strict=True)
        if name != intercept
    ]
    constant = tuple((own.name, name) for own, name, column in slopes if constant_in(own.codes, own.n_levels, column))
    filled = tuple(
        (own.name, name, terms)
        for own, name, column in slopes
        if (own.name, name) not in constant and (terms := filling(own, column, columns))
    )
    flat = flat_directions(factors, effects, weights) if effects else ()
    known = Identification(equal, saturated, filled, constant)
    return replace(known, flat=tuple(names for names in flat if any(name[0] not in known.groups for name in names)))


def filling(factor: Factor, slope: Floats, columns: Mapping[str, Floats]) -> tuple[str, ...]:
    """The fixed terms that are sums of a slope's own columns by level, where all terms together span these; else none."""
    levels = factor.n_levels
    if levels > len(columns):
        return ()
    own = np.zeros((len(slope), levels))
    own[np.arange(len(slope)), factor.codes] = slope
    size = np.sqrt((own**2).sum(axis=0))
    own = own[:, size > 0] / size[size > 0]
    fixed = np.column_stack([np.ones(len(slope)), *(column - column.mean() for column in columns.values())])
    fixed /= np.sqrt((fixed**2).sum(axis=0))
    left = own - fixed @ np.linalg.lstsq(fixed, own, rcond=None)[0]
    if not own.shape[1] or float(np.abs(left).max()) > SPANNED:
        return ()
    made = {name: column - own @ (own.T @ column) for name, column in columns.items()}
    return tuple(name for name, rest in made.items() if float(rest @ rest) <= SPANNED * float(columns[name] @ columns[name]))


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
