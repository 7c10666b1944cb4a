"""S = Z'V^-1 Z and C = Z'V^-1 X of independent parts of a design, in a form whose size is that of the coarser factors.

The finest factor is eliminated level by level, leaving V0; all other effects are dense within a part:
V^-1 = V0^-1 - V0^-1 Zr K Zr' V0^-1. On the finest factor S = diag(D) - F K F' with F = Z'V0^-1 Zr; the other blocks of
S are full. Effects are those of the blocks (scaled terms), not of the base columns. Small parts are taken together.
The elimination is Woodbury's (1950) identity; its order and layout are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.multilevel.design.matrix import DesignMatrix
from pipeline.multilevel.design.segments import Floats, Ints
from pipeline.multilevel.likelihood import blocks as soa
from pipeline.multilevel.likelihood.elimination import Eliminated, eliminate
from pipeline.multilevel.likelihood.parameters import Parameters
from pipeline.multilevel.likelihood.plan import EliminationPlan, make_plan
from pipeline.multilevel.likelihood.products import RowSums, gather, make_layout
from pipeline.multilevel.likelihood.remainder import Remainder, make_remainder
from pipeline.multilevel.search.estimate import Optimum

# Parts are put together while their coarser effects number no more than this.
TOGETHER = 256

Effect = tuple[int, int]


@dataclass(frozen=True)
class Bordered:
    """One part. Finest factor: `d` [q, q, n], `f` [q, n, r], `fk` = F K, `c0` [q, n, p]; other effects by Effect."""

    d: Floats
    f: Floats
    fk: Floats
    c0: Floats
    across: dict[tuple[int, Effect], Floats]
    rest: dict[tuple[Effect, Effect], Floats]
    c_rest: dict[Effect, Floats]
    fkf: dict[tuple[int, int], Floats]

    def c(self, factor: int, a: int) -> Floats:
        """C [level, p] of one effect."""
        return self.c0[a] if factor == 0 else self.c_rest[factor, a]

    def trace(self, factor: int, a: int, b: int) -> float:
        """tr S over the levels of a factor, effects a and b."""
        if factor == 0:
            return float(self.d[a, b].sum() - np.sum(self.fk[a] * self.f[b]))
        return float(np.trace(self.rest[(factor, a), (factor, b)]))

    def _block(self, one: Effect, two: Effect) -> Floats:
        """A block of S with at least one coarser factor."""
        if one[0] == 0:
            return self.across[one[1], two]
        return self.across[two[1], one].T if two[0] == 0 else self.rest[one, two]

    def inner(self, a: Effect, b: Effect, c: Effect, d: Effect) -> float:
        """Sum over levels of S[a, b] * S[c, d], the blocks of effects a, c by b, d."""
        if a[0] or b[0]:
            return float(np.sum(self._block(a, b) * self._block(c, d)))
        i, j, k, m = a[1], b[1], c[1], d[1]
        own = self.d[i, j] @ self.d[k, m]
        mixed = self.d[i, j] @ np.sum(self.fk[k] * self.f[m], axis=1)
        mixed += self.d[k, m] @ np.sum(self.fk[i] * self.f[j], axis=1)
        return float(own - mixed + np.sum(self.fkf[k, i] * self.fkf[m, j].T))

    def form(self, a: Effect, b: Effect, c: Effect, d: Effect) -> Floats:
        """C_a' S[b, c] C_d."""
        left, right = self.c(*a), self.c(*d)
        if b[0] or c[0]:
            return np.asarray(left.T @ self._block(b, c) @ right)
        weighted = left.T @ (self.d[b[1], c[1]][:, None] * right)
        return np.asarray(weighted - (left.T @ self.fk[b[1]]) @ (self.f[c[1]].T @ right))


def make_bordered(design: DesignMatrix, parameters: Parameters, found: Optimum) -> Iterator[Bordered]:
    """The parts of a design at an optimum, residuals independent."""
    plan = make_plan(design.cells, tuple(factor.n_levels for factor in design.factors), stages=1)
    widths = [(len(part.base), len(part.names)) for part in design.random]
    remainder = make_remainder(plan, widths)
    products = gather(plan, make_layout(design, plan), RowSums(design)).products
    done = eliminate(plan, remainder, products, found.here.factors)
    for part in _parts(plan, remainder, done):
        yield _bordered(plan, parameters.lifts(), done, part)


@dataclass(frozen=True)
class _Part:
    """Units of the finest factor, and for the coarser ones levels, offsets into the dense system, and the system."""

    units: Ints
    levels: dict[int, Ints]
    offsets: dict[int, Ints]
    a: Floats
    k: Floats
    columns: Floats


def _parts(plan: EliminationPlan, remainder: Remainder | None, done: Eliminated) -> Iterator[_Part]:
    """Components gathered up to TOGETHER coarser effects; a design of one factor is one part without any."""
    p = done.total.shape[0] - 1
    if remainder is None:
        empty = np.zeros((0, 0))
        yield _Part(np.arange(plan.n_levels[0]), {}, {}, empty, empty, np.zeros((0, p)))
        return
    owner = _component_of_units(plan, remainder)
    for s, (stack, solved) in enumerate(zip(remainder.stacks, done.solved, strict=True)):
        step = max(1, TOGETHER // stack.size)
        for begin in range(0, stack.count, step):
            chosen = np.arange(begin, min(begin + step, stack.count))
            size = stack.size * len(chosen)
            a, k = np.zeros((size, size)), np.zeros((size, size))
            for i, one in enumerate(chosen):
                own = slice(i * stack.size, (i + 1) * stack.size)
                a[own, own] = solved.a[one]
                k[own, own] = solved.k[one]
            levels, offsets = {}, {}
            for f, place in stack.levels.items():
                mine = np.flatnonzero((place.component >= begin) & (place.component <= chosen[-1]))
                levels[f] = mine if place.taken is None else place.taken[mine]
                offsets[f] = (place.component[mine] - begin) * stack.size + place.row[mine]
            units = np.flatnonzero((owner[0] == s) & (owner[1] >= begin) & (owner[1] <= chosen[-1]))
            yield _Part(units, levels, offsets, a, k, solved.columns[chosen, :, :p].reshape(size, p))


def _component_of_units(plan: EliminationPlan, remainder: Remainder) -> tuple[Ints, Ints]:
    """The stack and component each level of the finest factor belongs to, read off one of its coarser levels."""
    g = plan.rest[0]
    stack_of = np.empty(plan.n_levels[g], dtype=np.int64)
    component_of = np.empty(plan.n_levels[g], dtype=np.int64)
    for s, stack in enumerate(remainder.stacks):
        place = stack.levels[g]
        taken = slice(None) if place.taken is None else place.taken
        stack_of[taken], component_of[taken] = s, place.component
    entries = plan.entries[0, g]
    some = np.empty(plan.n_levels[0], dtype=np.int64)
    some[entries.rows] = entries.cols
    return stack_of[some], component_of[some]


def _bordered(plan: EliminationPlan, lifts: list[Floats], done: Eliminated, part: _Part) -> Bordered:
    step = done.steps[0]
    p = done.total.shape[0] - 1
    aw = soa.multiply_blocks(step.root, step.a)
    bare = (step.columns - soa.t_times(aw, step.u))[:, :p, part.units]
    d = (step.a - soa.t_times(aw, aw))[:, :, part.units]
    f = _links(plan, done, aw, part)
    f = np.einsum("ai,anr->inr", lifts[0], f)
    d = np.einsum("ai,abn,bj->ijn", lifts[0], d, lifts[0])
    fk = f @ part.k
    c0 = np.einsum("ai,apn->inp", lifts[0], bare) - fk @ part.columns
    ka = part.k @ part.a
    lifted = _lifted(lifts, part)
    c_all = part.columns - ka.T @ part.columns
    s_all = part.a - part.a @ ka
    across = {(i, key): (f[i] - f[i] @ ka) @ lift for i in range(len(f)) for key, lift in lifted.items()}
    rest = {(one, two): lifted[one].T @ s_all @ lifted[two] for one in lifted for two in lifted}
    c_rest = {key: lift.T @ c_all for key, lift in lifted.items()}
    fkf = {(i, j): fk[i].T @ f[j] for i in range(len(f)) for j in range(len(f))}
    return Bordered(d, f, fk, c0, across, rest, c_rest, fkf)


def _links(plan: EliminationPlan, done: Eliminated, aw: Floats, part: _Part) -> Floats:
    """F = Z'V0^-1 Zr in base terms [q, unit, r]."""
    local = np.full(plan.n_levels[0], -1, dtype=np.int64)
    local[part.units] = np.arange(len(part.units))
    step, stage = done.steps[0], plan.stages[0]
    out = np.zeros((step.a.shape[0], len(part.units), len(part.k)))
    for g, link in stage.links.items():
        bare = step.couplings[g] - soa.t_times(link.by_unit.spread(aw), step.u_links[g])
        entries = plan.entries[0, g]
        kept = np.flatnonzero(local[entries.rows] >= 0)
        at = np.full(plan.n_levels[g], -1, dtype=np.int64)
        at[part.levels[g]] = part.offsets[g]
        for b in range(bare.shape[1]):
            out[:, local[entries.rows[kept]], at[entries.cols[kept]] + b] = bare[:, b, kept]
    return out


def _lifted(lifts: list[Floats], part: _Part) -> dict[Effect, Floats]:
    """For each effect of a coarser factor, the matrix [r, level] that picks it from the dense system."""
    out: dict[Effect, Floats] = {}
    for g, offsets in part.offsets.items():
        own = np.arange(len(offsets))
        for i in range(lifts[g].shape[1]):
            pick = np.zeros((len(part.k), len(offsets)))
            for a in range(lifts[g].shape[0]):
                pick[offsets + a, own] = lifts[g][a, i]
            out[g, i] = pick
    return out
