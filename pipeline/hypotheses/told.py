"""Told: the tested number of a claim for a terminal, in the digits the report gives it, by the same gate.

What a terminal prints is pasted into mails and drafts: with digits of its own it would contradict the page, and leave past
the gate. Inside the team (`privacy.release: internal`) both show all that the standard error asks for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.base.params import Params
from pipeline.disclosure.census import Census
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.models import model_refusal
from pipeline.disclosure.rules import rules_of
from pipeline.disclosure.shown import Shown
from pipeline.results.backing import Backing
from pipeline.results.fit import Tested
from pipeline.results.verdict import Judged
from pipeline.vocabulary.outcomes import event_of

AS_RELEASED = (
    "Numbers as in the report: digits are cut so that nobody can be told (privacy.release: internal shows all of them)."
)


@dataclass(frozen=True)
class Told:
    """A tested number in a terminal: the estimate with its interval, and the adjusted p; `why` there is none.

    `effect`: as the report's forest has it, in within-client SDs; `card`: as its card has it, in points. Odds in both.
    """

    effect: str = ""
    card: str = ""
    p: str = ""
    why: str = ""


def terminal_gate(params: Params, workers: int | None) -> Gate:
    """The report's gate without its counts; `workers`: how many the study has, None where that is not known."""
    return Gate(rules_of(params), Census(workers))


def told(judged: Judged, gate: Gate, odds: bool = False) -> Told:
    """What a report says of the number that was judged; `odds`: of something that happens or does not."""
    tested = judged.tested
    if tested is None or judged.p_adjusted is None:
        return Told()
    if not judged.models:
        return Told(why="noted by an earlier version of this package: run it again")
    if refused := model_refusal(judged.models, gate):
        return Told(why=f"withheld: {refused}")
    behind = people_behind(judged)
    p = f"adjusted p {gate.p_value(judged.p_adjusted, behind).text}"
    own = _interval(tested, behind, gate, math.exp if odds else float)
    if any(one.value is None for one in own):
        return Told(why="withheld: too few people are behind it")
    estimate, low, high = (plain(one.text) for one in own)
    if odds:
        return Told(said := card(estimate, low, high, odds), said, p)
    sd = tested.standardized.outcome_sd_within
    scaled = [signed(plain(one.text)) for one in _interval(tested, behind, gate, lambda value: value / sd)]
    return Told(f"{scaled[0]} SD [{scaled[1]}, {scaled[2]}]", card(estimate, low, high, odds), p)


def card(estimate: str, low: str, high: str, odds: bool) -> str:
    """The number of a card: an odds ratio, or points of the scale."""
    if odds:
        return f"odds {estimate} [{low}, {high}]"
    return f"{signed(estimate)} points [{signed(low)}, {signed(high)}]"


def all_told(verdicts: Mapping[str, Judged], params: Params, gate: Gate) -> dict[str, Told]:
    """Every hypothesis that was judged, by name."""
    events = {name for name, one in params.hypotheses.items() if event_of(one.outcome.kind)}
    return {name: told(one, gate, name in events) for name, one in verdicts.items()}


def people_behind(judged: Judged) -> Backing:
    """The clients and workers all models of a claim have."""
    return Backing(min(one.clients for one in judged.models), min(one.workers for one in judged.models))


def _interval(tested: Tested, behind: Backing, gate: Gate, scale: Callable[[float], float]) -> tuple[Shown, ...]:
    own = behind if tested.clients is None else tested.behind
    return gate.interval(tested.estimate, (tested.conf_low, tested.conf_high), tested.std_error, own, "", scale)


def plain(text: str) -> str:
    """A number with a hyphen for its minus, which every terminal can print."""
    return text.replace("−", "-")


def signed(text: str) -> str:
    """A number with its sign, zero with a blank in its place: so numbers stand below each other."""
    return text if text.startswith("-") else f"+{text}" if text.strip("0.,") else f" {text}"
