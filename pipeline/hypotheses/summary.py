"""Summary: one line a hypothesis, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NONE = "no estimate"


def summary(verdicts: Mapping[str, Any], simulated: bool) -> str:
    """The verdict lines of verdicts.json: verdict, name, estimate with interval in within-client SDs, deciding rule."""
    entries = verdicts["hypotheses"].values()
    ordered = sorted(entries, key=lambda entry: (entry["role"] != "confirmatory", entry["name"]))
    width = max((len(entry["verdict"]) for entry in ordered), default=0)
    lines = [f"{entry['verdict']:<{width}}  {entry['name']}: {numbers(entry)}" for entry in ordered]
    head = ["Simulated data: nothing here is about real clients."] if simulated else []
    return "\n".join([*head, *lines, *_lock(verdicts.get("lock"))]) + "\n"


def numbers(entry: Mapping[str, Any]) -> str:
    """Estimate, interval and adjusted p in one phrase, or the reason for none."""
    if entry["fit"] is None:
        return "; ".join(entry["reasons"]) or NONE
    scaled = entry["fit"]["standardized"]
    interval = f"{scaled['conf_low']:+.2f} to {scaled['conf_high']:+.2f}"
    return f"{scaled['estimate']:+.2f} SD ({interval}), {_p(entry['p_adjusted'])}; {entry['rule']}"


def _p(value: float) -> str:
    return "adjusted p < .001" if value < 0.001 else f"adjusted p = {value:.3f}".replace("0.", ".", 1)


def _lock(lock: Mapping[str, Any] | None) -> list[str]:
    if lock is None or not lock["locked"]:
        return ["The confirmatory hypotheses are not locked (python -m pipeline lock)."]
    seen = " Outcomes may have been seen before." if lock.get("outcomes_seen_before") else ""
    if lock["deviations"]:
        return [f"Locked on {lock['date']}; {len(lock['deviations'])} confirmatory hypotheses have changed since.{seen}"]
    return [f"Locked on {lock['date']}, unchanged since.{seen}"]
