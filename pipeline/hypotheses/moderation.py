"""Moderation: the effect at each level with its interval, whether levels differ, and effects shrunken towards their mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.exposure.visits import Floats
from pipeline.hypotheses.estimate import contrast
from pipeline.hypotheses.fitting import Fit

MANY = 4  # with this many levels or more, effects are shown shrunken too
STEPS = 200
SETTLED = 1e-10


def block(fitted: Fit) -> dict[str, Any]:
    """Simple effects, the joint test that all are equal, and shrunken effects where there are many levels."""
    levels = fitted.design.focus.levels
    simple = [{"level": level, **contrast(fitted.model, weights).__dict__} for level, weights in levels.items()]
    found: dict[str, Any] = {"levels": simple, "homogeneity": _homogeneity(fitted)}
    if len(levels) >= MANY and not any("_by_" in name for name in fitted.design.focus.columns):
        found["shrunken"] = _shrunken(fitted)
    return found


def _homogeneity(fitted: Fit) -> dict[str, Any] | None:
    if not hasattr(fitted.model, "joint"):
        return None
    weights = list(fitted.design.focus.levels.values())
    apart = [_minus(one, weights[-1]) for one in weights[:-1]]
    if any("_by_" in name for name in fitted.design.focus.columns):
        apart = apart[:1]
    test = fitted.model.joint(apart)
    return dict(test.__dict__)


def _minus(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    return {name: one.get(name, 0.0) - other.get(name, 0.0) for name in {**one, **other}}


def _shrunken(fitted: Fit) -> list[dict[str, Any]]:
    """Random-effects summary of the level effects with their full covariance: b ~ N(mean, V + tau^2 I), tau by REML."""
    names = list(fitted.model.covariance.index)
    weights = [[level.get(name, 0.0) for name in names] for level in fitted.design.focus.levels.values()]
    matrix = np.array(weights)
    effects = matrix @ fitted.model.fixed["estimate"].to_numpy(dtype=np.float64)
    known = matrix @ fitted.model.covariance.to_numpy(dtype=np.float64) @ matrix.T
    tau2 = reml_tau2(effects, known)
    mean, modes, errors = conditional(effects, known, tau2)
    return [
        {"level": level, "estimate": float(mode), "std_error": float(error), "mean": mean, "tau": float(np.sqrt(tau2))}
        for level, mode, error in zip(fitted.design.focus.levels, modes, errors, strict=True)
    ]


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


def conditional(effects: Floats, known: Floats, tau2: float) -> tuple[float, Floats, Floats]:
    """The mean effect, and each level's effect given the data, with its standard error (tau taken as known)."""
    ones = np.ones(len(effects))
    weight = np.linalg.inv(known + tau2 * np.eye(len(effects)))
    spread = 1.0 / float(ones @ weight @ ones)
    mean = spread * float(ones @ weight @ effects)
    gain = tau2 * weight
    modes = mean + gain @ (effects - mean)
    left = ones - gain @ ones
    variance = tau2 * np.eye(len(effects)) - tau2 * gain + spread * np.outer(left, left)
    return mean, modes, np.sqrt(np.maximum(np.diag(variance), 0.0))
