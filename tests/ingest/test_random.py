"""Random mutations and planted identifiers, from fixed seeds; `python -m benchmarks.gate` runs many more."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from pipeline.base.errors import PipelineError
from pipeline.ingest.manifest import manifest_of, manifest_problems
from pipeline.ingest.readers import read_raw
from pipeline.tables import by_name, ratings
from tests.ingest.mutations import KINDS, is_legal
from tests.ingest.planted import KINDS as PLANTED
from tests.ingest.planted import identifier
from tests.ingest.small_study import csv, files, small_params, through, verdict

MUTATIONS, IDENTIFIERS = 176, 120
PARAMS = small_params()
SOUND = {name: csv(rows) for name, rows in files().items()}
DECLARED = {**by_name(), "ratings_mini": ratings("mini", 4, 1, 5)}


def mutate(seed: int) -> tuple[str, dict[str, bytes]]:
    """One mutation of one file of the small study."""
    rng = np.random.Generator(np.random.PCG64(seed))
    kind, name = list(KINDS)[seed % len(KINDS)], list(SOUND)[int(rng.integers(len(SOUND)))]
    return kind, {**SOUND, name: KINDS[kind](rng, SOUND[name])}


def outcome(raw: dict[str, bytes]) -> str:
    """refused, unchanged, or accepted with other content, all of it legal; anything else fails."""
    if raw == SOUND:
        return "unchanged"
    try:
        tables, _, _ = through(raw, PARAMS)
    except PipelineError:
        return "refused"
    assert all(is_legal(table, DECLARED[name]) for name, table in tables.items())
    return "accepted"


def is_noticed_by_the_manifest(raw: dict[str, bytes]) -> bool:
    frozen = manifest_of(
        {name: table for name, blob in SOUND.items() if (table := read_raw(name, blob, str(hash(blob)))[0])}, "00" * 32
    )
    now = {name: table for name, blob in raw.items() if (table := read_raw(name, blob, str(hash(blob)))[0])}
    unread = set(raw) - set(now)
    return bool(unread or list(manifest_problems(frozen, now, sorted(SOUND))))


def plant(seed: int) -> tuple[str, dict[str, bytes]]:
    """One identifier in one random cell that some table reads."""
    rng = np.random.Generator(np.random.PCG64(seed))
    text = identifier(rng, PLANTED[seed % len(PLANTED)])
    rows = files()
    name = list(rows)[int(rng.integers(len(rows)))]
    row = rows[name][int(rng.integers(1, len(rows[name])))]
    row[int(rng.integers(len(row)))] = f'"{text}"' if "," in text else text
    return text, {file: csv(table) for file, table in rows.items()}


@pytest.fixture(scope="module")
def outcomes() -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for seed in range(MUTATIONS):
        kind, raw = mutate(seed)
        found[kind, outcome(raw)] += 1
    return found


def test_what_is_accepted_is_legal_and_the_crude_kinds_never_are(outcomes):
    assert outcomes["cut the end off", "accepted"] <= 2  # cut exactly at a line end, within a table that others do not need
    assert outcomes["repeat a row", "accepted"] == 0
    assert sum(count for (_, result), count in outcomes.items() if result == "refused") > MUTATIONS / 3


def test_with_a_manifest_nothing_changed_is_accepted():
    for seed in range(MUTATIONS):
        _, raw = mutate(seed)
        assert raw == SOUND or is_noticed_by_the_manifest(raw)


@pytest.mark.parametrize("first", range(0, IDENTIFIERS, 30))
def test_planted_identifiers_are_refused_and_never_shown(first):
    for seed in range(first, first + 30):
        text, raw = plant(seed)
        codes, said = verdict(raw, PARAMS)
        assert codes, f"accepted: a {PLANTED[seed % len(PLANTED)]}"
        assert text not in said
