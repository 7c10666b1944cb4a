"""A hypothesis' result as the report may tell it: verdict, effect and attempts, every number through the gate."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.base.claim_numbers import numbered
from pipeline.base.options import Role, Verdict
from pipeline.base.params import Hypothesis, Params
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.models import model_refusal
from pipeline.disclosure.shown import Shown
from pipeline.disclosure.steps import setting_shown
from pipeline.report.attempts import Tried, ordered_attempts
from pipeline.report.numbers import p_cell
from pipeline.results.attempt import State
from pipeline.results.backing import Backing
from pipeline.results.estimate import Estimate
from pipeline.results.fit import Ceiling, Fit, Tested
from pipeline.results.verdict import Judged, Verdicts
from pipeline.vocabulary.outcomes import event_of
from pipeline.vocabulary.results import reason_text

NONE = Shown("–")
HIDDEN = ("may_be_hidden", "none_predicted_may_be_hidden")  # rules of a small number that something may hide more behind


@dataclass(frozen=True)
class Number:
    """An estimate with standard error, df, 95% and 90% interval and p, cleared; `p` as a table has it."""

    estimate: Shown
    std_error: Shown
    df: Shown
    p: Shown
    low: Shown
    high: Shown
    low_90: Shown = NONE
    high_90: Shown = NONE
    rounded_onto_null: bool = False  # an end shown at "no difference", though before rounding the interval keeps clear of it
    span: tuple[Shown, Shown] | None = (
        None  # what is all shown as no difference, where this is, as digits are cut to less than its error
    )

    @property
    def shown(self) -> bool:
        """Whether the number and its interval may be shown."""
        return None not in (self.estimate.value, self.low.value, self.high.value)

    @property
    def interval(self) -> str:
        """The 95% interval as APA writes it; empty where it is not shown."""
        return f"[{self.low}, {self.high}]" if self.low.value is not None else ""

    @property
    def spoken(self) -> str:
        """The 95% interval in prose."""
        return f"95% interval {self.low} to {self.high}"

    @property
    def positive(self) -> bool:
        """Whether it lies above zero."""
        return float(self.estimate.value or 0.0) >= 0

    def excludes(self, null: float = 0.0) -> bool:
        """Whether the interval as shown excludes this value."""
        return self.low.value is not None and self.high.value is not None and not self.low.value <= null <= self.high.value


@dataclass(frozen=True)
class Effect:
    """The tested effect: in points of its scale (log-odds for hazards), in within-client SDs, and as odds ratio."""

    own: Number
    scaled: Number
    odds: Number | None
    p_adjusted: Shown
    within_sd: Shown
    least: Shown  # the smallest effect that matters, in points
    least_odds: tuple[Shown, Shown] | None
    level: str | None


@dataclass(frozen=True)
class Claim:
    """One hypothesis, what was found, by which rule it is called so, and what tried to break it."""

    name: str
    short: str
    text: str  # as the authors put it, or not at all
    spec: Hypothesis
    role: Role
    verdict: Verdict
    rule: str
    decided_by: tuple[str, ...]
    reason: str
    correction: str
    ceiling: Ceiling | None
    behind: Backing
    effect: Effect | None
    refused: str | None
    attempts: tuple[Tried, ...]

    @property
    def anchor(self) -> str:
        """Where the claim stands on the page."""
        return f"claim-{self.name.replace('_', '-')}"

    @property
    def deciding(self) -> tuple[Tried, ...]:
        """The attempts its verdict hangs on, without those that do not apply or found nothing that could be broken."""
        idle = ("not_applicable", "no_difference")
        return tuple(one for one in self.attempts if one.decides and one.state not in idle)

    @property
    def nothing(self) -> bool:
        """Whether the verdict rests on there being nothing that matters, also where just that was predicted."""
        as_predicted = self.spec.predicted == "none" and self.verdict in ("supported", "suggestive")
        return self.verdict == "practically zero" or as_predicted

    @property
    def finding(self) -> bool:
        """Whether something was found, as predicted, and nothing broke it."""
        return self.verdict in ("supported", "suggestive") and not self.nothing

    @property
    def compared(self) -> bool:
        """Whether other exposures were set beside it."""
        beside = any(one.group == "specificity" and one.state != "not_applicable" for one in self.attempts)
        return beside or bool(self.spec.contrast and self.spec.contrast.minus)


def claims_of(params: Params, fits: Mapping[str, Fit], verdicts: Verdicts, gate: Gate) -> tuple[Claim, ...]:
    """Every declared hypothesis, those declared confirmatory first, each with its short name: C1, C2 ..., E1, E2 ..."""
    names = numbered({name: one.role for name, one in params.hypotheses.items()})
    return tuple(
        claim_of(short, params.hypotheses[name], fits[name], verdicts.hypotheses[name], gate)
        for short, name in names.items()
    )


def claim_of(short: str, spec: Hypothesis, fit: Fit, judged: Judged, gate: Gate) -> Claim:
    """Gather one hypothesis' result; its effect is left out where there is none or where the gate refuses a model."""
    refused = model_refusal(fit.models, gate)
    if refused:
        gate.held_back[f"hypothesis {judged.name}", "model rule"] += 1
    behind = people_behind(fit)
    effect = _effect(fit.tested, spec, judged, behind, gate) if fit.tested is not None and refused is None else None
    if effect is not None and not (effect.odds or effect.own).shown:
        effect, refused = None, "too few people are behind it"
    reason = judged.reason or fit.reason
    return Claim(
        name=judged.name,
        short=short,
        text=gate.text(spec.claim, f"hypothesis {judged.name}"),
        spec=spec,
        role=judged.role,
        verdict=judged.verdict,
        rule=judged.rule,
        decided_by=judged.decided_by,
        reason=reason_text(reason, exact=gate.rules.exact) if reason else "",
        correction=judged.correction,
        ceiling=judged.ceiling,
        behind=behind,
        effect=effect,
        refused=refused,
        attempts=ordered_attempts(judged.attempts, _sign(fit), behind, gate, _clear(judged), _null(judged))
        if effect
        else (),
    )


def _null(judged: Judged) -> State | None:
    """The state of attempts at a number where the verdict is that there is none, or that it is not clear."""
    as_predicted = judged.predicted == "none" and judged.verdict in ("supported", "suggestive")
    if judged.verdict == "practically zero" or as_predicted:
        return "no_difference"
    return "not_clear" if judged.verdict == "inconclusive" and not judged.decided_by else None


def _clear(judged: Judged) -> bool:
    """Whether the verdict says that something is there, clear of chance: what an attempt could then break."""
    if judged.verdict == "inconclusive":
        return bool(judged.decided_by) and judged.rule not in HIDDEN
    return _null(judged) is None


def people_behind(fit: Fit) -> Backing:
    """The clients and workers of a hypothesis' model; those of its last step where there is none."""
    if fit.models:
        return Backing(min(one.clients for one in fit.models), min(one.workers for one in fit.models))
    return Backing(fit.counts[-1].clients, fit.counts[-1].workers) if fit.counts else Backing(0, 0)


def _sign(fit: Fit) -> float:
    return 1.0 if fit.tested is None or fit.tested.estimate >= 0 else -1.0


def number_of(
    one: Estimate, behind: Backing, gate: Gate, where: str, scale: Callable[[float], float] = float, level: float = 0.90
) -> Number:
    """An estimate as cleared; `scale` shows it on another scale, its ends made from the estimate as shown."""
    own = behind if one.clients is None else one.behind
    inner = one.interval(level)
    ends = (one.conf_low, one.conf_high, *inner)
    estimate, low, high, low_inner, high_inner = gate.interval(one.estimate, ends, one.std_error, own, where, scale)
    is_clear = one.conf_low > 0 or one.conf_high < 0
    return Number(
        estimate=estimate,
        std_error=gate.std_error(one.std_error, own, where),
        df=gate.df(one.df, own, where) if one.df is not None else NONE,
        p=p_cell(gate.p_value(one.p_value, own, where)),
        low=low,
        high=high,
        low_90=low_inner,
        high_90=high_inner,
        rounded_onto_null=is_clear and scale(0.0) in (low.value, high.value),
        span=gate.span(one.estimate, one.std_error, own, scale) if estimate.value is not None else None,
    )


def _effect(tested: Tested, spec: Hypothesis, judged: Judged, behind: Backing, gate: Gate) -> Effect:
    where = f"hypothesis {judged.name}"
    sd = tested.standardized.outcome_sd_within
    odds = number_of(tested, behind, gate, where, math.exp) if event_of(spec.outcome.kind) else None
    least = spec.smallest_effect * sd
    bounds = (setting_shown(math.exp(-least), 2), setting_shown(math.exp(least), 2)) if odds else None
    return Effect(
        own=number_of(tested, behind, gate, where),
        scaled=number_of(tested, behind, gate, where, lambda value: value / sd),
        odds=odds,
        p_adjusted=p_cell(gate.p_value(judged.p_adjusted, behind, where)),
        within_sd=gate.spread(sd, behind, where, digits=3),
        least=gate.statistic(least, tested.std_error, behind, where) if not odds else setting_shown(least, 2),
        least_odds=bounds,
        level=tested.level,
    )
