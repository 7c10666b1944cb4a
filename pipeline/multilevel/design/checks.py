"""Checks on the columns of a model that need the data: constant, collinear, too few groups, too many effects."""

from __future__ import annotations

import re

import numpy as np

from pipeline.multilevel.design.base import Base, gram_matrix
from pipeline.multilevel.design.columns import Coded, Source
from pipeline.multilevel.design.options import INTERCEPT_TERM, Block, Specification
from pipeline.multilevel.design.overlap import MEND, why_collinear
from pipeline.multilevel.design.segments import Floats

# A column whose part not explained by earlier columns is below this share of its length is collinear (R's lm: 1e-7).
COLLINEAR = 1e-7
# Gram matrices hold squares: below this squared share the decision is left to a QR of the columns themselves.
DOUBTFUL = 1e-9


def safe_name(name: str) -> str:
    """A term name without the category in it: messages carry no cell content."""
    return re.sub(r"\[.*?\]", "[...]", name)


def check_coding(source: Source, block: Block, coded: list[Coded | None]) -> None:
    """Without an intercept beside it, a categorical random term would say that its first category does not vary."""
    for term, one in zip(block.terms, coded, strict=True):
        if INTERCEPT_TERM not in block.terms and one is not None and any("[" in name for name in one.names):
            mend = f'put "1" beside it: ["1", "{term}"]'
            source.problem(term, f"is categorical and varies by {block.group} without the intercept", mend)


def check_rows(source: Source, spec: Specification, outcome: Floats | None, n: int, p: int) -> None:
    """An outcome that varies, and more rows than coefficients."""
    if outcome is not None and n and outcome.min() == outcome.max():
        source.problem(spec.outcome, f"is constant over all {n} rows", "there is nothing to explain")
    if n <= p:
        source.problem(spec.outcome, f"has {n} rows for {p} fixed coefficients", "name fewer terms or add rows")


def check_groups(
    source: Source, spec: Specification, counts: dict[str, int], random: list[list[Coded | None]], n: int
) -> None:
    """Two levels at least, and in each block fewer effects than rows (lme4's checks)."""
    for name, levels in counts.items():
        if levels < 2:
            what = f"has {levels} group{'' if levels == 1 else 's'}; at least 2 are needed"
            source.problem(name, what, "leave this grouping column out")
    for block, coded in zip(spec.random, random, strict=True):
        levels = counts.get(block.group, 0)
        effects = levels * sum(len(term.names) for term in coded if term is not None)
        if effects >= n and levels >= 2:
            what = f"has {effects} random effects ({levels} groups) for {n} rows"
            source.problem(block.group, what, "name fewer random terms for it")


def check_rank(source: Source, base: Base, chosen: tuple[int, ...], weights: Floats | None, n: int) -> None:
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
            involved = np.flatnonzero(size > 1e-6 * size.max())
            named = [safe_name(base.names[chosen[1 + kept[k]]]) for k in involved]
            own = base.names[chosen[1 + j]]
            found = why_collinear([own, *(base.names[chosen[1 + kept[k]]] for k in involved)], _coded(base))
            why, mend = (f": {found[0]}", found[1]) if found else ("", MEND)
            source.problem(safe_name(own), f"is a linear combination of {', '.join(dict.fromkeys(named))}{why}", mend)
        else:
            kept.append(j)


def _coded(base: Base) -> dict[str, Floats]:
    return {name: raw for name, raw in zip(base.names, base.raw, strict=True) if raw is not None}


def constant_product(source: Source, name: str, n: int) -> tuple[str, str]:
    """What is wrong with a constant column, and how to mend it: a product of codes has combinations without a row."""
    parts = [part.split("[")[0] for part in name.split(":")]
    known = {name: values for part in parts for name, values in source.coded(part)}
    leave = "leave it out of the model"
    found = why_collinear([name], known, leave) if len(parts) > 1 else None
    return f"is constant over all {n} rows" + (f": {found[0]}" if found else ""), found[1] if found else leave


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
