"""Feedback: does the effect stand once ratings may bring the advocacy after them? And do they?

Within-client centering takes it that they do not; with few ratings the bias is large. The panel with feedback (pipeline/
dynamic) lets them, at the price of a model of both series. Its effect is asked for, with the path back beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.dynamic import Panel, PanelName, Series, Unidentified, combine, fit_panel, series_of
from pipeline.exposure.visits import Booleans, Floats
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, within_only
from pipeline.hypotheses.design.build import background_terms
from pipeline.hypotheses.design.exposures import Exposure, main_exposures
from pipeline.hypotheses.design.outcomes import scores_of
from pipeline.hypotheses.design.people import people_behind
from pipeline.hypotheses.design.terms import rows_of
from pipeline.results.attempt import CheckFacts, FurtherNumbers
from pipeline.results.estimate import estimate_of
from pipeline.results.reason import NotEstimable, Reason, not_estimable, reason

PATHS: dict[int, PanelName] = {0: "beta", 1: "lag_one"}  # the number of the panel that a lag is about


@dataclass(frozen=True)
class Side:
    """One panel of a tested number: what it weighs, its exposure and outcome over all rows, and the score's name."""

    weight: float
    exposure: Floats
    outcome: Floats
    score: str


def not_applicable(setting: Setting) -> Reason | None:
    """Change within clients, of scores, by the exposure of this window or the one before."""
    plan = setting.plan
    if plan.exposure.lag not in PATHS:
        return reason("no_path_of_that_lag", lag=str(plan.exposure.lag))
    if plan.outcome.kind != "score":
        return reason("no_reliability_of_distance")
    return within_only(setting)


def run(setting: Setting) -> Found:
    """Fit a panel for each exposure or outcome of the tested number; its number, and the path back (`back`) beside it."""
    keep = setting.sample.keep
    sides = sides_of(setting)
    tested = [side for side in sides if side.weight]
    panels = [
        _panel(setting, side, keep, [other.exposure for other in sides if other.exposure is not side.exposure])
        for side in tested
    ]
    weights = [side.weight for side in tested]
    name = PATHS[setting.plan.exposure.lag]
    found, back = (combine(panels, weights, which).number for which in (name, "gamma"))
    people = people_behind(setting.primary.design, setting.primary.design.tested)
    beside = FurtherNumbers(back=estimate_of(back.estimate, back.std_error, back.df).backed(people))
    facts = CheckFacts(reliability=_reliability(setting, tested[0].score), memory=panels[0].number("phi").estimate)
    return Found(estimate_of(found.estimate, found.std_error, found.df).backed(people), beside, facts)


def sides_of(setting: Setting) -> list[Side]:
    """The panels a tested number is made of: exposures (a contrast, a moderator's levels) or outcomes."""
    plan, sample = setting.plan, setting.sample
    outcomes = scores_of(plan, sample.frame)
    if len(outcomes) > 1:
        x = _own_window(setting, Exposure(plan.exposure.mode))
        return [Side(sign, x, values, score) for sign, (score, values) in zip((1.0, -1.0), outcomes.items(), strict=True)]
    score = next(iter(outcomes))
    return [Side(weight, x, sample.y, score) for weight, x in _exposures(setting)]


def _exposures(setting: Setting) -> list[tuple[float, Floats]]:
    """Each tested exposure over all rows, undivided, with its weight."""
    plan, focus = setting.plan, setting.primary.design.focus
    if plan.moderator is None:
        mains = main_exposures(plan)
        return [(sign, _own_window(setting, main)) for sign, main in zip((1.0, -1.0), mains, strict=False)]
    main = main_exposures(plan)[0]
    whole = _own_window(setting, main)
    if focus.numeric:
        return [(1.0, whole * _moderator(setting)), (0.0, whole)]
    levels = focus.levels.items()
    return [(sum(focus.tested.get(name, 0.0) for name in own), _at(setting, main, label, whole)) for label, own in levels]


def _at(setting: Setting, main: Exposure, label: str, whole: Floats) -> Floats:
    """The dose at one level of a moderator: of its episodes, or in the rows at that level."""
    own = Exposure(main.mode, level=label)
    if own in setting.sample.dose:
        return _own_window(setting, own)
    coded = setting.moderator
    flag = np.zeros(len(whole))
    flag[setting.sample.keep] = dict(coded.flags())[label]
    return whole * flag


def _moderator(setting: Setting) -> Floats:
    """A number the effect depends on, centered over the model's rows."""
    values = np.full(len(setting.sample.y), np.nan)
    values[setting.sample.keep] = setting.moderator.values - setting.moderator.values.mean()
    return values


def _own_window(setting: Setting, exposure: Exposure) -> Floats:
    """The dose of each rating's own window, whatever the hypothesis' lag."""
    sample = setting.sample
    return sample.dose[exposure] if setting.plan.exposure.lag == 0 else sample.before(sample.lead[exposure])


def _panel(setting: Setting, side: Side, keep: Booleans, others: list[Floats]) -> Panel:
    found = fit_panel(_series(setting, side, keep, others), _reliability(setting, side.score))
    if isinstance(found, Unidentified):
        names = {"names": ", ".join(found.names)}
        raise NotEstimable(Reason(code=f"panel_{found.code}", counts=found.counts, names=names))
    return found


def series_in(setting: Setting) -> list[tuple[float, Series, float]]:
    """What the panels of a tested number are fitted to: weight, series, and reliability within clients (ours)."""
    sides, keep = sides_of(setting), setting.sample.keep
    return [
        (
            side.weight,
            _series(setting, side, keep, [one.exposure for one in sides if one.exposure is not side.exposure]),
            _reliability(setting, side.score),
        )
        for side in sides
        if side.weight
    ]


def _series(setting: Setting, side: Side, keep: Booleans, others: list[Floats]) -> Series:
    plan, sample = setting.plan, setting.sample
    terms, _ = background_terms(plan, sample, rows_of(sample, keep))
    rest = [values for exposure, values in sample.dose.items() if exposure.rest and plan.exposure.lag == 0]
    beside = [column for term in terms for column in term.numeric().values()]
    beside += [values[keep] for values in (*others, *rest)]
    covariates = np.column_stack(beside)
    client, worker = sample.client[keep], sample.worker[keep]
    return series_of(side.exposure[keep], side.outcome[keep], client, sample.occasion[keep], worker, covariates)


def _reliability(setting: Setting, score: str) -> float:
    """Of the score's change within clients: as declared, else as the study's items tell it; NotEstimable without one."""
    known = setting.plan.outcome.reliability or setting.reliability.get(score)
    if known is None:
        raise not_estimable("no_reliability", score=score)
    return known


CHECK = Check(not_applicable, run, long=True)
