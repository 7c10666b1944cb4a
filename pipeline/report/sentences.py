"""Sentences about results: association only, one builder a verdict, none of them stronger than its verdict.

What the data say is told here; causal words stand nowhere but in a claim, and a claim is always quoted. A sentence has one
interval at most and no p value: those are in the tables and folds.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.base.options import Verdict
from pipeline.base.params import Hypothesis
from pipeline.report import words
from pipeline.report.attempts import Tried
from pipeline.report.blocks import Prose, Strong
from pipeline.report.claims import Claim, Effect
from pipeline.report.numbers import listed, magnitude, percent
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


def found(claim: Claim, effect: Effect) -> Prose:
    """Condition and difference with its interval: what goes with what, and by how much."""
    return (
        f"{condition(claim.spec)}, ",
        *difference(claim.spec, effect),
        f" ({(effect.odds or effect.own).spoken}).",
    )


def say(claim: Claim) -> Prose:
    """What was found, in one plain sentence or two, as strong as the verdict and no stronger."""
    if claim.refused:
        return f"A number was worked out, but it is not shown: {claim.refused}."
    if claim.effect is None:
        return f"No number: {(claim.reason or 'the data do not allow one').rstrip('.')}."
    lead, told = LEADS[claim.verdict], found(claim, claim.effect)
    parts = (told,) if isinstance(told, str) else told
    if lead:
        parts = (lead, _lower(parts[0]), *parts[1:])
    after = NOT_EXPLORATORY if claim.verdict == "suggestive" and claim.role != "exploratory" else AFTER.get(claim.verdict)
    return (*parts, *([f" {after}"] if after else []))


def answer(claim: Claim, simulated: bool, beside: Claim | None = None, scale: str = "") -> str:
    """The first screen's one sentence: what the first claim says to the question, and its contrast with another exposure."""
    if claim.effect is None:
        why = claim.refused or claim.reason or "the data do not allow a number"
        return f"Not settled: {why.rstrip('.')}."
    here = "in this simulated study" if simulated else "in this study"
    told = "".join(difference(claim.spec, claim.effect))
    on = f" on a scale of {scale}" if scale and event_of(claim.spec.outcome.kind) is None else ""
    opening = OPENINGS[claim.verdict].format(here=here, mode=words.exposure(claim.spec.exposure).capitalize())
    text = f"{opening} {_lower(condition(claim.spec))}, {told}{on}{_but_not(claim)}"
    return f"{text}{_contrast(claim, beside)}."


def how_sure(claim: Claim) -> str:
    """How sure that is and why, in two sentences."""
    deciding = claim.deciding
    held = sum(one.state == "held" for one in deciding)
    cause = "Why they do is not settled: nobody was assigned to it."
    total = len(deciding)
    if claim.effect is None:
        return "There is no number to try to break."
    if claim.verdict in ("supported", "suggestive") and total:
        count = f"all {total} attempts" if held == total else f"{held} of {total} attempts"
        unasked = "; another could not be made with these data" if claim.rule == "not_asked" else ""
        return f"That the two go together: it held against {count} that decide{unasked}. {cause}"
    if claim.verdict in ("supported", "suggestive"):
        return f"No attempt to break it could be made here. {cause}"
    if claim.verdict == "practically zero":
        return "The interval this rests on lies within what the authors said would be too small to matter."
    if claim.verdict == "inconclusive" and claim.rule in BEYOND_CHANCE:
        return f"It is clear of chance, and yet that is not enough. {why(claim)}"
    if claim.verdict == "inconclusive":
        return "The data settle neither yes nor no: what fits them reaches from one to the other."
    if claim.verdict == "opposite":
        return "It lies clearly on the side that was not predicted. Why is not settled: nobody was assigned to it."
    broke = [one for one in deciding if one.state == "broke"]
    names = listed([_clause(one) for one in broke[:2]]) or "once an attempt that decides is made"
    return f"It was clear at first, and does not hold {names}."


def versions(tried: int) -> str:
    """How many further versions were tried, which the declared claims have to be read beside."""
    if tried == 0:
        return "No further version was put on record."
    number = "One further version was" if tried == 1 else f"{tried} further versions were"
    return f"{number} tried beside the declared claims, and {'is' if tried == 1 else 'are'} exploratory."


def condition(spec: Hypothesis) -> str:
    """Under which exposure the outcome was looked at, as the start of a sentence."""
    exposure = spec.exposure
    subject = words.exposure(exposure)
    if event_of(spec.outcome.kind):
        return (
            f"After any {subject}, against none" if exposure.dose == "any" else f"After {words.dose(exposure.dose, subject)}"
        )
    unit = words.dose(exposure.dose, subject)
    later = {0: "", 1: "One rating after "}.get(exposure.lag, f"{exposure.lag} ratings after ")
    texts = _ANY if exposure.dose == "any" else _CONDITIONS
    text = texts[spec.effect].format(subject=subject, unit=unit)
    return f"{later}{_lower(text.removeprefix('After '))}" if later and text.startswith("After ") else text


def outcome(spec: Hypothesis) -> str:
    """What was rated."""
    named = words.score(spec.outcome.score)
    if spec.contrast and spec.contrast.outcome_minus:
        named += f" against {words.score(spec.contrast.outcome_minus)}"
    return named


def event(spec: Hypothesis) -> str:
    """What happens or does not, where the outcome is no rating; empty where it is one."""
    found = event_of(spec.outcome.kind)
    return found.doing if found else ""


def difference(spec: Hypothesis, effect: Effect) -> tuple[str, ...]:
    """The effect as a clause: what was rated how much higher or lower; the number is set bold."""
    own = effect.own
    points = f"{magnitude(own.estimate)} points"
    way = "higher" if own.positive else "lower"
    if event_of(spec.outcome.kind) and effect.odds is not None:
        beside = f" than after {words.mode(spec.contrast.minus)}" if spec.contrast and spec.contrast.minus else ""
        return (f"the odds of {event(spec)} were ", Strong(f"{effect.odds.estimate} times as high"), beside)
    if spec.mediator:
        through = words.session_column(spec.mediator.column)
        return (f"the part of the difference that runs through {through} was ", Strong(f"{own.estimate} points"))
    if spec.moderator:
        size = Strong(f"{magnitude(own.estimate)} points {'larger' if own.positive else 'smaller'}")
        return ("the difference in ratings was ", size, f" {_moderated(spec, effect)}")
    if spec.outcome.kind == "dyad_gap":
        apart = "further apart" if own.positive else "closer together"
        return (f"client's and worker's ratings of {outcome(spec)} lay ", Strong(f"{points} {apart}"))
    if spec.contrast and spec.contrast.outcome_minus:
        one, other = words.score(spec.outcome.score), words.score(spec.contrast.outcome_minus)
        return (f"{one} was rated ", Strong(f"{points} {way}"), f", relative to {other}")
    if spec.contrast and spec.contrast.minus:
        other = words.mode(spec.contrast.minus)
        return (f"{outcome(spec)} was rated ", Strong(f"{points} {way}"), f" than for {other}")
    return (f"{outcome(spec)} was rated ", Strong(f"{points} {way}"))


def size(claim: Claim, effect: Effect) -> str:
    """How large that is, beside one client's own ups and downs or beside what would matter; empty where it says nothing."""
    if effect.odds is not None:
        low, high = effect.least_odds or (None, None)
        return f"Odds between {low} and {high} times as high would be too small to matter." if low else ""
    if claim.verdict == "practically zero":
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


def own_claim(claim: Claim) -> bool:
    """Whether the number is a difference in ratings as such: no difference of differences, no product of paths."""
    return not (claim.spec.moderator or claim.spec.mediator or event_of(claim.spec.outcome.kind))


def why(claim: Claim) -> str:
    """Why the claim has this verdict: the rule that decided, and what made it speak."""
    text = WHY.get(claim.rule) or f"{RULES.get(claim.rule, claim.rule).capitalize()}."
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
    if claim.verdict == "inconclusive" and claim.rule in BEYOND_CHANCE:
        return "it is read as “no difference”: there is one, clear of chance."
    compared = f", but does neither for {_others(claim)}" if claim.compared else ""
    kind: Verdict = "supported" if claim.verdict == "suggestive" and claim.role != "exploratory" else claim.verdict
    return _WRONG_IF[kind].format(mode=words.mode(claim.spec.exposure.mode), compared=compared)


def model(spec: Hypothesis) -> str:
    """The model in words: outcome, exposure part, what is adjusted for, what may differ from client to client."""
    others = "time" + "".join(f", {words.phrase(name)}" for name in spec.covariates)
    subject = words.exposure(spec.exposure)
    minus = spec.contrast.minus if spec.contrast else None
    subject += f" and {words.mode(minus)}" if minus else ""
    if event_of(spec.outcome.kind):
        on = f"{subject} in the window, {others}"
        return f"A discrete-time hazard model of {event(spec)} on {on}; errors clustered by worker."
    split = "split into its parts within clients, between clients and between workers"
    scale = words.instrument(spec.outcome.instrument)
    rated = f"{outcome(spec)} ({scale}), rated by {words.rater(spec.outcome.rater)}"
    if spec.outcome.kind == "dyad_gap":
        rated = f"the distance between client's and worker's ratings of {outcome(spec)} ({scale})"
    tested = f"the {spec.effect} part of the first minus that of the second" if minus else f"the {spec.effect} part"
    text = f"A linear mixed model of {rated}, on {subject} ({split}), {others}; {tested} is tested."
    slopes = [words.plain(term) for term in spec.random.get("client_id", ()) if term != "intercept"]
    if slopes:
        text += f" Clients differ in their level and in the slope of {listed(slopes)}, as far as the data allow."
    if spec.moderator:
        text += f" The association may differ by {words.moderator(spec.moderator)}; the difference is tested."
    if spec.mediator:
        text += f" What runs through {words.session_column(spec.mediator.column)} is tested: the product of two paths."
    return text


def told(one: Tried, claim: Claim) -> str:
    """What an attempt says, in one sentence."""
    if one.state in ("not_applicable", "not_computed"):
        return f"{one.reason[:1].upper()}{one.reason[1:]}." if one.reason else ""
    if one.check in LEAVE_ONE_OUT:
        return _LEFT_ONE_OUT.get(one.state, "")
    if one.group == "hidden_cause":
        return _hidden_cause(one, claim)
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


def unmeasured(e_value: str, share: str, end: str = "") -> str:
    """How strong something unmeasured would have to be; said of findings only, never of a null."""
    text = f"It would have to go with both advocacy and rating by a risk ratio of {e_value} (E-value)"
    if not share:
        return f"{text}."
    reach = f"; {end}% would do for the interval to reach zero" if end else ""
    return f"{text}, or explain {share}% of what is left of both (robustness value{reach})."


def as_strong(covariate: str, left: str) -> str:
    """What a confounder as strong as an observed covariate would leave."""
    return f"Something unmeasured as strong as {covariate} would leave {left} points."


def spread(sd: str, low: str, high: str, share: str, side: str) -> str:
    """How much clients differ in the number itself."""
    many = {"100": "nearly all", "0": "hardly any"}.get(share, f"about {share}%")
    return f"Clients’ own differences have an SD of {sd} points ({low} to {high}); for {many} they lie {side} zero."


def average(estimate: str, interval: str, headline: str) -> str:
    """The number for the average client, where it is not that of the average episode."""
    return f"For the average client it is {estimate} {interval}, for the average episode {headline}."


def equivalence(level: float) -> str:
    """The interval a verdict of no difference rests on."""
    return f"the {percent(level)} interval"


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
    if claim.verdict not in ("supported", "suggestive", "opposite") or claim.effect is None:
        return "There is nothing clear that the log would have to make."
    if one.check == "late_logging":
        return f"With the declared delay taken out it would be {one.estimate} instead of {claim.effect.own.estimate}."
    way = "good sessions than bad" if claim.effect.own.positive else "bad sessions than good"
    if one.tips is None:
        return f"No plausible surplus of {way} with their visit noted would leave nothing."
    return f"If {one.tips} more {way} had had their visit noted, nothing would be left."


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


def _moderated(spec: Hypothesis, effect: Effect) -> str:
    if effect.level is None:
        return f"for each further {words.one_more(str(spec.moderator))}"
    return words.against_others(str(spec.moderator), spec.moderator_level or effect.level)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


NOT_KNOWN = (
    "A log kept otherwise after good sessions than after bad ones, and a passing cause that brings joint advocacy alone: no "
    "data can exclude these."
)
DIRECT = (
    "The path beside the mediator is no effect of its own: what a mediator measured with error misses of the way through it "
    "is counted there, and within a client more episodes in one window are fewer, by comparison, in the others, so that an "
    "earlier window borrows from the nearer ones with the opposite sign. It may lie below zero where nothing does harm."
)
CHARACTERISTICS = "How often verdicts are wrong where the truth is known: docs/operating-characteristics.md."
LOGGING = ("late_logging", "differential_logging")
LEAVE_ONE_OUT = ("influence",)
UNADJUSTED = ("unadjusted",)
BIASED = ("lagged_outcome",)
_BIASED = " With few ratings a client, the number beside the previous rating is too small (Nickell, 1981)."
NAMED = ("direction_broke", "order_broke", "specificity_broke", "robustness_broke")
UNCHECKED = "not_checked"
# Rules of what is clear of chance, and inconclusive all the same.
BEYOND_CHANCE = (
    "mood_not_excluded",
    "order_not_given",
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
AFTER: Mapping[Verdict, str] = {
    "suggestive": "This was exploratory: it needs data of its own.",
    "inconclusive": "That settles neither yes nor no.",
    "fragile": "That does not hold against every attempt that decides.",
    "no direction can be claimed": "A lasting hidden cause, or ratings that bring the advocacy, would show the same.",
    "not specific to being there": "Advocacy without the client goes with the rating as much.",
}
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
    "direction_broke": "An attempt about the direction broke it.",
    "specificity_broke": "Another exposure goes with the rating as much, and the two cannot be told apart.",
    "robustness_broke": "An attempt that decides broke it.",
    "not_checked": "An attempt that decides could not be computed.",
}
_STATES = {
    "held": "it holds.",
    "broke": "it does not hold.",
    "speaks_against": "it does not hold; the verdict does not hang on this.",
    "no_difference": "no difference is clear.",
    "not_clear": "it is not clear.",
}
_LEFT_ONE_OUT = {
    "held": "Whichever one worker is left out, it holds.",
    "no_difference": "Whichever one worker is left out, no difference is clear.",
    "not_clear": "Whichever one worker is left out, it is not clear either.",
    "broke": "It does not hold whichever one worker is left out: it rests on too few.",
    "speaks_against": "It does not hold whichever one worker is left out: it rests on too few.",
}
_CONDITIONS = {
    "within": "After {unit} than is usual for the client",
    "between": "For clients with, on average, {unit} before a rating than other clients of their worker",
    "worker": "For workers whose clients have, on average, {unit} before a rating than those of other workers",
    "contextual": "Over and above a client's own ups and downs, for clients with, on average, {unit} before a rating",
}
_ANY = {
    "within": "After any {subject}, against the client's ratings without",
    "between": "For clients with {subject} before every rating, against clients of their worker with none",
    "worker": "For workers with {subject} before every rating, against workers with none",
    "contextual": "Over and above a client's own ups and downs, for clients with {subject} before every rating",
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
