"""Starting a search from the estimates of an earlier fit with like effects, as those of a battery of models are.

Relative covariances are handed over in raw terms by name: rows, fixed terms, scales and blocks may differ. A fit of few
rows tries several starts of its own instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.likelihood.deviance import Deviance
from pipeline.multilevel.likelihood.parameters import BlockParameters, Parameters, lower_factor
from pipeline.multilevel.search.estimate import SMALL, Optimum

# A column of a triangle shorter than this share of its start by moments is begun by moments: at zero gradients vanish.
SHORT = 0.1

Known = dict[tuple[str, str], float]


@dataclass(frozen=True)
class Near:
    """What an earlier fit leaves behind; `groups` are the grouping columns of its factors, in order."""

    groups: tuple[str, ...]
    parameters: Parameters
    optimum: Optimum


@dataclass(frozen=True)
class Start:
    """A point to start from, with a guess of the curvature there where there is one."""

    theta: Floats
    curvature: Floats | None = None


def start_near(deviance: Deviance, groups: tuple[str, ...], near: Near) -> Start | None:
    """A start for a deviance whose factors have these grouping columns; None where it had better find its own."""
    if deviance.n <= SMALL:
        return None
    known, moved = _relative(near), False
    theta = deviance.by_moments()
    for block in deviance.parameters.blocks:
        triangle = _triangle(block, known.get(groups[block.factor], {}))
        if triangle is None:
            moved = True
            continue
        own = np.diag(_unpacked(theta[block.where], block))
        short = np.linalg.norm(triangle, axis=0) < SHORT * own
        triangle[short, short] = own[short]
        moved |= bool(short.any())
        theta[block.where] = triangle.T[block.free]
    start = deviance.completed(theta)
    same = _layout(deviance.parameters, groups) == _layout(near.parameters, near.groups)
    return Start(start, _curvature(deviance, start, near) if same and not moved else None)


def _relative(near: Near) -> dict[str, Known]:
    """Covariances over sigma2 of raw terms, by grouping column and pair of terms; none between blocks."""
    found: dict[str, Known] = {group: {} for group in near.groups}
    triangles = near.parameters.raw_triangles(near.optimum.theta[: near.parameters.size])
    for block, triangle in zip(near.parameters.blocks, triangles, strict=True):
        matrix = triangle @ triangle.T
        for i, one in enumerate(block.names):
            for j, other in enumerate(block.names):
                found[near.groups[block.factor]][one, other] = float(matrix[i, j])
    return found


def _triangle(block: BlockParameters, known: Known) -> Floats | None:
    """The block's triangle in its own coordinates; None where a term of it is new."""
    if any((name, name) not in known for name in block.names):
        return None
    raw = np.array([[known.get((one, other), 0.0) for other in block.names] for one in block.names])
    turn = np.linalg.inv(block.back)
    values, vectors = np.linalg.eigh(turn @ raw @ turn.T)
    return lower_factor(vectors * np.sqrt(np.maximum(values, 0.0))).copy()


def _unpacked(values: Floats, block: BlockParameters) -> Floats:
    upper = np.zeros((block.width, block.width))
    upper[block.free] = values
    return upper.T


def _layout(parameters: Parameters, groups: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(groups[block.factor], block.names) for block in parameters.blocks]


def _curvature(deviance: Deviance, start: Floats, near: Near) -> Floats:
    """That of the earlier fit; of what only the new one searches over, the usual guess."""
    size = deviance.parameters.size
    out = np.diag(deviance.stiffness(start))
    out[:size, :size] = near.optimum.information.profiled[:size, :size]
    return out
