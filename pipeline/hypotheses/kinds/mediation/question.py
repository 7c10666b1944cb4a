"""What the checks of a mediation start from: the question on its rows, and its two fitted paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.exposure.visits import Floats
from pipeline.hypotheses.battery.shared.setting import Found, combined_estimate
from pipeline.hypotheses.design.coder import number_of
from pipeline.hypotheses.design.sample import Sample
from pipeline.hypotheses.design.terms import Design
from pipeline.hypotheses.engines import FittedModel, fit_design
from pipeline.hypotheses.fitting import FittedDesign
from pipeline.hypotheses.kinds.mediation.other import OtherPerson, other_person
from pipeline.hypotheses.kinds.mediation.paths import Paths, Together, draw_products, mediator_of
from pipeline.results.backing import least_backing
from pipeline.results.estimate import Estimate, estimate_of
from pipeline.results.reason import Reason, not_estimable, reason

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan


@dataclass(frozen=True)
class MediationQuestion:
    """A mediated hypothesis on its rows, before any fit; `mediator` is that of each rating, `lag` ratings before it."""

    plan: Plan
    occasions: pd.DataFrame
    ledger: pd.DataFrame
    sample: Sample
    mediator: Floats
    compute: Compute
    reliability: Mapping[str, float] = field(default_factory=dict)  # of change within clients, by score

    @property
    def lag(self) -> int:
        """How many ratings before the outcome the mediator's session lies."""
        return mediator_of(self.plan).lag

    @property
    def own_session(self) -> Floats:
        """The mediator of each rating's own session."""
        return number_of(self.sample.frame[mediator_of(self.plan).column])

    @cached_property
    def other(self) -> OtherPerson | Reason:
        """The question as another person tells it, made once; why not, where nobody does."""
        return other_person(self.plan, self.sample.frame, self.occasions, self.ledger, self.compute)


@dataclass(frozen=True)
class FittedPaths:
    """The question with its two paths fitted, their numbers, and how they hang together."""

    question: MediationQuestion
    paths: Paths
    a: Estimate
    b: Estimate
    together: Together

    @classmethod
    def of(cls, question: MediationQuestion, paths: Paths, together: Together) -> FittedPaths:
        """With the numbers of both paths."""
        a = combined_estimate(paths.a.model, paths.a.design, {paths.x: 1.0})
        b = combined_estimate(paths.b.model, paths.b.design, {paths.m: 1.0})
        return cls(question, paths, a, b, together)

    def again(self, a: Estimate | None = None, b: Estimate | None = None) -> Estimate:
        """The indirect effect with one path or both told anew; what joins the clients' own paths is held (ours)."""
        return indirect_effect(a or self.a, b or self.b, self.together, self.question.compute)


@dataclass(frozen=True)
class PathCheck:
    """One check of a mediation: when it does not apply (a reason), and what it does."""

    not_applicable: Callable[[MediationQuestion], Reason | None]
    run: Callable[[FittedPaths], Found]


def applies_always(_: MediationQuestion) -> Reason | None:
    """A check that every mediation can be asked."""
    return None


def of_an_earlier_session(asked: MediationQuestion) -> Reason | None:
    """A check that needs the mediator's session to come before the rating's; the reason where both are one."""
    return reason("same_session") if asked.lag == 0 else None


def indirect_effect(a: Estimate, b: Estimate, together: Together, compute: Compute) -> Estimate:
    """a*b + cov(a, b) with the error of its draws (Preacher & Selig 2012); the fewer people of both are behind it."""
    draws = draw_products(a, b, together, compute)
    point = a.estimate * b.estimate + together.covariance
    return estimate_of(point, float(draws.std(ddof=1)), None).backed(least_backing(a.behind, b.behind))


def refitted_path(design: Design, ended: FittedDesign, compute: Compute) -> FittedModel:
    """A path's design fitted with the random part its own fit ended with; NotEstimable where that does not settle."""
    model = fit_design(replace(design, random=ended.design.random, uncorrelated=ended.design.uncorrelated), compute)
    if not model.converged:
        raise not_estimable("not_converged")
    return model
