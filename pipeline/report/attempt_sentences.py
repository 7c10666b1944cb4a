"""What the attempts to break a number say, a sentence each, and what no attempt can exclude."""

from __future__ import annotations

from pipeline.report import words
from pipeline.report.attempts import Tried
from pipeline.report.characteristics import StudySize
from pipeline.report.claims import Claim
from pipeline.report.numbers import listed
from pipeline.vocabulary.checks import CHECKS


def attempt_sentence(one: Tried, claim: Claim) -> str:
    """What an attempt says, in one sentence."""
    if one.state in ("not_applicable", "not_computed"):
        return f"{one.reason[:1].upper()}{one.reason[1:]}." if one.reason else ""
    if one.check in LEAVE_ONE_OUT:
        return _LEFT_ONE_OUT.get(one.state, "")
    if one.group == "hidden_cause":
        return _hidden_cause(one, claim)
    if one.group == "recurring_cause":
        return _RECURRING.get(one.state, "")
    if one.check == "feedback":
        return _feedback(one, claim)
    if one.check in LOGGING:
        return _logging(one, claim)
    if one.unchanged:
        return "There is nothing to change: the model is the same."
    if one.control is not None:
        return _beside(one, claim)
    head = CHECKS[one.check].given if one.check in CHECKS else one.label
    if one.check in UNADJUSTED and claim.effect is not None:
        without = listed([words.phrase(name) for name in claim.spec.covariates], "or")
        return (
            f"Without {without}, on the same ratings, the estimate is {one.estimate} instead of {claim.effect.own.estimate}."
        )
    return f"{head}, {_state(one, claim)}{_BIASED if one.check in BIASED else ''}"


def like_studies_sentence(one: StudySize) -> str:
    """What the rules said in made-up studies of a like size, before the section that has it all."""
    return f"Like-sized made-up studies: {one.nothing.told} nulls misjudged, {one.found.told} effects found. "


def e_value_sentence(e_value: str, share: str, end: str = "") -> str:
    """How strong something unmeasured would have to be; said of findings only, never of a null."""
    text = f"It would have to go with both advocacy and rating by a risk ratio of {e_value} (E-value)"
    if not share:
        return f"{text}."
    reach = f"; {end}% would do for the interval to reach zero" if end else ""
    return f"{text}, or explain {share}% of what is left of both (robustness value{reach})."


def as_strong(covariate: str, left: str) -> str:
    """What a confounder as strong as an observed covariate would leave."""
    return f"Something unmeasured as strong as {covariate} would leave {left} points."


def client_spread_sentence(sd: str, low: str, high: str, share: str, side: str) -> str:
    """How much clients differ in the number itself."""
    many = {"100": "nearly all", "0": "hardly any"}.get(share, f"about {share}%")
    return f"Clients’ own differences have an SD of {sd} points ({low} to {high}); for {many} they lie {side} zero."


def average_client_sentence(estimate: str, interval: str, headline: str) -> str:
    """The number for the average client, where it is not that of the average episode."""
    return f"For the average client it is {estimate} {interval}, for the average episode {headline}."


def _state(one: Tried, claim: Claim) -> str:
    """What an attempt's state comes to; where there is nothing to break, by its own interval and never as an absence."""
    least = None if claim.effect is None else claim.effect.least.value
    if one.state != "no_difference" or least is None or not one.drawn:
        return _STATES[one.state]
    if one.found:
        return "it is much the same, as far as can be told."
    assert one.low is not None
    assert one.high is not None
    low, high = float(one.low.value or 0.0), float(one.high.value or 0.0)
    if max(abs(low), abs(high)) <= float(least):
        return "any difference stays too small to matter."
    return "no difference is clear, and one that matters is not excluded." if low <= 0 <= high else "a small one is seen."


def _beside(one: Tried, claim: Claim) -> str:
    """What another exposure does beside the claim's own."""
    if one.state == "held":
        return (
            "It goes with the rating as well, but clearly less."
            if one.control
            else "It does not go with the rating this way."
        )
    if one.state in ("broke", "speaks_against"):
        return "It goes with the rating the same way, and the two cannot be told apart."
    return f"With it beside, {_state(one, claim)}"


def _hidden_cause(one: Tried, claim: Claim) -> str:
    """What of lasting hidden causes is excluded, and what no data of this kind can see."""
    if claim.spec.mediator is not None and one.state in ("held", "broke", "speaks_against"):
        behind = "A mood that lasts, or something else behind step and rating,"
        behind = behind if one.check == "hidden_cause" else "Something lasting behind both advocacy and the step between"
        kept = f" if it keeps at least {one.margin} of itself from one session to the next" if one.margin else ""
        if one.state == "held":
            return f"{behind} is excluded{kept}; a faster one cannot be seen."
        return f"{behind} would show the same, or cannot be told from it."
    if one.state == "no_difference":
        return "There is nothing that a hidden cause would have to make."
    if one.state == "held":
        kept = f" if it keeps at least {one.margin} of itself from one window to the next" if one.margin else ""
        return f"A lasting hidden cause is excluded{kept}; a faster one cannot be seen."
    return "Something hidden behind both that lasts from window to window would show the same, or cannot be told from it."


def _feedback(one: Tried, claim: Claim) -> str:
    """Whether the number stands where ratings may bring the advocacy, and whether they do."""
    head = CHECKS[one.check].given
    back = "After better ratings no more and no less of it is seen, as far as can be told."
    if one.more is not None:
        back = f"After better ratings than usual there is {'more' if one.more else 'less'} of it."
    return f"{head}, {_state(one, claim)} {back}"


def _logging(one: Tried, claim: Claim) -> str:
    """What a log written late, or kept better after good sessions, would do to a finding."""
    if not (claim.finding or claim.verdict == "opposite") or claim.effect is None:
        return "There is nothing clear that the log would have to make."
    if one.check == "late_logging":
        return f"With the declared delay taken out it would be {one.estimate} instead of {claim.effect.own.estimate}."
    way = "good sessions than bad" if claim.effect.own.positive else "bad sessions than good"
    if one.tips is None:
        return f"No plausible surplus of {way} with their visit noted would leave nothing."
    return f"If {one.tips} more {way} had had their visit noted, nothing would be left."


NOT_KNOWN = (
    "A log kept otherwise after good sessions than after bad ones, and a passing cause that brings joint advocacy alone: no "
    "data can exclude these."
)
DIRECT = (
    "The path beside the mediator is no effect of its own: what a mediator measured with error misses of the way through it "
    "is counted there, and within a client more episodes in one window are fewer, by comparison, in the others, so that an "
    "earlier window borrows from the nearer ones with the opposite sign. It may lie below zero where nothing does harm."
)
CHARACTERISTICS = "How often verdicts are wrong"  # the section that every card leads to
LOGGING = ("late_logging", "differential_logging")
LEAVE_ONE_OUT = ("influence",)
UNADJUSTED = ("unadjusted",)
BIASED = ("lagged_outcome",)
_BIASED = " With few ratings a client, the number beside the previous rating is too small (Nickell, 1981)."
_STATES = {
    "held": "it holds.",
    "broke": "it does not hold.",
    "speaks_against": "it does not hold; the verdict does not hang on this.",
    "no_difference": "no difference is clear.",
    "not_clear": "it is not clear.",
}
_RECURRING = {
    "held": "Nothing that comes back in a rhythm of a few sessions is seen in the windows one and two away.",
    "broke": "The windows one or two away go the other way on both sides: something that comes and goes would do that.",
    "speaks_against": "The windows one or two away go the other way on both sides; the verdict does not hang on this.",
    "no_difference": "There is nothing that a recurring cause would have to make.",
    "not_clear": "It is not clear.",
}
_LEFT_ONE_OUT = {
    "held": "Whichever one worker is left out, it holds.",
    "no_difference": "Whichever one worker is left out, no difference is clear.",
    "not_clear": "Whichever one worker is left out, it is not clear either.",
    "broke": "It does not hold whichever one worker is left out: it rests on too few.",
    "speaks_against": "It does not hold whichever one worker is left out: it rests on too few.",
}
