"""Leave one group out: the fixed coefficients without each level of a grouping column, from the cross-products.

A level leaves by taking its cells out of the sums; the rows are passed once for all levels together. Variance
parameters are held at the estimate, or estimated anew from there. Held, and where all other levels lie within one level of
the factor (clients of one worker), levels are independent: what one adds to T = [X y]'V^-1[X y] is subtracted, exactly, and
all of them cost one pass. Under CAR(1) a worker's rows may stand between two
rows that stay (clients who change worker), so their correlation changes: then the remaining rows are gathered again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pipeline.base.errors import ModelError
from pipeline.multilevel.design.base import Base
from pipeline.multilevel.design.grouping import Cells, Factor
from pipeline.multilevel.design.matrix import DesignMatrix
from pipeline.multilevel.design.segments import Floats, Ints
from pipeline.multilevel.inference.coordinates import back_map
from pipeline.multilevel.likelihood.deviance import Deviance, Evaluation, make_structure
from pipeline.multilevel.likelihood.elimination import Products
from pipeline.multilevel.likelihood.products import Gathered, RowSums, add_up
from pipeline.multilevel.likelihood.series import SeriesDeviance
from pipeline.multilevel.search.estimate import optimum
from pipeline.multilevel.search.fitting import Fitted


def leave_one_out(fitted: Fitted, f: int, *, refit: bool, levels: Ints | None = None) -> Floats:
    """Coefficients [level, p] in the data's units without each level of factor f; nan where they are not estimable.

    `levels`: only these are left out where each of them costs an evaluation of the model; the others' rows are nan.
    """
    design = fitted.design
    back = back_map(design) * design.outcome_scale
    out = np.full((design.factors[f].n_levels, len(design.fixed)), np.nan)
    if not refit and (parts := _independent_parts(fitted, f)) is not None:
        told, start = parts
        out[told.met] = (back @ (start + told.beta()).T).T
        out[:, 0] += design.outcome_mean
        return out
    asked = np.arange(len(out)) if levels is None else np.sort(levels)
    for level, deviance in zip(asked, _without(fitted, f, asked), strict=True):
        here = _evaluated(deviance, fitted, refit=refit)
        if here is not None:
            out[level] = back @ (here.start + here.beta)
            out[level, 0] += design.outcome_mean
    return out


@dataclass(frozen=True)
class _Parts:
    """What is left of T [level, m, m] without each level in `met`, those that leave enough rows of full rank."""

    met: Ints
    total: Floats

    def beta(self) -> Floats:
        """The coefficients [level, p] that each leaves."""
        return np.asarray(np.linalg.solve(self.total[:, :-1, :-1], self.total[:, :-1, -1:])[:, :, 0], dtype=np.float64)


def _independent_parts(fitted: Fitted, f: int) -> tuple[_Parts, Floats] | None:
    """T without each level of factor f, where its levels are independent of each other; None where they are not."""
    design, deviance = fitted.design, fitted.deviance
    owners = _owners(fitted, f)
    if isinstance(deviance, SeriesDeviance) or deviance.remainder is not None or owners is None:
        return None
    here = deviance.at(fitted.optimum.theta)
    own = _totals_by_level(design, f, here.start)
    gram = deviance.gathered.products.total - own
    counts = np.bincount(design.factors[f].codes, minlength=len(own))
    nu = deviance.nu - counts
    met = np.flatnonzero((nu > 0) & np.array([_full_rank(one[:-1, :-1]) for one in gram]))
    for stage, step in zip(deviance.plan.stages, here.done.steps, strict=True):
        taken = np.einsum("qal,qbl->lab", step.u, step.u)
        np.subtract.at(own, owners[stage.factor], taken)
    return _Parts(met, (here.done.total - own)[met]), here.start


def _owners(fitted: Fitted, f: int) -> dict[int, Ints] | None:
    """The level of factor f that each level of each factor lies in; None where one lies in several."""
    levels = fitted.design.cells.levels
    owners: dict[int, Ints] = {}
    for g, factor in enumerate(fitted.design.factors):
        owner = np.zeros(factor.n_levels, dtype=np.int64)
        owner[levels[g]] = levels[f]
        if not np.array_equal(owner[levels[g]], levels[f]):
            return None
        owners[g] = owner
    return owners


def _evaluated(deviance: Deviance, fitted: Fitted, *, refit: bool) -> Evaluation | None:
    theta = fitted.optimum.theta
    total = deviance.gathered.products.total
    if deviance.nu <= 0 or not _full_rank(total[:-1, :-1]):
        return None
    try:
        return optimum(deviance, theta, only=True).here if refit else deviance.at(theta)
    except np.linalg.LinAlgError:
        return None


def _full_rank(gram: Floats) -> bool:
    diagonal = np.diag(gram)
    if (diagonal <= 0).any():
        return False
    scale = 1.0 / np.sqrt(diagonal)
    return bool(np.linalg.eigvalsh(gram * np.outer(scale, scale))[0] > 1e-12)


def most_influential(fitted: Fitted, f: int, residuals: Floats, weights: Floats, most: int) -> Ints:
    """The levels of factor f whose leaving moves a combination of coefficients most, to first order: at most `most`.

    b - b_(j) is about H X_j'V^-1 (y - X b), H = (X'V^-1 X)^-1, and V^-1 (y - X b) are the `residuals` around the conditional
    modes over the residual variance (Christensen, Pearson & Johnson 1992, eq. 2.4, without the level's own leverage).
    """
    design = fitted.design
    here = fitted.deviance.at(fitted.optimum.theta)
    codes, n_levels = design.factors[f].codes, design.factors[f].n_levels
    weighted = residuals if design.weights is None else residuals * design.weights
    columns = (design.base.filled(i, design.n_obs) for i in design.fixed)
    scores = np.stack([np.bincount(codes, weighted * column, minlength=n_levels) for column in columns])
    moved = np.abs(weights @ back_map(design) @ here.inverse @ scores)
    return np.asarray(np.argsort(-moved, kind="stable")[:most], dtype=np.int64)


def _without(fitted: Fitted, f: int, levels: Ints) -> Iterator[Deviance]:
    if isinstance(fitted.deviance, SeriesDeviance):
        for level in levels:
            yield _series_without(fitted, f, int(level))
        return
    yield from _products_without(fitted, f, levels)


def _products_without(fitted: Fitted, f: int, levels: Ints) -> Iterator[Deviance]:
    """The deviance without each level: cell sums of the level set to zero, totals less the level's own."""
    design, structure, whole = fitted.design, fitted.structure, fitted.deviance.gathered
    rows = RowSums(design)
    sums, _ = rows.gather(whole.start)
    totals = _totals_by_level(design, f, whole.start)
    codes = design.factors[f].codes
    counts = np.bincount(codes)
    log_weights = np.zeros(len(counts)) if design.weights is None else np.bincount(codes, np.log(design.weights))
    for level in levels:
        total = totals[level]
        kept = (design.cells.levels[f] != level).astype(np.float64)
        blocks, columns = add_up(structure.plan, structure.layout, sums.times(kept))
        products = Products(blocks, columns, whole.products.total - total)
        determinant = rows.log_determinant + float(log_weights[level])
        yield _smaller(fitted, Gathered(products, whole.start), int(counts[level]), determinant)


def _smaller(fitted: Fitted, gathered: Gathered, dropped: int, row_determinant: float) -> Deviance:
    design = fitted.design
    deviance = Deviance(design, fitted.structure, gathered, row_determinant, reml=fitted.deviance.reml)
    deviance.n -= dropped
    deviance.nu -= dropped
    return deviance


def _totals_by_level(design: DesignMatrix, f: int, start: Floats) -> Floats:
    """[X r]'[X r] of each level's own rows, r = y - X start: [level, m, m]."""
    codes, n_levels = design.factors[f].codes, design.factors[f].n_levels
    columns = [design.base.filled(i, design.n_obs) for i in design.fixed]
    columns.append(design.outcome() - sum(b * column for b, column in zip(start, columns, strict=True)))
    out = np.empty((n_levels, len(columns), len(columns)))
    for i, one in enumerate(columns):
        weighted = one if design.weights is None else one * design.weights
        for j in range(i + 1):
            out[:, i, j] = out[:, j, i] = np.bincount(codes, weighted * columns[j], minlength=n_levels)
    return out


def _series_without(fitted: Fitted, f: int, level: int) -> Deviance:
    """CAR(1): the remaining rows gathered anew, in the same base coordinates."""
    design = fitted.design
    kept = np.flatnonzero(design.factors[f].codes != level)
    smaller = _subset(design, kept)
    return SeriesDeviance(smaller, make_structure(smaller), reml=fitted.deviance.reml)


def _subset(design: DesignMatrix, kept: Ints) -> DesignMatrix:
    """Some rows of a design, without re-centering; levels that lose all rows go."""
    base = design.base
    columns = tuple(None if raw is None else raw[kept] for raw in base.raw)
    cells, row_cell = np.unique(design.cells.row_cell[kept], return_inverse=True)
    factors, levels = [], []
    for factor, of_cell in zip(design.factors, design.cells.levels, strict=True):
        met, local = np.unique(of_cell[cells], return_inverse=True)
        levels.append(local.ravel())
        codes = local.ravel()[row_cell.ravel()].astype(np.int32)
        factors.append(Factor(factor.name, codes, factor.labels[met]))
    if any(factor.n_levels < 1 for factor in factors):
        raise ModelError("no rows are left")
    return replace(
        design,
        base=Base(base.names, columns, base.means, base.scales),
        response=design.response[kept],
        factors=tuple(factors),
        cells=Cells(row_cell.ravel().astype(np.int32), tuple(levels)),
        weights=None if design.weights is None else design.weights[kept],
        time=None if design.time is None else design.time[kept],
    )
