"""What every check of the battery shares: the hypothesis' own fit to build on, and the form of what it finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from pipeline.exposure.visits import Booleans
from pipeline.hypotheses.design.agency import agencies_held
from pipeline.hypotheses.design.build import build_design
from pipeline.hypotheses.design.coder import Coded, code_column
from pipeline.hypotheses.design.people import people_behind
from pipeline.hypotheses.design.sample import Sample
from pipeline.hypotheses.design.terms import Design, Focus, Term
from pipeline.hypotheses.engines import Combines, FittedModel, combined_coefficients, fit_design
from pipeline.hypotheses.fitting import FittedDesign
from pipeline.multilevel.design.identified import constant_in
from pipeline.results.attempt import CheckCodes, CheckFacts, FurtherNumbers
from pipeline.results.estimate import Estimate
from pipeline.results.reason import Reason, not_estimable, reason

if TYPE_CHECKING:
    from pipeline.base.params import Compute, Plan


@dataclass(frozen=True)
class Setting:
    """One hypothesis on one study: the plan, its sample, its primary fit and the tested number."""

    plan: Plan
    sample: Sample
    compute: Compute
    primary: FittedDesign
    tested: Estimate
    reliability: Mapping[str, float] = field(default_factory=dict)  # of change within clients, by score

    @property
    def moderator(self) -> Coded:
        """The moderator over the model's rows, for a plan that has one of the ratings' own columns."""
        assert self.plan.moderator is not None
        return code_column(self.plan.moderator, self.sample.frame[self.plan.moderator][self.sample.keep])

    @property
    def sign(self) -> float:
        """The direction of the primary estimate."""
        return 1.0 if self.tested.estimate >= 0 else -1.0

    @property
    def within(self) -> bool:
        """Whether the tested number is about change within clients, which alone has an order in time."""
        return self.plan.effect == "within"

    def design(self, keep: Booleans, *, own: Focus | None = None, extra: Sequence[Term] = ()) -> Design:
        """A design over the kept rows with the random terms the primary fit ended with."""
        ended = self.primary.design
        built = build_design(self.plan, self.sample, keep, own=own, extra=extra)
        built = agencies_held(built, self.plan, self.sample, ended.agency)
        return replace(built, random=ended.random, uncorrelated=ended.uncorrelated)

    def fit(self, design: Design, residual: Literal["independent", "car1"] = "independent") -> FittedModel:
        """Fit a design, its search started where the primary fit ended; NotEstimable where it does not settle.

        Where it does not, it is tried without correlations of effects.
        """
        model = fit_design(design, self.compute, residual=residual, near=self.primary.model)
        if not model.converged:
            apart = replace(design, uncorrelated=frozenset(design.random))
            model = fit_design(apart, self.compute, residual=residual)
        if not model.converged:
            raise not_estimable("not_converged")
        return model


@dataclass(frozen=True)
class Found:
    """What a check found: its number, further numbers, facts and codes."""

    estimate: Estimate
    beside: FurtherNumbers = field(default_factory=FurtherNumbers)
    facts: CheckFacts = field(default_factory=CheckFacts)
    names: CheckCodes = field(default_factory=CheckCodes)


@dataclass(frozen=True)
class Check:
    """One member of the battery: when it does not apply (a reason), and what it does. Its name is that of its module.

    `long`: takes longer than the others, and is begun first, so that they can be done beside it.
    """

    not_applicable: Callable[[Setting], Reason | None]
    run: Callable[[Setting], Found]
    long: bool = False


def within_only(setting: Setting) -> Reason | None:
    """Differences between clients or workers have no order in time."""
    return None if setting.within else reason("no_order_in_time")


def applies_always(_: Setting) -> Reason | None:
    """A check that applies to every hypothesis with a multilevel model."""
    return None


def engine_only(setting: Setting) -> Reason | None:
    """What statsmodels cannot do."""
    return None if setting.compute.engine == "multilevel" else reason("other_engine")


def tested_again(model: Combines, design: Design) -> Estimate:
    """The tested number of another model, with the people behind it."""
    return combined_estimate(model, design, design.tested)


def combined_estimate(model: Combines, design: Design, weights: Mapping[str, float]) -> Estimate:
    """Any combination of coefficients, with the people behind it; never on more df than its groups carry."""
    found = combined_coefficients(model, weights)
    return found.at_most(carried_df(design, weights)).backed(people_behind(design, weights))


def carried_df(design: Design, weights: Mapping[str, float]) -> float | None:
    """The workers (clients) less one, for a combination of columns that are constant within them; None for any other.

    Where a variance between them comes out as zero, the fit alone would count every rating or client as a witness.
    """
    columns = design.numeric()
    own = [columns[name] for name, weight in weights.items() if weight and name in columns]
    rows = design.rows
    for codes in (rows.worker, rows.client):
        groups = int(codes.max()) + 1
        if all(constant_in(codes, groups, column) for column in own):
            return groups - 1.0
    return None


def difference_weights(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    """Weights of a difference of two combinations."""
    names = list(dict.fromkeys((*first, *second)))
    return {name: first.get(name, 0.0) - second.get(name, 0.0) for name in names}
