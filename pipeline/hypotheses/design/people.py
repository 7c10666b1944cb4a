"""The people behind a coefficient: whose rows tell it, and whether one client stands for most of it.

A coefficient is told by rows whose value is off the commonest one: those with a dose, those on the rarer side of a flag,
those at a level. Of two sides that are compared the one with fewer people counts, and a level is compared with the first.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pipeline.exposure.visits import Floats, Integers
from pipeline.hypotheses.design.coder import Coded
from pipeline.hypotheses.design.terms import Design, Term
from pipeline.results.backing import Backing, least_backing

SAME = 1e-12  # values that differ by less differ by rounding alone


def people_behind(design: Design, names: Iterable[str]) -> Backing:
    """The fewest people behind any of some coefficients of a design; a contrast rests on all it is made of."""
    return least_backing(*(_behind(design, name) for name in names))


def of_column(values: Floats, client: Integers, worker: Integers) -> Backing:
    """The people whose rows tell a numeric column's coefficient.

    `values`, `client`, `worker`: one each row. The shares are of the column's sum of squares about its commonest value.
    """
    known, counts = np.unique(np.round(values, 12), return_counts=True)
    commonest = known[counts.argmax()]
    off = np.abs(values - commonest) > SAME
    sides = [_people(off, client, worker)]
    if len(known) == 2:
        sides.append(_people(~off, client, worker))
    own = least_backing(*sides)
    return Backing(own.clients, own.workers, *_shares((values - commonest) ** 2, client))


def _behind(design: Design, name: str) -> Backing:
    rows = design.rows
    for term in design.terms:
        if isinstance(term.values, Coded) and term.values.kind == "code":
            levels = dict(_levels(term))
            if name in levels:
                return least_backing(*(of_rows(flag > 0, rows.client, rows.worker) for flag in (levels[name], _first(term))))
        elif term.name == name:
            own = of_column(next(iter(term.numeric().values())), rows.client, rows.worker)
            return own if term.told is None else least_backing(own, of_rows(term.told, rows.client, rows.worker))
    # the intercept: everybody, and those at the level that every code is compared with
    first = [_first(term) > 0 for term in design.terms if isinstance(term.values, Coded) and term.values.kind == "code"]
    every = np.ones(rows.n, dtype=bool)
    return least_backing(*(of_rows(told, rows.client, rows.worker) for told in (every, *first)))


def of_rows(told: np.ndarray, client: Integers, worker: Integers) -> Backing:
    """The people of some rows, with the shares of the rows that the first two clients have."""
    own = _people(told, client, worker)
    return Backing(own.clients, own.workers, *_shares(told.astype(np.float64), client))


def _levels(term: Term) -> Iterable[tuple[str, Floats]]:
    assert isinstance(term.values, Coded)
    return ((f"{term.name}[{level}]", flag) for level, flag in term.values.flags())


def _first(term: Term) -> Floats:
    assert isinstance(term.values, Coded)
    return term.values.flags()[0][1]


def _people(told: np.ndarray, client: Integers, worker: Integers) -> Backing:
    return Backing(len(np.unique(client[told])), len(np.unique(worker[told])))


def _shares(weights: Floats, client: Integers) -> tuple[float | None, float | None]:
    """The shares of the client with most and of the one with second most."""
    sums = np.sort(np.bincount(client, weights=weights))[::-1]
    total = float(sums.sum())
    if total <= 0:
        return None, None
    return float(sums[0]) / total, float(sums[1]) / total if len(sums) > 1 else None
