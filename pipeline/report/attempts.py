"""What tried to prove a claim wrong, as the report may tell it: by plain question, each attempt with its one state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown
from pipeline.report.numbers import p_cell
from pipeline.report.plots.palette import Glyph, Tone
from pipeline.results.attempt import Attempt, State
from pipeline.results.backing import Backing
from pipeline.vocabulary.checks import CHECKS, label_of_check
from pipeline.vocabulary.results import reason_text

FEEDBACK = "feedback"  # beside its number: the way back, from a rating to the advocacy after it
CLEAR = 0.05  # of a product: two numbers are printed where they clearly differ
EXTREMES = ("influence",)  # its number is that of the one worker who matters most: no extremes leave


@dataclass(frozen=True)
class Mark:
    """A state as a reader sees it: glyph, tone, word."""

    glyph: Glyph
    tone: Tone
    word: str


STATES: dict[State, Mark] = {
    "held": Mark("tick", "held", "held"),
    "broke": Mark("cross", "against", "broke it"),
    "speaks_against": Mark("told", "doubt", "speaks against, does not decide"),
    "no_difference": Mark("null", "open", "no difference to explain"),
    "not_clear": Mark("ask", "open", "not clear"),
    "not_applicable": Mark("dash", "open", "does not apply"),
    "not_computed": Mark("gap", "open", "could not be computed"),
}


UNSEEN = Mark("ring", "open", "nothing points to it")
ASIDE = Mark("dash", "open", "told, does not decide")


@dataclass(frozen=True)
class Question:
    """A plain question that several attempts answer: in the matrix (`It could be that ...`) and on a claim's ladder."""

    key: str
    could_be: str
    asked: str
    groups: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    matrix: bool = True


# A check of robustness asks one of several things, so each is named; a test refuses a check that none knows. In a report
# such a one is asked by the last, so that it is shown and nothing breaks.
CURVES = ("quadratic_time", "free_time")
TREND = (
    "nearer_windows",
    "lagged_outcome",
    "rating_before",
    "detrended",
    "time_slope",
    "car1",
    *CURVES,
    "imputed",
    "observed_rows",
)
QUESTIONS: tuple[Question, ...] = (
    Question("adjusting", "adjusting makes it", "Does adjusting make it?", checks=("unadjusted",), matrix=False),
    Question(
        "workers",
        "a few workers carry it",
        "Do few workers carry it, or how error is counted?",
        checks=("influence", "cluster_robust"),
    ),
    Question(
        "hidden",
        "a lasting hidden cause would do",
        "Would a lasting hidden cause do?",
        groups=("hidden_cause", "recurring_cause"),
        checks=("hidden_cause", "recurring_cause", "first_path"),
    ),
    Question(
        "feedback",
        "ratings bring the advocacy",
        "Do ratings bring the advocacy?",
        groups=("feedback",),
        checks=("feedback",),
    ),
    Question(
        "mediated",
        "one mood or one person makes the path",
        "Would one mood or one person make the path?",
        groups=("rater",),
        checks=("reversed_order", "session_rating", "other_rater"),
        matrix=False,
    ),
    Question("specific", "any advocacy would do", "Would any advocacy do?", groups=("specificity", "evidence")),
    Question(
        "average",
        "a few frequent users carry it",
        "Does it hold for the average client?",
        groups=("average",),
        checks=("average_client",),
    ),
    Question(
        "logging", "the log makes it", "Does the log make it?", checks=("late_logging", "differential_logging"), matrix=False
    ),
    Question(
        "trend", "the alliance was rising anyway", "Was the alliance rising anyway?", groups=("reported",), checks=TREND
    ),
)
ORDER = ("hidden", "feedback", "mediated", "specific", "trend", "workers", "average", "adjusting", "logging")


@dataclass(frozen=True)
class Tried:
    """One attempt, cleared; without a number where it has none in points of the outcome, or where that is an extreme."""

    check: str
    group: str
    question: str
    label: str
    decides: bool
    state: State
    reason: str
    estimate: Shown | None
    low: Shown | None
    high: Shown | None
    p: Shown | None
    more: bool | None = None  # of feedback: whether more (True) or less advocacy clearly comes after better ratings
    margin: Shown | None = None  # of a hidden cause: the share it must keep from window to window to be excluded
    control: bool | None = None  # of controls: whether the other exposure goes with the rating the same way, clearly
    tips: str | None = None  # of differential logging: the share, rounded upwards to whole tenths, at which nothing is left
    differs: bool = False  # of the average client: the number clearly hangs on how often a client is accompanied
    unchanged: bool = False  # nothing changes with it: the model is the same
    found: bool = True  # whether the verdict says that there is something to break

    @property
    def mark(self) -> Mark:
        """Its state as a reader sees it: where something is there, no attempt says that there is nothing."""
        if self.state == "no_difference" and self.found:
            return UNSEEN if self.question == "average" else ASIDE
        return STATES[self.state]

    @property
    def drawn(self) -> bool:
        """Whether it has a number to draw beside the result's own."""
        return None not in (_value(self.estimate), _value(self.low), _value(self.high))


def question_of(check: str, group: str) -> str:
    """The question an attempt answers."""
    named = (one.key for one in QUESTIONS if check in one.checks)
    grouped = (one.key for one in QUESTIONS if group in one.groups)
    return next(named, None) or next(grouped, None) or QUESTIONS[-1].key


def question_by_key(key: str) -> Question:
    """A question by its key."""
    return next(one for one in QUESTIONS if one.key == key)


def ordered_attempts(
    attempts: Iterable[Attempt],
    sign: float,
    behind: Backing,
    gate: Gate,
    found: bool = True,
    null: State | None = None,
) -> tuple[Tried, ...]:
    """A claim's attempts in the order of their questions; `sign` is that of its tested number.

    `found`: something is there. `null` is the state of those that ask whether a number holds, where the verdict says that
    there is none to break.
    """
    made = [_tried(one, sign, behind, gate) for one in attempts]
    if null or not found:
        made = [replace(one, state=null if null and _asks_of_number(one, null) else one.state, found=False) for one in made]
    return tuple(sorted(made, key=lambda one: ORDER.index(one.question)))


def _asks_of_number(one: Tried, null: State) -> bool:
    """Whether its state hangs on a number that is not there; of an unclear one none says that there is no difference."""
    if null == "not_clear" and one.state == "no_difference":
        return one.question != "adjusting"
    return one.more is None and one.state in ("held", "broke", "speaks_against")


def overall_state(attempts: Iterable[Tried]) -> State:
    """The one state of several attempts at a question: the gravest of those that decide, and else of the others."""
    states = {one.state for one in attempts if one.state != "not_applicable"}
    order: tuple[State, ...] = ("broke", "not_computed", "speaks_against", "not_clear", "held", "no_difference")
    return next((state for state in order if state in states), "not_applicable")


def mark_of(attempts: Iterable[Tried]) -> Mark:
    """The one mark of several attempts at a question."""
    own = list(attempts)
    state = overall_state(own)
    return next((one.mark for one in own if one.state == state), STATES[state])


def states_in_words(attempts: Iterable[Tried]) -> str:
    """The states of several attempts in words: `held, 3 of 3`."""
    own = [one for one in attempts if one.state != "not_applicable"]
    state, word = overall_state(own), mark_of(own).word
    if state == "not_applicable" or len(own) == 1:
        return word
    return f"{word}, {sum(one.state == state for one in own)} of {len(own)}"


def _tried(one: Attempt, sign: float, behind: Backing, gate: Gate) -> Tried:
    estimate = None if one.estimate is None or one.check in EXTREMES else one.estimate
    own = behind
    shown: tuple[Shown, ...] = ()
    p = None
    if estimate is not None:
        own = behind if estimate.clients is None else estimate.behind
        ends = (estimate.conf_low, estimate.conf_high)
        shown = gate.interval(estimate.estimate, ends, estimate.std_error, own, "attempts")
        p = gate.p_value(estimate.p_value, own, "attempts")
    return Tried(
        check=one.check,
        group=one.group,
        question=question_of(one.check, one.group),
        label=label_of_check(one.check),
        decides=one.decides,
        state=one.state,
        reason=reason_text(one.reason, exact=gate.rules.exact) if one.reason else "",
        estimate=shown[0] if shown else None,
        low=shown[1] if shown else None,
        high=shown[2] if shown else None,
        p=p_cell(p) if p else None,
        more=_more(one),
        margin=_margin(one, shown, own, gate),
        control=one.beside.control.excludes_zero(sign) if one.beside.control else None,
        tips=_tips(one, shown),
        differs=one.beside.product is not None and one.beside.product.p_value < CLEAR,
        unchanged=one.names.slopes == "none",
    )


def _more(one: Attempt) -> bool | None:
    """Whether more or less advocacy clearly comes after better ratings; None where neither is seen."""
    back = one.beside.back if one.check == FEEDBACK else None
    sides = [side > 0 for side in (1.0, -1.0) if back is not None and back.excludes_zero(side)]
    return sides[0] if sides else None


def _margin(one: Attempt, shown: tuple[Shown, ...], behind: Backing, gate: Gate) -> Shown | None:
    """The share a cause must keep, rounded upwards, where the numbers it is read from may be shown."""
    if one.margin is None or not shown or shown[0].hidden:
        return None
    share = gate.correlation(max(one.margin, 0.01), behind, "attempts", up=True)
    return None if share.hidden else share


def _tips(one: Attempt, shown: tuple[Shown, ...]) -> str | None:
    """The share at which nothing is left, to tenths (no single client moves it across more), where its number is shown."""
    share = one.facts.share
    if share is None or not shown or shown[0].hidden:
        return None
    return f"about {max(round(10.0 * share), 1) * 10}%"


def opening_clause(check: str) -> str:
    """What an attempt does, as the start of a sentence."""
    return CHECKS[check].given if check in CHECKS else f"Under the check “{label_of_check(check)}”"


def _value(shown: Shown | None) -> float | int | None:
    return None if shown is None else shown.value
