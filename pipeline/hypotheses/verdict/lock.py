"""The confirmatory lock: what was promised before outcomes were looked at, and what has changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.base.errors import Problem, StageError
from pipeline.base.params import Hypothesis, effective
from pipeline.base.section import Section
from pipeline.results.verdict import Declared, LockState, Opened

FILE = "lock.json"
OPEN: dict[str, Any] = {"locked": None, "history": [], "declared": []}
HELD = ("promise", "sha256", "date", "manifest", "engine", "outcomes_seen_before")
RULES = ("exposure", "measures", "verdict", "compute")  # sections of params.yaml that shape every hypothesis
SHARED = (*RULES, "instruments")
OWN_FILES = "instruments"  # in measures: files of definitions; what those in use say is held in their place
GONE = "it was locked as confirmatory and is so no longer"
ALTERED = "the lock itself was altered after it was closed"
NEW_DATA = "the manifest of the raw files is not the one the lock was closed with"
REMAPPED = "{path} was changed, and the lock was closed with the data at hand"
NO_DATA_YET = (
    "The lock was closed without a manifest of the raw files, so the data it was closed on cannot be told from others."
)
LATER = "{path} was changed after the lock."


def promised(
    hypotheses: Mapping[str, Hypothesis],
    rules: Mapping[str, Section],
    instruments: Mapping[str, Section],
    data: Mapping[str, Section],
) -> dict[str, Any]:
    """What a lock holds fast.

    Each confirmatory hypothesis whole; `rules` (the sections of RULES by name); of `instruments`, by id, those the
    hypotheses' outcomes are scored by; `data`: the sections of params.yaml that say where the data come from.
    """
    confirmatory = {name: effective(value) for name, value in hypotheses.items() if value.role == "confirmatory"}
    used = {block["outcome"]["instrument"] for block in confirmatory.values()}
    sections = {name: effective(section) for name, section in rules.items()}
    sections["measures"] = {key: value for key, value in sections["measures"].items() if key != OWN_FILES}
    return {
        "hypotheses": confirmatory,
        **sections,
        "instruments": {name: effective(instruments[name]) for name in sorted(used & set(instruments))},
        "data": {name: effective(section) for name, section in data.items()},
    }


def locked(
    promise: Mapping[str, Any],
    *,
    date: str,
    manifest: str | None,
    engine: str,
    outcomes_seen: bool,
    history: Sequence[Any] = (),
) -> dict[str, Any]:
    """The record of a lock: the promise, under what circumstances it was given, what went before, and the hash of it all."""
    facts: dict[str, Any] = {"date": date, "manifest": manifest, "engine": engine, "outcomes_seen_before": outcomes_seen}
    facts |= {"history_sha256": fingerprint(list(history)), "promise": dict(promise)}
    return {**facts, "sha256": fingerprint(facts)}


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


def readable(record: Any) -> dict[str, Any]:
    """The lock file as it was read; StageError where it is not of the form that `lock` writes."""
    sound = isinstance(record, dict) and set(OPEN) <= set(record)
    sound = sound and isinstance(record["history"], list) and isinstance(record["declared"], list)
    held = record["locked"] if sound else None
    sound = sound and (held is None or (isinstance(held, dict) and set(HELD) <= set(held) and _whole(held["promise"])))
    if not sound:
        raise StageError(Problem(FILE, "not a lock file as `lock` writes it", f"get it back: git checkout {FILE}"))
    return dict(record)


def _whole(promise: Any) -> bool:
    return isinstance(promise, dict) and isinstance(promise.get("hypotheses"), dict)


def tampered(record: Mapping[str, Any]) -> bool:
    """Whether a lock, or the history before it, no longer has the hash it was closed with."""
    held = record["locked"]
    if held is None:
        return False
    facts = {key: value for key, value in held.items() if key != "sha256"}
    return bool(fingerprint(facts) != held["sha256"] or fingerprint(record["history"]) != held.get("history_sha256"))


def names(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The hypotheses a closed lock holds: the family p-values are adjusted over, whatever has become of them since."""
    return tuple(record["locked"]["promise"]["hypotheses"]) if record["locked"] else ()


def deviations(record: Mapping[str, Any], now: Mapping[str, Any], manifest: str | None = None) -> dict[str, list[str]]:
    """For each hypothesis that is confirmatory now, what differs from the lock, in words; nothing without a lock.

    A change of exposure, scoring, verdict rules or fitting is one of every hypothesis, and so is one of the data where the
    lock was closed on a manifest of them. Confirmatory hypotheses that are not in the lock, or were and are no longer
    declared, are named too.
    """
    held = record["locked"]
    if held is None:
        return {}
    then = held["promise"]
    shared = [line for name in SHARED for line in changes(name, then.get(name), now[name])]
    shared += _data(held, now, manifest)
    if tampered(record):
        shared.append(ALTERED)
    found: dict[str, list[str]] = {}
    for name, block in now["hypotheses"].items():
        before = then["hypotheses"].get(name)
        own = ["it was not in the lock"] if before is None else changes(name, before, block)
        if own or shared:
            found[name] = [*own, *shared]
    for name in sorted(set(then["hypotheses"]) - set(now["hypotheses"])):
        found[name] = [GONE]
    return found


def _data(held: Mapping[str, Any], now: Mapping[str, Any], manifest: str | None) -> list[str]:
    """What stamps where the lock was closed with a manifest: other files, or files read in another way."""
    if held["manifest"] is None:
        return []
    paths = _paths(held["promise"].get("data", {}), now["data"])
    return [*([NEW_DATA] if manifest != held["manifest"] else []), *(REMAPPED.format(path=path) for path in paths)]


def notes(record: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What a reader should know beside: a lock closed without a manifest, and what has changed about the data since."""
    held = record["locked"]
    if held is None or held["manifest"] is not None:
        return []
    return [NO_DATA_YET, *(LATER.format(path=path) for path in _paths(held["promise"].get("data", {}), now["data"]))]


def _paths(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Names of what differs two levels down: the values are headers and codes of a site, which no report may print."""
    found = []
    for section in sorted({*then, *now}):
        one, other = then.get(section) or {}, now.get(section) or {}
        found += [f"`{section}.{key}`" for key in sorted({*one, *other}) if one.get(key) != other.get(key)]
    return found


def changes(path: str, then: Any, now: Any) -> list[str]:
    """Differences of two plain values, each as `path: then -> now`."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        keys: Iterable[str] = sorted({*then, *now})
        return [line for key in keys for line in changes(f"{path}.{key}", then.get(key), now.get(key))]
    return [] if then == now else [f"{path}: {_shown(then)} -> {_shown(now)}"]


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def state_of(record: Mapping[str, Any], deviations: Mapping[str, Sequence[str]], notes: Sequence[str]) -> LockState:
    """What is told of the lock itself: whether it is closed, since when, on what, and how often it was opened."""
    held = record["locked"] or {}
    told = {key: held.get(key) for key in ("date", "sha256", "manifest", "engine", "outcomes_seen_before")}
    return LockState(
        locked=bool(held),
        **told,
        declared=tuple(Declared(**{key: str(entry[key]) for key in Declared.model_fields}) for entry in record["declared"]),
        history=tuple(Opened(unlocked=str(entry["unlocked"]), why=str(entry["why"])) for entry in record["history"]),
        deviations={name: tuple(lines) for name, lines in deviations.items()},
        notes=tuple(notes),
    )
