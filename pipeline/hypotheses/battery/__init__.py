"""The falsification battery: one small file a check, all of them listed here.

To add a check, write a module with a `Check` beside these, list it in `BATTERY`, name it in `options.Check`, and, where it
shall decide, in one of the lists of `verdict:` in params.yaml.
"""

from __future__ import annotations

from typing import Any

from pipeline.base.errors import ModelError
from pipeline.hypotheses.battery import (
    car1,
    controls,
    detrended,
    influence,
    lagged,
    lead,
    nearer,
    quadratic,
    reverse,
    time_slope,
    unadjusted,
)
from pipeline.hypotheses.battery.base import Check, Setting
from pipeline.hypotheses.sample import NotEstimable

BATTERY: tuple[Check, ...] = (
    lead.CHECK,
    nearer.CHECK,
    lagged.CHECK,
    detrended.CHECK,
    time_slope.CHECK,
    car1.CHECK,
    quadratic.CHECK,
    unadjusted.CHECK,
    controls.WORKER_SOLO,
    controls.CLIENT_SOLO,
    controls.CONCRETE,
    reverse.COUNT_CHECK,
    reverse.ANY_CHECK,
    influence.LEAVE_ONE_OUT,
    influence.CLUSTER_ROBUST,
)


def run(setting: Setting) -> list[dict[str, Any]]:
    """Every check in order, as rows of the result; one that cannot be fitted says why and has neither passed nor failed."""
    return [row(check, setting) for check in BATTERY]


def row(check: Check, setting: Setting) -> dict[str, Any]:
    """One check's row: applies, passed, its estimate and sentence, or the reason for none."""
    reason = check.not_applicable(setting)
    blank = dict.fromkeys(("estimate", "std_error", "df", "p_value", "conf_low", "conf_high"))
    head: dict[str, Any] = {"check": check.name, "label": check.label}
    if reason is not None:
        return {
            **head,
            **blank,
            "applies": False,
            "passed": None,
            "sentence": f"Not applicable: {reason}.",
            "reason": reason,
        }
    try:
        found = check.run(setting)
    except (ModelError, NotEstimable) as error:
        said = words(error)
        return {
            **head,
            **blank,
            "applies": True,
            "passed": None,
            "sentence": f"Could not be fitted: {said}.",
            "reason": said,
        }
    numbers = {name: getattr(found.estimate, name) for name in blank}
    details = {"details": dict(found.details)} if found.details else {}
    return {
        **head,
        **numbers,
        **details,
        "applies": True,
        "passed": found.passed,
        "sentence": found.sentence,
        "reason": None,
    }


def words(error: Exception) -> str:
    """Why something could not be fitted, in one line of names and counts."""
    if isinstance(error, ModelError):
        return "; ".join(f"{problem.where}: {problem.what}" for problem in error.problems)
    return str(error)
