"""Conditional modes of the random effects and their variances, by back-substitution through the eliminated blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.likelihood import blocks as soa
from pipeline.multilevel.likelihood.deviance import Deviance, Evaluation
from pipeline.multilevel.likelihood.remainder import Solved
from pipeline.multilevel.likelihood.stacks import Stack


@dataclass(frozen=True)
class Modes:
    """For each factor: modes [base terms, level] and covariances [base terms, base terms, level] over sigma2."""

    modes: dict[int, Floats]
    covariances: dict[int, Floats]


def conditional_modes(deviance: Deviance, here: Evaluation) -> Modes:
    """b = L u given y, and Var(b | y) / sigma2 at beta known, as lme4's ranef(condVar = TRUE); in base coordinates."""
    contrast = np.append(-here.beta, 1.0)[:, None]
    modes = {f: values[:, 0] for f, values in solve_columns(deviance, here, contrast).items()}
    swept = deviance.swept(here, np.zeros((deviance.p + 1, deviance.p + 1)), full=True)
    covariances = {}
    for f, n in enumerate(deviance.plan.n_levels):
        own = np.arange(n)
        covariances[f] = swept.blocks[f, f][:, :, deviance.plan.entries[f, f].find(own, own)]
    return Modes(modes, covariances)


def solve_columns(deviance: Deviance, here: Evaluation, combinations: Floats) -> dict[int, Floats]:
    """L L'Z'V^-1 [X y] @ combinations [m, k] for each factor: [base terms, k, level]."""
    modes: dict[int, Floats] = {}
    if deviance.remainder is not None:
        for stack, part in zip(deviance.remainder.stacks, here.done.solved, strict=True):
            _stack_modes(stack, deviance, part, combinations, modes)
    for stage, step in zip(reversed(deviance.plan.stages), reversed(here.done.steps), strict=True):
        right = np.einsum("amn,mk->akn", step.columns, combinations)
        for g, link in stage.links.items():
            later = link.by_level.spread(modes[g])
            right = right - link.by_unit.sum(np.einsum("abe,bke->ake", step.couplings[g], later))
        modes[stage.factor] = soa.t_times(step.root, soa.multiply_blocks(step.root, right))
    return modes


def _stack_modes(stack: Stack, deviance: Deviance, part: Solved, combinations: Floats, modes: dict[int, Floats]) -> None:
    values = part.kb @ combinations
    for f, place in stack.levels.items():
        width = stack.widths[f][0]
        if f not in modes:
            modes[f] = np.empty((width, combinations.shape[1], deviance.plan.n_levels[f]))
        taken = slice(None) if place.taken is None else place.taken
        for i in range(width):
            modes[f][i][:, taken] = values[place.component, place.row + i].T
