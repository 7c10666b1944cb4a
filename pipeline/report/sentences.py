"""Sentences about results: one builder a verdict, none of them stronger than its verdict."""

from __future__ import annotations

from pipeline.params import Hypothesis
from pipeline.report import words
from pipeline.report.findings import Effect, Finding
from pipeline.report.numbers import listed, magnitude, unbroken


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
    if spec.outcome.kind in ("dropout", "no_show"):
        unit = (
            f"{words.dose(exposure.dose, subject)} than otherwise" if exposure.dose != "any" else f"{subject}, against none"
        )
        return f"After windows with {unit}"
    if exposure.dose == "any":
        return _ANY[spec.effect].format(subject=subject) + _later(exposure.lag)
    return _CONDITIONS[spec.effect].format(unit=words.dose(exposure.dose, subject)) + _later(exposure.lag)


def outcome(spec: Hypothesis) -> str:
    """What was rated, by which instrument."""
    named = words.score(spec.outcome.score)
    if spec.contrast and spec.contrast.outcome_minus:
        named += f" less {words.score(spec.contrast.outcome_minus)}"
    return f"{named} ({words.instrument(spec.outcome.instrument)})"


def difference(spec: Hypothesis, effect: Effect) -> str:
    """The effect as a clause: who rated what, how much higher or lower."""
    if spec.outcome.kind != "score":
        return _other_outcome(spec, effect)
    if spec.mediator:
        through = words.session_column(spec.mediator.column)
        return f"the part of the difference in {outcome(spec)} that runs through {through} was {effect.estimate} points"
    if spec.moderator:
        return f"the difference in {outcome(spec)} was {_moderated(spec, effect)}"
    direction = "higher" if effect.positive else "lower"
    size = f"{magnitude(effect.estimate)} points {direction}"
    if spec.contrast and spec.contrast.minus:
        other = words.mode(spec.contrast.minus)
        return f"{words.rater(spec.outcome.rater)} rated {outcome(spec)} {size} than for {other}"
    if spec.contrast and spec.contrast.outcome_minus:
        return f"the difference between {_pair(spec)} was {size}"
    return f"{words.rater(spec.outcome.rater)} rated {outcome(spec)} {size}"


def found(finding: Finding, effect: Effect) -> str:
    """Condition, difference and interval in one clause."""
    return f"{condition(finding.spec)}, {difference(finding.spec, effect)} {evidence(effect)}"


def evidence(effect: Effect) -> str:
    """Interval, standardized size and p, in parentheses."""
    standardized = f"; {effect.sd_estimate} within-client SDs" if effect.sd_estimate.value is not None else ""
    return f"({unbroken(f'95% CI {effect.interval}')}{standardized}; {unbroken(f'p {effect.p_text}')})"


def adjusted(finding: Finding, effect: Effect) -> str:
    """How multiplicity was dealt with, as a sentence; empty where it was not."""
    names = {"holm": "Holm", "benjamini_hochberg": "Benjamini-Hochberg"}
    if finding.correction not in names or effect.p_adjusted.value is None:
        return ""
    return f" After {names[finding.correction]} correction, {unbroken(f'p {effect.p_adjusted_text}')}."


def wrong_if(finding: Finding) -> str:
    """What would have to be true for the verdict to be wrong."""
    return _WRONG_IF[finding.verdict].format(mode=words.mode(finding.spec.exposure.mode))


def model(spec: Hypothesis) -> str:
    """The model in words: outcome, exposure part, what is adjusted for, what may differ from client to client."""
    others = "time" + "".join(f", {words.plain(name)}" for name in spec.covariates)
    subject = words.exposure(spec.exposure)
    if spec.outcome.kind in ("dropout", "no_show"):
        event = _EVENTS[spec.outcome.kind]
        return f"A discrete-time hazard model of {event} on {subject} in the window, {others}; errors clustered by worker."
    split = "split into its parts within clients, between clients and between workers"
    rated = f"{outcome(spec)}, rated by {words.rater(spec.outcome.rater)}"
    text = f"A linear mixed model of {rated}, on {subject} ({split}), {others}; the {spec.effect} part is tested."
    slopes = [words.plain(term) for term in spec.random.get("client_id", ()) if term != "intercept"]
    if slopes:
        text += f" Clients differ in their level and in the slope of {listed(slopes)}, as far as the data allow."
    if spec.moderator:
        text += f" The effect may differ by {words.plain(spec.moderator)}; the difference between levels is tested."
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
    return (
        f"No difference that would matter: {_lower(found(finding, effect))}; "
        f"the 90% CI lies within ±{bound} within-client SDs, the smallest effect of interest."
    )


def _inconclusive(finding: Finding, effect: Effect) -> str:
    return (
        f"The data do not settle this: {_lower(found(finding, effect))}. "
        f"Anything from {effect.low} to {effect.high}{_unit(finding)} is compatible with them.{adjusted(finding, effect)}"
    )


def _unit(finding: Finding) -> str:
    return " points" if finding.spec.outcome.kind in ("score", "dyad_gap") else ""


def _fragile(finding: Finding, effect: Effect) -> str:
    checks = listed([_lower(check) for check in finding.failed]) or "one of the checks"
    return (
        f"In the primary model, {_lower(found(finding, effect))}; "
        f"but this does not survive {checks}, so it should not be relied on."
    )


def _unspecific(finding: Finding, effect: Effect) -> str:
    return (
        f"In the primary model, {_lower(found(finding, effect))}; but advocacy without the client there goes with the "
        "same difference, so nothing can be said for being there together."
    )


def _undirected(finding: Finding, effect: Effect) -> str:
    return (
        f"In the primary model, {_lower(found(finding, effect))}; but advocacy that came only after the rating goes with "
        "it as well, so no direction can be claimed."
    )


def _other_outcome(spec: Hypothesis, effect: Effect) -> str:
    size = magnitude(effect.estimate)
    if spec.outcome.kind == "dyad_gap":
        apart = "further apart" if effect.positive else "closer together"
        return f"client's and worker's ratings of {outcome(spec)} lay {size} points {apart}"
    return f"the log-odds of {_EVENTS[spec.outcome.kind]} were {size} {'higher' if effect.positive else 'lower'}"


def _moderated(spec: Hypothesis, effect: Effect) -> str:
    size = f"{magnitude(effect.estimate)} points {'more positive' if effect.positive else 'more negative'}"
    name = words.plain(str(spec.moderator))
    if effect.level is None:
        return f"{size} for each further point of {name}"
    level = spec.moderator_level or effect.level
    if level in ("yes", "no"):
        return f"{size} with {name} “{level}” than without it"
    return f"{size} for {name} “{words.plain(level)}” than for the others"


def _later(lag: int) -> str:
    if lag == 0:
        return ""
    return " (one rating earlier)" if lag == 1 else f" ({lag} ratings earlier)"


def _pair(spec: Hypothesis) -> str:
    minus = spec.contrast.outcome_minus if spec.contrast and spec.contrast.outcome_minus else ""
    return f"{words.score(spec.outcome.score)} and {words.score(minus)} ({words.instrument(spec.outcome.instrument)})"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


_CONDITIONS = {
    "within": "In windows with {unit} than is usual for the client",
    "between": "For clients with, on average, {unit} than other clients of their worker",
    "worker": "For workers whose clients have, on average, {unit} than those of other workers",
    "contextual": "Over and above the client's own windows, for clients with, on average, {unit}",
}
_EVENTS = {"dropout": "leaving early", "no_show": "missing the next session"}
_ANY = {
    "within": "In windows with {subject}, against the client's windows without",
    "between": "For clients with {subject} in every window, against clients of their worker with none",
    "worker": "For workers with {subject} in every window, against workers with none",
    "contextual": "Over and above the client's own windows, for clients with {subject} in every window, against none",
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
_CONFOUNDED = "if something that was not measured changes from window to window, brings {mode} and moves the rating as well"
_WRONG_IF = {
    "supported": f"This would be wrong {_CONFOUNDED}, without doing so for the exposures it was compared with.",
    "suggestive": f"This would be wrong {_CONFOUNDED}, or if chance brought it, as looking at many things will.",
    "opposite": f"This would be wrong {_CONFOUNDED}: a crisis can bring {{mode}} and lower the rating at once.",
    "practically zero": "This would be wrong if two opposite influences cancel each other, or if smaller effects matter.",
    "inconclusive": "More clients or ratings would narrow the interval; as it stands, it supports neither claim nor denial.",
    "fragile": "The claim could still be right if the failed check itself is wrong here, for instance for want of data.",
    "not specific to being there": "The claim could still be right if the other exposures work for reasons of their own.",
    "no direction can be claimed": "The claim could still be right, if something besides the ratings drives later {mode}.",
    "not estimable": "Nothing is said for or against the claim.",
}
