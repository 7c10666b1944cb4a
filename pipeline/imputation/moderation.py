"""Moderations: a variable of clients, with gaps, that multiplies predictors; its gaps are drawn knowing the products.

Left to the covariance of slopes and moderator alone, a moderation would be drawn towards zero wherever nothing else makes
the slopes differ: a prior of a covariance matrix lets a regression be no larger than what it leaves over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.special import expit, log_ndtr
from scipy.stats import norm

from pipeline.imputation.draws import beyond_zero, inverse, product
from pipeline.imputation.groups import Groups
from pipeline.imputation.records import Floats, Integers


@dataclass(frozen=True)
class Multiplied:
    """A predictor (a value a session) whose effect on one session variable is moderated, and its coefficient's place.

    `slope`: where the same effect differs by client, its place among the effects of clients.
    """

    values: Floats
    squares: Floats  # sum of the squared predictor of each client
    column: int
    place: int
    slope: int | None


@dataclass(frozen=True)
class Moderation:
    """A moderator's column among the variables of clients, what it multiplies, and the clients whose value is drawn.

    A number multiplies as it is, in SDs; a yes/no as 1 or 0 less `center`, the share of yes among those who are known.
    """

    moderator: int
    yes_no: bool
    center: float
    gaps: Integers
    groups: Groups
    terms: tuple[Multiplied, ...]

    def level(self, latent: Floats) -> Floats:
        """What multiplies the predictors (K x C), from the variables of clients (K x C x r2)."""
        z = latent[:, :, self.moderator]
        return np.asarray((z > 0.0) - self.center) if self.yes_no else z

    def totals(self, coefficients: Floats, psi: Floats, at: int) -> Floats:
        """What the data tell of each product (K x terms): its coefficient, and the slopes regressed on the moderator.

        `psi` is the covariance of the effects of clients, the moderator's at `at`. The two trade places with no change to
        what is drawn, so neither says whether the chains have settled.
        """
        spread = psi[:, at, at]
        if self.yes_no:  # from a no to a yes the normal behind it moves by so many of its SDs
            apart = norm.pdf(norm.ppf(self.center)) / (self.center * (1.0 - self.center))
            weight = apart / np.sqrt(spread)
        else:
            weight = 1.0 / spread
        found = [
            coefficients[:, one.place] + (0.0 if one.slope is None else weight * psi[:, one.slope, at]) for one in self.terms
        ]
        return np.stack(found, axis=1)

    def take_off(self, target: Floats, coefficients: Floats, level: Floats, sign: float = -1.0) -> None:
        """Take the products off `target` (K x N x r) in place, or with `sign` 1 put them on again."""
        for term in self.terms:
            effects = coefficients[:, term.place, None] * level
            target[:, :, term.column] += sign * term.values * effects[:, self.groups.code]

    def draw_coefficients(
        self, random: Generator, coefficients: Floats, level: Floats, residual: Floats, sigma: Floats
    ) -> None:
        """Each coefficient given all else, flat a priori; `coefficients` and `residual` are brought up to date."""
        for term in self.terms:
            precision = inverse(sigma)[:, :, term.column : term.column + 1]
            pull = self.groups.sums(term.values[:, None] * product(residual, precision))[..., 0]
            exactly = (precision[:, term.column] * term.squares * level * level).sum(axis=1)
            step = (pull * level).sum(axis=1) / exactly + random.standard_normal(len(exactly)) / np.sqrt(exactly)
            coefficients[:, term.place] += step
            residual[:, :, term.column] -= term.values * (step[:, None] * level)[:, self.groups.code]

    def draw_gaps(
        self, random: Generator, coefficients: Floats, mean: Floats, sd: Floats, left: Floats, sigma: Floats
    ) -> Floats:
        """The moderator (K x gaps) where it is missing: normal with `mean`, `sd` (of a yes/no: behind it) and the ratings.

        `left` are the residuals with no product taken off: their likelihood in the level m is sum(pull m - known m^2 / 2).
        """
        moved = np.zeros_like(left)
        for term in self.terms:
            moved[:, :, term.column] += coefficients[:, term.place, None] * term.values
        weighed = product(moved, inverse(sigma))
        each = self.groups.sums(np.stack([(weighed * left).sum(axis=-1), (weighed * moved).sum(axis=-1)], axis=-1))
        pull, known = each[:, self.gaps, 0], each[:, self.gaps, 1]
        if not self.yes_no:
            sharp = known + sd**-2
            noise = random.standard_normal(pull.shape) / np.sqrt(sharp)
            return np.asarray((pull + mean / sd**2) / sharp + noise)
        odds = log_ndtr(mean / sd) - log_ndtr(-mean / sd) + pull - known * (1.0 - 2.0 * self.center) / 2.0
        return beyond_zero(random, mean, np.broadcast_to(sd, mean.shape), random.random(mean.shape) < expit(odds))
