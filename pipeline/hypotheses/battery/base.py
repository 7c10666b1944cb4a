"""What every check of the battery shares: the hypothesis' own fit to build on, and the form of a finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipeline.exposure.visits import Booleans, Floats
from pipeline.hypotheses import terms
from pipeline.hypotheses.estimate import Estimate, contrast
from pipeline.hypotheses.fitting import Fit, fit
from pipeline.hypotheses.sample import NotEstimable, Sample
from pipeline.hypotheses.terms import Design, Focus

if TYPE_CHECKING:
    from pipeline.base import options
    from pipeline.base.params import Compute, Plan


@dataclass(frozen=True)
class Setting:
    """One hypothesis on one study: the plan, its sample, its primary fit and the tested number."""

    plan: Plan
    sample: Sample
    compute: Compute
    primary: Fit
    tested: Estimate

    @property
    def sign(self) -> float:
        """The direction of the primary estimate."""
        return 1.0 if self.tested.estimate >= 0 else -1.0

    @property
    def within(self) -> bool:
        """Whether the tested number is about change within clients, which alone has an order in time."""
        return self.plan.effect == "within"

    def design(self, keep: Booleans, *, own: Focus | None = None, extra: Mapping[str, Floats] | None = None) -> Design:
        """A design over the kept rows with the random terms the primary fit ended with."""
        built = terms.build(self.plan, self.sample, keep, own=own, extra=extra)
        ended = self.primary.design
        return replace(built, random=ended.random, uncorrelated=ended.uncorrelated)

    def fit(self, design: Design, **arguments: Any) -> Any:
        """Fit a design, its search started where the primary fit ended; NotEstimable where it does not settle.

        Where it does not, it is tried without correlations of effects.
        """
        model = fit(design, self.compute, near=self.primary.model, **arguments)
        if not model.converged:
            model = fit(replace(design, uncorrelated=frozenset(design.random)), self.compute, **arguments)
        if not model.converged:
            raise NotEstimable("the fit did not converge")
        return model


@dataclass(frozen=True)
class Finding:
    """What a check found; `passed` None: reported, but no pass or fail follows."""

    estimate: Estimate
    passed: bool | None
    sentence: str
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Check:
    """One member of the battery: when it does not apply (a reason), and what it does."""

    name: options.Check
    label: str
    not_applicable: Callable[[Setting], str | None]
    run: Callable[[Setting], Finding]


def within_only(setting: Setting) -> str | None:
    """Differences between clients or workers have no order in time."""
    return None if setting.within else "differences between clients or workers have no order in time"


def always(_: Setting) -> str | None:
    """A check that applies to every hypothesis with a multilevel model."""
    return None


def engine_only(setting: Setting) -> str | None:
    """What statsmodels cannot do."""
    return None if setting.compute.engine == "multilevel" else "only the project's own engine can do this"


def holds(setting: Setting, design: Design, model: Any) -> tuple[Estimate, bool]:
    """The tested number of another model, and whether its interval keeps to the primary estimate's side of zero."""
    found = contrast(model, design.tested)
    return found, found.excludes_zero(setting.sign)


def verdict_words(setting: Setting, passed: bool) -> str:
    """The end of a sentence about an effect that is tried again."""
    if passed:
        return "the effect holds"
    if not setting.tested.excludes_zero(setting.sign):
        return "the interval includes zero, as it did before"
    return "the interval no longer excludes zero on the same side"


def difference(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    """Weights of a difference of two combinations."""
    names: Sequence[str] = list(dict.fromkeys((*first, *second)))
    return {name: first.get(name, 0.0) - second.get(name, 0.0) for name in names}
