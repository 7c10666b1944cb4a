"""Minus twice the log-likelihood of a factor model, its gradient and its expected information.

The data enter as blocks. A block of n independent normal vectors has covariance V = sum of c * Sigma_part and, with weight
w, deviation d = observed - implied mean: it adds n * (log|V| + tr(V^-1 (S + w d d'))). One level: a block for each group,
w = 1. Two levels (Muthen 1990; McDonald & Goldstein 1989): the pooled within block has V = Sigma_W and w = 0, the clusters
of size s are a block of their s^1/2-scaled means with V = Sigma_W + s Sigma_B and w = s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.sem.structure import Index, Matrix, Part


@dataclass(frozen=True)
class PatternBlock:
    """Sufficient statistics of `n` vectors: covariance (divided by n), mean, and how parts make up their V."""

    n: float
    covariance: Matrix
    mean: Matrix
    mean_weight: float
    parts: tuple[tuple[int, float], ...]
    mean_part: int


@dataclass(frozen=True)
class Point:
    """The deviance at one theta with its slopes: gradient of the deviance and expected information of the parameters."""

    deviance: float
    gradient: Matrix
    information: Matrix


def deviance(theta: Matrix, parts: Sequence[Part], blocks: Sequence[PatternBlock]) -> float:
    """Minus twice the log-likelihood, without the constant; infinite where a V is not positive definite."""
    sigmas = [part.covariance(theta) for part in parts]
    total = 0.0
    for block in blocks:
        implied = _combine(block, sigmas)
        try:
            np.linalg.cholesky(implied)
        except np.linalg.LinAlgError:
            return np.inf
        total += block.n * (
            _log_determinant(implied) + float(np.sum(np.linalg.inv(implied) * _observed(block, parts, theta)))
        )
    return total


def evaluate_at(theta: Matrix, parts: Sequence[Part], blocks: Sequence[PatternBlock]) -> Point:
    """The deviance with gradient and expected information: 1/2 tr(V^-1 dV_i V^-1 dV_j) + w dmu_i' V^-1 dmu_j a vector."""
    sigmas = [part.covariance(theta) for part in parts]
    slopes = [part.covariance_slopes(theta) for part in parts]
    tilts = [part.mean_slopes(theta) for part in parts]
    total, gradient, information = 0.0, np.zeros(len(theta)), np.zeros((len(theta), len(theta)))
    for block in blocks:
        implied = _combine(block, sigmas)
        inverse = np.linalg.inv(implied)
        observed = _observed(block, parts, theta)
        total += block.n * (_log_determinant(implied) + float(np.sum(inverse * observed)))
        own, slope = _slopes(block, parts, slopes)
        pull = inverse - inverse @ observed @ inverse
        gradient[own] += block.n * (_flat(slope) @ pull.ravel())
        scaled = inverse @ slope
        information[np.ix_(own, own)] += block.n / 2 * (_flat(scaled) @ _flat(scaled.transpose(0, 2, 1)).T)
        if block.mean_weight:
            part, tilt = parts[block.mean_part], tilts[block.mean_part]
            pull_mean = tilt @ inverse * (block.n * block.mean_weight)
            gradient[part.parameters] -= 2 * pull_mean @ (block.mean - part.mean(theta))
            information[np.ix_(part.parameters, part.parameters)] += pull_mean @ tilt.T
    return Point(total, gradient, information)


def _combine(block: PatternBlock, matrices: Sequence[Matrix]) -> Matrix:
    total = matrices[block.parts[0][0]] * block.parts[0][1]
    for part, times in block.parts[1:]:
        total = total + matrices[part] * times
    return total


def _slopes(block: PatternBlock, parts: Sequence[Part], slopes: Sequence[Matrix]) -> tuple[Index, Matrix]:
    """The parameters a block's covariance depends on, and its slopes in them."""
    (part, times), *others = block.parts
    if not others and times == 1:
        return parts[part].parameters, slopes[part]
    own = np.unique(np.concatenate([parts[part].parameters for part, _ in block.parts]))
    total = np.zeros((len(own), *slopes[part].shape[1:]))
    for part, times in block.parts:
        total[np.searchsorted(own, parts[part].parameters)] += times * slopes[part]
    return own, total


def _observed(block: PatternBlock, parts: Sequence[Part], theta: Matrix) -> Matrix:
    if not block.mean_weight:
        return block.covariance
    away = block.mean - parts[block.mean_part].mean(theta)
    return block.covariance + block.mean_weight * np.outer(away, away)


def _log_determinant(matrix: Matrix) -> float:
    return float(np.linalg.slogdet(matrix)[1])


def _flat(tensor: Matrix) -> Matrix:
    return tensor.reshape(len(tensor), -1)
