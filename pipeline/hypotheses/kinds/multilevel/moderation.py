"""Moderation: the effect at each level with its interval, whether levels differ, and effects shrunken towards their mean."""

from __future__ import annotations

import numpy as np

from pipeline.exposure.visits import Floats
from pipeline.hypotheses.battery.shared.setting import combined_estimate, difference_weights
from pipeline.hypotheses.engines import joint_test
from pipeline.hypotheses.fitting import FittedDesign
from pipeline.results.fit import JointTest, LevelEffect, Moderation, Shrunken

MANY = 4  # with this many levels or more, effects are shown shrunken too
STEPS = 200
SETTLED = 1e-10


def moderation_of(fitted: FittedDesign, moderator: str) -> Moderation:
    """Simple effects, the joint test that all are equal, and shrunken effects where there are many levels."""
    focus = fitted.design.focus
    simple = []
    for level, weights in focus.levels.items():
        number = combined_estimate(fitted.model, fitted.design, weights)
        simple.append(LevelEffect(**number.model_dump(), level=level))
    many = len(simple) >= MANY and not focus.numeric
    return Moderation(
        moderator=moderator,
        numeric=focus.numeric,
        levels=tuple(simple),
        homogeneity=_homogeneity(fitted),
        shrunken=_shrunken(fitted) if many else (),
    )


def _homogeneity(fitted: FittedDesign) -> JointTest:
    """The F test that no level differs from the last; along a number there is one slope to test."""
    focus = fitted.design.focus
    weights = list(focus.levels.values())
    apart = [difference_weights(one, weights[-1]) for one in weights[:-1]]
    return joint_test(fitted.model, apart[:1] if focus.numeric else apart)


def _shrunken(fitted: FittedDesign) -> tuple[Shrunken, ...]:
    """Random-effects summary of the level effects with their full covariance: b ~ N(mean, V + tau^2 I), tau by REML."""
    names = list(fitted.model.covariance.index)
    levels = fitted.design.focus.levels
    matrix = np.array([[weights.get(name, 0.0) for name in names] for weights in levels.values()])
    effects = matrix @ fitted.model.fixed["estimate"].to_numpy(dtype=np.float64)
    known = matrix @ fitted.model.covariance.to_numpy(dtype=np.float64) @ matrix.T
    tau2 = reml_tau2(effects, known)
    mean, modes, errors = conditional_effects(effects, known, tau2)
    tau = float(np.sqrt(tau2))
    return tuple(
        Shrunken(level=level, estimate=float(mode), std_error=float(error), mean=mean, tau=tau)
        for level, mode, error in zip(levels, modes, errors, strict=True)
    )


def reml_tau2(effects: Floats, known: Floats) -> float:
    """The variance between levels by restricted likelihood (Fisher scoring, Viechtbauer 2005, eq. 13), at least 0."""
    tau2 = max(float(effects.var(ddof=1) - np.diag(known).mean()), 0.0)
    ones = np.ones((len(effects), 1))
    for _ in range(STEPS):
        weight = np.linalg.inv(known + tau2 * np.eye(len(effects)))
        projection = weight - weight @ ones @ np.linalg.inv(ones.T @ weight @ ones) @ ones.T @ weight
        step = float(effects @ projection @ projection @ effects - np.trace(projection))
        new = max(tau2 + step / float(np.trace(projection @ projection)), 0.0)
        if abs(new - tau2) < SETTLED:
            return new
        tau2 = new
    return tau2


def conditional_effects(effects: Floats, known: Floats, tau2: float) -> tuple[float, Floats, Floats]:
    """The mean effect, and each level's effect given the data, with its standard error (tau taken as known).

    `effects` [level] in the outcome's units, `known` their covariance. Empirical Bayes: Raudenbush & Bryk (1985).
    """
    ones = np.ones(len(effects))
    weight = np.linalg.inv(known + tau2 * np.eye(len(effects)))
    spread = 1.0 / float(ones @ weight @ ones)
    mean = spread * float(ones @ weight @ effects)
    gain = tau2 * weight
    modes = mean + gain @ (effects - mean)
    left = ones - gain @ ones
    variance = tau2 * np.eye(len(effects)) - tau2 * gain + spread * np.outer(left, left)
    return mean, modes, np.sqrt(np.maximum(np.diag(variance), 0.0))
