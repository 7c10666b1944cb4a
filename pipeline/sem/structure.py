"""What a factor model says about means and covariances, and how they move with each parameter.

A part is one set of factors: Sigma = Lambda Psi Lambda' + Theta, mu = nu + Lambda alpha. A matrix cell is a number or one of
the model's parameters; cells that share a parameter are equal, which is how groups are held invariant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Index = NDArray[np.int64]
FIXED = -1


@dataclass(frozen=True)
class Cells:
    """A matrix or vector of a part: fixed values, and which parameter stands in each cell (FIXED: none)."""

    values: Matrix
    index: Index

    def at(self, theta: Matrix) -> Matrix:
        """The cells at the parameter values theta."""
        return np.where(self.index == FIXED, self.values, theta[self.index])

    def free(self) -> list[tuple[tuple[int, ...], int]]:
        """The cells that hold a parameter, with its number."""
        return [(tuple(int(i) for i in cell), int(self.index[tuple(cell)])) for cell in np.argwhere(self.index != FIXED)]


@dataclass(frozen=True)
class Part:
    """One set of factors: loadings (items x factors), factor covariances, residual variances, intercepts, factor means."""

    loadings: Cells
    factors: Cells
    residuals: Cells
    intercepts: Cells
    means: Cells

    def covariance(self, theta: Matrix) -> Matrix:
        """Sigma at theta."""
        loadings = self.loadings.at(theta)
        return loadings @ self.factors.at(theta) @ loadings.T + np.diag(self.residuals.at(theta))

    def mean(self, theta: Matrix) -> Matrix:
        """mu at theta."""
        return self.intercepts.at(theta) + self.loadings.at(theta) @ self.means.at(theta)

    @cached_property
    def parameters(self) -> Index:
        """The numbers of the parameters this part has, in order."""
        cells = (self.loadings, self.factors, self.residuals, self.intercepts, self.means)
        numbers = np.unique(np.concatenate([one.index.ravel() for one in cells]))
        return np.asarray(numbers[numbers != FIXED])

    def covariance_slopes(self, theta: Matrix) -> Matrix:
        """d Sigma / d theta, own parameters x items x items."""
        loadings, factors = self.loadings.at(theta), self.factors.at(theta)
        slopes = np.zeros((len(self.parameters), len(loadings), len(loadings)))
        place = self._places(theta)
        spread = loadings @ factors
        for (item, factor), k in self.loadings.free():
            slopes[place[k], item, :] += spread[:, factor]
            slopes[place[k], :, item] += spread[:, factor]
        for (one, two), k in self.factors.free():
            if one <= two:
                outer = np.outer(loadings[:, one], loadings[:, two])
                slopes[place[k]] += outer if one == two else outer + outer.T
        for (item,), k in self.residuals.free():
            slopes[place[k], item, item] += 1
        return slopes

    def mean_slopes(self, theta: Matrix) -> Matrix:
        """d mu / d theta, own parameters x items."""
        loadings, means = self.loadings.at(theta), self.means.at(theta)
        slopes = np.zeros((len(self.parameters), len(loadings)))
        place = self._places(theta)
        for (item,), k in self.intercepts.free():
            slopes[place[k], item] += 1
        for (item, factor), k in self.loadings.free():
            slopes[place[k], item] += means[factor]
        for (factor,), k in self.means.free():
            slopes[place[k]] += loadings[:, factor]
        return slopes

    def _places(self, theta: Matrix) -> Index:
        """Where each parameter stands among this part's own."""
        place = np.full(len(theta), FIXED, dtype=np.int64)
        place[self.parameters] = np.arange(len(self.parameters))
        return place


@dataclass
class Numbering:
    """Hands out parameter numbers while a model is put together, with a start value and a label for each."""

    starts: list[float]
    labels: list[str]

    @classmethod
    def new(cls) -> Numbering:
        """No parameters yet."""
        return cls([], [])

    def cells(self, where: NDArray[np.bool_], start: Matrix | float, label: str, fixed: Matrix | float = 0.0) -> Cells:
        """Cells with a parameter of their own wherever `where` holds, and `fixed` elsewhere."""
        index = np.full(where.shape, FIXED, dtype=np.int64)
        values, starts = np.broadcast_to(fixed, where.shape).astype(np.float64), np.broadcast_to(start, where.shape)
        for cell in np.argwhere(where):
            place = tuple(int(i) for i in cell)
            index[place] = len(self.starts)
            self.starts.append(float(starts[place]))
            self.labels.append(f"{label}[{','.join(str(i + 1) for i in place)}]")
        return Cells(values, index)

    def symmetric(self, where: NDArray[np.bool_], start: Matrix | float, label: str, fixed: Matrix) -> Cells:
        """As `cells` for a symmetric matrix: a cell and its mirror share a parameter."""
        lower = self.cells(np.tril(where), start, label, fixed)
        mirrored = np.where(np.tril(np.ones_like(where)), lower.index, lower.index.T)
        return Cells(lower.values, mirrored)


def no_parameters(shape: tuple[int, ...], value: Matrix | float = 0.0) -> Cells:
    """Cells without any parameter."""
    return Cells(np.broadcast_to(value, shape).astype(np.float64), np.full(shape, FIXED, dtype=np.int64))
