"""Patterns of gaps: rows that miss the same variables, whose missing part is drawn together given what they have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from pipeline.imputation.draws import beyond_zero, conditional_distribution, correlated, inverse, product
from pipeline.imputation.records import Booleans, Floats, Integers


@dataclass(frozen=True)
class Pattern:
    """Rows with the same gaps."""

    rows: Integers
    missing: Integers
    known: Integers


@dataclass(frozen=True)
class Gaps:
    """All patterns of a table, and the rows whose yes/no is known."""

    patterns: tuple[Pattern, ...]
    yes_no: tuple[tuple[int, Integers, Booleans], ...]  # column, rows that know it, which of them say yes

    @classmethod
    def of(cls, values: Floats, yes_no: Booleans, apart: Integers | None = None) -> Gaps:
        """From a table with NaN; `yes_no` marks its yes/no columns, `apart` are columns whose gaps are drawn elsewhere."""
        missing = np.isnan(values)
        known = ~missing
        if apart is not None:
            missing[:, apart] = False
        kinds, place = np.unique(missing, axis=0, return_inverse=True) if missing.size else (missing[:0], np.zeros(0, int))
        patterns = tuple(
            Pattern(np.flatnonzero(place.ravel() == number), np.flatnonzero(kind), np.flatnonzero(~kind))
            for number, kind in enumerate(kinds)
            if kind.any()
        )
        flags = []
        for column in np.flatnonzero(yes_no):
            rows = np.flatnonzero(known[:, column])
            flags.append((int(column), rows, values[rows, column] > 0.5))
        return cls(patterns, tuple(flags))

    def fill(self, random: Generator, residual: Floats, mean: Floats, covariance: Floats) -> None:
        """Draw latent and missing residuals in place (chains x rows x r): `mean` is what they are residuals of.

        A known yes/no constrains the sign of mean + residual; a missing value is drawn from its normal distribution given
        the known ones of its row.
        """
        if self.yes_no:
            precision = inverse(covariance)
            for column, rows, yes in self.yes_no:
                own = precision[:, column, column][:, None]
                others = (
                    product(residual[:, rows], precision[:, :, column : column + 1])[..., 0]
                    - residual[:, rows, column] * own
                )
                center = mean[:, rows, column] - others / own
                residual[:, rows, column] = beyond_zero(random, center, 1.0 / np.sqrt(own), yes) - mean[:, rows, column]
        for pattern in self.patterns:
            coefficients, left = conditional_distribution(covariance, pattern.missing, pattern.known)
            drawn = correlated(random, len(pattern.rows), left)
            if len(pattern.known):
                drawn += product(residual[:, pattern.rows[:, None], pattern.known], coefficients)
            residual[:, pattern.rows[:, None], pattern.missing] = drawn
