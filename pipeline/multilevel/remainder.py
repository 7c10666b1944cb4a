"""The crossed rest of the random effects: one dense system for each connected component of levels.

Components of the same make (as many levels of each factor) are solved as one stack [component, effect, effect].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.multilevel.plan import Key, Plan
from pipeline.multilevel.segments import Floats, Ints

# So few levels are solved as one system: a second stack costs more interpreter steps than zeros cost arithmetic.
TOGETHER = 64


@dataclass(frozen=True)
class Placement:
    """Where entries of a block (or levels of a factor) stand in a stack: component, row and column offset."""

    taken: Ints
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


@dataclass(frozen=True)
class Solved:
    """A stack after elimination: A, B and root = chol(I + L'AL)^-1 L' of each component."""

    a: Floats
    columns: Floats
    root: Floats
    u: Floats
    log_determinant: float
    total: Floats


@dataclass(frozen=True)
class Remainder:
    """The dense systems of a plan, with the shapes they are scattered from."""

    stacks: tuple[Stack, ...]
    shapes: dict[Key, tuple[int, int, int]]
    n_levels: dict[int, int]
    widths: dict[int, tuple[int, int]]

    def solve(self, blocks: dict[Key, Floats], columns: dict[int, Floats], factors: Sequence[Floats]) -> tuple[Solved, ...]:
        """Factorize every stack."""
        return tuple(_solve(stack, blocks, columns, factors) for stack in self.stacks)

    def sweep(
        self,
        solved: Sequence[Solved],
        bar: Floats,
        omega: dict[int, Floats],
        blocks: dict[Key, Floats],
        columns: dict[int, Floats],
    ) -> None:
        """Add Omega of the dense factors and G of their blocks and columns for the derivative `bar` of T."""
        m = bar.shape[0]
        for key, shape in self.shapes.items():
            blocks[key] = np.empty(shape)
        for f, (width, _) in self.widths.items():
            omega[f] = np.zeros((width, width))
            columns[f] = np.empty((width, m, self.n_levels[f]))
        for stack, part in zip(self.stacks, solved, strict=True):
            _sweep(stack, part, bar, omega, blocks, columns)


def make_remainder(plan: Plan, widths: Sequence[tuple[int, int]]) -> Remainder | None:
    """Lay out the factors in `plan.rest`; `widths[f]` is (base terms, terms) of each factor."""
    if not plan.rest:
        return None
    component, position = _components(plan)
    counts = np.stack([np.bincount(component[f], minlength=_top(component)) for f in plan.rest], axis=1)
    makes, member = np.unique(counts, axis=0, return_inverse=True)
    stacks = tuple(
        _stack(plan, widths, tuple(int(n) for n in make), np.flatnonzero(member.ravel() == i), component, position)
        for i, make in enumerate(makes)
    )
    keys = [(g, h) for g in plan.rest for h in plan.rest if g <= h]
    shapes = {(g, h): (widths[g][0], widths[h][0], len(plan.entries[g, h].rows)) for g, h in keys}
    n_levels = {f: plan.n_levels[f] for f in plan.rest}
    return Remainder(stacks, shapes, n_levels, {f: widths[f] for f in plan.rest})


def _top(component: dict[int, Ints]) -> int:
    return 1 + max(int(values.max()) for values in component.values())


def _components(plan: Plan) -> tuple[dict[int, Ints], dict[int, Ints]]:
    """The component of each level of each dense factor, and its position among that component's levels."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    start, total = {}, 0
    for f in plan.rest:
        start[f] = total
        total += plan.n_levels[f]
    keys = [(g, h) for g in plan.rest for h in plan.rest if g <= h]
    rows = np.concatenate([plan.entries[key].rows + start[key[0]] for key in keys])
    cols = np.concatenate([plan.entries[key].cols + start[key[1]] for key in keys])
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, cols)), shape=(total, total))
    _, label = connected_components(graph, directed=False)
    if total <= TOGETHER:
        label = np.zeros_like(label)
    component = {f: label[start[f] : start[f] + plan.n_levels[f]].astype(np.int64) for f in plan.rest}
    return component, {f: _rank_within(component[f]) for f in plan.rest}


def _rank_within(group: Ints) -> Ints:
    order = np.argsort(group, kind="stable")
    ranked = group[order]
    first = np.searchsorted(ranked, ranked)
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(group)) - first
    return rank


def _stack(
    plan: Plan,
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
        levels[f] = Placement(own, number[component[f][own]], offset[f][own], offset[f][own])
    for (g, h), entries in plan.entries.items():
        if g in plan.rest and h in plan.rest:
            own = np.flatnonzero(number[component[g][entries.rows]] >= 0)
            rows, cols = entries.rows[own], entries.cols[own]
            blocks[g, h] = Placement(own, number[component[g][rows]], offset[g][rows], offset[h][cols])
    own_widths = {f: widths[f] for f in plan.rest}
    return Stack(len(members), size, spans, inner, inner_size, own_widths, blocks, levels)


def _assemble(stack: Stack, blocks: dict[Key, Floats], columns: dict[int, Floats]) -> tuple[Floats, Floats]:
    a = np.zeros((stack.count, stack.size, stack.size))
    for (g, h), place in stack.blocks.items():
        for i in range(stack.widths[g][0]):
            for j in range(stack.widths[h][0]):
                values = blocks[g, h][i, j, place.taken]
                a[place.component, place.row + i, place.col + j] = values
                a[place.component, place.col + j, place.row + i] = values
    m = next(iter(columns.values())).shape[1]
    b = np.empty((stack.count, stack.size, m))
    for f, place in stack.levels.items():
        for i in range(stack.widths[f][0]):
            b[place.component, place.row + i] = columns[f][i, :, place.taken]
    return a, b


def _by_factor(stack: Stack, factors: Sequence[Floats], values: Floats) -> Floats:
    """values[component, x, base effect] times the block-diagonal relative factors."""
    if len(stack.spans) == 1 and stack.size == stack.inner_size and len(factors[next(iter(stack.spans))]) == 1:
        scaled: Floats = values * factors[next(iter(stack.spans))][0, 0]
        return scaled
    out = np.empty((*values.shape[:2], stack.inner_size))
    for f, span in stack.spans.items():
        part = values[:, :, span].reshape(*values.shape[:2], -1, stack.widths[f][0]) @ factors[f]
        out[:, :, stack.inner_spans[f]] = part.reshape(*values.shape[:2], -1)
    return out


def _solve(
    stack: Stack,
    blocks: dict[Key, Floats],
    columns: dict[int, Floats],
    factors: Sequence[Floats],
) -> Solved:
    a, b = _assemble(stack, blocks, columns)
    half = _by_factor(stack, factors, a)
    inner = _by_factor(stack, factors, half.transpose(0, 2, 1))
    diagonal = np.arange(stack.inner_size)
    inner[:, diagonal, diagonal] += 1.0
    low = np.linalg.cholesky(inner)
    base = _by_factor(stack, factors, np.eye(stack.size)[None])
    root = np.linalg.solve(low, np.ascontiguousarray(base.transpose(0, 2, 1)))
    u = root @ b
    log_determinant = 2.0 * float(np.log(low[:, diagonal, diagonal]).sum())
    flat = u.reshape(-1, u.shape[2])
    return Solved(a, b, root, u, log_determinant, flat.T @ flat)


def _sweep(
    stack: Stack,
    part: Solved,
    bar: Floats,
    omega: dict[int, Floats],
    blocks: dict[Key, Floats],
    columns: dict[int, Floats],
) -> None:
    root_t = part.root.transpose(0, 2, 1)
    aw = part.root @ part.a
    bare = part.columns - aw.transpose(0, 2, 1) @ part.u
    kc = root_t @ part.u
    g_all = root_t @ part.root + (kc @ bar) @ kc.transpose(0, 2, 1)
    g_columns = -kc @ bar
    weighted = bare @ bar
    for f, place in stack.levels.items():
        omega[f] += _omega(stack, stack.widths[f][0], stack.spans[f], part.a, aw, weighted, bare)
        for i in range(stack.widths[f][0]):
            columns[f][i, :, place.taken] = g_columns[place.component, place.row + i]
    for (g, h), place in stack.blocks.items():
        for i in range(stack.widths[g][0]):
            for j in range(stack.widths[h][0]):
                blocks[g, h][i, j, place.taken] = g_all[place.component, place.row + i, place.col + j]


def _omega(stack: Stack, width: int, span: slice, a: Floats, aw: Floats, weighted: Floats, bare: Floats) -> Floats:
    """The diagonal blocks of (A - AKA) - Ct G Ct', summed over the levels of one factor."""
    levels = (span.stop - span.start) // width
    own = a[:, span, span].reshape(stack.count, levels, width, levels, width)
    total: Floats = np.einsum("clilj->ij", own)
    m = aw[:, :, span].reshape(stack.count, -1, levels, width)
    within = np.einsum("ckli,cklj->ij", m, m)
    left = weighted[:, span].reshape(stack.count, levels, width, -1)
    right = bare[:, span].reshape(stack.count, levels, width, -1)
    remaining: Floats = total - within - np.einsum("clik,cljk->ij", left, right)
    return remaining
