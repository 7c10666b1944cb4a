"""The factor structure of an instrument: CFA, two-level omega, generalizability, invariance over occasions and raters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np

from pipeline.measures.alpha import LEVEL
from pipeline.measures.correlation import Flags, Groups, Matrix
from pipeline.measures.generalizability import generalizability
from pipeline.measures.instrument import Instrument
from pipeline.measures.omega import FEWEST_ITEMS, NOT_CONVERGED, factor_omega, not_fit
from pipeline.measures.rated import Rated, block_ranges, columns_of
from pipeline.sem.fitness import Fitness, fitness
from pipeline.sem.models import LEVELS, Fitted, Moments, Shape, fit_groups, fit_one, moments, pattern
from pipeline.sem.twolevel import BETWEEN, WITHIN, fit_two_level

Row = dict[str, object]
FEWEST_CLIENTS = 2  # clients an item, below which the between level is not estimated
MOST_CFI_DROP = 0.01  # a fall of CFI up to this keeps invariance (Cheung & Rensvold 2002)
LEAST_CFI = 0.90  # a pattern of loadings that fits worse is not one that could be shared (Bentler & Bonett 1980)
MEANING = {
    "scalar": "scores mean the same in each: their means may be compared",
    "metric": "loadings are equal but intercepts are not: associations may be compared, means may not",
    "configural": "only the pattern of loadings is shared: neither means nor associations may be compared",
}
NOT_TESTED: Row = {"model": None, "steps": [], "holds": None}


def shapes(instrument: Instrument) -> list[Shape]:
    """The factor models this instrument's subscales allow."""
    sizes = [len(items) for items in instrument.subscales.values()]
    found: list[Shape] = ["one_factor"] if instrument.items > FEWEST_ITEMS else []
    if len(sizes) > 1 and min(sizes) > 1 and sum(sizes) == instrument.items:
        found.append("subscales")
        if min(sizes) >= FEWEST_ITEMS:
            found.append("bifactor")
    return found


def factor_models(data: Rated) -> Row:
    """Fit measures, standardized loadings and factor correlations of every model; a note where none is fitted."""
    sample = moments(data.answers)
    note = not_fit(sample)
    models: list[Row] = []
    loadings: list[Row] = []
    correlations: list[Row] = []
    for shape in [] if note else shapes(data.instrument):
        fitted = fit_one(sample, _pattern(data.instrument, shape), orthogonal=shape == "bifactor")
        models.append({**data.names, "model": shape} | _measured(fitted, sample))
        if not fitted.optimum.converged:
            continue
        loadings += _loadings(data, shape, fitted)
        if shape == "subscales":
            correlations += _correlations(data, fitted)
    head: Row = {**data.names, "note": note, "n": sample.n, "clients": data.counted}
    return head | {"models": models, "loadings": loadings, "correlations": correlations}


def two_level(data: Rated) -> Iterator[Row]:
    """Omega within and between clients of every score with at least three items."""
    for score, items in data.instrument.scores.items():
        if len(items) < FEWEST_ITEMS:
            continue
        clients = np.unique(data.clients[data.complete], return_inverse=True)[1].astype(np.int64)
        answers = data.of(score)[data.complete]
        row: Row = {**data.names, "score": score, "n": len(answers), "clients": int(clients.max(initial=-1)) + 1}
        yield row | _two_level(answers, clients)


def change_reliability(data: Rated) -> Iterator[Row]:
    """Generalizability coefficients of every score with at least two items, over clients, occasions and items."""
    complete = data.complete
    clients = np.unique(data.clients[complete], return_inverse=True)[1].astype(np.int64)
    times = np.unique(data.table["occasion"].to_numpy()[complete], return_inverse=True)[1].astype(np.int64)
    for score, items in data.instrument.scores.items():
        if len(items) > 1:
            yield {**data.names, "score": score, **asdict(generalizability(data.of(score)[complete], clients, times))}


def over_occasions(data: Rated) -> Row:
    """Invariance over occasion blocks, each client counting once a block."""
    names = [f"ratings {first}-{last}" if first < last else f"rating {first}" for first, last in block_ranges(data)]
    samples = [moments(data.answers[data.first_in_block(block)]) for block in range(len(names))]
    return {**data.names, "over": "occasion"} | invariance(data.instrument, names, samples)


def over_raters(one: Rated, two: Rated) -> Row:
    """Invariance over two raters of the same form, each client counting once a rater."""
    samples = [moments(data.answers[data.first_in_block(0)]) for data in (one, two)]
    return {**one.names, "over": "rater"} | invariance(one.instrument, [one.rater, two.rater], samples)


def invariance(instrument: Instrument, names: Sequence[str], samples: Sequence[Moments]) -> Row:
    """Configural, metric and scalar models of the richest correlated-factors shape, and what they allow to compare."""
    kept = [(name, sample) for name, sample in zip(names, samples, strict=True) if not not_fit(sample)]
    groups: list[Row] = [{"name": name, "n": sample.n} for name, sample in kept]
    allowed = [shape for shape in shapes(instrument) if shape != "bifactor"]
    if len(kept) < 2 or not allowed:
        return {"groups": groups} | NOT_TESTED | {"sentence": f"Not tested: {_untested(names, samples, allowed)}."}
    used = [sample for _, sample in kept]
    where = _pattern(instrument, allowed[-1])
    fits = [fitness(fit_groups(used, where, level), used) for level in LEVELS]
    drops = [0.0, fits[0].cfi - fits[1].cfi, fits[1].cfi - fits[2].cfi]
    steps = [_step(level, fit, drop) for level, fit, drop in zip(LEVELS, fits, drops, strict=True)]
    holds = _highest(fits, drops)
    return {
        "groups": groups,
        "model": allowed[-1],
        "steps": steps,
        "holds": holds,
        "sentence": compared(holds, fits),
    }


def compared(holds: str | None, fits: Sequence[Fitness]) -> str:
    """Which means and associations may be compared, in words."""
    if holds:
        return f"{holds.capitalize()} invariance: {MEANING[holds]}."
    if not fits[0].converged:
        return "Not tested: the configural model did not converge."
    return (
        f"Not even the pattern of loadings fits (configural CFI {fits[0].cfi:.2f}, below {LEAST_CFI:.2f}): "
        "neither means nor associations may be compared."
    )


def _untested(names: Sequence[str], samples: Sequence[Moments], allowed: Sequence[Shape]) -> str:
    """Why invariance was not tested."""
    if not allowed:
        return "too few items for a factor model"
    if len(names) < 2:
        return "only one group of ratings"
    note = next(filter(None, map(not_fit, samples)), "")
    return f"fewer than two groups have enough for a factor model; {note}"


def _highest(fits: Sequence[Fitness], drops: Sequence[float]) -> str | None:
    """The strictest level whose fall of CFI, and those before it, stay within bounds; None where no pattern fits."""
    if not fits[0].converged or not fits[0].cfi >= LEAST_CFI:
        return None
    kept = 0
    while kept + 1 < len(LEVELS) and fits[kept + 1].converged and drops[kept + 1] <= MOST_CFI_DROP:
        kept += 1
    return LEVELS[kept]


def _step(level: str, fit: Fitness, drop: float) -> Row:
    kept = ("chi2", "df", "p_value", "cfi", "tli", "rmsea", "srmr")
    row: Row = {"level": level, "converged": fit.converged, "note": "" if fit.converged else NOT_CONVERGED}
    values = {"delta_cfi": -drop, **{key: getattr(fit, key) for key in kept}}
    return row | (values if fit.converged else dict.fromkeys(values))


def _measured(fitted: Fitted, sample: Moments) -> Row:
    """A model's fit measures, None but for n and df where it did not converge, and a note on what is wrong with it."""
    found: Row = asdict(fitness(fitted, [sample]))
    if fitted.optimum.converged:
        return found | {"note": fitted.fault}
    told = ("n", "df", "converged", "proper")
    return {name: value if name in told else None for name, value in found.items()} | {"note": NOT_CONVERGED}


def _two_level(answers: Matrix, clients: Groups) -> Row:
    empty: Row = {"within": None, "between": None}
    note = not_fit(moments(answers))
    counts = np.bincount(clients)
    items = answers.shape[1]
    needed = FEWEST_CLIENTS * items
    if not note and (len(counts) < needed or (counts > 1).sum() < items):
        note = f"too few clients (at least {needed} for {items} items, {items} of them with several ratings)"
    if note:
        return empty | {"note": note}
    fitted = fit_two_level(answers, clients)
    if not fitted.optimum.converged:
        return empty | {"note": "the two-level model did not converge"}
    sides = (("within", WITHIN), ("between", BETWEEN))
    rows = {name: _omega_row(fitted, part) for name, part in sides}
    faults = [f"{name} clients, {fault}, so there is no interval" for name, part in sides if (fault := fitted.heywood(part))]
    return {**rows, "note": "; ".join(faults)}


def _omega_row(fitted: Fitted, part: int) -> Row:
    """Omega of one level; the delta interval rests on a proper solution, and is 1 to 1 where a residual is below zero."""
    omega, low, high = factor_omega(fitted, part, LEVEL)
    proper = not fitted.heywood(part)
    return {"omega": omega, "conf_low": low if proper else None, "conf_high": high if proper else None}


def _pattern(instrument: Instrument, shape: Shape) -> Flags:
    return pattern(shape, instrument.items, [columns_of(instrument, name) for name in instrument.subscales])


def _factor_names(instrument: Instrument, shape: Shape) -> list[str]:
    general = [] if shape == "subscales" else ["general"]
    return general + (list(instrument.subscales) if shape != "one_factor" else [])


def _loadings(data: Rated, shape: Shape, fitted: Fitted) -> list[Row]:
    where, values = _pattern(data.instrument, shape), fitted.loadings()
    values = values * np.where(values.sum(axis=0) < 0, -1, 1)  # a factor's direction is arbitrary
    names = _factor_names(data.instrument, shape)
    return [
        {"model": shape, "item": int(item) + 1, "factor": names[factor], "loading": float(values[item, factor])}
        for item, factor in np.argwhere(where)
    ]


def _correlations(data: Rated, fitted: Fitted) -> list[Row]:
    names, values = list(data.instrument.subscales), fitted.factor_correlations()
    sign = np.where(fitted.loadings().sum(axis=0) < 0, -1, 1)
    return [
        {"one": names[i], "two": names[j], "correlation": float(values[i, j] * sign[i] * sign[j])}
        for i in range(len(names))
        for j in range(i)
    ]
