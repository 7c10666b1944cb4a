"""A case: all that a rule of the verdict may look at."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.base.options import Role
from pipeline.base.params import Hypothesis, VerdictRules
from pipeline.results.attempt import Attempt
from pipeline.results.estimate import Estimate
from pipeline.results.fit import Fit, Tested
from pipeline.vocabulary.checks import group_of_check

# Where a check is moot its absence leaves no gap: the contrast holds a control, the window is the nearest already, nothing
# was to be imputed. That no control can be asked at all is told by the check of their mean.
MOOT = (
    "in_the_contrast",
    "not_about_presence",
    "nearest_already",
    "no_control_episodes",
    "control_constant",
    "imputation_not_asked",
    "imputed_is_headline",
    "observed_is_headline",
    "nothing_missing",
    "raters_differ",
)
ORDER = ("hidden_cause", "feedback")  # groups of checks that ask for the order in time
PREDICTED = {"positive": 1.0, "negative": -1.0, "none": 0.0}


@dataclass(frozen=True)
class Case:
    """One hypothesis with its fit, its attempts as judged, and its p-value adjusted over the family."""

    hypothesis: Hypothesis
    role: Role
    fit: Fit
    attempts: tuple[Attempt, ...]
    p_adjusted: float
    rules: VerdictRules

    @property
    def tested(self) -> Tested:
        """The tested number; there is one wherever the first rule has not spoken."""
        assert self.fit.tested is not None
        return self.fit.tested

    @property
    def sign(self) -> float:
        """The side of zero the estimate lies on."""
        return 1.0 if self.tested.estimate >= 0 else -1.0

    @property
    def significant(self) -> bool:
        """The adjusted p-value is below alpha."""
        return self.p_adjusted < self.rules.alpha

    @property
    def as_predicted(self) -> bool:
        """The estimate lies on the predicted side."""
        return self.sign == PREDICTED[self.hypothesis.predicted]

    @property
    def tiny(self) -> bool:
        """The equivalence interval lies wholly within the smallest effect that matters."""
        return self.within_limit(self.tested)

    @property
    def limit(self) -> float:
        """The smallest effect that matters, in units of the tested number."""
        return self.hypothesis.smallest_effect * self.tested.standardized.outcome_sd_within

    def within_limit(self, number: Estimate) -> bool:
        """Whether a number's equivalence interval lies wholly within the smallest effect that matters."""
        low, high = number.interval(self.rules.equivalence_level)
        return max(abs(low), abs(high)) < self.limit

    def attempt(self, check: str) -> Attempt | None:
        """One check of the battery, as judged."""
        return next((one for one in self.attempts if one.check == check), None)

    def direction(self, feedback: bool) -> tuple[str, ...]:
        """The checks of direction, a mediation's with them: of feedback, or of hidden causes."""
        named = (
            *self.rules.direction_checks,
            *(name for name in self.rules.mediation_checks if group_of_check(name) in ORDER),
        )
        return tuple(name for name in named if (group_of_check(name) == "feedback") == feedback)

    def broke(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The checks among `names` that broke the number."""
        return tuple(one.check for one in self.attempts if one.check in names and one.state == "broke")

    def not_clear(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The checks among `names` whose numbers reach both sides of zero where there is something to tell."""
        return tuple(one.check for one in self.attempts if one.check in names and one.state == "not_clear")

    def not_asked(self) -> tuple[str, ...]:
        """The checks that every claim rests on, and those that decide, which cannot be asked of this number."""
        made = {one.check: one for one in self.attempts}
        missing = tuple(name for name in self.rules.asked_of_claims if name not in made)
        return missing + tuple(
            name for name, one in made.items() if self._rests_on(one) and one.state == "not_applicable" and not _moot(one)
        )

    def not_computed(self) -> tuple[str, ...]:
        """The checks a claim rests on that apply and could not be computed: they neither held nor broke."""
        return tuple(one.check for one in self.attempts if self._rests_on(one) and one.state == "not_computed")

    def left_open(self) -> tuple[str, ...]:
        """The deciding checks whose numbers reach both sides, whichever list names them."""
        return tuple(one.check for one in self.attempts if one.decides and one.state == "not_clear")

    def _rests_on(self, one: Attempt) -> bool:
        return one.decides or one.check in self.rules.asked_of_claims


def _moot(attempt: Attempt) -> bool:
    return attempt.reason is not None and attempt.reason.code in MOOT
