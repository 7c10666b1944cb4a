"""What was released before, told without naming anybody, and whether a further release would tell of the few who differ.

Two reports over nearly the same clients can be subtracted from each other. No rounding helps against that, so the second is
not released. The record stays with the data: every release in it has a key of its own, and of each client only keyed hashes
(HMAC-SHA-256): of the pseudonym, of what each column of the tables says of the client, and of the workers. Columns are
compared one by one: what is new of everybody must not hide what else has changed of one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from pipeline.base.errors import Problem
from pipeline.base.options import Origin
from pipeline.disclosure.rules import Rules

Content = tuple[Mapping[str, str], tuple[str, ...]]  # what each column says of a client, and the client's workers
DIGITS = 16  # of a hash that is kept: enough that no two things said look alike by chance
WAIT = "wait until more have joined; the identical data may be released again at any time"


class Kept(BaseModel):
    """What all parts of a record share: frozen, nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Fingerprint(Kept):
    """One client: the keyed hashes of what is said of them by column, and of their workers."""

    content: dict[str, str]
    workers: tuple[str, ...]

    def over(self, columns: Iterable[str]) -> tuple[str, ...]:
        """What is said in these columns."""
        return tuple(self.content.get(name, "") for name in columns)


class Released(Kept):
    """One release: of which study, by which rules, over whom. `key` is the secret of its hashes, in hexadecimal."""

    study: str
    origin: Origin
    min_cell: int
    round_to: int
    min_workers: int
    key: str
    clients: dict[str, Fingerprint]


class ReleaseRecord(Kept):
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
class ReleaseDifference:
    """How many clients joined, left or changed in something between two releases, and how many workers they have."""

    clients: int
    workers: int


def release_entry(candidate: Candidate, key: bytes) -> Released:
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
            content={column: _keyed(key, column, said) for column, said in sorted(content.items())},
            workers=tuple(sorted(named[worker] for worker in behind)),
        )
        for client, (content, behind) in sorted(clients.items())
    }


def merged_records(*records: ReleaseRecord) -> ReleaseRecord:
    """The releases of all records, each once: a colleague's record taken up."""
    return ReleaseRecord(releases=tuple({entry.key: entry for record in records for entry in record.releases}.values()))


def release_refusals(record: ReleaseRecord, candidate: Candidate) -> list[Problem]:
    """Why a release must not be made after those of the record; nothing where it may."""
    problems: dict[Problem, None] = {}
    for entry in record.releases:
        now = fingerprints(candidate.clients, bytes.fromhex(entry.key))
        if _concerns(entry, candidate, now):
            problems |= dict.fromkeys(_against(entry, candidate, now))
    return list(problems)


def differences(before: Mapping[str, Fingerprint], now: Mapping[str, Fingerprint]) -> dict[str, ReleaseDifference]:
    """Who differs between two releases under one key, by each column that both have, and by who their workers are.

    A client of whom the same is said under another pseudonym is the same client: new pseudonyms hide nobody.
    """
    columns = sorted(_columns(before) & _columns(now))
    left, joined = _cancelled(_absent(before, now), _absent(now, before), columns)
    apart = [*left, *joined]
    both = [(one, now[name]) for name, one in before.items() if name in now]
    found = {}
    for column in columns:
        changed = [pair for pair in both if pair[0].content.get(column) != pair[1].content.get(column)]
        found[column] = _difference(apart, changed)
    found["workers"] = _difference(apart, [(one, other) for one, other in both if one.workers != other.workers])
    return found


def _difference(apart: Sequence[Fingerprint], changed: Sequence[tuple[Fingerprint, Fingerprint]]) -> ReleaseDifference:
    workers = {worker for one in (*apart, *(one for pair in changed for one in pair)) for worker in one.workers}
    return ReleaseDifference(len(apart) + len(changed), len(workers))


def _columns(people: Mapping[str, Fingerprint]) -> set[str]:
    return {column for one in people.values() for column in one.content}


def _cancelled(
    left: Sequence[Fingerprint], joined: Sequence[Fingerprint], columns: Sequence[str]
) -> tuple[list[Fingerprint], list[Fingerprint]]:
    """Those who left and those who joined, but for pairs of whom the same is said."""
    again = Counter(one.over(columns) for one in left) & Counter(one.over(columns) for one in joined)
    return _without(left, again, columns), _without(joined, again, columns)


def _against(entry: Released, candidate: Candidate, now: Mapping[str, Fingerprint]) -> Iterable[Problem]:
    rules = candidate.rules
    if entry.round_to != rules.round_to:
        text = f"an earlier release of this study rounded to {entry.round_to}: counts rounded in two ways become exact"
        yield Problem("privacy.round_to", text, f"set it to {entry.round_to}, run `dvc repro`")
    found = [one for one in differences(entry.clients, now).values() if one.clients]
    least = max(entry.min_cell, rules.min_cell)
    if not found and (entry.min_cell, entry.min_workers) != (rules.min_cell, rules.min_workers):
        text = f"the same data were released with min_cell {entry.min_cell} and min_workers {entry.min_workers}"
        yield Problem("privacy", f"{text}: a release that differs by its rules alone tells what they hid", WAIT)
    if any(one.clients < least for one in found):
        text = f"fewer than {least} clients joined, left or changed since an earlier release: both together tell of them"
        yield Problem("reports", text, WAIT)
    known = len({worker for one in now.values() for worker in one.workers})
    wanted = min(max(entry.min_workers, rules.min_workers), known)
    if any(one.workers < wanted for one in found):
        text = f"those who differ from an earlier release have fewer than {wanted} workers: both together tell of these"
        yield Problem("reports", text, WAIT)


def _concerns(entry: Released, candidate: Candidate, now: Mapping[str, Fingerprint]) -> bool:
    """Whether an earlier release is of the same study: by its name, or because somebody is in both.

    What was simulated is not what was observed, whatever the study is called.
    """
    if entry.origin != candidate.origin:
        return False
    columns = sorted(_columns(entry.clients) & _columns(now))
    said = {one.over(columns) for one in entry.clients.values()}
    somebody = bool(entry.clients.keys() & now) or bool(columns and any(one.over(columns) in said for one in now.values()))
    return entry.study == candidate.study or somebody


def _absent(one: Mapping[str, Fingerprint], other: Mapping[str, Fingerprint]) -> list[Fingerprint]:
    return [value for name, value in one.items() if name not in other]


def _without(people: Sequence[Fingerprint], again: Counter[tuple[str, ...]], columns: Sequence[str]) -> list[Fingerprint]:
    rest, found = Counter(again), []
    for one in people:
        said = one.over(columns)
        if rest[said]:
            rest[said] -= 1
        else:
            found.append(one)
    return found


def _keyed(key: bytes, kind: str, text: str) -> str:
    return hmac.new(key, f"{kind}\0{text}".encode(), hashlib.sha256).hexdigest()[:DIGITS]
