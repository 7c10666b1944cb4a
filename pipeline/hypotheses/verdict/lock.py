"""The confirmatory lock: what was promised before outcomes were looked at, and what has changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from pydantic import JsonValue, ValidationError
from pydantic_core import to_jsonable_python

from pipeline.base.errors import Problem, StageError
from pipeline.base.params import Compute, Exposure, Hypothesis, Measures, VerdictRules, effective
from pipeline.base.section import Section
from pipeline.results.lock import Lock, LockFile, Promise, Reopened, Settings
from pipeline.results.verdict import Declared, LockState, Opened

FILE = "lock.json"
OPEN = LockFile(locked=None, history=(), declared=())
# The sections of params.yaml that shape every hypothesis.
RULES: Mapping[str, type[Section]] = {
    "exposure": Exposure,
    "measures": Measures,
    "verdict": VerdictRules,
    "compute": Compute,
}
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
NEWER = "`{path}` came with a later version of the pipeline than the lock, and stands at its default."


def promised(
    hypotheses: Mapping[str, Hypothesis],
    rules: Mapping[str, Section],
    instruments: Mapping[str, Section],
    data: Mapping[str, Section],
) -> Promise:
    """What a lock holds fast.

    Each confirmatory hypothesis whole; `rules` (the sections of RULES by name); of `instruments`, by id, those the
    hypotheses' outcomes are scored by; `data`: the sections of params.yaml that say where the data come from.
    """
    confirmatory = {name: value for name, value in hypotheses.items() if value.role == "confirmatory"}
    used = {value.outcome.instrument for value in confirmatory.values()}
    sections = {name: effective(section) for name, section in rules.items()}
    sections["measures"].pop(OWN_FILES, None)
    return Promise(
        hypotheses={name: effective(value) for name, value in confirmatory.items()},
        **sections,
        instruments={name: effective(instruments[name]) for name in sorted(used & set(instruments))},
        data={name: effective(section) for name, section in data.items()},
    )


def locked(
    promise: Promise,
    *,
    date: str,
    manifest: str | None,
    engine: str,
    outcomes_seen: bool,
    history: Sequence[Reopened] = (),
) -> Lock:
    """The record of a lock: the promise, under what circumstances it was given, what went before, and the hash of it all."""
    facts = Lock(
        date=date,
        manifest=manifest,
        engine=engine,
        outcomes_seen_before=outcomes_seen,
        history_sha256=_history_hash(history),
        promise=promise,
        sha256="",
    )
    return facts.model_copy(update={"sha256": _lock_hash(facts)})


def closed_with(record: LockFile, new: Lock) -> LockFile:
    """The lock file with a lock set; the history stays."""
    return record.model_copy(update={"locked": new})


def reopened_lock(record: LockFile, *, why: str, date: str) -> LockFile:
    """The lock file opened again, with the reason; what was locked stays in the history."""
    if record.locked is None:
        return record
    opened = Reopened(unlocked=date, why=why, was=record.locked)
    return record.model_copy(update={"locked": None, "history": (*record.history, opened)})


def with_deviation(record: LockFile, *, hypothesis: str, why: str, date: str) -> LockFile:
    """The lock file with a deviation declared: it is printed, and the hypothesis stays stamped exploratory."""
    return record.model_copy(update={"declared": (*record.declared, Declared(hypothesis=hypothesis, why=why, date=date))})


def fingerprint(value: object) -> str:
    """SHA-256 of canonical JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _lock_hash(lock: Lock) -> str:
    return fingerprint(lock.model_dump(mode="json", exclude={"sha256"}))


def _history_hash(history: Sequence[Reopened]) -> str:
    return fingerprint([one.model_dump(mode="json") for one in history])


def read_lock(record: object) -> LockFile:
    """The lock file as it was read; StageError where it is not of the form that `lock` writes."""
    try:
        return LockFile.model_validate_json(json.dumps(record))
    except ValidationError:
        problem = Problem(FILE, "not a lock file as `lock` writes it", f"get it back: git checkout {FILE}")
    raise StageError(problem)


def is_tampered(record: LockFile) -> bool:
    """Whether a lock, or the history before it, no longer has the hash it was closed with."""
    held = record.locked
    if held is None:
        return False
    return _lock_hash(held) != held.sha256 or _history_hash(record.history) != held.history_sha256


def locked_names(record: LockFile) -> tuple[str, ...]:
    """The hypotheses a closed lock holds: the family p-values are adjusted over, whatever has become of them since."""
    return tuple(record.locked.promise.hypotheses) if record.locked else ()


def deviations(record: LockFile, now: Promise, manifest: str | None = None) -> dict[str, list[str]]:
    """For each hypothesis that is confirmatory now, what differs from the lock, in words; nothing without a lock.

    A change of exposure, scoring, verdict rules or fitting is one of every hypothesis, and so is one of the data where the
    lock was closed on a manifest of them. Confirmatory hypotheses that are not in the lock, or were and are no longer
    declared, are named too.
    """
    held = record.locked
    if held is None:
        return {}
    then, (now, _) = held.promise, known_then(held.promise, now)
    shared = [line for name in SHARED for line in value_changes(name, getattr(then, name), getattr(now, name))]
    shared += _data(held, now, manifest)
    if is_tampered(record):
        shared.append(ALTERED)
    found: dict[str, list[str]] = {}
    for name, block in now.hypotheses.items():
        before = then.hypotheses.get(name)
        own = ["it was not in the lock"] if before is None else value_changes(name, before, block)
        if own or shared:
            found[name] = [*own, *shared]
    for name in sorted(set(then.hypotheses) - set(now.hypotheses)):
        found[name] = [GONE]
    return found


def known_then(then: Promise, now: Promise) -> tuple[Promise, tuple[str, ...]]:
    """What is promised now, less keys that the version of the lock did not know and that stand at their defaults; and these.

    Nobody changed them: they came with the pipeline. A key that the lock lacks and that is not at its default was changed.
    Those of hypotheses are named by the key alone, each once.
    """
    passed: dict[str, None] = {}
    kept = {
        name: _known(getattr(then, name), section, model, name, passed)
        for name, model in RULES.items()
        if (section := getattr(now, name)) is not None
    }
    hypotheses = {
        name: _known(then.hypotheses.get(name), block, Hypothesis, "hypotheses", passed)
        for name, block in now.hypotheses.items()
    }
    return now.model_copy(update={**kept, "hypotheses": hypotheses}), tuple(passed)


def _known(then: Settings | None, now: Settings, model: type[Section], path: str, passed: dict[str, None]) -> Settings:
    if then is None:
        return now
    kept: dict[str, JsonValue] = {}
    for key, value in now.items():
        field, before = model.model_fields.get(key), then.get(key)
        inner = _section_of(field.annotation) if field else None
        if isinstance(before, Mapping) and isinstance(value, Mapping) and inner is not None:
            kept[key] = dict(_known(before, value, inner, f"{path}.{key}", passed))
        elif key in then or field is None or field.is_required() or value != to_jsonable_python(field.get_default()):
            kept[key] = value
        else:
            passed[f"{path}.{key}"] = None
    return kept


def _section_of(annotation: object) -> type[Section] | None:
    """The section a key's value is, where it is one (or nothing)."""
    options = get_args(annotation) or (annotation,)
    return next((one for one in options if isinstance(one, type) and issubclass(one, Section)), None)


def _data(held: Lock, now: Promise, manifest: str | None) -> list[str]:
    """What stamps where the lock was closed with a manifest: other files, or files read in another way."""
    if held.manifest is None:
        return []
    paths = _paths(held.promise.data or {}, now.data or {})
    return [*([NEW_DATA] if manifest != held.manifest else []), *(REMAPPED.format(path=path) for path in paths)]


def lock_notes(record: LockFile, now: Promise) -> list[str]:
    """What a reader should know beside: a lock closed without a manifest, and what has changed about the data since."""
    held = record.locked
    if held is None:
        return []
    came = [NEWER.format(path=path) for path in known_then(held.promise, now)[1]]
    if held.manifest is not None:
        return came
    return [*came, NO_DATA_YET, *(LATER.format(path=path) for path in _paths(held.promise.data or {}, now.data or {}))]


def _paths(then: Mapping[str, Settings], now: Mapping[str, Settings]) -> list[str]:
    """Names of what differs two levels down: the values are headers and codes of a site, which no report may print."""
    found = []
    for section in sorted({*then, *now}):
        one, other = then.get(section) or {}, now.get(section) or {}
        found += [f"`{section}.{key}`" for key in sorted({*one, *other}) if one.get(key) != other.get(key)]
    return found


def value_changes(path: str, then: Settings | JsonValue, now: Settings | JsonValue) -> list[str]:
    """Differences of two plain values, each as `path: then -> now`."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        keys: Iterable[str] = sorted({*then, *now})
        return [line for key in keys for line in value_changes(f"{path}.{key}", then.get(key), now.get(key))]
    return (
        [] if then == now else [f"{path}: {json.dumps(then, ensure_ascii=False)} -> {json.dumps(now, ensure_ascii=False)}"]
    )


def state_of(record: LockFile, deviations: Mapping[str, Sequence[str]], notes: Sequence[str]) -> LockState:
    """What is told of the lock itself: whether it is closed, since when, on what, and how often it was opened."""
    held = record.locked
    told = {} if held is None else held.model_dump(include={"date", "sha256", "manifest", "engine", "outcomes_seen_before"})
    return LockState(
        locked=held is not None,
        **told,
        declared=record.declared,
        history=tuple(Opened(unlocked=one.unlocked, why=one.why) for one in record.history),
        deviations={name: tuple(lines) for name, lines in deviations.items()},
        notes=tuple(notes),
    )
