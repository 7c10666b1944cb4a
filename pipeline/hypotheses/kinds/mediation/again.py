"""Checks that tell the indirect effect again: beside earlier ratings, and with another person's report.

What one session's mood does to the mediator it does to that session's rating, too, which then stands for it; and what one
person's way of answering does to both, it does not do where two people answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.exposure.visits import Floats
from pipeline.hypotheses.battery.shared.setting import Found, combined_estimate
from pipeline.hypotheses.design.terms import Design, plain_term
from pipeline.hypotheses.fitting import FittedDesign
from pipeline.hypotheses.kinds.mediation.paths import Paths, mediator_of, path_designs, paths_together
from pipeline.hypotheses.kinds.mediation.question import (
    FittedPaths,
    MediationQuestion,
    PathCheck,
    applies_always,
    of_an_earlier_session,
    refitted_path,
)
from pipeline.results.attempt import CheckCodes, FurtherNumbers
from pipeline.results.estimate import Estimate
from pipeline.results.reason import Reason

if TYPE_CHECKING:
    from pipeline.base.params import Compute


def beside_the_session(fitted: FittedPaths) -> Found:
    """The second path with the rating of the mediator's own session beside it, uncentered."""
    asked = fitted.question
    second = _second(fitted, asked.sample.before(asked.sample.y, asked.lag), "outcome_of_session")
    return Found(fitted.again(b=second), FurtherNumbers(second=second))


def beside_the_last(fitted: FittedPaths) -> Found:
    """Each path with the value before of what it explains: the mediator a session earlier, the rating before."""
    asked = fitted.question
    first = _first(fitted, asked.sample.before(asked.mediator), "mediator_before")
    second = _second(fitted, asked.sample.before(asked.sample.y), "outcome_before")
    return Found(fitted.again(first, second), FurtherNumbers(first=first, second=second))


def _first(fitted: FittedPaths, values: Floats, name: str) -> Estimate:
    first, _ = _with_known(fitted.question, values)
    design = _beside(first, values, name)
    return combined_estimate(refitted_path(design, fitted.paths.a, fitted.question.compute), design, {fitted.paths.x: 1.0})


def _second(fitted: FittedPaths, values: Floats, name: str) -> Estimate:
    _, second = _with_known(fitted.question, values)
    design = _beside(second, values, name)
    return combined_estimate(refitted_path(design, fitted.paths.b, fitted.question.compute), design, {fitted.paths.m: 1.0})


def _with_known(asked: MediationQuestion, values: Floats) -> tuple[Design, Design]:
    """Both paths' designs over the rows where a column is known."""
    own = replace(asked.sample, keep=asked.sample.keep & np.isfinite(values))
    return path_designs(asked.plan, own, asked.mediator, asked.compute)


def _beside(design: Design, values: Floats, name: str) -> Design:
    return design.beside(plain_term(name, values[design.rows.keep], "outcome"))


def by_another(fitted: FittedPaths) -> Found:
    """Both paths with the mediator, or else the outcome, as another person tells it; random parts as the primary's ended."""
    asked = fitted.question
    told = asked.other
    assert not isinstance(told, Reason)
    plan = told.plan
    m = f"{mediator_of(plan).column}_within"
    first, second = (
        _refitted(design, _named(ended, {fitted.paths.m: m}), asked.compute)
        for design, ended in ((told.first, fitted.paths.a), (told.second, fitted.paths.b))
    )
    paths = Paths(first, second, fitted.paths.x, m)
    other = FittedPaths.of(asked, paths, paths_together(paths, asked.compute))
    names = CheckCodes(mediator=mediator_of(plan).column, rater=plan.outcome.rater)
    return Found(other.again(), FurtherNumbers(first=other.a, second=other.b), names=names)


def _named(ended: FittedDesign, names: Mapping[str, str]) -> FittedDesign:
    """A fit whose random terms go by other names."""
    random = {group: [names.get(term, term) for term in terms] for group, terms in ended.design.random.items()}
    return replace(ended, design=replace(ended.design, random=random))


def _refitted(design: Design, ended: FittedDesign, compute: Compute) -> FittedDesign:
    own = replace(design, random=ended.design.random, uncorrelated=ended.design.uncorrelated)
    return FittedDesign(refitted_path(own, ended, compute), own)


def _no_other(asked: MediationQuestion) -> Reason | None:
    """Why no other person tells both paths; None where one does."""
    return asked.other if isinstance(asked.other, Reason) else None


SESSION_RATING = PathCheck(of_an_earlier_session, beside_the_session)
LAGGED_OUTCOME = PathCheck(applies_always, beside_the_last)
OTHER_RATER = PathCheck(_no_other, by_another)
