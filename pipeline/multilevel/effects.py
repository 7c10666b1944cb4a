"""Conditional modes of the random effects and their variances, by back-substitution through the eliminated blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.multilevel import blocks as soa
from pipeline.multilevel.deviance import Deviance, Evaluation
from pipeline.multilevel.remainder import Solved, Stack
from pipeline.multilevel.segments import Floats


@dataclass(frozen=True)
class Modes:
    """For each factor: modes [base terms, level] and covariances [base terms, base terms, level] over sigma2."""

    modes: dict[int, Floats]
    covariances: dict[int, Floats]


def conditional_modes(deviance: Deviance, here: Evaluation) -> Modes:
    """b = L u given y, and Var(b | y) / sigma2 at beta known, as lme4's ranef(condVar = TRUE); in base coordinates."""
    contrast = np.append(-here.beta, 1.0)
    modes: dict[int, Floats] = {}
    if deviance.remainder is not None:
        for stack, part in zip(deviance.remainder.stacks, here.done.solved, strict=True):
            _stack_modes(stack, deviance, part, contrast, modes)
    for stage, step in zip(reversed(deviance.plan.stages), reversed(here.done.steps), strict=True):
        right = np.tensordot(step.columns, contrast, axes=(1, 0))
        for g, link in stage.links.items():
            later = link.by_level.spread(modes[g])
            right = right - link.by_unit.sum(np.einsum("abe,be->ae", step.couplings[g], later))
        modes[stage.factor] = soa.t_times(step.root, soa.times(step.root, right[:, None, :]))[:, 0]
    swept = deviance.swept(here, np.zeros((deviance.p + 1, deviance.p + 1)), full=True)
    covariances = {}
    for f, n in enumerate(deviance.plan.n_levels):
        own = np.arange(n)
        covariances[f] = swept.blocks[f, f][:, :, deviance.plan.entries[f, f].find(own, own)]
    return Modes(modes, covariances)


def _stack_modes(stack: Stack, deviance: Deviance, part: Solved, contrast: Floats, modes: dict[int, Floats]) -> None:
    values = np.einsum("cqb,cq->cb", part.root, part.u @ contrast)
    for f, place in stack.levels.items():
        width = stack.widths[f][0]
        if f not in modes:
            modes[f] = np.empty((width, deviance.plan.n_levels[f]))
        for i in range(width):
            modes[f][i, place.taken] = values[place.component, place.row + i]
