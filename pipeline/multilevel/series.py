"""The deviance of a model with CAR(1) residuals: phi joins theta as one more parameter.

The last element of the parameter vector is logit(phi^unit), unit the median gap: the correlation of typical neighbours.
Cross-products are gathered anew for each phi; their derivative with respect to it, a central difference of the products
themselves, meets G of the backward sweep, so the gradient in phi costs two more passes over the rows and no refit.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.multilevel.car1 import Series, SeriesGatherer, make_series, whiten
from pipeline.multilevel.design import Design
from pipeline.multilevel.deviance import Deviance, Evaluation, Structure
from pipeline.multilevel.elimination import Products, Swept
from pipeline.multilevel.products import Gathered, gather
from pipeline.multilevel.segments import Floats

# Difference in logit(phi^unit) for the derivative of the products: truncation and rounding both near 1e-10.
STEP = 1e-4
KEPT = 8
# Correlations nearer to 0 or 1 than this logit are not told apart.
FARTHEST = 30.0
# Correlations of neighbouring rows tried as a start.
TRIED = (0.02, 0.2, 0.5, 0.8, 0.95)


class SeriesDeviance(Deviance):
    """The deviance in (theta, logit phi^unit)."""

    extra = 1

    def __init__(self, design: Design, structure: Structure, *, reml: bool) -> None:
        self.design, self.structure = design, structure
        self.series: Series = make_series(design)
        self._known: dict[float, tuple[Gathered, float]] = {}
        gathered, log_determinant = self._at_logit(0.0)
        super().__init__(design, structure, gathered, log_determinant, reml=reml)

    def phi(self, logit: float) -> float:
        """The correlation one time unit apart."""
        return float((1.0 / (1.0 + np.exp(-logit))) ** (1.0 / self.series.unit))

    def _at_logit(self, logit: float) -> tuple[Gathered, float]:
        """Products and log|R| at one value of the parameter; the last few are kept."""
        if logit not in self._known:
            rows = whiten(self.design, self.series, self.phi(logit))
            gatherer = SeriesGatherer(self.design, rows)
            found = gather(self.design, self.structure.plan, self.structure.layout, gatherer)
            while len(self._known) >= KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[logit] = found, rows.log_determinant
        return self._known[logit]

    def starts(self) -> list[Floats]:
        """Each start of theta with the neighbour correlation that suits it best."""
        out = []
        for theta in super().starts():
            tried = [np.append(theta, np.log(rho / (1.0 - rho))) for rho in TRIED]
            out.append(min(tried, key=lambda one: self.at(one).deviance))
        return out

    def stiffness(self) -> Floats:
        """As without CAR(1); each pair of neighbours tells about phi."""
        return np.append(super().stiffness(), 0.1 * len(self.series.follows))

    def lengths(self, theta: Floats) -> Floats:
        """As without CAR(1); a logit bends over a unit."""
        return np.append(super().lengths(theta), 1.0)

    def at(self, vector: Floats) -> Evaluation:
        """Evaluate at (theta, logit)."""
        return self._evaluated(self.parameters.factors(vector), float(vector[-1]))

    def at_squares(self, squares: list[Floats], extra: Floats) -> Evaluation:
        """Evaluate at one square matrix for each block and the logit."""
        return self._evaluated(self.parameters.factors_of(squares), float(extra[0]))

    def _evaluated(self, factors: list[Floats], logit: float) -> Evaluation:
        logit = min(max(logit, -FARTHEST), FARTHEST)
        gathered, log_determinant = self._at_logit(logit)
        here = self.evaluate(factors, gathered)
        return replace(here, deviance=here.deviance + log_determinant - self.row_determinant, extra=logit)

    def gradient(self, here: Evaluation, sigma2: float | None = None) -> Floats:
        """The gradient in (theta, logit), at sigma2 fixed or (None) profiled out."""
        bar = self.bar(here, here.r2 / self.nu if sigma2 is None else sigma2)
        swept = self.swept(here, bar, full=True)
        return np.append(self.parameters.gradient(here.factors, swept.omega), self._in_logit(here, swept, bar))

    def square_gradients(self, here: Evaluation, sigma2: float) -> tuple[list[Floats], Floats]:
        """The gradient at fixed sigma2 by each block's square, and by the logit."""
        bar = self.bar(here, sigma2)
        swept = self.swept(here, bar, full=True)
        by_squares = self.parameters.square_gradients(here.factors, swept.omega)
        return by_squares, np.array([self._in_logit(here, swept, bar)])

    def _in_logit(self, here: Evaluation, swept: Swept, bar: Floats) -> float:
        ahead, up = self._centered(here, here.extra + STEP)
        behind, down = self._centered(here, here.extra - STEP)
        return (_change(swept, bar, ahead, behind) + up - down) / (2.0 * STEP)

    def _centered(self, here: Evaluation, logit: float) -> tuple[Products, float]:
        """Products at another phi, their outcome less the same least squares fit as `here`."""
        gathered, log_determinant = self._at_logit(logit)
        shift = gathered.start - here.start
        turn = np.eye(len(shift) + 1)
        turn[-1, :-1] = shift
        products = gathered.products
        columns = {g: np.einsum("ij,ajn->ain", turn, values) for g, values in products.columns.items()}
        return Products(products.blocks, columns, turn @ products.total @ turn.T), log_determinant


def _change(swept: Swept, bar: Floats, ahead: Products, behind: Products) -> float:
    """tr(G dS) over all blocks; blocks off the diagonal of the system count twice."""
    total = float(np.sum(bar * (ahead.total - behind.total)))
    for g, values in ahead.columns.items():
        total += 2.0 * float(np.sum(swept.columns[g] * (values - behind.columns[g])))
    for (g, h), values in ahead.blocks.items():
        part = swept.blocks[g, h] * (values - behind.blocks[g, h])
        total += (1.0 if g == h else 2.0) * float(np.sum(part))
    return total
