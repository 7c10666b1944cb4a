"""Hidden causes with memory: how lasting would a cause of both have to be to make the effect, judged by the lead.

A cause z of exposure and rating that keeps the share rho of itself from one window to the next shows in the window after the
rating as rho times what it shows in the window before. With b the coefficient of the exposure before and a that after the
rating, an effect of nothing but z has a = rho b.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

ONE_SIDED = 0.95


@dataclass(frozen=True)
class Memory:
    """b before, a after, their covariance (vb, va, vab) and degrees of freedom (inf: normal)."""

    before: float
    after: float
    var_before: float
    var_after: float
    covariance: float
    df: float = np.inf

    def rho_break(self, level: float = ONE_SIDED) -> float:
        """The upper one-sided Fieller (1954) limit of a/b: the smallest rho at which rho b - a is still clear of zero.

        On the side of b; at least 0; infinity where b itself is not clear of zero at that level.
        """
        t = float(stdtrit(self.df, level)) if np.isfinite(self.df) else float(stdtrit(1e9, level))
        sign = 1.0 if self.before >= 0 else -1.0
        b, a = sign * self.before, sign * self.after
        square = b * b - t * t * self.var_before
        if not (b > 0 and square > 0):
            return float("inf")
        half = a * b - t * t * self.covariance
        constant = a * a - t * t * self.var_after
        # rho b - a > t se  is the part right of the larger root of square rho^2 - 2 half rho + constant = 0
        inside = max(half * half - square * constant, 0.0)
        return max((half + float(np.sqrt(inside))) / square, 0.0)

    def without(self, rho: float) -> tuple[float, float]:
        """b - a / rho and its standard error (ours): the effect without a cause of memory rho; ValueError unless rho > 0."""
        if not rho > 0:
            raise ValueError("a cause without memory leaves no trace in the lead")
        variance = self.var_before + self.var_after / rho**2 - 2.0 * self.covariance / rho
        return self.before - self.after / rho, float(np.sqrt(max(variance, 0.0)))
