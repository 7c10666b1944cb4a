"""What a model explains, and how what it leaves over looks: in bins of rows, so that no row is told."""

from __future__ import annotations

import numpy as np

from pipeline.exposure.visits import Floats, Integers
from pipeline.hypotheses.engines import FittedModel
from pipeline.results.fit import Bin, Explained, Quantile, Residuals

BINS, QUANTILES = 12, 20
LEAST = 20  # rows of a bin


def variance_explained(model: FittedModel) -> Explained | None:
    """Marginal and conditional R2 (Nakagawa & Schielzeth 2013; with slopes Johnson 2014); None where they cannot be told."""
    found = model.r2()
    if not np.isfinite(found.marginal + found.conditional):
        return None
    return Explained(marginal=found.marginal, conditional=found.conditional)


def residuals_of(fitted: Floats, residuals: Floats, client: Integers) -> Residuals | None:
    """Binned residuals (Gelman & Hill 2007, 5.6) and a QQ plot of slices; None where there are too few rows for two bins.

    `fitted`, `residuals`: of each row, in units of the outcome, effects of clients and workers in the fit; `client`: codes.
    Rows are sorted and cut into slices of equal size. A slice of the QQ plot is the mean of its rows' standardized
    residuals beside the mean of the normal quantiles (i - .5) / n of the same rows.
    """
    n, sd = len(residuals), float(np.std(residuals))
    if n < 2 * LEAST or not sd > 0:
        return None
    from scipy.special import ndtri

    order = np.argsort(fitted, kind="stable")
    bins = tuple(_bin(fitted[rows], residuals[rows], client[rows]) for rows in np.array_split(order, _slices(n, BINS)))
    ranked = np.argsort(residuals, kind="stable")
    normal = ndtri((np.arange(n) + 0.5) / n)
    scaled = residuals[ranked] / sd
    cut = np.array_split(np.arange(n), _slices(n, QUANTILES))
    quantiles = tuple(
        Quantile(
            normal=float(normal[at].mean()), residual=float(scaled[at].mean()), clients=len(np.unique(client[ranked[at]]))
        )
        for at in cut
    )
    return Residuals(bins=bins, quantiles=quantiles)


def _slices(n: int, most: int) -> int:
    return max(2, min(most, n // LEAST))


def _bin(fitted: Floats, residuals: Floats, client: Integers) -> Bin:
    return Bin(
        fitted=float(fitted.mean()),
        residual=float(residuals.mean()),
        error=float(residuals.std(ddof=1) / np.sqrt(len(residuals))),
        rows=len(residuals),
        clients=len(np.unique(client)),
    )
