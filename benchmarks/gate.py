"""The gate under many random changes: `python -m benchmarks.gate` mutates a sound study 5,000 times and plants 1,000
identifiers, and prints what share of each kind was accepted. Exit status 1 where one should not have been.
"""

from __future__ import annotations

import sys
from collections import Counter

from tests.ingest.planted import KINDS as PLANTED
from tests.ingest.small_study import verdict
from tests.ingest.test_random import PARAMS, SOUND, is_noticed_by_the_manifest, mutate, outcome, plant

MUTATIONS, IDENTIFIERS = 5_000, 1_000
OFFSET = 1_000_000  # seeds the test suite does not use


def main() -> int:
    """Run both and print a line a kind."""
    counts: Counter[tuple[str, str]] = Counter()
    unnoticed = 0
    for seed in range(OFFSET, OFFSET + MUTATIONS):
        kind, raw = mutate(seed)
        counts[kind, outcome(raw)] += 1
        unnoticed += raw != SOUND and not is_noticed_by_the_manifest(raw)
    for kind in sorted({kind for kind, _ in counts}):
        shares = {result: counts[kind, result] for result in ("refused", "unchanged", "accepted")}
        print(f"{kind:<24}", *(f"{result} {count:>4}" for result, count in shares.items()))
    accepted = Counter[str]()
    shown = 0
    for seed in range(OFFSET, OFFSET + IDENTIFIERS):
        text, raw = plant(seed)
        codes, said = verdict(raw, PARAMS)
        accepted[PLANTED[seed % len(PLANTED)]] += not codes
        shown += text in said
    print(f"with a manifest: {unnoticed} changes unnoticed of {MUTATIONS}")
    print(f"planted identifiers: {sum(accepted.values())} accepted {dict(+accepted)}, {shown} shown, of {IDENTIFIERS}")
    return int(bool(unnoticed or shown or sum(accepted.values())))


if __name__ == "__main__":
    sys.exit(main())
