"""The design of a model: its columns as centred, scaled numbers, its grouping factors, and every check on them.

Cross-products of raw columns lose their digits when a column is shifted by 1e6; centred on the grand mean they do not.
So all later work is in the base coordinates [1, (x - mean) / scale, ...], and `Design` knows the way back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipeline.base.errors import ModelError
from pipeline.multilevel.design.base import EVERY, Base, center
from pipeline.multilevel.design.checks import check_coding, check_groups, check_rank, check_rows, constant_product, safe_name
from pipeline.multilevel.design.columns import INTERCEPT, Coded, Column, Data, Source
from pipeline.multilevel.design.grouping import Cells, Factor, arrange
from pipeline.multilevel.design.options import INTERCEPT_TERM, Specification, option_problems
from pipeline.multilevel.design.segments import Floats, Ints


@dataclass(frozen=True)
class RandomBlock:
    """Correlated terms of one factor: raw `names`, and `map` [base terms of the factor, terms], raw in base terms."""

    names: tuple[str, ...]
    map: Floats


@dataclass(frozen=True)
class RandomPart:
    """One factor's terms: positions in the base, and the blocks of effects."""

    base: tuple[int, ...]
    blocks: tuple[RandomBlock, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All terms in order."""
        return tuple(name for block in self.blocks for name in block.names)


@dataclass(frozen=True)
class DesignMatrix:
    """Everything a fit needs of the data; factors stand finest first."""

    spec: Specification
    base: Base
    response: Floats
    outcome_mean: float
    outcome_scale: float
    fixed: tuple[int, ...]
    factors: tuple[Factor, ...]
    random: tuple[RandomPart, ...]
    cells: Cells
    weights: Floats | None
    time: Floats | None
    categories: dict[str, tuple[object, ...]]

    @property
    def n_obs(self) -> int:
        """The number of rows."""
        return len(self.response)

    @property
    def fixed_names(self) -> tuple[str, ...]:
        """Fixed coefficients in order, the intercept first."""
        return tuple(self.base.names[i] for i in self.fixed)

    def with_outcome(self, values: Floats) -> DesignMatrix:
        """The same design for another response of the same length."""
        mean, scale = center(values, self.weights)
        return replace(self, response=values, outcome_mean=mean, outcome_scale=scale)

    def outcome(self, rows: slice | Ints = EVERY) -> Floats:
        """The response of some rows, centred and scaled."""
        out: Floats = self.response[rows] - self.outcome_mean
        out /= self.outcome_scale
        return out


def build(data: Data, spec: Specification) -> DesignMatrix:
    """Read, code, check and center the columns a specification names; ModelError lists every problem at once."""
    problems = option_problems(spec)
    source = Source(data)
    source.problems.extend(problems)
    _intercept_is_no_column(source, spec)
    outcome = source.numeric(spec.outcome, "the outcome")
    fixed = [_term(source, term, "the fixed term") for term in spec.fixed if term not in (INTERCEPT, INTERCEPT_TERM)]
    random = [[_term(source, term, "the random term") for term in block.terms] for block in spec.random]
    for block, coded in zip(spec.random, random, strict=True):
        check_coding(source, block, coded)
    factors = [_factor(source, group) for group in spec.groups]
    weights = _weights(source, spec)
    time = source.numeric(spec.time, "the time") if spec.time is not None and spec.residual == "car1" else None
    n = _n_rows(data)
    base, position = _base(source, [*fixed, *(term for block in random for term in block)], n, weights)
    names = [name for term in fixed if term is not None for name in term.names if name in position]
    chosen = (0, *(position[name] for name in names))
    counts = {factor.name: factor.n_levels for factor in factors if factor is not None}
    check_rows(source, spec, outcome, n, len(chosen))
    check_groups(source, spec, counts, random, n)
    check_rank(source, base, chosen, weights, n)
    if source.problems:
        raise ModelError(source.problems)
    assert outcome is not None
    known = tuple(factor for factor in factors if factor is not None)
    return _assembled(source, spec, outcome, base, chosen, position, random, known, weights, time)


def _n_rows(data: Data) -> int:
    if hasattr(data, "columns"):
        return len(data)
    return max((len(column) for column in data.values() if hasattr(column, "__len__")), default=0)


def _intercept_is_no_column(source: Source, spec: Specification) -> None:
    """A column that bears the intercept's name and is asked for would be left out in silence."""
    terms = {*spec.fixed, *(term for block in spec.random for term in block.terms)}
    for name in sorted({INTERCEPT, INTERCEPT_TERM} & terms):
        if source.has(name) and len(set(np.asarray(source.data[name]).ravel().tolist())) > 1:
            source.problem(name, "is a column with the name of the intercept", "rename the column")


def _term(source: Source, term: str, what: str) -> Coded | None:
    if term == INTERCEPT_TERM:
        return Coded((INTERCEPT,), ())
    return source.term(term, what)


def _factor(source: Source, group: str) -> Factor | None:
    levels = source.levels(group, "the grouping column")
    return None if levels is None else Factor(group, levels.codes.astype(np.int32), levels.labels)


def _weights(source: Source, spec: Specification) -> Floats | None:
    if spec.weights is None:
        return None
    weights = source.numeric(spec.weights, "the weights")
    if weights is not None and (weights <= 0).any():
        count = int((weights <= 0).sum())
        source.problem(spec.weights, f"{count} rows have a weight that is not positive", "leave those rows out")
        return None
    return weights


def _assembled(
    source: Source,
    spec: Specification,
    outcome: Floats,
    base: Base,
    chosen: tuple[int, ...],
    position: dict[str, int],
    random: list[list[Coded | None]],
    factors: tuple[Factor, ...],
    weights: Floats | None,
    time: Floats | None,
) -> DesignMatrix:
    arranged, cells = arrange(factors)
    parts = {group: _part(spec, group, random, base, position) for group in spec.groups}
    mean, scale = center(outcome, weights)
    return DesignMatrix(
        spec=spec,
        base=base,
        response=outcome,
        outcome_mean=mean,
        outcome_scale=scale,
        fixed=chosen,
        factors=arranged,
        random=tuple(parts[factor.name] for factor in arranged),
        cells=cells,
        weights=weights,
        time=time,
        categories=source.categories,
    )


def _base(source: Source, terms: list[Coded | None], n: int, weights: Floats | None) -> tuple[Base, dict[str, int]]:
    names, columns, means, scales = [INTERCEPT], [None], [0.0], [1.0]
    position = {INTERCEPT: 0}
    kept: list[Floats | None] = [*columns]
    for term in terms:
        for name, values in zip(term.names, term.values, strict=False) if term is not None else ():
            if name in position:
                _refuse_another(source, name, values, kept[position[name]])
                continue
            if n == 0 or values.min() == values.max():
                source.problem(safe_name(name), *constant_product(source, name, n))
                continue
            mean, scale = center(values, weights)
            position[name] = len(names)
            names.append(name)
            kept.append(values)
            means.append(mean)
            scales.append(scale)
    return Base(tuple(names), tuple(kept), np.array(means), np.array(scales)), position


def _refuse_another(source: Source, name: str, values: Floats, known: Floats | None) -> None:
    """Two columns may come by one name: categories 1 and "1", or a column called as a category's own."""
    if values is not known and (known is None or not np.array_equal(values, known)):
        source.problem(
            safe_name(name), "is the name of two different columns of the model", "rename a column or its categories"
        )


def _part(
    spec: Specification, group: str, random: list[list[Coded | None]], base: Base, position: dict[str, int]
) -> RandomPart:
    mine = [
        tuple(name for term in coded if term is not None for name in term.names)
        for block, coded in zip(spec.random, random, strict=True)
        if block.group == group
    ]
    used = dict.fromkeys(position[name] for names in mine for name in names)
    has_slope_alone = any(INTERCEPT not in names for names in mine)
    if has_slope_alone:
        used = dict.fromkeys([0, *used])
    rows = tuple(used)
    blocks = tuple(RandomBlock(names, _map(rows, [position[name] for name in names], base)) for names in mine)
    return RandomPart(rows, blocks)


def _map(rows: tuple[int, ...], terms: list[int], base: Base) -> Floats:
    """Raw term = mean * 1 + scale * base column."""
    out = np.zeros((len(rows), len(terms)))
    for k, term in enumerate(terms):
        out[rows.index(term), k] = base.scales[term]
        if term:
            out[rows.index(0), k] = base.means[term]
    return out


def codes_in(labels: Column, values: Column) -> Ints:
    """The level of each value among a fitted factor's labels; -1 for levels the fit has not seen."""
    import pandas as pd

    found: Ints = pd.Index(labels).get_indexer(pd.Index(np.asarray(values))).astype(np.int64)
    return found
