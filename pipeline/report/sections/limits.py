"""Limitations, each from a fact of this study, and what differs from the lock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.base.params import Params
from pipeline.disclosure.gate import Gate
from pipeline.report import words
from pipeline.report.findings import Finding
from pipeline.report.numbers import listed
from pipeline.results.description import Description
from pipeline.results.reliability import Reliability

Row = Mapping[str, Any]
FEW_WORKERS = 20
LOW_RELIABILITY = 0.70
OFTEN_AT_THE_TOP = 0.15  # McHorney & Tarlov (1995): more than 15% at an end is a floor or ceiling effect


def limitations(
    params: Params, description: Description, reliability: Reliability, found: list[Finding], gate: Gate
) -> tuple[str, ...]:
    """One sentence a limitation that this study really has."""
    said = [_simulated(params), _observational(description, found), _few_workers(description), _one_rater(params)]
    said += [_unreliable(reliability), _ceiling(reliability), _left_out(description), _no_days(description)]
    said += [_wide(found), _unlocked(found)]
    return tuple(gate.prose(text, "limitations") for text in said if text)


def deviations(lock: Row | None) -> tuple[str, ...]:
    """Whether the confirmatory hypotheses were locked beforehand, and every difference since."""
    if not lock or not lock.get("locked"):
        return ("The confirmatory hypotheses were not locked before outcomes were looked at, or no lock was recorded.",)
    said = [f"The confirmatory hypotheses were locked on {lock['date']} (SHA-256 {str(lock['sha256'])[:16]}…)."]
    if lock.get("outcomes_seen_before"):
        said.append("Outcomes had been looked at before the lock.")
    for name, texts in (lock.get("deviations") or {}).items():
        said += [f"{words.title(str(name))}: {text}" for text in (texts if isinstance(texts, list) else [texts])]
    said += [str(text) for text in lock.get("notes") or []]
    said += [f"Declared: {_declared(entry)}" for entry in lock.get("declared") or []]
    said += [f"Unlocked on {entry['unlocked']}: {entry['why']}" for entry in lock.get("history") or []]
    return tuple(said) if len(said) > 1 else (*said, "Nothing has been changed since.")


def _declared(entry: Any) -> str:
    if isinstance(entry, Mapping):
        return "; ".join(str(value) for _, value in sorted(entry.items()))
    return str(entry)


def _observational(description: Description, found: list[Finding]) -> str:
    if not description.advocacy_log or not any(one.estimated for one in found):
        return ""
    return (
        "Advocacy was not assigned at random: what brings it, a crisis for instance, may also move the alliance. The checks "
        "narrow this down; the contrast with advocacy without the client does so only if both are brought on alike."
    )


def _simulated(params: Params) -> str:
    if _is_simulated(params):
        return "The data are simulated: they show how the method behaves, not how clients do."
    return "The records were made for practice, not for research: what stands in them depends on who wrote them and why."


def _is_simulated(params: Params) -> bool:
    return params.study.origin == "simulated"


def _few_workers(description: Description) -> str:
    if description.workers.workers >= FEW_WORKERS:
        return ""
    return f"There are fewer than {FEW_WORKERS} workers, so little can be said about differences between workers."


def _one_rater(params: Params) -> str:
    raters = {spec.outcome.rater for spec in params.hypotheses.values()}
    if len(raters) != 1:
        return ""
    return f"The alliance is seen by {words.rater(next(iter(raters)))} only; how others see it is not tested."


def _unreliable(reliability: Reliability) -> str:
    rows = [row for row in reliability.instruments if row.alpha is not None and row.alpha < LOW_RELIABILITY]
    names = [f"{words.instrument(row.instrument)} {row.score}" for row in rows]
    return f"Alpha is below {LOW_RELIABILITY:.2f} for {listed(names)}." if names else ""


def _ceiling(reliability: Reliability) -> str:
    rows = [row for row in reliability.floor_ceiling if (row.ceiling or 0) > OFTEN_AT_THE_TOP]
    names = [f"{words.instrument(row.instrument)} {row.score}" for row in rows]
    return f"More than {OFTEN_AT_THE_TOP:.0%} of ratings are at the highest score of {listed(names)}." if names else ""


def _left_out(description: Description) -> str:
    same_day = [row for row in description.left_out if row.reason == "same_day_order_unknown" and row.episodes]
    if not same_day:
        return ""
    return "Episodes on the day of a rating whose order was not recorded count for neither window."


def _no_days(description: Description) -> str:
    return "" if description.has_days else "The study has no days: sessions are in order, but how far apart is not known."


def _wide(found: list[Finding]) -> str:
    names = [words.title(one.name) for one in found if one.verdict == "inconclusive"]
    return f"Too little is known to decide on: {listed(names)}." if names else ""


def _unlocked(found: list[Finding]) -> str:
    stamped = [words.title(one.name) for one in found if one.role != one.spec.role]
    return f"Declared confirmatory but changed after the lock, and so exploratory: {listed(stamped)}." if stamped else ""
