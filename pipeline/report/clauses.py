"""What a claim is about, in clauses: exposure, outcome, difference, and the model that looks at them."""

from __future__ import annotations

from pipeline.base.params import Hypothesis
from pipeline.report import words
from pipeline.report.blocks import Strong
from pipeline.report.claims import Claim, Effect, Number
from pipeline.report.numbers import listed, magnitude
from pipeline.vocabulary.outcomes import event_of


def condition_clause(spec: Hypothesis) -> str:
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
    return f"{later}{lower_first(text.removeprefix('After '))}" if later and text.startswith("After ") else text


def outcome_clause(spec: Hypothesis) -> str:
    """What was rated."""
    named = words.score(spec.outcome.score)
    if spec.contrast and spec.contrast.outcome_minus:
        named += f" against {words.score(spec.contrast.outcome_minus)}"
    return named


def event_clause(spec: Hypothesis) -> str:
    """What happens or does not, where the outcome is no rating; empty where it is one."""
    found = event_of(spec.outcome.kind)
    return found.doing if found else ""


def difference_clause(spec: Hypothesis, effect: Effect) -> tuple[str, ...]:
    """The effect as a clause: what was rated how much higher or lower; the number is set bold."""
    own = effect.own
    points = f"{magnitude(own.estimate)} points"
    way = _way(own, "higher", "lower")
    if event_of(spec.outcome.kind) and effect.odds is not None:
        beside = f" than after {words.mode(spec.contrast.minus)}" if spec.contrast and spec.contrast.minus else ""
        return (f"the odds of {event_clause(spec)} were ", Strong(f"{effect.odds.estimate} times as high"), beside)
    if spec.mediator:
        through = words.session_column(spec.mediator.column)
        return (f"the part of the difference that runs through {through} was ", Strong(f"{own.estimate} points"))
    if spec.moderator:
        size = Strong(f"{magnitude(own.estimate)} points {_way(own, 'larger', 'smaller')}")
        return ("the difference in ratings was ", size, f" {_moderated(spec, effect)}")
    if spec.outcome.kind == "dyad_gap":
        apart = _way(own, "further apart", "closer together")
        return (f"client's and worker's ratings of {outcome_clause(spec)} lay ", Strong(f"{points} {apart}"))
    if spec.contrast and spec.contrast.outcome_minus:
        one, other = words.score(spec.outcome.score), words.score(spec.contrast.outcome_minus)
        return (f"{one} was rated ", Strong(f"{points} {way}"), f", relative to {other}")
    if spec.contrast and spec.contrast.minus:
        other = words.mode(spec.contrast.minus)
        return (f"{outcome_clause(spec)} was rated ", Strong(f"{points} {way}"), f" than for {other}")
    return (f"{outcome_clause(spec)} was rated ", Strong(f"{points} {way}"))


def _way(own: Number, up: str, down: str) -> str:
    """The side a number lies on; both of them where it is shown as zero."""
    return (up if own.positive else down) if own.estimate.value else f"{up} or {down}"


def own_claim(claim: Claim) -> bool:
    """Whether the number is a difference in ratings as such: no difference of differences, no product of paths."""
    return not (claim.spec.moderator or claim.spec.mediator or event_of(claim.spec.outcome.kind))


def model_sentence(spec: Hypothesis) -> str:
    """The model in words: outcome, exposure part, what is adjusted for, what may differ from client to client."""
    others = "time" + "".join(f", {words.phrase(name)}" for name in spec.covariates)
    subject = words.exposure(spec.exposure)
    minus = spec.contrast.minus if spec.contrast else None
    subject += f" and {words.mode(minus)}" if minus else ""
    if event_of(spec.outcome.kind):
        on = f"{subject} in the window, {others}"
        return f"A discrete-time hazard model of {event_clause(spec)} on {on}; errors clustered by worker."
    split = "split into its parts within clients, between clients and between workers"
    scale = words.instrument(spec.outcome.instrument)
    rated = f"{outcome_clause(spec)} ({scale}), rated by {words.rater(spec.outcome.rater)}"
    if spec.outcome.kind == "dyad_gap":
        rated = f"the distance between client's and worker's ratings of {outcome_clause(spec)} ({scale})"
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


def _moderated(spec: Hypothesis, effect: Effect) -> str:
    if effect.level is None:
        return f"for each further {words.one_more(str(spec.moderator))}"
    return words.against_others(str(spec.moderator), spec.moderator_level or effect.level)


def lower_first(text: str) -> str:
    """A clause to go on with: its first letter small, unless it is an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


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
