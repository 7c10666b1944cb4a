"""The curve of one hypothesis: every specification fitted without the exposure, tested as observed and under shifts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.errors import ModelError
from pipeline.base.params import Compute, Multiverse
from pipeline.curve.axes import Specific, questions_of
from pipeline.curve.inference import Statistic, shares_of_variance, summarize, turns
from pipeline.curve.linking import Linked, Tables
from pipeline.curve.shifts import NotTestableError, ShiftTests, shift_tests
from pipeline.curve.specified import FittedWay, fitted_specification, refit, refit_difference
from pipeline.results.curve import Against, Curve, Panel, Specified
from pipeline.results.estimate import estimate_of
from pipeline.results.reason import NotEstimable

if TYPE_CHECKING:
    from pipeline.hypotheses.design.episodes import Doses

HELD = 8  # specifications whose statistic is compared with a whole refit
MANY = 100  # specifications from which on a second process is worth its start
BLOCK = 40  # specifications that a process takes at a time
PROCESSES = 2


@dataclass(frozen=True)
class TestedSpecification:
    """What is kept of a specification: its number in within-client SDs, as observed and under shifts (none of one apart)."""

    one: Specific
    mark: bytes
    estimate: float
    std_error: float
    df: float
    clients: int
    workers: int
    shifts: ShiftTests | None = None


def curve_of(
    specific: Sequence[Specific],
    linked: Linked,
    asked: Multiverse,
    compute: Compute,
    sign: float,
    seed: int,
    *,
    held: int = HELD,
) -> Curve:
    """Fit, test and summarize; specifications that are equal, or that the rows do not carry, are counted and left out.

    `held`: how many are held to whole refits, which only tell how good the statistics are and change none.
    """
    made = list(_all_tested(specific, linked, asked.shifts, compute, seed))
    known: dict[bytes, TestedSpecification] = {}
    for one in made:
        if one is not None and (one.mark not in known or one.one.declared):
            known[one.mark] = one
    tested, failed = list(known.values()), sum(one is None for one in made)
    questions = questions_of(asked)
    panels = []
    for question in dict.fromkeys(_question(one.one, questions) for one in tested):
        group = [one for one in tested if _question(one.one, questions) == question]
        if any(one.shifts is not None for one in group):
            panels.append(_panel(group, dict(question), asked, sign))
    differences = _held_to_refits([one.one for one in tested if one.shifts is not None], linked, compute, held)
    return Curve(
        panels=tuple(panels),
        declared=len(specific),
        fitted=len(tested),
        duplicates=len(made) - failed - len(tested),
        not_estimable=failed,
        shifts=asked.shifts,
        held=len(differences),
        largest_difference=max(differences, default=None),
    )


def _all_tested(
    specific: Sequence[Specific], linked: Linked, shifts: int, compute: Compute, seed: int
) -> list[TestedSpecification | None]:
    """Every specification tested, None where the rows do not carry it, in the order given; many on two processes.

    Specifications that share their windows are tested one after the other: their episodes are counted once.
    """
    order = sorted(range(len(specific)), key=lambda at: (specific[at].way.windows, at))
    many = len(specific) >= MANY
    size = BLOCK if many else max(1, len(specific))
    blocks = [[specific[at] for at in order[start : start + size]] for start in range(0, len(order), size)]
    sent = ((block, {one.way.linked_by: linked(one.way) for one in block}, shifts, compute, seed) for block in blocks)
    if many:
        from joblib import Parallel, delayed

        found = list(Parallel(n_jobs=PROCESSES, batch_size=1)(delayed(_tested)(*one) for one in sent))
    else:
        found = [_tested(*one) for one in sent]
    by_place = dict(zip(order, chain.from_iterable(found), strict=True))
    return [by_place[at] for at in range(len(specific))]


def _tested(
    block: Sequence[Specific], tables: Mapping[tuple[str, float], Tables], shifts: int, compute: Compute, seed: int
) -> list[TestedSpecification | None]:
    doses: dict[str, Doses] = {}
    found: list[TestedSpecification | None] = []
    for one in block:
        try:
            fitted = fitted_specification(one, *tables[one.way.linked_by], compute, doses.get(one.way.windows))
            doses[one.way.windows] = fitted.doses
            found.append(_apart(fitted, compute) if one.way.apart else _shifted(fitted, shifts, seed))
        except (NotEstimable, ModelError, NotTestableError):
            found.append(None)
    return found


def _shifted(fitted: FittedWay, shifts: int, seed: int) -> TestedSpecification:
    turn = turns(int(fitted.arrays.client.max()) + 1, shifts, seed)
    told = shift_tests(fitted.arrays, turn).in_units(fitted.sd)
    return TestedSpecification(fitted.one, fitted.mark, told.estimate, told.std_error, fitted.df, *fitted.behind, told)


def _apart(fitted: FittedWay, compute: Compute) -> TestedSpecification:
    """A specification with effects of the exposure that vary: fitted whole, under no shifts."""
    whole = refit(fitted, compute)
    if whole is None:
        raise NotTestableError
    return TestedSpecification(fitted.one, fitted.mark, whole[0] / fitted.sd, whole[1] / fitted.sd, whole[2], *fitted.behind)


def _held_to_refits(tested: Sequence[Specific], linked: Linked, compute: Compute, held: int) -> list[float]:
    """How far some specifications' statistics lie from those of whole refits."""
    sampled = tested[:: max(1, len(tested) // max(1, held))][:held]
    found = [refit_difference(fitted_specification(one, *linked(one.way), compute), compute) for one in sampled]
    return [one for one in found if one is not None]


def _panel(group: list[TestedSpecification], question: Mapping[str, str], asked: Multiverse, sign: float) -> Panel:
    under = [one.shifts for one in group if one.shifts is not None]
    summary = summarize(
        np.array([one.estimate for one in under]),
        np.array([one.statistic for one in under]),
        np.array([one.estimates for one in under]),
        np.array([one.statistics for one in under]),
        sign,
    )
    axes = {axis: [one.one.choices[axis] for one in group] for axis in asked.axes if axis not in question}
    return Panel(
        question=question,
        specified=tuple(_specified(one) for one in group),
        median=_against(summary.median),
        share=_against(summary.share),
        clear=_against(summary.clear),
        stouffer=_against(summary.stouffer),
        band_low=summary.band_low,
        band_high=summary.band_high,
        variance=shares_of_variance(np.array([one.estimate for one in group]), axes),
    )


def _specified(one: TestedSpecification) -> Specified:
    estimate = estimate_of(one.estimate, one.std_error, one.df)
    estimate = estimate.model_copy(update={"clients": one.clients, "workers": one.workers})
    return Specified(choices=dict(one.one.choices), estimate=estimate, declared=one.one.declared, apart=one.shifts is None)


def _against(one: Statistic) -> Against:
    return Against(observed=one.observed, median=one.median, upper=one.upper, p_value=one.p_value)


def _question(one: Specific, questions: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, one.choices[name]) for name in questions)
