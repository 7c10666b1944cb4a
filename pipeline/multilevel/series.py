"""The deviance of a model with CAR(1) residuals: phi joins theta as one more parameter.

The last element of the parameter vector is t with rho = tanh(t)^2, rho = phi^shortest the correlation across the
shortest gap: even in t, so that no correlation (t = 0) needs no bound, and twice as wide as a root near one.
Cross-products are gathered anew for each phi; their derivative with respect to it, a central difference of the products
themselves, meets G of the backward sweep, so the gradient in phi costs two more passes over the rows and no refit.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.multilevel.car1 import Series, SeriesSums, in_order, make_series, whiten
from pipeline.multilevel.design import Design
from pipeline.multilevel.deviance import Deviance, Evaluation, Structure
from pipeline.multilevel.elimination import Products, Swept
from pipeline.multilevel.parameters import Mask
from pipeline.multilevel.plan import Plan
from pipeline.multilevel.products import Gathered, gather
from pipeline.multilevel.quick import QuickPair
from pipeline.multilevel.segments import Floats

# Difference in t for the derivative of the products: truncation near 1e-9, rounding below.
STEP = 2e-5
KEPT = 8
# Beyond this t (1 - rho near 1e-14) correlations are not told from one.
FARTHEST = 17.0
# Correlations across the median gap tried as a start.
TRIED = (0.02, 0.2, 0.5, 0.8, 0.95)


class SeriesDeviance(Deviance):
    """The deviance in (theta, t)."""

    extra = 1

    def __init__(self, design: Design, structure: Structure, *, reml: bool) -> None:
        self.design, self.structure = design, structure
        self.series: Series = make_series(design)
        self.ordered = in_order(design, self.series)
        self._known: dict[float, tuple[Gathered, float]] = {}
        gathered, log_determinant = self._at_root(0.5)
        super().__init__(design, structure, gathered, log_determinant, reml=reml)

    def phi(self, root: float) -> float:
        """The correlation one time unit apart."""
        return float((np.tanh(root) ** 2) ** (1.0 / self.series.shortest))

    def _at_root(self, root: float) -> tuple[Gathered, float]:
        """Products and log|R| at one value of the parameter; the last few are kept."""
        if root not in self._known:
            rows = whiten(self.ordered, self.series, self.phi(root))
            found = gather(self.structure.plan, self.structure.layout, SeriesSums(self.design, self.ordered, rows))
            while len(self._known) >= KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[root] = found, rows.log_determinant
        return self._known[root]

    def _quick(self) -> dict[int, QuickPair]:
        """None: products change with phi."""
        return {}

    def starts(self, *, many: bool) -> list[Floats]:
        """Each start of theta with the neighbour correlation that suits it best."""
        return [self.completed(theta) for theta in super().starts(many=many)]

    def completed(self, theta: Floats) -> Floats:
        """Theta with the neighbour correlation that suits it best."""
        tried = [np.append(theta, self._root(rho)) for rho in TRIED]
        return min(tried, key=lambda one: self.at(one).deviance)

    def even(self) -> Mask:
        """As without CAR(1), and t."""
        return np.append(super().even(), True)

    def normal(self, theta: Floats) -> Floats:
        """As without CAR(1), and t at least 0."""
        return np.append(super().normal(theta[:-1]), abs(theta[-1]))

    def _root(self, rho: float) -> float:
        """t for a correlation across the median gap."""
        return float(np.arctanh(np.sqrt(rho ** (self.series.shortest / self.series.median))))

    def stiffness(self, theta: Floats) -> Floats:
        """As without CAR(1); each pair of neighbours tells about phi."""
        return np.append(super().stiffness(theta), 0.4 * len(self.series.follows))

    def lengths(self, theta: Floats) -> Floats:
        """As without CAR(1); t bends over a unit."""
        return np.append(super().lengths(theta), 1.0)

    def _at(self, vector: Floats) -> Evaluation:
        return self._evaluated(self.parameters.factors(vector), float(vector[-1]))

    def at_squares(self, squares: list[Floats], extra: Floats) -> Evaluation:
        """Evaluate at one square matrix for each block and t."""
        return self._evaluated(self.parameters.factors_of(squares), float(extra[0]))

    def _evaluated(self, factors: list[Floats], root: float) -> Evaluation:
        root = min(max(root, -FARTHEST), FARTHEST)
        gathered, log_determinant = self._at_root(root)
        here = self.evaluate(factors, gathered)
        return replace(here, deviance=here.deviance + log_determinant - self.row_determinant, extra=root)

    def gradient(self, here: Evaluation, sigma2: float | None = None) -> Floats:
        """The gradient in (theta, t), at sigma2 fixed or (None) profiled out."""
        bar = self.bar(here, here.r2 / self.nu if sigma2 is None else sigma2)
        swept = self.swept(here, bar, full=True)
        return np.append(self.parameters.gradient(here.factors, swept.omega), self._in_root(here, swept, bar))

    def square_gradients(self, here: Evaluation, sigma2: float) -> tuple[list[Floats], Floats]:
        """The gradient at fixed sigma2 by each block's square, and by t."""
        bar = self.bar(here, sigma2)
        swept = self.swept(here, bar, full=True)
        by_squares = self.parameters.square_gradients(here.factors, swept.omega)
        return by_squares, np.array([self._in_root(here, swept, bar)])

    def _in_root(self, here: Evaluation, swept: Swept, bar: Floats) -> float:
        ahead, up = self._centered(here, here.extra + STEP)
        behind, down = self._centered(here, here.extra - STEP)
        return (_change(self.plan, swept, bar, ahead, behind) + up - down) / (2.0 * STEP)

    def _centered(self, here: Evaluation, root: float) -> tuple[Products, float]:
        """Products at another phi, their outcome less the same least squares fit as `here`."""
        gathered, log_determinant = self._at_root(root)
        shift = gathered.start - here.start
        turn = np.eye(len(shift) + 1)
        turn[-1, :-1] = shift
        products = gathered.products
        columns = {g: np.einsum("ij,ajn->ain", turn, values) for g, values in products.columns.items()}
        return Products(products.blocks, columns, turn @ products.total @ turn.T), log_determinant


def _change(plan: Plan, swept: Swept, bar: Floats, ahead: Products, behind: Products) -> float:
    """tr(G dS) over all blocks; blocks off the diagonal of the system count twice."""
    total = float(np.sum(bar * (ahead.total - behind.total)))
    for g, values in ahead.columns.items():
        total += 2.0 * float(np.sum(swept.columns[g] * (values - behind.columns[g])))
    for (g, h), values in ahead.blocks.items():
        entries = plan.entries[g, h]
        times = 2.0 if g < h else np.where(entries.rows == entries.cols, 1.0, 2.0)
        total += float(np.sum(times * swept.blocks[g, h] * (values - behind.blocks[g, h])))
    return total
