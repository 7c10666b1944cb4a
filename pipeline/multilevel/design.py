"""The design of a model: its columns as centred, scaled numbers, its grouping factors, and every check on them.

Cross-products of raw columns lose their digits when a column is shifted by 1e6; centred on the grand mean they do not.
So all later work is in the base coordinates [1, (x - mean) / scale, ...], and `Design` knows the way back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.errors import ModelError
from pipeline.multilevel.columns import INTERCEPT, Coded, Source
from pipeline.multilevel.grouping import Cells, Factor, arrange
from pipeline.multilevel.options import INTERCEPT_TERM, Specification, option_problems
from pipeline.multilevel.segments import Floats, Ints

# A column whose part not explained by earlier columns is below this share of its length is collinear (R's lm: 1e-7).
COLLINEAR = 1e-7
# Gram matrices hold squares: below this squared share the decision is left to a QR of the columns themselves.
DOUBTFUL = 1e-9
# Rows worked on at a time.
CHUNK = 16_384


EVERY = slice(None)


@dataclass(frozen=True)
class Base:
    """Columns to be centred and scaled: `raw[i]` [n] with `means[i]`, `scales[i]`; position 0 is the constant 1.

    Raw columns are the data's own memory where those are float64: nothing is copied before it is used.
    """

    names: tuple[str, ...]
    raw: tuple[Floats | None, ...]
    means: Floats
    scales: Floats

    def column(self, i: int, rows: slice | Ints = EVERY) -> Floats | None:
        """(x - mean) / scale for some rows; None for the constant."""
        raw = self.raw[i]
        if raw is None:
            return None
        out: Floats = raw[rows] - self.means[i]
        out /= self.scales[i]
        return out

    def filled(self, i: int, n: int) -> Floats:
        """The column with the constant written out."""
        column = self.column(i)
        return np.ones(n) if column is None else column


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
class Design:
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
    categories: dict[str, tuple[Any, ...]]

    @property
    def n_obs(self) -> int:
        """The number of rows."""
        return len(self.response)

    @property
    def fixed_names(self) -> tuple[str, ...]:
        """Fixed coefficients in order, the intercept first."""
        return tuple(self.base.names[i] for i in self.fixed)

    def with_outcome(self, values: Floats) -> Design:
        """The same design for another response of the same length."""
        mean, scale = _center(values, self.weights)
        return replace(self, response=values, outcome_mean=mean, outcome_scale=scale)

    def outcome(self, rows: slice | Ints = EVERY) -> Floats:
        """The response of some rows, centred and scaled."""
        out: Floats = self.response[rows] - self.outcome_mean
        out /= self.outcome_scale
        return out


def build(data: Any, spec: Specification) -> Design:
    """Read, code, check and center the columns a specification names; ModelError lists every problem at once."""
    problems = option_problems(spec)
    source = Source(data)
    source.problems.extend(problems)
    outcome = source.numeric(spec.outcome, "the outcome")
    fixed = [_term(source, term, "the fixed term") for term in spec.fixed if term not in (INTERCEPT, INTERCEPT_TERM)]
    random = [[_term(source, term, "the random term") for term in block.terms] for block in spec.random]
    factors = [_factor(source, group) for group in spec.groups]
    weights = _weights(source, spec)
    time = source.numeric(spec.time, "the time") if spec.time is not None and spec.residual == "car1" else None
    n = _n_rows(data)
    base, position = _base(source, [*fixed, *(term for block in random for term in block)], n, weights)
    names = [name for term in fixed if term is not None for name in term.names if name in position]
    chosen = (0, *(position[name] for name in names))
    counts = {factor.name: factor.n_levels for factor in factors if factor is not None}
    _check_rows(source, spec, outcome, n, len(chosen))
    _check_groups(source, spec, counts, random, n)
    _check_rank(source, base, chosen, weights, n)
    if source.problems:
        raise ModelError(source.problems)
    assert outcome is not None
    known = tuple(factor for factor in factors if factor is not None)
    return _assembled(source, spec, outcome, base, chosen, position, random, known, weights, time)


def _n_rows(data: Any) -> int:
    return len(data) if hasattr(data, "columns") else max((len(column) for column in data.values()), default=0)


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
) -> Design:
    arranged, cells = arrange(factors)
    parts = {group: _part(spec, group, random, base, position) for group in spec.groups}
    mean, scale = _center(outcome, weights)
    return Design(
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


def _center(values: Floats, weights: Floats | None) -> tuple[float, float]:
    """Mean (weighted; summed twice, the second time without the size of the mean) and root mean square about it."""
    mean = float(np.average(values, weights=weights))
    total = squares = 0.0
    peak = max(abs(float(values.max()) - mean), abs(float(values.min()) - mean)) or 1.0
    for rows in chunks(len(values)):
        centered = (values[rows] - mean) / peak
        total += float(centered.sum() if weights is None else centered @ weights[rows])
        squares += float(centered @ centered)
    mean += peak * total / (len(values) if weights is None else float(weights.sum()))
    scale = peak * float(np.sqrt(squares / len(values)))
    return mean, scale if scale > 0 else 1.0


def chunks(n: int) -> Iterator[slice]:
    """Slices over n rows, small enough for their columns to stay in cache."""
    for begin in range(0, n, CHUNK):
        yield slice(begin, min(begin + CHUNK, n))


def _base(source: Source, terms: list[Coded | None], n: int, weights: Floats | None) -> tuple[Base, dict[str, int]]:
    names, columns, means, scales = [INTERCEPT], [None], [0.0], [1.0]
    position = {INTERCEPT: 0}
    kept: list[Floats | None] = [*columns]
    for term in terms:
        for name, values in zip(term.names, term.values, strict=False) if term is not None else ():
            if name in position:
                continue
            if n == 0 or values.min() == values.max():
                source.problem(safe(name), f"is constant over all {n} rows", "leave it out of the model")
                continue
            mean, scale = _center(values, weights)
            position[name] = len(names)
            names.append(name)
            kept.append(values)
            means.append(mean)
            scales.append(scale)
    return Base(tuple(names), tuple(kept), np.array(means), np.array(scales)), position


def safe(name: str) -> str:
    """A term name without the category in it: messages carry no cell content."""
    return re.sub(r"\[.*?\]", "[...]", name)


def _check_rows(source: Source, spec: Specification, outcome: Floats | None, n: int, p: int) -> None:
    if outcome is not None and n and outcome.min() == outcome.max():
        source.problem(spec.outcome, f"is constant over all {n} rows", "there is nothing to explain")
    if n <= p:
        source.problem(spec.outcome, f"has {n} rows for {p} fixed coefficients", "name fewer terms or add rows")


def _check_groups(
    source: Source, spec: Specification, counts: dict[str, int], random: list[list[Coded | None]], n: int
) -> None:
    """Two levels at least, and in each block fewer effects than rows (lme4's checks)."""
    for name, levels in counts.items():
        if levels < 2:
            source.problem(name, f"has {levels} group; at least 2 are needed", "leave this grouping column out")
    for block, coded in zip(spec.random, random, strict=True):
        levels = counts.get(block.group, 0)
        effects = levels * sum(len(term.names) for term in coded if term is not None)
        if effects >= n and levels >= 2:
            what = f"has {effects} random effects ({levels} groups) for {n} rows"
            source.problem(block.group, what, "name fewer random terms for it")


def _check_rank(source: Source, base: Base, chosen: tuple[int, ...], weights: Floats | None, n: int) -> None:
    """Name columns that earlier ones explain fully, and the earlier ones that do so."""
    if len(chosen) < 2:
        return
    gram = gram_matrix(base, chosen, weights, n)[1:, 1:]
    kept: list[int] = []
    for j in range(len(chosen) - 1):
        share, coefficients = _unexplained(gram, kept, j)
        if share < DOUBTFUL:
            share, coefficients = _unexplained_exactly(base, chosen, kept, j)
        if share < COLLINEAR**2:
            size = np.abs(coefficients)
            named = [safe(base.names[chosen[1 + kept[k]]]) for k in np.flatnonzero(size > 1e-6 * size.max())]
            what = f"is a linear combination of {', '.join(dict.fromkeys(named))}"
            source.problem(safe(base.names[chosen[1 + j]]), what, "leave one of them out of the model")
        else:
            kept.append(j)


def gram_matrix(base: Base, chosen: tuple[int, ...], weights: Floats | None, n: int) -> Floats:
    """X'X of base columns over n rows, weighted: [p, p]."""
    gram = np.zeros((len(chosen), len(chosen)))
    for rows in chunks(n):
        x = stacked(base, chosen, rows)
        gram += x @ (x if weights is None else x * weights[rows]).T
    return gram


def stacked(base: Base, chosen: tuple[int, ...], rows: slice, more: int = 0) -> Floats:
    """Base columns of some rows as [p + more, rows]; the last `more` are left to be filled."""
    out = np.empty((len(chosen) + more, rows.stop - rows.start))
    for k, i in enumerate(chosen):
        raw = base.raw[i]
        if raw is None:
            out[k] = 1.0
        else:
            np.subtract(raw[rows], base.means[i], out=out[k])
            out[k] /= base.scales[i]
    return out


def _unexplained(gram: Floats, kept: list[int], j: int) -> tuple[float, Floats]:
    if not kept:
        return 1.0, np.empty(0)
    coefficients = np.asarray(np.linalg.solve(gram[np.ix_(kept, kept)], gram[kept, j]), dtype=np.float64)
    return 1.0 - float(coefficients @ gram[kept, j]) / float(gram[j, j]), coefficients


def _unexplained_exactly(base: Base, chosen: tuple[int, ...], kept: list[int], j: int) -> tuple[float, Floats]:
    raw = base.raw[chosen[1 + j]]
    assert raw is not None
    column = base.filled(chosen[1 + j], len(raw))
    others = np.stack([base.filled(chosen[1 + k], len(raw)) for k in kept], axis=1)
    coefficients = np.asarray(np.linalg.lstsq(others, column, rcond=None)[0], dtype=np.float64)
    rest = column - others @ coefficients
    return float(rest @ rest) / float(column @ column), coefficients


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


def codes_in(labels: Any, values: Any) -> Ints:
    """The level of each value among a fitted factor's labels; -1 for levels the fit has not seen."""
    import pandas as pd

    found: Ints = pd.Index(labels).get_indexer(pd.Index(np.asarray(values))).astype(np.int64)
    return found
