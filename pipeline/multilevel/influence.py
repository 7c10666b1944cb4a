"""Leave one group out: the fixed coefficients without each level of a grouping column, from the cross-products.

A level leaves by taking its cells out of the sums; the rows are passed once for all levels together. Variance
parameters are held at the estimate, or estimated anew from there. Under CAR(1) a worker's rows may stand between two
rows that stay (clients who change worker), so their correlation changes: then the remaining rows are gathered again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pipeline.errors import ModelError
from pipeline.multilevel.coordinates import back_map
from pipeline.multilevel.design import Base, Design
from pipeline.multilevel.deviance import Deviance, Evaluation, make_structure
from pipeline.multilevel.elimination import Products
from pipeline.multilevel.estimate import optimum
from pipeline.multilevel.fitting import Fitted
from pipeline.multilevel.grouping import Cells, Factor
from pipeline.multilevel.products import Gathered, Gatherer, add_up, cell_sums, plain_rows
from pipeline.multilevel.segments import Floats, Ints
from pipeline.multilevel.series import SeriesDeviance


def leave_one_out(fitted: Fitted, f: int, *, refit: bool) -> Floats:
    """Coefficients [level, p] in the data's units without each level of factor f; nan where they are not estimable."""
    design = fitted.design
    back = back_map(design) * design.outcome_scale
    out = np.full((design.factors[f].n_levels, len(design.fixed)), np.nan)
    for level, deviance in enumerate(_without(fitted, f)):
        here = _evaluated(deviance, fitted, refit=refit)
        if here is not None:
            out[level] = back @ (here.start + here.beta)
            out[level, 0] += design.outcome_mean
    return out


def _evaluated(deviance: Deviance, fitted: Fitted, *, refit: bool) -> Evaluation | None:
    theta = fitted.optimum.theta
    total = deviance.gathered.products.total
    if deviance.nu <= 0 or not _full_rank(total[:-1, :-1]):
        return None
    try:
        return optimum(deviance, theta).here if refit else deviance.at(theta)
    except np.linalg.LinAlgError:
        return None


def _full_rank(gram: Floats) -> bool:
    diagonal = np.diag(gram)
    if (diagonal <= 0).any():
        return False
    scale = 1.0 / np.sqrt(diagonal)
    return bool(np.linalg.eigvalsh(gram * np.outer(scale, scale))[0] > 1e-12)


def _without(fitted: Fitted, f: int) -> Iterator[Deviance]:
    if isinstance(fitted.deviance, SeriesDeviance):
        for level in range(fitted.design.factors[f].n_levels):
            yield _series_without(fitted, f, level)
        return
    yield from _products_without(fitted, f)


def _products_without(fitted: Fitted, f: int) -> Iterator[Deviance]:
    """The deviance without each level: cell sums of the level set to zero, totals less the level's own."""
    design, structure, whole = fitted.design, fitted.structure, fitted.deviance.gathered
    rows = plain_rows(design)
    gatherer = Gatherer(design, rows)
    residual = _residual(gatherer, design, whole)
    totals = _totals_by_level(gatherer, design, f, residual)
    counts = np.bincount(design.factors[f].codes)
    level_of_cell = design.cells.levels[f]
    sums = cell_sums(design, gatherer, residual)
    log_weights = np.zeros(design.n_obs) if rows.weights is None else np.log(rows.weights)
    determinants = -np.bincount(design.factors[f].codes, log_weights)
    for level, total in enumerate(totals):
        kept = (level_of_cell != level).astype(np.float64)
        blocks, columns = add_up(structure.plan, structure.layout, sums.times(kept))
        products = Products(blocks, columns, whole.products.total - total)
        smaller = Gathered(products, whole.start)
        yield _smaller(fitted, smaller, int(counts[level]), rows.log_determinant - float(determinants[level]))


def _smaller(fitted: Fitted, gathered: Gathered, dropped: int, row_determinant: float) -> Deviance:
    design = fitted.design
    deviance = Deviance(design, fitted.structure, gathered, row_determinant, reml=fitted.deviance.reml)
    deviance.n -= dropped
    deviance.nu -= dropped
    return deviance


def _residual(gatherer: Gatherer, design: Design, whole: Gathered) -> Floats:
    out = gatherer.rows.outcome.copy()
    for coefficient, i in zip(whole.start, design.fixed, strict=True):
        column = gatherer.rows.columns[i]
        out -= coefficient if column is None else coefficient * column
    return out


def _totals_by_level(gatherer: Gatherer, design: Design, f: int, residual: Floats) -> Floats:
    """[X y]'[X y] of each level's own rows: [level, m, m]."""
    codes, n_levels = design.factors[f].codes, design.factors[f].n_levels
    columns = [*(gatherer.rows.columns[i] for i in design.fixed), residual]
    filled = [np.ones(design.n_obs) if column is None else column for column in columns]
    weights = gatherer.rows.weights
    out = np.empty((n_levels, len(filled), len(filled)))
    for i, one in enumerate(filled):
        weighted = one if weights is None else one * weights
        for j in range(i + 1):
            out[:, i, j] = out[:, j, i] = np.bincount(codes, weighted * filled[j], minlength=n_levels)
    return out


def _series_without(fitted: Fitted, f: int, level: int) -> Deviance:
    """CAR(1): the remaining rows gathered anew, in the same base coordinates."""
    design = fitted.design
    kept = np.flatnonzero(design.factors[f].codes != level)
    smaller = _subset(design, kept)
    return SeriesDeviance(smaller, make_structure(smaller), reml=fitted.deviance.reml)


def _subset(design: Design, kept: Ints) -> Design:
    """Some rows of a design, without re-centering; levels that lose all rows go."""
    base = design.base
    columns = tuple(None if column is None else column[kept] for column in base.columns)
    cells, row_cell = np.unique(design.cells.row_cell[kept], return_inverse=True)
    factors, levels = [], []
    for factor, of_cell in zip(design.factors, design.cells.levels, strict=True):
        met, local = np.unique(of_cell[cells], return_inverse=True)
        levels.append(local.ravel())
        factors.append(Factor(factor.name, local.ravel()[row_cell.ravel()], factor.labels[met]))
    if any(factor.n_levels < 1 for factor in factors):
        raise ModelError("no rows are left")
    return replace(
        design,
        base=Base(base.names, columns, base.means, base.scales),
        outcome=design.outcome[kept],
        factors=tuple(factors),
        cells=Cells(row_cell.ravel(), tuple(levels)),
        weights=None if design.weights is None else design.weights[kept],
        time=None if design.time is None else design.time[kept],
    )
