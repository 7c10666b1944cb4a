"""Sentences about results: one builder a verdict, none of them stronger than its verdict."""

from __future__ import annotations

from pipeline.base.params import Hypothesis
from pipeline.report import words
from pipeline.report.findings import HAZARDS, Effect, Finding
from pipeline.report.numbers import listed, magnitude, unbroken

NO_NUMBER = ("not estimable", "could not be computed")


def headline(finding: Finding) -> str:
    """What was found, in one plain sentence or two, as strong as the verdict and no stronger."""
    if finding.withheld:
        return f"Estimated, but not shown: {finding.withheld}."
    if finding.effect is None:
        return not_estimable(finding)
    return _BUILDERS[finding.verdict](finding, finding.effect)


def not_estimable(finding: Finding) -> str:
    """Why there is no number."""
    reason = finding.reasons[0] if finding.reasons else "the data do not allow it"
    return f"Could not be estimated: {reason.rstrip('.')}."


def condition(spec: Hypothesis) -> str:
    """Under which exposure the outcome was looked at, as the start of a sentence."""
    exposure = spec.exposure
    subject = words.exposure(exposure)
    if spec.outcome.kind in HAZARDS:
        return f"After {subject}, against none" if exposure.dose == "any" else f"After {words.dose(exposure.dose, subject)}"
    conditions = _ANY if exposure.dose == "any" else _CONDITIONS
    unit = words.dose(exposure.dose, subject)
    return conditions[spec.effect].format(subject=subject, unit=unit, came=_came(exposure.lag))


def outcome(spec: Hypothesis) -> str:
    """What was rated, by which instrument."""
    named = words.score(spec.outcome.score)
    if spec.contrast and spec.contrast.outcome_minus:
        named += f" less {words.score(spec.contrast.outcome_minus)}"
    return f"{named} ({words.instrument(spec.outcome.instrument)})"


def outcome_short(spec: Hypothesis) -> str:
    """What was looked at, in few words."""
    if spec.outcome.kind in HAZARDS:
        return f"odds of {event(spec)}"
    return f"distance between ratings of {outcome(spec)}" if spec.outcome.kind == "dyad_gap" else outcome(spec)


def event(spec: Hypothesis) -> str:
    """What happens or does not, where the outcome is no rating."""
    return _EVENTS[spec.outcome.kind]


def difference(spec: Hypothesis, effect: Effect) -> str:
    """The effect as a clause: who rated what, how much higher or lower."""
    if spec.outcome.kind != "score":
        return _other_outcome(spec, effect)
    if spec.mediator:
        through = words.session_column(spec.mediator.column)
        return f"the part of the difference in {outcome(spec)} that runs through {through} was {effect.estimate} points"
    if spec.moderator:
        return f"the difference in {outcome(spec)} was {_moderated(spec, effect)}"
    size = f"{magnitude(effect.estimate)} points {'higher' if effect.positive else 'lower'}"
    if spec.contrast and spec.contrast.minus:
        other = words.mode(spec.contrast.minus)
        return f"{words.rater(spec.outcome.rater)} rated {outcome(spec)} {size} than for {other}"
    if spec.contrast and spec.contrast.outcome_minus:
        one, other = words.score(spec.outcome.score), words.score(spec.contrast.outcome_minus)
        scale = words.instrument(spec.outcome.instrument)
        return f"{words.rater(spec.outcome.rater)} rated {one} {size}, relative to {other} ({scale})"
    return f"{words.rater(spec.outcome.rater)} rated {outcome(spec)} {size}"


def found(finding: Finding, effect: Effect) -> str:
    """Condition, difference and interval in one clause."""
    return f"{condition(finding.spec)}, {difference(finding.spec, effect)} {evidence(effect)}"


def evidence(effect: Effect) -> str:
    """Interval, standardized size and p, in parentheses."""
    p = unbroken(f"p {effect.p_text}")
    if effect.ratio is not None:
        return f"({unbroken(f'95% CI {effect.ratio_interval}')}; log-odds {effect.estimate}; {p})"
    standardized = ""
    if effect.sd_estimate.value is not None:
        standardized = f"; {effect.sd_estimate} within-client SDs, {unbroken(effect.sd_interval)}"
    return f"({unbroken(f'95% CI {effect.interval}')}{standardized}; {p})"


def adjusted(finding: Finding, effect: Effect) -> str:
    """How multiplicity was dealt with, as a sentence; empty where it was not."""
    names = {"holm": "Holm", "benjamini_hochberg": "Benjamini-Hochberg"}
    if finding.correction not in names or effect.p_adjusted.value is None:
        return ""
    return f" After {names[finding.correction]} correction, {unbroken(f'p {effect.p_adjusted_text}')}."


def wrong_if(finding: Finding) -> str:
    """What would have to be true for the verdict to be wrong."""
    text = _WRONG_IF[finding.verdict] if finding.effect or finding.verdict in NO_NUMBER else _WITHHELD
    compared = ", without doing so for the exposures it was compared with" if finding.compared else ""
    return text.format(mode=words.mode(finding.spec.exposure.mode), compared=compared)


def model(spec: Hypothesis) -> str:
    """The model in words: outcome, exposure part, what is adjusted for, what may differ from client to client."""
    others = "time" + "".join(f", {words.plain(name)}" for name in spec.covariates)
    subject = words.exposure(spec.exposure)
    minus = spec.contrast.minus if spec.contrast else None
    subject += f" and {words.mode(minus)}" if minus else ""
    if spec.outcome.kind in HAZARDS:
        on = f"{subject} in the window, {others}"
        return f"A discrete-time hazard model of {event(spec)} on {on}; errors clustered by worker."
    split = "split into its parts within clients, between clients and between workers"
    rated = f"{outcome(spec)}, rated by {words.rater(spec.outcome.rater)}"
    if spec.outcome.kind == "dyad_gap":
        rated = f"the distance between client's and worker's ratings of {outcome(spec)}"
    tested = f"the {spec.effect} part of the first minus that of the second" if minus else f"the {spec.effect} part"
    text = f"A linear mixed model of {rated}, on {subject} ({split}), {others}; {tested} is tested."
    slopes = [words.plain(term) for term in spec.random.get("client_id", ()) if term != "intercept"]
    if slopes:
        text += f" Clients differ in their level and in the slope of {listed(slopes)}, as far as the data allow."
    if spec.moderator:
        text += f" The effect may differ by {words.moderator(spec.moderator)}; the difference is tested."
    if spec.mediator:
        text += f" What runs through {words.session_column(spec.mediator.column)} is tested: the product of two paths."
    return text


def _supported(finding: Finding, effect: Effect) -> str:
    checks = ", and every check that decides was passed" if finding.checks else ""
    if finding.spec.predicted == "none":
        return f"As predicted, n{_zero(finding, effect)[1:]}"
    return f"{found(finding, effect)}{checks}.{adjusted(finding, effect)}"


def _suggestive(finding: Finding, effect: Effect) -> str:
    if finding.spec.predicted == "none":
        return f"{_zero(finding, effect)} This was exploratory."
    tail = " This was exploratory: it suggests, and needs data of its own to be tested."
    return f"{found(finding, effect)}.{adjusted(finding, effect)}{tail}"


def _opposite(finding: Finding, effect: Effect) -> str:
    return f"Contrary to what was predicted: {_lower(found(finding, effect))}.{adjusted(finding, effect)}"


def _zero(finding: Finding, effect: Effect) -> str:
    bound = f"{finding.spec.smallest_effect:g}"
    unit = "standardized log-odds" if effect.ratio is not None else "within-client SDs"
    return (
        f"No difference that would matter: {_lower(found(finding, effect))}; "
        f"the {finding.equivalence} CI lies within ±{bound} {unit}, the smallest effect of interest."
    )


def _inconclusive(finding: Finding, effect: Effect) -> str:
    text = f"The data do not settle this: {_lower(found(finding, effect))}. "
    if not effect.excludes_zero:
        return f"{text.rstrip()}{adjusted(finding, effect)}"
    if not adjusted(finding, effect):
        return f"{text}Taken by itself the interval excludes no difference, but not by the rules of this study."
    too_little = "Taken by itself the interval excludes no difference; with so many tests that is too little."
    return f"{text}{too_little}{adjusted(finding, effect)}"


def _fragile(finding: Finding, effect: Effect) -> str:
    checks = listed(list(finding.failed)) or "under one of the checks"
    return (
        f"In the main model, {_lower(found(finding, effect))}; "
        f"but this does not hold {checks}, so it should not be relied on."
    )


def _unspecific(finding: Finding, effect: Effect) -> str:
    return (
        f"In the main model, {_lower(found(finding, effect))}; but advocacy without being there together goes with "
        "much the same difference, so nothing can be said for being there together."
    )


def _undirected(finding: Finding, effect: Effect) -> str:
    return (
        f"In the main model, {_lower(found(finding, effect))}; but {words.exposure(finding.spec.exposure)} that came only "
        "after the rating goes with it about as much, so no direction can be claimed."
    )


def _other_outcome(spec: Hypothesis, effect: Effect) -> str:
    if spec.outcome.kind == "dyad_gap":
        apart = "further apart" if effect.positive else "closer together"
        return f"client's and worker's ratings of {outcome(spec)} lay {magnitude(effect.estimate)} points {apart}"
    minus = spec.contrast.minus if spec.contrast else None
    other = f", relative to {words.mode(minus)}" if minus else ""
    return f"the odds of {event(spec)} were {effect.ratio} times as high{other}"


def _moderated(spec: Hypothesis, effect: Effect) -> str:
    size = f"{magnitude(effect.estimate)} points {'more positive' if effect.positive else 'more negative'}"
    if effect.level is None:
        return f"{size} for each further point of {words.moderator(str(spec.moderator))}"
    return f"{size} {words.against_others(str(spec.moderator), spec.moderator_level or effect.level)}"


def _came(lag: int) -> str:
    if lag == 0:
        return "came before a rating"
    return "came one rating earlier" if lag == 1 else f"came {lag} ratings earlier"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


_CONDITIONS = {
    "within": "Where {unit} than is usual for the client {came}",
    "between": "For clients with, on average, {unit} before a rating than other clients of their worker",
    "worker": "For workers whose clients have, on average, {unit} before a rating than those of other workers",
    "contextual": "Over and above the client's own ups and downs, for clients with, on average, {unit} before a rating",
}
_EVENTS = {"dropout": "leaving early", "no_show": "missing the next session"}
_ANY = {
    "within": "Where {subject} {came}, against the client's ratings without",
    "between": "For clients with {subject} before every rating, against clients of their worker with none",
    "worker": "For workers with {subject} before every rating, against workers with none",
    "contextual": "Over and above the client's own ups and downs, for clients with {subject} before every rating",
}
_BUILDERS = {
    "supported": _supported,
    "suggestive": _suggestive,
    "opposite": _opposite,
    "practically zero": _zero,
    "inconclusive": _inconclusive,
    "fragile": _fragile,
    "not specific to being there": _unspecific,
    "no direction can be claimed": _undirected,
}
_CONFOUNDED = "if something that was not measured comes and goes, brings {mode} and moves the outcome as well"
_WITHHELD = "Nothing is shown, so nothing is said for or against the claim."
_WRONG_IF = {
    "supported": f"This would be wrong {_CONFOUNDED}{{compared}}.",
    "suggestive": f"This would be wrong {_CONFOUNDED}, or if chance brought it, as looking at many things will.",
    "opposite": f"This would be wrong {_CONFOUNDED}: a crisis can do both at once.",
    "practically zero": "This would be wrong if two opposite influences cancel each other, or if smaller effects matter.",
    "inconclusive": "More clients or ratings would narrow the interval; as it stands, it supports neither claim nor denial.",
    "fragile": "The claim could still be right if the failed check itself is wrong here, for instance for want of data.",
    "not specific to being there": "The claim could still be right if the other exposures work for reasons of their own.",
    "no direction can be claimed": "The claim could still be right if something besides the ratings brings later {mode}.",
    "not estimable": "Nothing is said for or against the claim.",
    "could not be computed": "Nothing is said for or against the claim.",
}
