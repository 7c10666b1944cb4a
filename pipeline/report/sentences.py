"""Sentences about results: association only, one builder a verdict, none of them stronger than its verdict.

What the data say is told here; causal words stand nowhere but in a claim, and a claim is always quoted. A sentence has one
interval at most and no p value: those are in the tables and folds.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.base.options import Verdict
from pipeline.report import words
from pipeline.report.attempts import Tried
from pipeline.report.blocks import Prose
from pipeline.report.claims import HIDDEN, Claim, Effect
from pipeline.report.clauses import condition_clause, difference_clause, lower_first, own_claim
from pipeline.report.numbers import listed
from pipeline.vocabulary.checks import CHECKS
from pipeline.vocabulary.outcomes import event_of
from pipeline.vocabulary.results import CEILINGS, RULES
from pipeline.vocabulary.units import number_moderator

# As shares of one client's ordinary ups and downs: the largest ratio each word is said for.
SHARES: tuple[tuple[float, str], ...] = (
    (0.015, "Next to nothing beside"),
    (0.035, "About a fortieth of"),
    (0.075, "About a twentieth of"),
    (0.112, "About a tenth of"),
    (0.16, "About an eighth of"),
    (0.225, "About a fifth of"),
    (0.29, "About a quarter of"),
    (0.365, "About a third of"),
    (0.45, "About two fifths of"),
    (0.58, "About half of"),
    (0.71, "About two thirds of"),
    (0.87, "About three quarters of"),
    (1.2, "About as much as"),
)


def finding_prose(claim: Claim, effect: Effect) -> Prose:
    """Condition and difference with its interval: what goes with what, and by how much."""
    return (
        f"{condition_clause(claim.spec)}, ",
        *difference_clause(claim.spec, effect),
        f" ({(effect.odds or effect.own).spoken}).",
    )


def claim_prose(claim: Claim) -> Prose:
    """What was found, in one plain sentence or two, as strong as the verdict and no stronger."""
    if claim.refused:
        return f"A number was worked out, but it is not shown: {claim.refused}."
    if claim.effect is None:
        return f"No number: {(claim.reason or 'the data do not allow one').rstrip('.')}."
    lead, told = LEADS["practically zero" if claim.nothing else claim.verdict], finding_prose(claim, claim.effect)
    parts = (told,) if isinstance(told, str) else told
    if lead:
        parts = (lead, lower_first(parts[0]), *parts[1:])
    after = NOT_EXPLORATORY if claim.verdict == "suggestive" and claim.role != "exploratory" else AFTER.get(claim.verdict)
    after = ORDER_OPEN if claim.rule == "order_broke" else after
    return (*parts, *([f" {after}"] if after else []))


def answer_sentence(claim: Claim, simulated: bool, beside: Claim | None = None, scale: str = "") -> str:
    """The first screen's one sentence: what the first claim says to the question, and its contrast with another exposure."""
    if claim.effect is None:
        why = claim.refused or claim.reason or "the data do not allow a number"
        return f"Not settled: {why.rstrip('.')}."
    here = "in this simulated study" if simulated else "in this study"
    told = "".join(difference_clause(claim.spec, claim.effect))
    on = f" on a scale of {scale}" if scale and event_of(claim.spec.outcome.kind) is None else ""
    opened = (NONE_PREDICTED if claim.spec.predicted == "none" else OPENINGS).get(claim.verdict, OPENINGS[claim.verdict])
    opening = opened.format(here=here, mode=words.exposure(claim.spec.exposure).capitalize())
    text = f"{opening} {lower_first(condition_clause(claim.spec))}, {told}{on}{_but_not(claim)}"
    return f"{text}{_contrast(claim, beside)}."


def how_sure(claim: Claim) -> str:
    """How sure that is and why, in two sentences."""
    deciding = claim.deciding
    held = sum(one.state == "held" for one in deciding)
    cause = "Why they do is not settled: nobody was assigned to it."
    total = len(deciding)
    if claim.effect is None:
        return "There is no number to try to break."
    if claim.nothing:
        return "The interval this rests on lies within what the authors said would be too small to matter."
    if claim.verdict in ("supported", "suggestive") and total:
        count = f"all {total} attempts" if held == total else f"{held} of {total} attempts"
        unasked = "; another could not be made with these data" if claim.rule == "not_asked" else ""
        return f"That the two go together: it held against {count} that decide{unasked}. {cause}"
    if claim.verdict in ("supported", "suggestive"):
        return f"No attempt to break it could be made here. {cause}"
    if claim.verdict == "inconclusive" and claim.rule in HIDDEN:
        return f"The number is small, and yet that is not enough. {verdict_reason(claim)}"
    if _beyond_chance(claim):
        return f"It is clear of chance, and yet that is not enough. {verdict_reason(claim)}"
    if claim.verdict == "inconclusive":
        return "The data settle neither yes nor no: what fits them reaches from one to the other."
    if claim.verdict == "opposite":
        where = "where none was predicted" if claim.spec.predicted == "none" else "on the side that was not predicted"
        return f"It lies clearly {where}. Why is not settled: nobody was assigned to it."
    broke = [one for one in deciding if one.state == "broke"]
    names = listed([_clause(one) for one in broke[:2]]) or "once an attempt that decides is made"
    return f"It was clear at first, and does not hold {names}."


def versions_sentence(tried: int) -> str:
    """How many further versions were tried, which the declared claims have to be read beside."""
    if tried == 0:
        return "No further version was put on record."
    number = "One further version was" if tried == 1 else f"{tried} further versions were"
    return f"{number} tried beside the declared claims, and {'is' if tried == 1 else 'are'} exploratory."


def size_sentence(claim: Claim, effect: Effect) -> str:
    """How large that is, and what rounding hides of the interval; empty where there is nothing to say."""
    return " ".join(text for text in (_compared(claim, effect), _rounded(claim, effect)) if text)


def _rounded(claim: Claim, effect: Effect) -> str:
    """That digits are cut to less than the error; that an end shown at zero is not there, which else contradicts chance."""
    number, said = effect.odds or effect.own, []
    if number.span is not None:
        low, high = number.span
        of = f"{number.estimate} stands for {'odds' if effect.odds else 'anything'} from {low} to {high}"
        said.append(f"Digits are cut, so that nobody can be told: {of}.")
    if number.rounded_onto_null and not claim.nothing:
        said.append(f"The interval’s ends are rounded; before that it keeps clear of {'1' if effect.odds else 'zero'}.")
    return " ".join(said)


def _compared(claim: Claim, effect: Effect) -> str:
    """How large that is, beside one client's own ups and downs or beside what would matter; empty where it says nothing."""
    if effect.odds is not None:
        low, high = effect.least_odds or (None, None)
        return f"Odds between {low} and {high} times as high would be too small to matter." if low else ""
    if claim.nothing:
        column = number_moderator(claim.spec)
        return _inside(effect, f" for each further {words.one_more(column)}" if column else "")
    ratio = abs(float(effect.scaled.estimate.value or 0.0))
    if effect.scaled.estimate.value is None or not own_claim(claim) or claim.verdict == "inconclusive":
        return ""
    share = next((text for most, text in SHARES if ratio <= most), None)
    return f"{share or f'About {ratio:.1f} times'} one client’s ordinary ups and downs."


def _inside(effect: Effect, each: str) -> str:
    """How far inside what would matter a null lies: by its interval as shown, and else by the narrower one of the rule."""
    least = float(effect.least.value or 0.0)
    ends = [abs(float(end.value or 0.0)) for end in (effect.own.low, effect.own.high)]
    head = "Well inside" if max(ends) <= least / 2 else "Inside" if max(ends) <= least else "With its 90% interval inside"
    return f"{head} the ±{effect.least} points that would matter{each}."


def verdict_reason(claim: Claim) -> str:
    """Why the claim has this verdict: the rule that decided, and what made it speak."""
    text = WHY.get(claim.rule) or f"{RULES.get(claim.rule, claim.rule).capitalize()}."
    text = SMALL_NOT_ASKED if claim.nothing and claim.rule == "not_asked" else text
    if claim.ceiling and claim.rule == "ceiling":
        return f"{text} {CEILINGS[claim.ceiling].capitalize()}."
    broke = [CHECKS[check].clause for check in claim.decided_by if check in CHECKS]
    if broke and claim.rule == UNCHECKED:
        return f"{text.rstrip('.')}: whether it holds {listed(broke)} is not known."
    return f"{text.rstrip('.')}: it does not hold {listed(broke)}." if broke and claim.rule in NAMED else text


def wrong_if(claim: Claim) -> str:
    """What would have to be true for the verdict to be wrong: something concrete, one sentence."""
    if claim.refused:
        return "Nothing is shown, so nothing is said for or against the claim."
    if claim.effect is None:
        return "Nothing is said for or against the claim."
    if claim.verdict == "inconclusive" and claim.rule in HIDDEN:
        return "it is read as “no difference”: something may hide one that matters."
    if _beyond_chance(claim):
        return "it is read as “no difference”: there is one, clear of chance."
    compared = f", but does neither for {_others(claim)}" if claim.compared else ""
    kind: Verdict = "supported" if claim.verdict == "suggestive" and claim.role != "exploratory" else claim.verdict
    kind = "practically zero" if claim.nothing else kind
    return _WRONG_IF[kind].format(mode=words.mode(claim.spec.exposure.mode), compared=compared)


def _beyond_chance(claim: Claim) -> bool:
    """Whether it is clear of chance, and inconclusive all the same; a predicted null that could not be checked is not."""
    unchecked = claim.rule == UNCHECKED and claim.spec.predicted == "none"
    return claim.verdict == "inconclusive" and claim.rule in BEYOND_CHANCE and not unchecked


def _but_not(claim: Claim) -> str:
    broke = [one for one in claim.deciding if one.state == "broke"]
    if claim.verdict != "fragile":
        return ""
    return f", but not {_clause(broke[0])}" if broke else ", but not once an attempt that decides is made"


def _contrast(claim: Claim, beside: Claim | None) -> str:
    """What became of the contrast with another exposure, as the end of the answer; of the same windows and dose only."""
    if beside is None or beside.effect is None or not (beside.spec.contrast and beside.spec.contrast.minus):
        return ""
    if claim.effect is None or claim.spec.exposure != beside.spec.exposure:
        return ""
    other = words.mode(beside.spec.contrast.minus)
    clearly = "less" if claim.effect.own.positive == beside.effect.own.positive else "more"
    return {
        "supported": f"; for {other}, clearly {clearly} so",
        "practically zero": f"; for {other}, much the same",
        "opposite": f"; for {other}, clearly {clearly} so",
    }.get(beside.verdict, "")


def _clause(one: Tried) -> str:
    return CHECKS[one.check].clause if one.check in CHECKS else f"under the check “{one.label}”"


def _others(claim: Claim) -> str:
    if claim.spec.contrast and claim.spec.contrast.minus:
        return words.mode(claim.spec.contrast.minus)
    return "the exposures it was compared with"


NAMED = ("direction_broke", "order_broke", "specificity_broke", "robustness_broke")
UNCHECKED = "not_checked"
# Rules of what is clear of chance, and inconclusive all the same.
BEYOND_CHANCE = (
    "mood_not_excluded",
    "order_not_given",
    "talked_over_in_session",
    "order_not_clear",
    "rater_not_clear",
    "feedback_not_clear",
    "specificity_not_clear",
    "not_clear",
    UNCHECKED,
)
OPENINGS: Mapping[Verdict, str] = {
    "supported": "Yes, {here}:",
    "suggestive": "Perhaps, {here}:",
    "practically zero": "No difference that would matter, {here}:",
    "inconclusive": "Not settled, {here}:",
    "not estimable": "Not settled, {here}:",
    "could not be computed": "Not settled, {here}:",
    "fragile": "Not firmly, {here}:",
    "no direction can be claimed": "It cannot be told which way, {here}:",
    "not specific to being there": "Not {mode} in particular, {here}:",
    "opposite": "The other way round, {here}:",
}
NONE_PREDICTED: Mapping[Verdict, str] = {
    "supported": "No difference that would matter, as predicted, {here}:",
    "suggestive": "Perhaps no difference that would matter, as predicted, {here}:",
    "opposite": "Not as predicted, {here}:",
}
LEADS: Mapping[Verdict, str] = {
    "supported": "",
    "suggestive": "",
    "practically zero": "No difference that would matter: ",
    "inconclusive": "Not settled: ",
    "not estimable": "",
    "could not be computed": "",
    "fragile": "Not firmly: ",
    "no direction can be claimed": "It cannot be told which way: ",
    "not specific to being there": "Not in particular: ",
    "opposite": "Against the prediction: ",
}
NOT_EXPLORATORY = "Numbers of this kind cannot be asked everything that a claim rests on."
ORDER_OPEN = "Ratings that bring the step between would show the same."
AFTER: Mapping[Verdict, str] = {
    "suggestive": "This was exploratory: it needs data of its own.",
    "inconclusive": "That settles neither yes nor no.",
    "fragile": "That does not hold against every attempt that decides.",
    "no direction can be claimed": "A lasting hidden cause, or ratings that bring the advocacy, would show the same.",
    "not specific to being there": "Advocacy without the client goes with the rating as much.",
}
SMALL_NOT_ASKED = (
    "None was predicted, and the interval lies within the smallest one that would matter; but an attempt that decides "
    "cannot be asked here."
)
WHY: Mapping[str, str] = {
    "all_held": "Clear of chance after correction, as predicted, and it held against every attempt that decides.",
    "exploratory": "Clear of chance after correction and not broken; but exploratory claims are suggestive at most.",
    "ceiling": "Clear of chance after correction and not broken; but this kind of number is suggestive at most.",
    "within_limit": "There is a difference, and its interval lies within the smallest one that would matter.",
    "not_significant_within_limit": "The interval lies within the smallest difference that would matter.",
    "not_significant": "Chance could have done it, and the interval reaches differences that would matter.",
    "none_predicted_within_limit": "None was predicted, and the interval lies within the smallest one that would matter.",
    "none_predicted_effect_seen": "None was predicted, and one is seen.",
    "none_predicted_too_wide": "None was predicted, and the interval is too wide to say so.",
    "other_sign": "Clear of chance after correction, on the side that was not predicted, and not broken.",
    "no_number": "The data do not allow a number.",
    "not_computed": "Something failed on the way to a number; the log of the run says what.",
    "none_predicted_may_be_hidden": "None was predicted, and the number is small; but something may hide more.",
    "may_be_hidden": "The number is small; but an attempt leaves room for something that hides more.",
    "mood_not_excluded": "A mood that lasts from session to session would show the same.",
    "order_not_given": "The step between and the rating belong to one session, so neither is known to come first.",
    "talked_over_in_session": "Visits are talked over in the session that is rated; its going well may be why.",
    "order_broke": "Where ratings may bring the step between, what runs through it lies on the other side.",
    "order_not_clear": "Where ratings may bring the step between, what runs through it is no longer clear.",
    "rater_not_clear": "Where two people tell the step between and the rating, what runs through it is no longer clear.",
    "feedback_broke": "Where ratings may bring the advocacy, the difference lies on the other side.",
    "feedback_not_clear": "Where ratings may bring the advocacy, the difference is no longer clear.",
    "specificity_not_clear": "Set against all other advocacy, the difference is not clear.",
    "not_clear": "An attempt that decides reaches from one side to the other.",
    "not_asked": "Clear of chance after correction and not broken; but an attempt that decides cannot be asked here.",
    "direction_broke": "An attempt about the direction broke it.",
    "specificity_broke": "Another exposure goes with the rating as much, and the two cannot be told apart.",
    "robustness_broke": "An attempt that decides broke it.",
    "not_checked": "An attempt that decides could not be computed.",
}
_HIDDEN = "something unmeasured comes and goes, goes with {mode} and moves ratings as well"
_WRONG_IF: Mapping[Verdict, str] = {
    "supported": f"{_HIDDEN}{{compared}}.",
    "suggestive": f"{_HIDDEN}, or if chance brought it, as looking at many things will.",
    "opposite": f"{_HIDDEN}: a crisis can do both at once.",
    "practically zero": "two opposite influences cancel out, or if smaller differences matter to you.",
    "inconclusive": "it is read as “no difference”: the data leave room for one that matters.",
    "fragile": "the attempt that broke it is itself wrong here, for instance for want of data.",
    "not specific to being there": "the other exposures go with ratings for reasons of their own.",
    "no direction can be claimed": "what looks like a hidden cause is something that only {mode} brings.",
    "not estimable": "nothing is said for or against the claim.",
    "could not be computed": "nothing is said for or against the claim.",
}
