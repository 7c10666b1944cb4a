"""Crossed designs with a scalar finest factor: its elimination as sparse matrix-vector products.

Each unit u of the finest factor takes k_u (C_u'C_u) from the rest, k_u a number and C_u data. So the sum over units of
products of couplings is a fixed sparse matrix times k, and the sweep back its transpose times G.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.likelihood.plan import EliminationPlan, EliminationStage, Key

# Below so many pairs of couplings the plain way costs no more.
MANY = 20_000


@dataclass(frozen=True)
class QuickPair:
    """For one pair of links: `matrix` [q_g * q_h * targets, units] of products of couplings."""

    matrix: Any

    def down(self, k: Floats, shape: tuple[int, ...]) -> Floats:
        """What the units take from a block [q_g, q_h, target]."""
        taken: Floats = (self.matrix @ k).reshape(shape)
        return taken

    def up(self, block: Floats) -> Floats:
        """C_u G C_u' of each unit for this pair; a pair of two couplings stands for both orders."""
        weighed: Floats = 2.0 * (self.matrix.T @ block.reshape(-1))
        return weighed


def quick_pairs(plan: EliminationPlan, blocks: dict[Key, Floats]) -> dict[int, QuickPair]:
    """Pairs of the first stage worth it, by position; none unless its factor has one base term."""
    stage = plan.stages[0]
    if blocks[stage.factor, stage.factor].shape[0] != 1:
        return {}
    many = [i for i, pair in enumerate(stage.pairs) if not pair.same and len(pair.target.index) > MANY]
    return {i: _quick(stage, i, blocks) for i in many}


def _quick(stage: EliminationStage, i: int, blocks: dict[Key, Floats]) -> QuickPair:
    from scipy.sparse import coo_array

    pair = stage.pairs[i]
    one, two = blocks[stage.factor, pair.g], blocks[stage.factor, pair.h]
    first = np.arange(one.shape[2]) if pair.first is None else pair.first
    second = np.arange(two.shape[2]) if pair.second is None else pair.second
    unit = stage.links[pair.g].by_unit.index[first]
    n, q_g, q_h = pair.target.size, one.shape[1], two.shape[1]
    rows, values = [], []
    for a in range(q_g):
        for b in range(q_h):
            rows.append(pair.target.index + (a * q_h + b) * n)
            values.append(one[0, a, first] * two[0, b, second])
    shape = (q_g * q_h * n, stage.links[pair.g].by_unit.size)
    entries = (np.concatenate(values), (np.concatenate(rows), np.tile(unit, q_g * q_h)))
    return QuickPair(coo_array(entries, shape=shape).tocsr())
