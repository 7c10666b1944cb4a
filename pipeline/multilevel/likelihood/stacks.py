"""Where the crossed rest of the random effects stands: connected components of levels, those of one make in a stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.multilevel.design.segments import Ints
from pipeline.multilevel.likelihood.plan import EliminationPlan, Key

# So few levels are solved as one system: a second stack costs more interpreter steps than zeros cost arithmetic.
TOGETHER = 64


@dataclass(frozen=True)
class Placement:
    """Where entries of a block (or levels of a factor) stand in a stack: component, and offset of row and column.

    `taken` None means all of them, in order.
    """

    taken: Ints | None
    component: Ints
    row: Ints
    col: Ints


@dataclass(frozen=True)
class Stack:
    """Components of the same make: how many, and for each factor its span in base and in factor coordinates."""

    count: int
    size: int
    spans: dict[int, slice]
    inner_spans: dict[int, slice]
    inner_size: int
    widths: dict[int, tuple[int, int]]
    blocks: dict[Key, Placement]
    levels: dict[int, Placement]

    def flat(self, place: Placement, i: int, j: int) -> Ints:
        """Positions in the raveled stack of element (i, j) of each placed block."""
        return (place.component * self.size + place.row + i) * self.size + place.col + j

    def below(self, place: Placement, i: int, j: int) -> Ints:
        """The same, or of its mirror image, in the lower triangle."""
        row, col = place.row + i, place.col + j
        return (place.component * self.size + np.maximum(row, col)) * self.size + np.minimum(row, col)


def make_stacks(plan: EliminationPlan, widths: Sequence[tuple[int, int]]) -> tuple[Stack, ...]:
    """Lay out the factors in `plan.rest`; `widths[f]` is (base terms, terms) of each factor."""
    component, position = _components(plan)
    counts = np.stack([np.bincount(component[f], minlength=_top(component)) for f in plan.rest], axis=1)
    makes, member = np.unique(counts, axis=0, return_inverse=True)
    return tuple(
        _stack(plan, widths, tuple(int(n) for n in make), np.flatnonzero(member.ravel() == i), component, position)
        for i, make in enumerate(makes)
    )


def _top(component: dict[int, Ints]) -> int:
    return 1 + max(int(values.max()) for values in component.values())


def _components(plan: EliminationPlan) -> tuple[dict[int, Ints], dict[int, Ints]]:
    """The component of each level of each dense factor, and its position among that component's levels."""
    total = sum(plan.n_levels[f] for f in plan.rest)
    label = np.zeros(total, dtype=np.int64) if plan.folded or total <= TOGETHER else _labels(plan, total)
    component, at = {}, 0
    for f in plan.rest:
        component[f] = label[at : at + plan.n_levels[f]]
        at += plan.n_levels[f]
    return component, {f: _rank_within(component[f]) for f in plan.rest}


def _labels(plan: EliminationPlan, total: int) -> Ints:
    """The connected component of each level, factors one after the other."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    start, at = {}, 0
    for f in plan.rest:
        start[f] = at
        at += plan.n_levels[f]
    keys = [(g, h) for g in plan.rest for h in plan.rest if g <= h]
    rows = np.concatenate([plan.entries[key].rows + start[key[0]] for key in keys])
    cols = np.concatenate([plan.entries[key].cols + start[key[1]] for key in keys])
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, cols)), shape=(total, total))
    _, label = connected_components(graph, directed=False)
    return np.asarray(label, dtype=np.int64)


def _rank_within(group: Ints) -> Ints:
    order = np.argsort(group, kind="stable")
    ranked = group[order]
    first = np.searchsorted(ranked, ranked)
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(group)) - first
    return rank


def _stack(
    plan: EliminationPlan,
    widths: Sequence[tuple[int, int]],
    make: tuple[int, ...],
    members: Ints,
    component: dict[int, Ints],
    position: dict[int, Ints],
) -> Stack:
    spans, inner, size, inner_size = {}, {}, 0, 0
    for f, count in zip(plan.rest, make, strict=True):
        spans[f] = slice(size, size + count * widths[f][0])
        inner[f] = slice(inner_size, inner_size + count * widths[f][1])
        size, inner_size = spans[f].stop, inner[f].stop
    number = np.full(_top(component), -1, dtype=np.int64)
    number[members] = np.arange(len(members))
    offset = {f: spans[f].start + position[f] * widths[f][0] for f in plan.rest}
    blocks, levels = {}, {}
    for f in plan.rest:
        own = np.flatnonzero(number[component[f]] >= 0)
        levels[f] = Placement(_unless_all(own, plan.n_levels[f]), number[component[f][own]], offset[f][own], offset[f][own])
    for (g, h), entries in plan.entries.items():
        if g in plan.rest and h in plan.rest:
            own = np.flatnonzero(number[component[g][entries.rows]] >= 0)
            rows, cols = entries.rows[own], entries.cols[own]
            blocks[g, h] = Placement(
                _unless_all(own, len(entries.rows)), number[component[g][rows]], offset[g][rows], offset[h][cols]
            )
    own_widths = {f: widths[f] for f in plan.rest}
    return Stack(len(members), size, spans, inner, inner_size, own_widths, blocks, levels)


def _unless_all(own: Ints, count: int) -> Ints | None:
    return None if len(own) == count else own
