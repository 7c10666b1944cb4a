"""Summary: one line a hypothesis, for a terminal."""

from __future__ import annotations

from pipeline.results.verdict import Judged, LockState, Verdicts
from pipeline.vocabulary.results import RULES, reason_text


def summary(verdicts: Verdicts, simulated: bool) -> str:
    """The verdict lines of a study: verdict, name, estimate with interval in within-client SDs, deciding rule."""
    ordered = sorted(verdicts.hypotheses.values(), key=lambda one: (one.role != "confirmatory", one.name))
    width = max((len(one.verdict) for one in ordered), default=0)
    lines = [f"{one.verdict:<{width}}  {one.name}: {numbers(one)}" for one in ordered]
    head = ["Simulated data: nothing here is about real clients."] if simulated else []
    return "\n".join([*head, *lines, *_lock(verdicts.lock)]) + "\n"


def numbers(judged: Judged) -> str:
    """Estimate, interval and adjusted p in one phrase, or the reason for none."""
    if judged.tested is None or judged.p_adjusted is None:
        return reason_text(judged.reason, exact=True) if judged.reason else "no estimate"
    scaled = judged.tested.standardized
    interval = f"{scaled.conf_low:+.2f} to {scaled.conf_high:+.2f}"
    return f"{scaled.estimate:+.2f} SD ({interval}), {_p(judged.p_adjusted)}; {RULES[judged.rule]}"


def unresolved(verdicts: Verdicts) -> list[str]:
    """A warning for each hypothesis without a number, and for each check that met a defect; none where all went well."""
    said = []
    for one in verdicts.hypotheses.values():
        if one.reason is not None:
            said.append(f"hypothesis {one.name}: {one.verdict} ({reason_text(one.reason)})")
        for attempt in one.attempts:
            if attempt.reason is not None and attempt.reason.code == "defect":
                said.append(f"hypothesis {one.name}, check {attempt.check}: {reason_text(attempt.reason)}")
    return said


def _p(value: float) -> str:
    return "adjusted p < .001" if value < 0.001 else f"adjusted p = {value:.3f}".replace("0.", ".", 1)


def _lock(lock: LockState) -> list[str]:
    if not lock.locked:
        return ["The confirmatory hypotheses are not locked (python -m pipeline lock)."]
    seen = " Outcomes may have been seen before." if lock.outcomes_seen_before else ""
    if lock.deviations:
        return [f"Locked on {lock.date}; {len(lock.deviations)} confirmatory hypotheses have changed since.{seen}"]
    return [f"Locked on {lock.date}, unchanged since.{seen}"]
