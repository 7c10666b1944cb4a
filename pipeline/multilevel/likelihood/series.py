"""The deviance of a model with CAR(1) residuals: phi joins theta as one more parameter.

The last element of the parameter vector is t with rho = tanh(t)^2, rho = phi^shortest the correlation across the
shortest gap: even in t, so that no correlation (t = 0) needs no bound, and twice as wide as a root near one.
Cross-products are gathered anew for each phi, and so is their derivative by t, which meets G of the backward sweep: the
gradient in t costs one more pass over the rows and no refit.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.multilevel.design.matrix import DesignMatrix
from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.likelihood.car1 import Series, in_order, make_series, whiten, whiten_change
from pipeline.multilevel.likelihood.deviance import Deviance, Evaluation, Structure
from pipeline.multilevel.likelihood.elimination import Products, Swept
from pipeline.multilevel.likelihood.parameters import Mask
from pipeline.multilevel.likelihood.plan import EliminationPlan
from pipeline.multilevel.likelihood.products import Gathered, add_up, gather
from pipeline.multilevel.likelihood.quick import QuickPair
from pipeline.multilevel.likelihood.series_sums import SeriesSums

# Products kept for values of t met lately.
KEPT = 8
# Beyond this t (1 - rho near 1e-14) correlations are not told from one.
FARTHEST = 17.0
# Correlations across the median gap tried as a start.
TRIED = (0.02, 0.2, 0.5, 0.8, 0.95)


class SeriesDeviance(Deviance):
    """The deviance in (theta, t)."""

    extra = 1

    def __init__(self, design: DesignMatrix, structure: Structure, *, reml: bool) -> None:
        self.design, self.structure = design, structure
        self.series: Series = make_series(design)
        self.ordered = in_order(design, self.series)
        self._known: dict[float, tuple[Gathered, float]] = {}
        self._changes: dict[float, tuple[Products, float]] = {}
        gathered, log_determinant = self._at_root(0.5)
        super().__init__(design, structure, gathered, log_determinant, reml=reml)

    def phi(self, root: float) -> float:
        """The correlation one time unit apart, phi of CAR(1) (Pinheiro & Bates 2000, 5.3)."""
        return float((np.tanh(root) ** 2) ** (1.0 / self.series.shortest))

    def _at_root(self, root: float) -> tuple[Gathered, float]:
        """Products and log|R| at one value of the parameter; the last few are kept."""
        if root not in self._known:
            rows = whiten(self.ordered, self.series, self.phi(root))
            sums = SeriesSums(self.design, self.ordered, rows)
            found = gather(self.structure.plan, self.structure.layout, sums)
            self._latest = root, sums
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
        products, log_determinant = self._change_at_root(here.extra)
        return _change(self.plan, swept, bar, products) + log_determinant

    def _change_at_root(self, root: float) -> tuple[Products, float]:
        """The derivative of the products by t, their least squares fit held, and that of log|R|; the last few are kept."""
        if root not in self._changes:
            phi, gathered = self.phi(root), self._at_root(root)[0]
            latest, sums = self._latest
            if latest != root:
                sums = SeriesSums(self.design, self.ordered, whiten(self.ordered, self.series, phi))
            change = whiten_change(self.ordered, self.series, phi, self._slope(root))
            by_cell, total = sums.gather_change(gathered.start, change)
            blocks, columns = add_up(self.structure.plan, self.structure.layout, by_cell)
            sums.couple(self.structure.plan, blocks)
            while len(self._changes) >= KEPT:
                self._changes.pop(next(iter(self._changes)))
            self._changes[root] = Products(blocks, columns, total), change.log_determinant
        return self._changes[root]

    def _slope(self, root: float) -> Floats:
        """The derivative by t of each row's correlation with the one before, tanh(t)^e, e = 2 gap / shortest."""
        exponent = 2.0 * self.series.gap / self.series.shortest
        size, bend = abs(np.tanh(root)), 1.0 / np.cosh(root) ** 2
        follows = self.series.gap > 0
        power = np.where(follows, size ** np.where(follows, exponent - 1.0, 1.0), 0.0)
        return np.asarray(np.sign(root) * exponent * power * bend)


def _change(plan: EliminationPlan, swept: Swept, bar: Floats, change: Products) -> float:
    """tr(G dS) over all blocks; blocks off the diagonal of the system count twice."""
    total = float(np.sum(bar * change.total))
    for g, values in change.columns.items():
        total += 2.0 * float(np.sum(swept.columns[g] * values))
    for (g, h), values in change.blocks.items():
        entries = plan.entries[g, h]
        times = 2.0 if g < h else np.where(entries.rows == entries.cols, 1.0, 2.0)
        total += float(np.sum(times * swept.blocks[g, h] * values))
    return total
