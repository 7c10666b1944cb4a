"""The crossed rest of the random effects, solved densely: one system for each connected component of levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.likelihood.fold import Fold, make_fold
from pipeline.multilevel.likelihood.large import LARGE, LargeSystem
from pipeline.multilevel.likelihood.plan import EliminationPlan, Key
from pipeline.multilevel.likelihood.stacks import Placement, Stack, make_stacks


@dataclass(frozen=True)
class Solved:
    """A stack after elimination: A, B and K = L (I + L'AL)^-1 L' of each component, K B, and log|I + L'AL|.

    A large system is one component; it keeps its Cholesky factor and makes A and K when they are asked for.
    """

    columns: Floats
    kb: Floats
    log_determinant: float
    small: tuple[Floats, Floats] | None
    large: LargeSystem | None

    @property
    def total(self) -> Floats:
        """B'KB summed over components."""
        m = self.columns.shape[2]
        summed: Floats = self.columns.reshape(-1, m).T @ self.kb.reshape(-1, m)
        return summed

    @property
    def a(self) -> Floats:
        """A [component, effect, effect]."""
        if self.large is not None:
            return self.large.full_a()[None]
        assert self.small is not None
        return self.small[0]

    @property
    def k(self) -> Floats:
        """K [component, effect, effect]."""
        if self.large is not None:
            return self.large.k()[None]
        assert self.small is not None
        return self.small[1]


@dataclass(frozen=True)
class Folding:
    """What the first stage takes from a folded system: nothing where there is no fold."""

    fold: Fold | None
    links: dict[int, Floats] | None

    def take(self, a: Floats) -> Floats:
        """The system a without it; a is overwritten."""
        if self.fold is not None and self.links is not None:
            self.fold.subtract(self.links, a)
        return a


@dataclass(frozen=True)
class Remainder:
    """The dense systems of a plan, with the shapes they are scattered from."""

    stacks: tuple[Stack, ...]
    shapes: dict[Key, tuple[int, int, int]]
    n_levels: dict[int, int]
    widths: dict[int, tuple[int, int]]
    fold: Fold | None = None

    def solve(
        self,
        blocks: dict[Key, Floats],
        columns: dict[int, Floats],
        factors: Sequence[Floats],
        links: dict[int, Floats] | None = None,
    ) -> tuple[Solved, ...]:
        """Factorize every stack; `links` are what the first stage takes from a folded one."""
        return tuple(_solve(stack, Folding(self.fold, links), blocks, columns, factors) for stack in self.stacks)

    def sweep(
        self,
        solved: Sequence[Solved],
        bar: Floats,
        omega: dict[int, Floats],
        blocks: dict[Key, Floats],
        columns: dict[int, Floats],
    ) -> Floats | None:
        """Add Omega of the dense factors and G of their blocks and columns for the derivative `bar` of T.

        Returns the lower triangle of G over the last stack where it is a large system.
        """
        m = bar.shape[0]
        for key, shape in self.shapes.items():
            blocks[key] = np.empty(shape)
        for f, (width, _) in self.widths.items():
            omega[f] = np.zeros((width, width))
            columns[f] = np.empty((width, m, self.n_levels[f]))
        lower: Floats | None = None
        for stack, part in zip(self.stacks, solved, strict=True):
            lower = _sweep(stack, part, bar, omega, blocks, columns)
        return lower


def make_remainder(plan: EliminationPlan, widths: Sequence[tuple[int, int]]) -> Remainder | None:
    """Lay out the factors in `plan.rest`; `widths[f]` is (base terms, terms) of each factor."""
    if not plan.rest:
        return None
    keys = [(g, h) for g in plan.rest for h in plan.rest if g <= h]
    shapes = {(g, h): (widths[g][0], widths[h][0], len(plan.entries[g, h].rows)) for g, h in keys}
    n_levels = {f: plan.n_levels[f] for f in plan.rest}
    stacks = make_stacks(plan, widths)
    fold = make_fold(plan, stacks[0]) if plan.folded else None
    return Remainder(stacks, shapes, n_levels, {f: widths[f] for f in plan.rest}, fold)


def _picked(values: Floats, place: Placement) -> Floats:
    return values if place.taken is None else values[place.taken]


def _put(values: Floats, place: Placement, out: Floats) -> None:
    if place.taken is None:
        out[:] = values
    else:
        out[place.taken] = values


def _columns(stack: Stack, columns: dict[int, Floats]) -> Floats:
    m = next(iter(columns.values())).shape[1]
    b = np.empty((stack.count, stack.size, m))
    for f, place in stack.levels.items():
        for i in range(stack.widths[f][0]):
            for j in range(m):
                b[place.component, place.row + i, j] = _picked(columns[f][i, j], place)
    return b


def _assembled(stack: Stack, blocks: dict[Key, Floats], *, both: bool) -> Floats:
    """A of each component; only where row >= column (in a raveled sense, one of the two mirrors) unless `both`."""
    a = np.zeros((stack.count, stack.size, stack.size))
    flat = a.reshape(-1)
    for (g, h), place in stack.blocks.items():
        turned = Placement(place.taken, place.component, place.col, place.row)
        for i in range(stack.widths[g][0]):
            for j in range(stack.widths[h][0]):
                values = _picked(blocks[g, h][i, j], place)
                flat[stack.flat(turned, j, i)] = values
                if both:
                    flat[stack.flat(place, i, j)] = values
    return a


def by_factor(stack: Stack, factors: Sequence[Floats], values: Floats) -> Floats:
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
    stack: Stack, folding: Folding, blocks: dict[Key, Floats], columns: dict[int, Floats], factors: Sequence[Floats]
) -> Solved:
    b = _columns(stack, columns)
    if (stack.count == 1 and stack.size >= LARGE) or folding.fold is not None:

        def assemble() -> Floats:
            return folding.take(_assembled(stack, blocks, both=False)[0])

        system = LargeSystem(stack, assemble, factors)
        return Solved(b, system.k_times(b[0])[None], system.log_determinant, None, system)
    a = _assembled(stack, blocks, both=True)
    half = by_factor(stack, factors, a)
    inner = by_factor(stack, factors, half.transpose(0, 2, 1))
    diagonal = np.arange(stack.inner_size)
    inner[:, diagonal, diagonal] += 1.0
    low = np.linalg.cholesky(inner)
    log_determinant = 2.0 * float(np.log(low[:, diagonal, diagonal]).sum())
    turned = [factor.T for factor in factors]
    inverse = np.asarray(np.linalg.inv(inner), dtype=np.float64)
    half = _by_factor_turned(stack, turned, inverse)
    k = _by_factor_turned(stack, turned, half.transpose(0, 2, 1))
    return Solved(b, k @ b, log_determinant, (a, k), None)


def _by_factor_turned(stack: Stack, turned: Sequence[Floats], values: Floats) -> Floats:
    """values[component, x, effect] times the transposed relative factors."""
    if len(stack.spans) == 1 and stack.size == stack.inner_size and len(turned[next(iter(stack.spans))]) == 1:
        scaled: Floats = values * turned[next(iter(stack.spans))][0, 0]
        return scaled
    out = np.empty((*values.shape[:2], stack.size))
    for f, span in stack.inner_spans.items():
        part = values[:, :, span].reshape(*values.shape[:2], -1, stack.widths[f][1]) @ turned[f]
        out[:, :, stack.spans[f]] = part.reshape(*values.shape[:2], -1)
    return out


def _sweep(
    stack: Stack,
    part: Solved,
    bar: Floats,
    omega: dict[int, Floats],
    blocks: dict[Key, Floats],
    columns: dict[int, Floats],
) -> Floats | None:
    g_columns = -part.kb @ bar
    for f, place in stack.levels.items():
        for i in range(stack.widths[f][0]):
            for j in range(len(bar)):
                _put(g_columns[place.component, place.row + i, j], place, columns[f][i, j])
    if part.large is not None:
        bare = part.large.bare(part.columns[0], part.kb[0])
        kept, g_all = part.large.swept(-g_columns[0], part.kb[0])
        _add_omega(stack, kept, bare[None], bar, omega)
    else:
        ak = part.a @ part.k
        _add_omega(stack, _kept(stack, part.a, ak), part.columns - ak @ part.columns, bar, omega)
        g_all = part.k - g_columns @ part.kb.transpose(0, 2, 1)
    flat = g_all.reshape(-1)
    for (g, h), place in stack.blocks.items():
        for i in range(stack.widths[g][0]):
            for j in range(stack.widths[h][0]):
                at = stack.flat(place, i, j) if part.large is None else stack.below(place, i, j)
                _put(flat[at], place, blocks[g, h][i, j])
    return g_all if part.large is not None else None


def _kept(stack: Stack, a: Floats, ak: Floats) -> dict[int, Floats]:
    """The diagonal blocks of A - AKA, summed over the levels of each factor."""
    out = {}
    for f, span in stack.spans.items():
        width = stack.widths[f][0]
        levels = (span.stop - span.start) // width
        own = a[:, span, span].reshape(stack.count, levels, width, levels, width)
        one = ak[:, span].reshape(stack.count, levels, width, stack.size)
        two = a[:, span].reshape(stack.count, levels, width, stack.size)
        summed: Floats = np.einsum("clilj->ij", own) - np.einsum("clik,cljk->ij", one, two)
        out[f] = summed
    return out


def _add_omega(stack: Stack, kept: dict[int, Floats], bare: Floats, bar: Floats, omega: dict[int, Floats]) -> None:
    """Omega = (A - AKA) - Ct G Ct' on the diagonal blocks, summed over levels."""
    weighted = bare @ bar
    for f, span in stack.spans.items():
        width = stack.widths[f][0]
        left = weighted[:, span].reshape(-1, width, bar.shape[0])
        right = bare[:, span].reshape(-1, width, bar.shape[0])
        omega[f] += kept[f] - np.einsum("lik,ljk->ij", left, right)
