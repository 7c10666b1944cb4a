"""The curve of one hypothesis: every specification fitted without the exposure, tested as observed and under shifts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.errors import ModelError
from pipeline.base.params import Compute, Multiverse
from pipeline.curve.axes import Specific, Way, questions_of
from pipeline.curve.inference import Statistic, shares_of_variance, summarize, turns
from pipeline.curve.shifts import Floats, NotTestableError, ShiftTests, Specification, shift_tests
from pipeline.exposure.parts import sd_within
from pipeline.hypotheses.design.sample import Sample, build_sample
from pipeline.hypotheses.design.terms import Design, build_design
from pipeline.hypotheses.fitting import FittedDesign, fit_dropping
from pipeline.results.curve import Against, Curve, Panel, Specified
from pipeline.results.estimate import estimate_of
from pipeline.results.reason import NotEstimable

if TYPE_CHECKING:
    import pandas as pd

Linked = Callable[[Way], tuple["pd.DataFrame", "pd.DataFrame"]]
HELD = 8  # specifications whose statistic is compared with a whole refit
MANY = 100  # specifications from which on a second process is worth its start
PROCESSES = 2
LONGEST = 60  # ratings of a client beyond which a draw of turns is rougher, not wrong


@dataclass(frozen=True)
class Fitted:
    """A specification's rows, ready for shifts, with what refits it and the within-client SD of its outcome."""

    one: Specific
    arrays: Specification
    design: Design
    dose: str
    sd: float
    mark: bytes


def curve_of(
    specific: Sequence[Specific], linked: Linked, asked: Multiverse, compute: Compute, sign: float, seed: int
) -> Curve:
    """Fit, test and summarise; specifications that are equal, or that the rows do not carry, are counted and left out."""
    fitted, failed, seen = list[Fitted](), 0, dict[bytes, bool]()
    duplicates = 0
    for one, made in zip(specific, _all_fitted(specific, linked, compute), strict=True):
        if made is None:
            failed += 1
            continue
        if made.mark in seen and not one.declared:
            duplicates += 1
            continue
        seen[made.mark] = True
        fitted.append(made)
    panels, held, largest = list[Panel](), 0, None
    questions = questions_of(asked)
    for question in dict.fromkeys(_question(one.one, questions) for one in fitted):
        group = [one for one in fitted if _question(one.one, questions) == question]
        panels.append(_panel(group, dict(question), asked, sign, seed))
    for sampled in fitted[:: max(1, len(fitted) // HELD)][:HELD]:
        difference = refit_difference(sampled, compute)
        if difference is not None:
            held, largest = held + 1, max(largest or 0.0, difference)
    return Curve(
        panels=tuple(panels),
        declared=len(specific),
        fitted=len(fitted),
        duplicates=duplicates,
        not_estimable=failed,
        shifts=asked.shifts,
        held=held,
        largest_difference=largest,
    )


def _all_fitted(specific: Sequence[Specific], linked: Linked, compute: Compute) -> list[Fitted | None]:
    """Every specification fitted without the exposure, None where the rows do not carry it; many on two processes."""
    if len(specific) < MANY:
        return [_attempted(one, *linked(one.way), compute) for one in specific]
    from joblib import Parallel, delayed

    calls = (delayed(_attempted)(one, *linked(one.way), compute) for one in specific)
    return list(Parallel(n_jobs=PROCESSES, batch_size=16)(calls))


def _attempted(one: Specific, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute) -> Fitted | None:
    try:
        return fitted_specification(one, occasions, ledger, compute)
    except (NotEstimable, ModelError, NotTestableError):
        return None


def fitted_specification(one: Specific, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute) -> Fitted:
    """The rows of a specification and its variance parameters without the exposure; NotEstimable or ModelError."""
    sample = build_sample(one.way.plan, occasions, ledger)
    keep = _kept(sample, one.way)
    design = build_design(one.way.plan, sample, keep)
    dose = next(iter(design.tested))
    null = fit_dropping(_without_dose(design, dose), compute, ())
    if not null.model.converged:
        raise NotTestableError
    arrays = _arrays(design, dose, null)
    mark = hashlib.sha256(
        b"".join(np.ascontiguousarray(part).tobytes() for part in (arrays.y, arrays.exposure, arrays.fixed))
    )
    return Fitted(one, arrays, design, dose, sd_within(design.outcome, design.rows.client), mark.digest())


def refit_difference(one: Fitted, compute: Compute) -> float | None:
    """How far the statistic with variances held lies from that of a whole refit; None where that does not settle."""
    try:
        refit = fit_dropping(one.design, compute, ()).model
    except ModelError:
        return None
    if not refit.converged:
        return None
    exact = float(refit.fixed["statistic"].to_numpy(dtype=np.float64)[list(refit.fixed.index).index(one.dose)])
    still = np.zeros((int(one.arrays.client.max()) + 1, 1), dtype=np.int64)
    return abs(exact - shift_tests(one.arrays, still).statistic)


def _kept(sample: Sample, way: Way) -> np.ndarray:
    keep = sample.keep.copy()
    if way.gaps == "drop" and "gap" in sample.frame:
        keep &= ~sample.frame["gap"].fillna(False).to_numpy(dtype=bool)
    enough = np.bincount(sample.client[keep], minlength=int(sample.client.max()) + 1) >= way.min_ratings
    return keep & enough[sample.client]


def _without_dose(design: Design, dose: str) -> Design:
    slim = design.without([dose])
    return replace(slim, random={group: [term for term in terms if term != dose] for group, terms in design.random.items()})


def _arrays(design: Design, dose: str, null: FittedDesign) -> Specification:
    """The design as arrays, rows of a client together; terms that vary multiplied by their relative factor."""
    order = np.lexsort((np.arange(design.rows.n), design.rows.client))
    numeric = design.numeric()
    columns = {**design.slopes, **numeric, "1": np.ones(design.rows.n)}
    fixed = np.column_stack([columns["1"], *(values for name, values in numeric.items() if name != dose)])
    effects = {group: _scaled(group, null, columns) for group in ("client_id", "worker_id")}
    return Specification(
        design.outcome[order],
        numeric[dose][order],
        fixed[order],
        design.rows.client[order],
        design.rows.worker[order],
        effects["client_id"][order],
        effects["worker_id"][order],
    )


def _scaled(group: str, null: FittedDesign, columns: Mapping[str, Floats]) -> Floats:
    terms = null.design.random.get(group, [])
    if not terms:
        return np.zeros((len(columns["1"]), 1))
    names = ["Intercept" if term == "1" else term for term in terms]
    matrix = np.zeros((len(names), len(names)))
    table = null.model.variance
    own = table[table["group"] == group]
    for one, other, value in zip(own["term_1"], own["term_2"], own["covariance"], strict=True):
        i, j = names.index(one), names.index(other)
        matrix[i, j] = matrix[j, i] = value
    values, vectors = np.linalg.eigh(matrix)
    factor = vectors * np.sqrt(np.maximum(values, 0.0)) / null.model.residual_sd
    return np.asarray(np.column_stack([columns[term] for term in terms]) @ factor)


def _panel(group: list[Fitted], question: Mapping[str, str], asked: Multiverse, sign: float, seed: int) -> Panel:
    clients = max(int(one.arrays.client.max()) + 1 for one in group)
    longest = max(int(np.bincount(one.arrays.client).max()) for one in group)
    turn = turns(clients, asked.shifts, min(longest, LONGEST), seed)
    found = [shift_tests(one.arrays, turn[: int(one.arrays.client.max()) + 1]) for one in group]
    estimates = np.array([told.estimate / one.sd for told, one in zip(found, group, strict=True)])
    shifted = np.array([told.estimates / one.sd for told, one in zip(found, group, strict=True)])
    summary = summarize(
        estimates, np.array([told.statistic for told in found]), shifted, np.array([told.statistics for told in found]), sign
    )
    axes = {axis: [one.one.choices[axis] for one in group] for axis in asked.axes if axis not in question}
    return Panel(
        question=question,
        specified=tuple(_specified(one, told) for one, told in zip(group, found, strict=True)),
        median=_against(summary.median),
        share=_against(summary.share),
        clear=_against(summary.clear),
        stouffer=_against(summary.stouffer),
        band_low=summary.band_low,
        band_high=summary.band_high,
        variance=shares_of_variance(estimates, axes),
    )


def _specified(one: Fitted, told: ShiftTests) -> Specified:
    df = float(len(one.arrays.y) - one.arrays.fixed.shape[1] - 1)
    estimate = estimate_of(told.estimate / one.sd, told.std_error / one.sd, df)
    told_by = one.design.rows.client[np.abs(one.design.numeric()[one.dose]) > 0]
    workers = int(one.arrays.worker.max()) + 1
    estimate = estimate.model_copy(update={"clients": len(np.unique(told_by)), "workers": workers})
    return Specified(choices=dict(one.one.choices), estimate=estimate, declared=one.one.declared)


def _against(one: Statistic) -> Against:
    return Against(observed=one.observed, median=one.median, upper=one.upper, p_value=one.p_value)


def _question(one: Specific, questions: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, one.choices[name]) for name in questions)
