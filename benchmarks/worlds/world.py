"""A world: its law, the question put to the ladder, its sizes, its truth, and what is right and wrong to say of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from benchmarks.worlds.law import POINTS, Law, Size
from pipeline.base.options import Predicted, Scenario, Verdict

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
Family = Literal[
    "null", "effect", "feedback", "hidden", "window", "frequency", "masked", "specificity", "logging", "mediation",
    "outcome", "moderator", "between", "few", "looks", "built_in",
]  # fmt: skip
LARGE, MIDDLING, SMALL = Size(40, 400, 16), Size(20, 150, 10), Size(8, 40, 8)
LATER = (  # what a law may have since results were kept
    *("mood_seen", "empathy_from_last", "empathy_from_now", "hidden_on_empathy", "slow", "cohort_ar", "cohort_shared"),
    *("drift", "drift_sd", "crisis_only", "feedback_change", "training", "training_on_joint", "carried_forward", "doubled"),
    *("missed_after_joint", "debriefed_on_session", "dropout_on_hidden", "dropout_on_rate"),
    *("feedback_memory", "feedback_below", "feedback_jump", "feedback_first", "feedback_client_sd", "feedback_on_need"),
    *("hidden_form", "hidden_period", "hidden_of", "bond_sd", "bond_ar", "feedback_bond", "hidden_on_bond"),
    *("after_missed", "no_show", "no_show_on_last", "no_show_on_state", "no_show_on_hidden", "effect_memory", "accompanied"),
    *("at_least", "long_gap", "error_common", "coarse", "couples", "need_on_level", "need_on_rate", "need_on_trend"),
    *("dropout_early", "early_share", "early_days"),
)
SMALLEST = 0.10  # the smallest effect that matters, in within-client SD

QUESTION: Mapping[str, Any] = {
    "role": "confirmatory",
    "claim": "After weeks with more joint advocacy than usual, clients rate the alliance higher.",
    "outcome": {"instrument": "wai_sr", "score": "total", "rater": "client"},
    "exposure": {"mode": "joint", "dose": "count", "lag": 0},
    "effect": "within",
    "predicted": "positive",
    "smallest_effect": SMALLEST,
}


@dataclass(frozen=True)
class BuiltIn:
    """A law that is a scenario of the pipeline's own simulator, with overrides of its true effects."""

    scenario: Scenario
    truth: Mapping[str, float]


@dataclass(frozen=True)
class World:
    """One world; `truth` is what the tested number is of in SDs an episode (log-odds of an event; points of a scenario).

    `wrong` are the verdicts that say something untrue of it; where nothing is declared they follow from the truth.
    `limit` is the largest share of wrong verdicts the ladder promises, None where no promise can be kept: `unknowable` says
    why. `found` is the share of `supported` that is promised (by size). `covered` says whether coverage of the tested number
    is shown, or claimed (over more studies). `feedback` is what a SD of the alliance does to the next window's episodes.
    """

    name: str
    family: Family
    words: str
    law: Law | BuiltIn
    truth: float | None
    sizes: tuple[Size, ...] = (LARGE, MIDDLING)
    question: Mapping[str, Any] = field(default_factory=dict)
    wrong: frozenset[Verdict] | None = None
    limit: float | None = 0.05
    unknowable: str = ""
    found: Mapping[Size, float] = field(default_factory=dict)
    finds: Verdict = "supported"
    covered: Literal["no", "shown", "claimed"] = "no"
    times: int = 1  # how many times as many studies as of other worlds
    feedback: float | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """The hypothesis put to the ladder, as params.yaml would hold it."""
        return {**QUESTION, **self.question}

    @property
    def digest(self) -> str:
        """Of law and question: results of another law under the same name are not this world's.

        A law that has nothing of what later laws brought keeps its digest.
        """
        return hashlib.sha256(f"({_told(self.law)}, {self.asked!r})".encode()).hexdigest()[:8]

    @property
    def predicted(self) -> Predicted:
        """The sign the hypothesis predicts."""
        predicted: Predicted = self.asked["predicted"]
        return predicted

    @property
    def untrue(self) -> frozenset[Verdict]:
        """The verdicts that are wrong here."""
        return self.wrong if self.wrong is not None else untrue(self.truth, self.predicted, self.asked["smallest_effect"])

    @property
    def unit(self) -> float:
        """What one unit of the truth is on the scale of the tested number: points, log-odds, or SDs in points."""
        if isinstance(self.law, BuiltIn):
            return 1.0
        return 1.0 if self.asked["outcome"].get("kind", "score") in ("no_show", "dropout") else POINTS


def _told(law: Law | BuiltIn) -> str:
    if isinstance(law, BuiltIn):
        return repr(law)
    named = ((one.name, getattr(law, one.name), one.default) for one in fields(law))
    told = (f"{name}={value!r}" for name, value, default in named if name not in LATER or value != default)
    return f"Law({', '.join(told)})"


def untrue(truth: float | None, predicted: Predicted, smallest: float) -> frozenset[Verdict]:
    """What must not be said of a truth: a claim that is not so, the other sign, a zero that is none.

    Of a truth of zero `practically zero` is right, and for a claim of no difference `supported`; an effect of at least
    `smallest` is not practically zero.
    """
    if truth is None:
        return frozenset()
    matters = abs(truth) >= smallest
    if predicted == "none":
        return frozenset({"supported", "suggestive", "practically zero"}) if matters else frozenset({"opposite"})
    sign = (truth > 0) - (truth < 0)
    said: set[Verdict] = {"practically zero"} if matters else set()
    if sign != (1 if predicted == "positive" else -1):
        said |= {"supported", "suggestive"}
    if sign != (-1 if predicted == "positive" else 1):
        said |= {"opposite"}
    return frozenset(said)
