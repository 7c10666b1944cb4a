"""Fitted values, predictions for new rows, and draws from the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.errors import ModelError, Problem
from pipeline.multilevel.design.columns import INTERCEPT, Column, Data, Source, check_data
from pipeline.multilevel.design.matrix import codes_in
from pipeline.multilevel.design.options import INTERCEPT_TERM
from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.inference.coordinates import raw_map
from pipeline.multilevel.inference.effects import Modes
from pipeline.multilevel.likelihood.car1 import color
from pipeline.multilevel.likelihood.series import SeriesDeviance
from pipeline.multilevel.search.fitting import Fitted

if TYPE_CHECKING:
    from pipeline.multilevel.inference.view import FittedView


def fixed_values(fitted: Fitted) -> Floats:
    """X beta for each row, in the outcome's units."""
    design = fitted.design
    base = fitted.optimum.here.start + fitted.optimum.here.beta
    out = np.full(design.n_obs, float(base[0]))
    for coefficient, i in zip(base[1:], design.fixed[1:], strict=True):
        out += coefficient * _column(fitted, i)
    return out * design.outcome_scale + design.outcome_mean


def _column(fitted: Fitted, i: int) -> Floats | float:
    column = fitted.design.base.column(i)
    return 1.0 if column is None else column


def random_values(fitted: Fitted, effects: dict[int, Floats]) -> Floats:
    """Z b for each row, for effects[f] [base terms, level] in base coordinates of the scaled outcome."""
    design = fitted.design
    out = np.zeros(design.n_obs)
    for f, (part, factor) in enumerate(zip(design.random, design.factors, strict=True)):
        for row, i in enumerate(part.base):
            out += _column(fitted, i) * effects[f][row, factor.codes]
    return out * design.outcome_scale


def fitted_values(fitted: Fitted, modes: Modes) -> Floats:
    """X beta + Z b for each row."""
    return fixed_values(fitted) + random_values(fitted, modes.modes)


def predict(model: FittedView, data: Data, modes: Modes | None) -> Floats:
    """Predictions for new rows; ModelError lists unknown, missing or infinite columns."""
    check_data(data)
    design = model.fitted.design
    source = Source(data, design.categories)
    fixed = _columns(source, model.spec.fixed)
    random = [(block, _columns(source, block.terms)) for block in model.spec.random] if modes is not None else []
    wanted = model.spec.groups if modes is not None else ()
    groups = {g: column for g in wanted if (column := source.raw(g, "the grouping column")) is not None}
    if source.problems:
        raise ModelError(source.problems)
    out = np.full(len(data) if hasattr(data, "columns") else _length(data), model.beta[0])
    for term, coefficient in zip(model.terms[1:], model.beta[1:], strict=True):
        out = out + coefficient * fixed[term]
    for f, (part, factor) in enumerate(zip(design.random, design.factors, strict=True)):
        if modes is None:
            break
        raw = np.pad(raw_map(part) @ modes.modes[f] * design.outcome_scale, ((0, 0), (0, 1)))
        _same_kind(factor.name, factor.labels, groups[factor.name])
        codes = codes_in(factor.labels, groups[factor.name])
        values = {name: column for block, known in random if block.group == factor.name for name, column in known.items()}
        for name, effect in zip(part.names, raw, strict=True):
            out = out + effect[codes] * (1.0 if name == INTERCEPT else values[name])
    return np.asarray(out, dtype=np.float64)


def _same_kind(group: str, labels: Column, values: Column) -> None:
    """Ids of another type are no unseen levels: 1 and "1" would never meet, and every effect would be zero in silence."""
    kinds = [_kind(np.asarray(part)) for part in (labels, values)]
    if len(values) and "" not in kinds and kinds[0] != kinds[1]:
        what = f"holds {kinds[1]} where the fitted rows held {kinds[0]}"
        raise ModelError(Problem(group, what, "give ids of the same type"))


def _kind(values: np.ndarray) -> str:
    if values.dtype.kind in "iufb":
        return "numbers"
    texts = [isinstance(value, str) for value in values.tolist()]
    return "text" if all(texts) else "" if any(texts) else "numbers"


def _length(data: Mapping[str, Column]) -> int:
    return len(next(iter(data.values())))


def _columns(source: Source, terms: tuple[str, ...]) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for term in terms:
        coded = source.term(term, "the term") if term not in (INTERCEPT, INTERCEPT_TERM) else None
        if coded is not None:
            found.update(zip(coded.names, coded.values, strict=True))
    return found


def simulate(model: FittedView, seed: int, n: int) -> Floats:
    """Draws [n, n_obs]: fixed part, new random effects, new residuals."""
    fitted = model.fitted
    design = fitted.design
    generator = np.random.Generator(np.random.PCG64(seed))
    center = fixed_values(fitted)
    sigma = float(np.sqrt(fitted.optimum.sigma2))
    out = np.empty((n, design.n_obs))
    for row in out:
        effects = {}
        for f, (factor, relative) in enumerate(zip(design.factors, fitted.optimum.here.factors, strict=True)):
            effects[f] = sigma * relative @ generator.standard_normal((relative.shape[1], factor.n_levels))
        row[:] = center + random_values(fitted, effects) + model.residual_sd * _noise(fitted, generator)
    return out


def _noise(fitted: Fitted, generator: np.random.Generator) -> Floats:
    noise = generator.standard_normal(fitted.design.n_obs)
    if isinstance(fitted.deviance, SeriesDeviance) and fitted.phi is not None:
        noise = color(fitted.deviance.series, fitted.phi, noise)
    weights = fitted.design.weights
    return noise if weights is None else noise / np.sqrt(weights)
