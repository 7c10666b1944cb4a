"""The confirmatory lock: what was promised before outcomes were looked at, and what has changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.params import Exposure, Hypothesis, Measures, VerdictRules, effective

OPEN: dict[str, Any] = {"locked": None, "history": [], "declared": []}
SHARED = ("exposure", "measures", "verdict")


def promised(
    hypotheses: Mapping[str, Hypothesis], exposure: Exposure, measures: Measures, verdict: VerdictRules
) -> dict[str, Any]:
    """What a lock holds fast: each confirmatory hypothesis whole, how exposure and scores are made, the verdict rules."""
    confirmatory = {name: effective(value) for name, value in hypotheses.items() if value.role == "confirmatory"}
    shared = {"exposure": exposure, "measures": measures, "verdict": verdict}
    return {"hypotheses": confirmatory, **{name: effective(section) for name, section in shared.items()}}


def locked(
    promise: Mapping[str, Any], *, date: str, manifest: str | None, engine: str, outcomes_seen: bool
) -> dict[str, Any]:
    """The record of a lock: the promise, its hash, and under what circumstances it was given."""
    facts = {"date": date, "manifest": manifest, "engine": engine, "outcomes_seen_before": outcomes_seen}
    return {**facts, "promise": dict(promise), "sha256": fingerprint({"promise": promise, **facts})}


def close(record: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The lock file with a lock set; the history stays."""
    return {**record, "locked": dict(new)}


def reopen(record: Mapping[str, Any], *, why: str, date: str) -> dict[str, Any]:
    """The lock file opened again, with the reason; what was locked stays in the history."""
    return {
        **record,
        "locked": None,
        "history": [*record["history"], {"unlocked": date, "why": why, "was": record["locked"]}],
    }


def declare(record: Mapping[str, Any], *, hypothesis: str, why: str, date: str) -> dict[str, Any]:
    """The lock file with a deviation declared: it is printed, and the hypothesis stays stamped exploratory."""
    return {**record, "declared": [*record["declared"], {"hypothesis": hypothesis, "why": why, "date": date}]}


def fingerprint(value: Any) -> str:
    """SHA-256 of canonical JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def tampered(record: Mapping[str, Any]) -> bool:
    """Whether a lock no longer has the hash it was closed with."""
    held = record["locked"]
    if held is None:
        return False
    return bool(fingerprint({key: value for key, value in held.items() if key != "sha256"}) != held["sha256"])


def deviations(record: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, list[str]]:
    """For each hypothesis that is confirmatory now, what differs from the lock, in words; nothing without a lock.

    A change of exposure or measures is one of every hypothesis. Confirmatory hypotheses that are not in the lock, or were
    and are no longer declared, are named too.
    """
    held = record["locked"]
    if held is None:
        return {}
    then = held["promise"]
    shared = [line for name in SHARED for line in changes(name, then[name], now[name])]
    if tampered(record):
        shared.append("the lock itself was altered after it was closed")
    found: dict[str, list[str]] = {}
    for name, block in now["hypotheses"].items():
        before = then["hypotheses"].get(name)
        own = ["it was not in the lock"] if before is None else changes(name, before, block)
        if own or shared:
            found[name] = [*own, *shared]
    for name in sorted(set(then["hypotheses"]) - set(now["hypotheses"])):
        found[name] = ["it was locked as confirmatory and is so no longer"]
    return found


def changes(path: str, then: Any, now: Any) -> list[str]:
    """Differences of two plain values, each as `path: then -> now`."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        names: Sequence[str] = sorted({*then, *now})
        return [line for name in names for line in changes(f"{path}.{name}", then.get(name), now.get(name))]
    return [] if then == now else [f"{path}: {_shown(then)} -> {_shown(now)}"]


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
