"""What was released before, told without naming anybody, and whether a further release would tell of the few who differ.

Two reports over nearly the same clients can be subtracted from each other. No rounding helps against that, so the second is
not released. The record stays with the data: every release in it has a key of its own, and of each client only keyed hashes
(HMAC-SHA-256): of the pseudonym, of all that the tables say of the client with every pseudonym left out, and of the workers.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from pipeline.base.errors import Problem
from pipeline.base.options import Origin
from pipeline.disclosure.rules import Rules

Content = tuple[str, tuple[str, ...]]  # what the tables say of a client, and the client's workers
WAIT = "wait until more have joined; the identical data may be released again at any time"


class Kept(BaseModel):
    """What all parts of a record share: frozen, nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Fingerprint(Kept):
    """One client: the keyed hash of what is said of them, and those of their workers."""

    content: str
    workers: tuple[str, ...]


class Released(Kept):
    """One release: of which study, by which rules, over whom. `key` is the secret of its hashes, in hexadecimal."""

    study: str
    origin: Origin
    min_cell: int
    round_to: int
    min_workers: int
    key: str
    clients: dict[str, Fingerprint]


class Record(Kept):
    """All releases of a study that are known here."""

    releases: tuple[Released, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """What is about to be released: its study, its rules, and each client's content by pseudonym."""

    study: str
    origin: Origin
    rules: Rules
    clients: Mapping[str, Content]


@dataclass(frozen=True)
class Difference:
    """How many clients joined, left or changed between two releases, and how many workers they have."""

    clients: int
    workers: int


def released(candidate: Candidate, key: bytes) -> Released:
    """The entry of a release that is being made."""
    rules = candidate.rules
    return Released(
        study=candidate.study,
        origin=candidate.origin,
        min_cell=rules.min_cell,
        round_to=rules.round_to,
        min_workers=rules.min_workers,
        key=key.hex(),
        clients=fingerprints(candidate.clients, key),
    )


def fingerprints(clients: Mapping[str, Content], key: bytes) -> dict[str, Fingerprint]:
    """Clients by the keyed hash of their pseudonym."""
    workers = {worker for _, behind in clients.values() for worker in behind}
    named = {worker: _keyed(key, "worker", worker) for worker in workers}
    return {
        _keyed(key, "client", client): Fingerprint(
            content=_keyed(key, "content", content), workers=tuple(sorted(named[worker] for worker in behind))
        )
        for client, (content, behind) in sorted(clients.items())
    }


def merged(*records: Record) -> Record:
    """The releases of all records, each once: a colleague's record taken up."""
    return Record(releases=tuple({entry.key: entry for record in records for entry in record.releases}.values()))


def refusals(record: Record, candidate: Candidate) -> list[Problem]:
    """Why a release must not be made after those of the record; nothing where it may."""
    problems: dict[Problem, None] = {}
    for entry in record.releases:
        now = fingerprints(candidate.clients, bytes.fromhex(entry.key))
        if _concerns(entry, candidate, now):
            problems |= dict.fromkeys(_against(entry, candidate, now))
    return list(problems)


def difference(before: Mapping[str, Fingerprint], now: Mapping[str, Fingerprint]) -> Difference:
    """Who differs between two releases under one key.

    A client of whom the same is said under another pseudonym is the same client: new pseudonyms hide nobody.
    """
    left, joined = dict(_absent(before, now)), dict(_absent(now, before))
    again = Counter(one.content for one in left.values()) & Counter(one.content for one in joined.values())
    changed = {name: one for name, one in now.items() if name in before and before[name] != one}
    apart = [*_without(left, again), *_without(joined, again)]
    apart += [one for name in changed for one in (before[name], now[name])]
    workers = {worker for one in apart for worker in one.workers}
    return Difference(len(_without(left, again)) + len(_without(joined, again)) + len(changed), len(workers))


def _against(entry: Released, candidate: Candidate, now: Mapping[str, Fingerprint]) -> Iterable[Problem]:
    rules = candidate.rules
    if entry.round_to != rules.round_to:
        text = f"an earlier release of this study rounded to {entry.round_to}: counts rounded in two ways become exact"
        yield Problem("privacy.round_to", text, f"set it to {entry.round_to}, run `dvc repro`")
    found = difference(entry.clients, now)
    least = max(entry.min_cell, rules.min_cell)
    if not found.clients:
        if (entry.min_cell, entry.min_workers) != (rules.min_cell, rules.min_workers):
            text = f"the same data were released with min_cell {entry.min_cell} and min_workers {entry.min_workers}"
            yield Problem("privacy", f"{text}: a release that differs by its rules alone tells what they hid", WAIT)
        return
    if found.clients < least:
        text = f"fewer than {least} clients joined, left or changed since an earlier release: both together tell of them"
        yield Problem("reports", text, WAIT)
        return
    known = len({worker for one in now.values() for worker in one.workers})
    wanted = min(max(entry.min_workers, rules.min_workers), known)
    if found.workers < wanted:
        text = f"those who differ from an earlier release have fewer than {wanted} workers: both together tell of these"
        yield Problem("reports", text, WAIT)


def _concerns(entry: Released, candidate: Candidate, now: Mapping[str, Fingerprint]) -> bool:
    """Whether an earlier release is of the same study: by its name, or because somebody is in both.

    What was simulated is not what was observed, whatever the study is called.
    """
    if entry.origin != candidate.origin:
        return False
    contents = {one.content for one in entry.clients.values()}
    somebody = bool(entry.clients.keys() & now) or any(one.content in contents for one in now.values())
    return entry.study == candidate.study or somebody


def _absent(one: Mapping[str, Fingerprint], other: Mapping[str, Fingerprint]) -> Iterable[tuple[str, Fingerprint]]:
    return ((name, value) for name, value in one.items() if name not in other)


def _without(people: Mapping[str, Fingerprint], again: Counter[str]) -> list[Fingerprint]:
    rest, found = Counter(again), []
    for one in people.values():
        if rest[one.content]:
            rest[one.content] -= 1
        else:
            found.append(one)
    return found


def _keyed(key: bytes, kind: str, text: str) -> str:
    return hmac.new(key, f"{kind}\0{text}".encode(), hashlib.sha256).hexdigest()
