"""Eliminate the random effects from the cross-products, and sweep back for derivatives.

With V = I + sum_f Z_f L_f L_f' Z_f' (in units of the residual variance) the forward sweep turns Z'Z, Z'[X y] and
[X y]'[X y] into log|V| and T = [X y]' V^-1 [X y]. Eliminating a factor with cross-product A, relative factor L and
couplings C to all that comes later uses K = L (I + L'AL)^-1 L': it leaves S - C'KC. The backward sweep carries the
symmetric matrix G of derivatives with respect to S through the same blocks: G[f, rest] = -KC G and
G[f, f] = K + KC G C'K, and collects Omega = (A - AKA) - Ct G Ct' with Ct = C - AKC, from which d/dL = 2 Omega L.
docs/engine.md derives each line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from pipeline.multilevel.design.segments import Floats, Ints
from pipeline.multilevel.likelihood import blocks as soa
from pipeline.multilevel.likelihood.fold import Fold
from pipeline.multilevel.likelihood.plan import EliminationPlan, EliminationStage, Key, Pair
from pipeline.multilevel.likelihood.quick import QuickPair
from pipeline.multilevel.likelihood.remainder import Remainder, Solved

Quick = Mapping[int, QuickPair]
NONE: Quick = MappingProxyType({})


@dataclass(frozen=True)
class Products:
    """Cross-products of a model: `blocks[g, h]` [q_g, q_h, entry], `columns[g]` [q_g, m, level], `total` [m, m]."""

    blocks: dict[Key, Floats]
    columns: dict[int, Floats]
    total: Floats


@dataclass(frozen=True)
class Step:
    """What the elimination of one factor leaves for the sweep back."""

    a: Floats
    root: Floats
    columns: Floats
    couplings: dict[int, Floats]
    u: Floats
    u_links: dict[int, Floats]


@dataclass(frozen=True)
class Eliminated:
    """The forward sweep's result: log|V|, T, and one step for each stage."""

    log_determinant: float
    total: Floats
    steps: tuple[Step, ...]
    solved: tuple[Solved, ...]


@dataclass
class Swept:
    """The backward sweep's result: Omega summed over levels, and G for every block and column set."""

    omega: dict[int, Floats]
    blocks: dict[Key, Floats]
    columns: dict[int, Floats]
    folded: Folded | None = None


@dataclass(frozen=True)
class Folded:
    """G of a folded remainder, in its lower triangle, and where the first stage's entries stand in it."""

    fold: Fold
    lower: Floats


def _taken(values: Floats, positions: Ints | None) -> Floats:
    return values if positions is None else np.take(values, positions, axis=-1)


def eliminate(
    plan: EliminationPlan,
    remainder: Remainder | None,
    products: Products,
    factors: Sequence[Floats],
    quick: Quick = NONE,
) -> Eliminated:
    """The forward sweep for relative factors `factors[f]` [q_base, q]; `quick` pairs belong to the first stage."""
    blocks, columns = dict(products.blocks), dict(products.columns)
    total, log_determinant = products.total.copy(), 0.0
    steps = []
    for stage in plan.stages:
        step, added = _step(stage, blocks, columns, factors[stage.factor])
        total -= soa.gram(step.u, step.u)
        _pass_on(stage, step, blocks, columns, quick if stage.factor == 0 else NONE)
        log_determinant += added
        steps.append(step)
    solved: tuple[Solved, ...] = ()
    if remainder is not None:
        solved = remainder.solve(blocks, columns, factors, steps[0].u_links if plan.folded else None)
        for part in solved:
            log_determinant += part.log_determinant
            total -= part.total
    return Eliminated(log_determinant, total, tuple(steps), solved)


def _step(
    stage: EliminationStage, blocks: dict[Key, Floats], columns: dict[int, Floats], factor: Floats
) -> tuple[Step, float]:
    a, b = blocks[stage.factor, stage.factor], columns[stage.factor]
    low, root = _rooted(a, factor)
    couplings = {g: blocks[stage.factor, g] for g in stage.links}
    u_links = {g: soa.multiply_blocks(link.by_unit.spread(root), couplings[g]) for g, link in stage.links.items()}
    return Step(a, root, b, couplings, soa.multiply_blocks(root, b), u_links), soa.log_determinant(low)


def _rooted(a: Floats, factor: Floats) -> tuple[Floats, Floats]:
    """The Cholesky factor of I + L'AL and low^-1 L' of every level."""
    if factor.size == 1:
        size = float(factor[0, 0])
        low = np.sqrt(size * (size * a) + 1.0)
        return low, size / low
    q = factor.shape[1]
    inner = np.matmul(factor.T, soa.multiply_left(factor.T, a))
    for i in range(q):
        inner[i, i] += 1.0
    low = soa.cholesky(inner)
    root = np.empty((q, *a.shape[1:]))
    root[:] = factor.T[:, :, None]
    return low, soa.solve_lower(low, root)


def _pass_on(
    stage: EliminationStage, step: Step, blocks: dict[Key, Floats], columns: dict[int, Floats], quick: Quick
) -> None:
    for g, link in stage.links.items():
        columns[g] = columns[g] - link.by_level.sum(soa.t_times(step.u_links[g], link.by_unit.spread(step.u)))
    for i, pair in enumerate(stage.pairs):
        if i in quick:
            k = np.sum(step.root[:, 0] ** 2, axis=0)
            blocks[pair.g, pair.h] = blocks[pair.g, pair.h] - quick[i].down(k, blocks[pair.g, pair.h].shape)
            continue
        one, two = _taken(step.u_links[pair.g], pair.first), _taken(step.u_links[pair.h], pair.second)
        blocks[pair.g, pair.h] = blocks[pair.g, pair.h] - pair.target.sum(soa.t_times(one, two))


def sweep(
    plan: EliminationPlan, remainder: Remainder | None, done: Eliminated, bar: Floats, *, full: bool, quick: Quick = NONE
) -> Swept:
    """The backward sweep for `bar`, the derivative with respect to T; G of the first factor only when `full`."""
    swept = Swept({}, {}, {})
    if remainder is not None:
        lower = remainder.sweep(done.solved, bar, swept.omega, swept.blocks, swept.columns)
        if remainder.fold is not None and lower is not None:
            swept.folded = Folded(remainder.fold, lower)
    for stage, step in zip(reversed(plan.stages), reversed(done.steps), strict=True):
        keep = full or stage.factor > 0
        _sweep_stage(stage, step, bar, swept, NONE if keep else quick, keep=keep)
    return swept


def _sweep_stage(stage: EliminationStage, step: Step, bar: Floats, swept: Swept, quick: Quick, *, keep: bool) -> None:
    f = stage.factor
    aw = soa.multiply_blocks(step.root, step.a)
    bare = soa.t_times(aw, step.u)
    np.subtract(step.columns, bare, out=bare)
    bare_links = {
        g: step.couplings[g] - soa.t_times(link.by_unit.spread(aw), step.u_links[g]) for g, link in stage.links.items()
    }
    weighted, weighted_links = _times_g(stage, bare, bare_links, bar, swept, quick)
    omega = step.a.sum(axis=2) - soa.gram(aw, aw) - soa.outer(weighted, bare)
    for g, value in bare_links.items():
        omega -= soa.outer(weighted_links[g], value)
    for i, pair in quick.items():
        share = 1.0 - np.sum(step.root[:, 0] * aw[:, 0], axis=0)
        omega -= float(share**2 @ pair.up(swept.blocks[stage.pairs[i].g, stage.pairs[i].h]))
    if swept.folded is not None:
        omega -= swept.folded.fold.weigh(bare_links, swept.folded.lower)
    swept.omega[f] = omega
    if not keep:
        return
    kc = soa.t_times(step.root, step.u)
    kc_links = {g: soa.t_times(link.by_unit.spread(step.root), step.u_links[g]) for g, link in stage.links.items()}
    g_columns, g_links = _times_g(stage, kc, kc_links, bar, swept, NONE)
    if swept.folded is not None:
        folded = swept.folded.fold.times(kc_links, swept.folded.lower)
        g_links = {g: values + folded[g] for g, values in g_links.items()}
    own = soa.t_times(step.root, step.root) + soa.times_t(g_columns, kc)
    for g, link in stage.links.items():
        own = own + link.by_unit.sum(soa.times_t(g_links[g], kc_links[g]))
        swept.blocks[f, g] = -g_links[g]
    swept.blocks[f, f], swept.columns[f] = own, -g_columns


def _times_g(
    stage: EliminationStage, c: Floats, links: dict[int, Floats], bar: Floats, swept: Swept, quick: Quick
) -> tuple[Floats, dict[int, Floats]]:
    """The couplings C of each unit times G over all that comes later, `quick` pairs left out."""
    out = np.matmul(bar, c)
    out_links: dict[int, Floats] = {}
    for g, link in stage.links.items():
        later = link.by_level.spread(swept.columns[g])
        out += link.by_unit.sum(soa.multiply_blocks(links[g], later))
        out_links[g] = soa.times_t(link.by_unit.spread(c), later)
    for i, pair in enumerate(stage.pairs):
        if i not in quick:
            _add_pair(pair, links, out_links, swept.blocks[pair.g, pair.h])
    return out, out_links


def _add_pair(pair: Pair, links: dict[int, Floats], out: dict[int, Floats], block: Floats) -> None:
    derivative = pair.target.spread(block)
    one, two = _taken(links[pair.g], pair.first), _taken(links[pair.h], pair.second)
    _accumulate(out, pair.h, pair.second, soa.multiply_blocks(one, derivative))
    if not pair.same:
        _accumulate(out, pair.g, pair.first, soa.times_t(two, derivative))


def _accumulate(out: dict[int, Floats], g: int, positions: Ints | None, values: Floats) -> None:
    if positions is None:
        out[g] = out[g] + values
        return
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            out[g][i, j] += np.bincount(positions, values[i, j], minlength=out[g].shape[2])
