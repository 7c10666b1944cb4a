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
from pipeline.results.factors import (
    LEAST_CFI,
    Compared,
    FactorCorrelation,
    FactorFit,
    FactorModels,
    Generalizability,
    Invariance,
    InvarianceStep,
    Loading,
    OmegaPart,
    TwoLevel,
)
from pipeline.sem.fitness import Fitness, fitness
from pipeline.sem.models import (
    LEVELS,
    FittedStructure,
    Moments,
    Shape,
    complete_moments,
    fit_groups,
    fit_one,
    loading_pattern,
)
from pipeline.sem.twolevel import BETWEEN, WITHIN, fit_two_level

FEWEST_CLIENTS = 2  # clients an item, below which the between level is not estimated
MOST_CFI_DROP = 0.01  # a fall of CFI up to this keeps invariance (Cheung & Rensvold 2002)


def factor_shapes(instrument: Instrument) -> list[Shape]:
    """The factor models this instrument's subscales allow."""
    sizes = [len(items) for items in instrument.subscales.values()]
    found: list[Shape] = ["one_factor"] if instrument.items > FEWEST_ITEMS else []
    if len(sizes) > 1 and min(sizes) > 1 and sum(sizes) == instrument.items:
        found.append("subscales")
        if min(sizes) >= FEWEST_ITEMS:
            found.append("bifactor")
    return found


def factor_models(data: Rated) -> FactorModels:
    """Fit measures, standardized loadings and factor correlations of every model; a note where none is fitted."""
    sample = complete_moments(data.answers)
    note = not_fit(sample)
    models, loadings, correlations = list[FactorFit](), list[Loading](), list[FactorCorrelation]()
    for shape in [] if note else factor_shapes(data.instrument):
        fitted = fit_one(sample, _pattern(data.instrument, shape), orthogonal=shape == "bifactor")
        models.append(_measured(data, shape, fitted, sample))
        if not fitted.optimum.converged:
            continue
        loadings += _loadings(data, shape, fitted)
        if shape == "subscales":
            correlations += _correlations(data, fitted)
    return FactorModels(
        instrument=data.instrument.id,
        rater=data.rater,
        n=sample.n,
        clients=data.counted,
        note=note,
        models=tuple(models),
        loadings=tuple(loadings),
        correlations=tuple(correlations),
    )


def two_level(data: Rated) -> Iterator[TwoLevel]:
    """Omega within and between clients of every score with at least three items."""
    for score, items in data.instrument.scores.items():
        if len(items) < FEWEST_ITEMS:
            continue
        clients = np.unique(data.clients[data.complete], return_inverse=True)[1].astype(np.int64)
        answers = data.of(score)[data.complete]
        within, between, note = _omegas(answers, clients)
        yield TwoLevel(
            instrument=data.instrument.id,
            rater=data.rater,
            score=score,
            n=len(answers),
            clients=int(clients.max(initial=-1)) + 1,
            within=within,
            between=between,
            note=note,
        )


def change_reliability(data: Rated) -> Iterator[Generalizability]:
    """Generalizability coefficients of every score with at least two items, over clients, occasions and items."""
    complete = data.complete
    clients = np.unique(data.clients[complete], return_inverse=True)[1].astype(np.int64)
    times = np.unique(data.table["occasion"].to_numpy()[complete], return_inverse=True)[1].astype(np.int64)
    for score, items in data.instrument.scores.items():
        if len(items) > 1:
            found = generalizability(data.of(score)[complete], clients, times)
            yield Generalizability(
                instrument=data.instrument.id,
                rater=data.rater,
                score=score,
                persons=found.persons,
                items=found.items,
                times=found.times,
                r_kf=found.r_kf,
                r_1r=found.r_1r,
                r_kr=found.r_kr,
                r_c=found.r_c,
                r_cn=found.r_cn,
                r_krn=found.r_krn,
                components=asdict(found.components),
                note=found.note,
            )


def over_occasions(data: Rated) -> Invariance:
    """Invariance over occasion blocks, each client counting once a block."""
    names = [f"ratings {first}-{last}" if first < last else f"rating {first}" for first, last in block_ranges(data)]
    samples = [complete_moments(data.answers[data.first_in_block(block)]) for block in range(len(names))]
    return invariance(data.instrument, data.rater, "occasion", names, samples)


def over_raters(one: Rated, two: Rated) -> Invariance:
    """Invariance over two raters of the same form, each client counting once a rater."""
    samples = [complete_moments(data.answers[data.first_in_block(0)]) for data in (one, two)]
    return invariance(one.instrument, one.rater, "rater", [one.rater, two.rater], samples)


def invariance(
    instrument: Instrument, rater: str, over: str, names: Sequence[str], samples: Sequence[Moments]
) -> Invariance:
    """Configural, metric and scalar models of the richest correlated-factors shape, and what they allow to compare.

    `names`, `samples`: a group each, occasions or raters as `over` says. A level holds while CFI falls by at most .01 from
    one to the next (Cheung & Rensvold, 2002, Structural Equation Modeling 9).
    """
    kept = [(name, sample) for name, sample in zip(names, samples, strict=True) if not not_fit(sample)]
    groups = tuple(Compared(name=name, n=sample.n) for name, sample in kept)
    allowed = [shape for shape in factor_shapes(instrument) if shape != "bifactor"]
    if len(kept) < 2 or not allowed:
        return Invariance(
            instrument=instrument.id,
            rater=rater,
            over=over,
            model=None,
            holds=None,
            untested=_untested(names, samples, allowed),
            groups=groups,
            steps=(),
        )
    used = [sample for _, sample in kept]
    where = _pattern(instrument, allowed[-1])
    fits = [fitness(fit_groups(used, where, level), used) for level in LEVELS]
    drops = [0.0, fits[0].cfi - fits[1].cfi, fits[1].cfi - fits[2].cfi]
    return Invariance(
        instrument=instrument.id,
        rater=rater,
        over=over,
        model=allowed[-1],
        holds=highest_invariance(fits, drops),
        untested="" if fits[0].converged else "the configural model did not converge",
        groups=groups,
        steps=tuple(_step(level, fit, drop) for level, fit, drop in zip(LEVELS, fits, drops, strict=True)),
    )


def _untested(names: Sequence[str], samples: Sequence[Moments], allowed: Sequence[Shape]) -> str:
    """Why invariance was not tested."""
    if not allowed:
        return "too few items for a factor model"
    if len(names) < 2:
        return "only one group of ratings"
    note = next(filter(None, map(not_fit, samples)), "")
    return f"fewer than two groups have enough for a factor model; {note}"


def highest_invariance(fits: Sequence[Fitness], drops: Sequence[float]) -> str | None:
    """The strictest level whose fall of CFI, and those before it, stay within bounds; None where no pattern fits."""
    if not fits[0].converged or not fits[0].cfi >= LEAST_CFI:
        return None
    kept = 0
    while kept + 1 < len(LEVELS) and fits[kept + 1].converged and drops[kept + 1] <= MOST_CFI_DROP:
        kept += 1
    return LEVELS[kept]


def _step(level: str, fit: Fitness, drop: float) -> InvarianceStep:
    if not fit.converged:
        return InvarianceStep(level=level, converged=False, note=NOT_CONVERGED)
    return InvarianceStep(
        level=level,
        converged=True,
        df=fit.df,
        chi2=fit.chi2,
        p_value=fit.p_value,
        cfi=fit.cfi,
        delta_cfi=-drop,
        tli=fit.tli,
        rmsea=fit.rmsea,
        srmr=fit.srmr,
    )


def _measured(data: Rated, shape: Shape, fitted: FittedStructure, sample: Moments) -> FactorFit:
    """A model's fit measures, none but n and df where it did not converge, and a note on what is wrong with it."""
    found = fitness(fitted, [sample])
    told = FactorFit(
        instrument=data.instrument.id,
        rater=data.rater,
        model=shape,
        n=found.n,
        df=found.df,
        converged=found.converged,
        proper=found.proper,
        note=fitted.fault if fitted.optimum.converged else NOT_CONVERGED,
    )
    if not fitted.optimum.converged:
        return told
    names = ("chi2", "p_value", "cfi", "tli", "rmsea", "rmsea_low", "rmsea_high", "srmr", "aic", "bic")
    return FactorFit.model_validate(told.model_dump() | {name: getattr(found, name) for name in names})


def _omegas(answers: Matrix, clients: Groups) -> tuple[OmegaPart | None, OmegaPart | None, str]:
    """Omega within and between clients (Geldhof, Preacher & Zyphur, 2014), and why there is none or no interval."""
    note = not_fit(complete_moments(answers))
    counts = np.bincount(clients)
    items = answers.shape[1]
    needed = FEWEST_CLIENTS * items
    if not note and (len(counts) < needed or (counts > 1).sum() < items):
        note = f"too few clients (at least {needed} for {items} items, {items} of them with several ratings)"
    if note:
        return None, None, note
    fitted = fit_two_level(answers, clients)
    if not fitted.optimum.converged:
        return None, None, "the two-level model did not converge"
    sides = (("within", WITHIN), ("between", BETWEEN))
    faults = [f"{name} clients, {fault}, so there is no interval" for name, part in sides if (fault := fitted.heywood(part))]
    return _omega_part(fitted, WITHIN), _omega_part(fitted, BETWEEN), "; ".join(faults)


def _omega_part(fitted: FittedStructure, part: int) -> OmegaPart:
    """Omega of one level; the delta interval rests on a proper solution, and is 1 to 1 where a residual is below zero."""
    omega, low, high = factor_omega(fitted, part, LEVEL)
    proper = not fitted.heywood(part)
    return OmegaPart(omega=float(omega), conf_low=low if proper else None, conf_high=high if proper else None)


def _pattern(instrument: Instrument, shape: Shape) -> Flags:
    return loading_pattern(shape, instrument.items, [columns_of(instrument, name) for name in instrument.subscales])


def _factor_names(instrument: Instrument, shape: Shape) -> list[str]:
    general = [] if shape == "subscales" else ["general"]
    return general + (list(instrument.subscales) if shape != "one_factor" else [])


def _loadings(data: Rated, shape: Shape, fitted: FittedStructure) -> list[Loading]:
    where, values = _pattern(data.instrument, shape), fitted.loadings()
    values = values * np.where(values.sum(axis=0) < 0, -1, 1)  # a factor's direction is arbitrary
    names = _factor_names(data.instrument, shape)
    return [
        Loading(model=shape, item=int(item) + 1, factor=names[factor], loading=float(values[item, factor]))
        for item, factor in np.argwhere(where)
    ]


def _correlations(data: Rated, fitted: FittedStructure) -> list[FactorCorrelation]:
    names, values = list(data.instrument.subscales), fitted.factor_correlations()
    sign = np.where(fitted.loadings().sum(axis=0) < 0, -1, 1)
    return [
        FactorCorrelation(one=names[i], two=names[j], correlation=float(values[i, j] * sign[i] * sign[j]))
        for i in range(len(names))
        for j in range(i)
    ]
