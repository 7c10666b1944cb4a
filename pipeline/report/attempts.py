"""What a check says, made from its record: no more than its state and its intervals allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.report.numbers import listed
from pipeline.results.attempt import Attempt
from pipeline.results.fit import Fit
from pipeline.vocabulary.checks import CHECKS, label
from pipeline.vocabulary.domain import MODES
from pipeline.vocabulary.results import reason_text

AGAIN = {
    "held": "the effect holds",
    "no_difference": "the interval includes zero, as it did before",
    "not_clear": "the interval includes zero",
    "broke": "the interval no longer excludes zero on the same side",
    "speaks_against": "the interval no longer excludes zero on the same side",
}
LEAD = {
    "held": "The exposure before a rating goes with it more than the exposure after it does.",
    "no_difference": "There is no effect whose direction could be told.",
}
AFTER = "The exposure after a rating, which cannot have brought it about, goes with it about as much."
NICKELL = " With few ratings a client the previous rating's own coefficient is biased downwards (Nickell 1981)."
NO_SLOPES = "The slopes of time do not differ between clients as far as can be seen, so nothing changes with them."
REVERSE = "After better ratings than usual there is {direction} of it: the alliance may bring the advocacy."
NO_REVERSE = "After better or worse ratings than usual there is no more or less of it, as far as can be seen."
CENTERED = " Centering within clients biases this number a little in short series (Nickell 1981); it does not decide."
LOG_ODDS = " The number is a log-odds for each point of the rating."
ONE_OUT = "Without the one worker who changes it most, the estimate is {estimate:.3g} instead of {whole:.3g}; {words}."
UNADJUSTED = "Without {names} in the model, on the same rows, the estimate is {without:.3g} instead of {whole:.3g}."


def label_of(attempt: Attempt, fit: Fit) -> str:
    """A check by its label; of a hazard, in log-odds."""
    return label(attempt.check) + (", in log-odds" if fit.kind == "hazard" else "")


def sentence(attempt: Attempt, fit: Fit) -> str:
    """What a check says, in one sentence or two."""
    if attempt.state == "not_applicable":
        return f"Not applicable: {_reason(attempt)}."
    if attempt.state == "not_computed":
        return f"Could not be computed: {_reason(attempt)}."
    return SAID.get(attempt.check, _again)(attempt, fit)


def _reason(attempt: Attempt) -> str:
    return reason_text(attempt.reason) if attempt.reason else "no reason is known"


def _again(attempt: Attempt, _: Fit) -> str:
    given = CHECKS[attempt.check].given if attempt.check in CHECKS else f"Under the check {attempt.check}"
    return f"{given}, {AGAIN[attempt.state]}."


def _lead(attempt: Attempt, _: Fit) -> str:
    return LEAD.get(attempt.state, AFTER)


def _lagged(attempt: Attempt, fit: Fit) -> str:
    return _again(attempt, fit) + NICKELL


def _time_slope(attempt: Attempt, fit: Fit) -> str:
    return NO_SLOPES if attempt.names.get("slopes") == "none" else _again(attempt, fit)


def _car1(attempt: Attempt, _: Fit) -> str:
    phi, unit = attempt.facts["phi"], attempt.names["unit"]
    return f"With residuals that correlate {phi:.2f} one {unit} apart, {AGAIN[attempt.state]}."


def _control(mode: str) -> Callable[[Attempt, Fit], str]:
    def said(attempt: Attempt, fit: Fit) -> str:
        control = attempt.beside.get("control")
        sign = 1.0 if fit.tested is None or fit.tested.estimate >= 0 else -1.0
        if attempt.state != "held":
            return f"The same is seen for {mode}, and the two cannot be told apart: not specific to being there."
        if control is not None and control.excludes_zero(sign):
            return f"The effect is larger than that of {mode}."
        return f"No effect of the same sign is seen for {mode}."

    return said


def _reverse(attempt: Attempt, _: Fit) -> str:
    more = attempt.estimate is not None and attempt.estimate.estimate > 0
    said = NO_REVERSE if attempt.state == "held" else REVERSE.format(direction="more" if more else "less")
    return said + (LOG_ODDS if attempt.check == "reverse_any" else CENTERED)


def _influence(attempt: Attempt, fit: Fit) -> str:
    estimate = attempt.estimate.estimate if attempt.estimate else float("nan")
    whole = fit.tested.estimate if fit.tested else float("nan")
    return ONE_OUT.format(estimate=estimate, whole=whole, words=AGAIN[attempt.state])


def _unadjusted(attempt: Attempt, fit: Fit) -> str:
    names = listed([f"`{name}`" for name in attempt.names.get("columns", "").split(",")])
    without = attempt.estimate.estimate if attempt.estimate else float("nan")
    return UNADJUSTED.format(names=names, without=without, whole=fit.tested.estimate if fit.tested else float("nan"))


SAID: Mapping[str, Callable[[Attempt, Fit], str]] = {
    "lead_placebo": _lead,
    "lagged_outcome": _lagged,
    "time_slope": _time_slope,
    "car1": _car1,
    "control_worker_solo": _control(MODES["worker_solo"]),
    "control_client_solo": _control(MODES["client_solo"]),
    "control_concrete": _control(MODES["concrete"]),
    "reverse": _reverse,
    "reverse_any": _reverse,
    "influence": _influence,
    "unadjusted": _unadjusted,
}
