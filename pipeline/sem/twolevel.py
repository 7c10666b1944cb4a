"""Two-level CFA: one factor within and one between clusters.

Deviance after McDonald & Goldstein (1989): the pooled within-cluster covariance on N - J vectors, and for each cluster size
s the J_s cluster means, with covariance Sigma_W + s Sigma_B of their s^1/2-scaled values.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.sem.likelihood import PatternBlock
from pipeline.sem.models import FittedStructure, loading_pattern, start_loadings
from pipeline.sem.optimize import maximize
from pipeline.sem.structure import Cells, Matrix, Numbering, Part, no_parameters

Groups = NDArray[np.int64]
WITHIN, BETWEEN = 0, 1
FLOOR = 0.05  # start of the between variances, as a share of the within ones, where the estimate is smaller than this


def fit_two_level(answers: Matrix, clusters: Groups) -> FittedStructure:
    """Fit one factor at each level; `answers` complete (rows x items), `clusters` a code per row from 0."""
    blocks = two_level_blocks(answers, clusters)
    within, between = blocks[0].covariance, _between_start(answers, clusters, blocks[0].covariance)
    items = answers.shape[1]
    numbers = Numbering.new()
    parts = [
        _part(numbers, within, no_parameters((items,))),
        _part(numbers, between, numbers.cells(np.ones(items, dtype=bool), answers.mean(axis=0), "mean")),
    ]
    return FittedStructure(tuple(parts), tuple(numbers.labels), maximize([np.array(numbers.starts)], parts, blocks))


def two_level_blocks(answers: Matrix, clusters: Groups) -> list[PatternBlock]:
    """The within block, then one block for each cluster size."""
    sizes = np.bincount(clusters)
    means = np.zeros((len(sizes), answers.shape[1]))
    np.add.at(means, clusters, answers)
    means /= sizes[:, None]
    away = answers - means[clusters]
    pooled = len(answers) - len(sizes)
    blocks = [PatternBlock(pooled, away.T @ away / pooled, means[0], 0.0, ((WITHIN, 1.0),), BETWEEN)]
    for size in np.unique(sizes):
        here = means[sizes == size]
        center = here.mean(axis=0)
        covariance = size * (here - center).T @ (here - center) / len(here)
        blocks.append(
            PatternBlock(len(here), covariance, center, float(size), ((WITHIN, 1.0), (BETWEEN, float(size))), BETWEEN)
        )
    return blocks


def _part(numbers: Numbering, covariance: Matrix, intercepts: Cells) -> Part:
    items = len(covariance)
    where = loading_pattern("one_factor", items, [])
    return Part(
        numbers.cells(where, start_loadings(where, covariance)[0], "loading"),
        no_parameters((1, 1), 1.0),
        numbers.cells(np.ones(items, dtype=bool), np.diag(covariance) / 2, "residual"),
        intercepts,
        no_parameters((1,)),
    )


def _between_start(answers: Matrix, clusters: Groups, within: Matrix) -> Matrix:
    """Covariance of the cluster means less what the within level gives them, its variances kept above a floor."""
    sizes = np.bincount(clusters)
    means = np.zeros((len(sizes), answers.shape[1]))
    np.add.at(means, clusters, answers)
    covariance = np.cov(means / sizes[:, None], rowvar=False) - within * np.mean(1 / sizes)
    floor = FLOOR * np.diag(within)
    return np.asarray(covariance + np.diag(np.maximum(floor - np.diag(covariance), 0)))
