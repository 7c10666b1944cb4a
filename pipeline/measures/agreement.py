"""Intraclass correlations of raters who rated the same targets: agreement, consistency, one rater or their mean.

Mean squares and intervals of Shrout & Fleiss (1979) and McGraw & Wong (1996): ICC(1), ICC(A,1), ICC(C,1) and their
averages over k raters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import fdtri

from pipeline.measures.alpha import LEVEL, Matrix

Kind = Literal["1", "A,1", "C,1", "1,k", "A,k", "C,k"]
FEW = 3  # targets rated by all


@dataclass(frozen=True)
class Icc:
    """An intraclass correlation with its interval, over `n` targets; NaN where it is not estimable."""

    icc: float
    conf_low: float
    conf_high: float
    n: int


@dataclass(frozen=True)
class _Squares:
    """Mean squares of targets, raters and residual, within targets; numbers of targets and raters."""

    targets: float
    raters: float
    residual: float
    within: float
    n: int
    k: int


def intraclass(ratings: Matrix, kind: Kind = "A,1", level: float = LEVEL) -> Icc:
    """The intraclass correlation of targets x raters; targets that miss a rater are left out."""
    complete = ratings[~np.isnan(ratings).any(axis=1)]
    n, k = complete.shape
    if n < FEW or k < 2 or complete.std() == 0:
        return Icc(np.nan, np.nan, np.nan, n)
    squares = _mean_squares(complete)
    single: Kind = {"1,k": "1", "A,k": "A,1", "C,k": "C,1"}.get(kind, kind)  # type: ignore[assignment]
    estimate = _absolute(squares, level) if single == "A,1" else _by_ratio(squares, single, level)
    icc, low, high = (_stepped_up(value, k) if kind.endswith("k") else value for value in estimate)
    return Icc(icc, low, high, n)


def _mean_squares(x: Matrix) -> _Squares:
    n, k = x.shape
    grand, by_target, by_rater = x.mean(), x.mean(axis=1), x.mean(axis=0)
    targets = k * float(((by_target - grand) ** 2).sum())
    raters = n * float(((by_rater - grand) ** 2).sum())
    total = float(((x - grand) ** 2).sum())
    residual = total - targets - raters
    return _Squares(
        targets / (n - 1), raters / (k - 1), residual / ((n - 1) * (k - 1)), (total - targets) / (n * (k - 1)), n, k
    )


def _by_ratio(s: _Squares, kind: Kind, level: float) -> tuple[float, float, float]:
    """ICC(1) and ICC(C,1): both follow from one F ratio."""
    error, df = (s.within, s.n * (s.k - 1)) if kind == "1" else (s.residual, (s.n - 1) * (s.k - 1))
    ratio, tail = s.targets / error if error > 0 else np.inf, (1 + level) / 2
    ratios = ratio, ratio / fdtri(s.n - 1, df, tail), ratio * fdtri(df, s.n - 1, tail)
    one, low, high = (1.0 if np.isinf(f) else float((f - 1) / (f + s.k - 1)) for f in ratios)
    return one, low, high


def _absolute(s: _Squares, level: float) -> tuple[float, float, float]:
    """ICC(A,1), with Satterthwaite's degrees of freedom for the interval (McGraw & Wong 1996, table 7)."""
    n, k = s.n, s.k
    spread = k * s.raters + (k * n - k - n) * s.residual
    icc = (s.targets - s.residual) / (s.targets + (k - 1) * s.residual + k * (s.raters - s.residual) / n)
    ratio = s.raters / s.residual if s.residual > 0 else np.inf
    if np.isinf(ratio):
        return icc, np.nan, np.nan
    inner = n * (1 + (k - 1) * icc) - k * icc
    df = (k - 1) * (n - 1) * (k * icc * ratio + inner) ** 2 / ((n - 1) * (k * icc * ratio) ** 2 + inner**2)
    above, below = fdtri(n - 1, df, (1 + level) / 2), fdtri(df, n - 1, (1 + level) / 2)
    low = n * (s.targets - above * s.residual) / (above * spread + n * s.targets)
    high = n * (below * s.targets - s.residual) / (spread + n * below * s.targets)
    return icc, float(low), float(high)


def _stepped_up(icc: float, k: int) -> float:
    """Spearman-Brown: from one rater to the mean of k."""
    return icc * k / (1 + icc * (k - 1))
