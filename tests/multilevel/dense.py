"""The same models with n x n matrices, straight from the definitions: slow, short, and sharing no code with the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Blocks = Sequence[tuple[str, Sequence[str], Floats]]


@dataclass(frozen=True)
class Dense:
    """y = X beta + e, Var(e) = V, all known but beta."""

    x: Floats
    y: Floats
    v: Floats
    reml: bool

    @property
    def inverse(self) -> Floats:
        return np.linalg.inv(self.v)

    @property
    def vcov(self) -> Floats:
        return np.linalg.inv(self.x.T @ self.inverse @ self.x)

    @property
    def beta(self) -> Floats:
        return self.vcov @ self.x.T @ self.inverse @ self.y

    @property
    def deviance(self) -> float:
        n, p = self.x.shape
        rest = self.y - self.x @ self.beta
        value = np.linalg.slogdet(self.v)[1] + rest @ self.inverse @ rest
        if self.reml:
            value -= np.linalg.slogdet(self.vcov)[1]
        return float(value + (n - p if self.reml else n) * np.log(2 * np.pi))


def columns(data: pd.DataFrame, terms: Sequence[str]) -> Floats:
    parts = [np.ones(len(data)) if term == "1" else data[term].to_numpy(dtype=float) for term in terms]
    return np.stack(parts, axis=1)


def indicator(data: pd.DataFrame, group: str) -> Floats:
    return (data[group].to_numpy()[:, None] == np.unique(data[group])).astype(float)


def random_columns(data: pd.DataFrame, group: str, terms: Sequence[str]) -> Floats:
    """[row, level * terms]: all terms of the first level, then of the second ..."""
    z = indicator(data, group)[:, :, None] * columns(data, terms)[:, None, :]
    return z.reshape(len(data), -1)


def residual(data: pd.DataFrame, sigma: float, phi: float | None, series: str, weights: str | None) -> Floats:
    r = np.eye(len(data))
    if phi is not None:
        gap = np.abs(data["time"].to_numpy(float)[:, None] - data["time"].to_numpy(float))
        same = data[series].to_numpy()[:, None] == data[series].to_numpy()
        r = np.where(same, phi**gap, 0.0)
    w = np.ones(len(data)) if weights is None else data[weights].to_numpy(float)
    return sigma**2 * r / np.sqrt(np.outer(w, w))


def covariance(data: pd.DataFrame, blocks: Blocks, error: Floats) -> Floats:
    v = error.copy()
    for group, terms, matrix in blocks:
        z = random_columns(data, group, terms)
        v += z @ np.kron(np.eye(z.shape[1] // len(terms)), matrix) @ z.T
    return v
