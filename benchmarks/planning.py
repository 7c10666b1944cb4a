"""Is the power that a plan promises the power that drawn studies show? (tier 1 against the headline of the pipeline)

    python -m benchmarks.planning                 12 designs, 2,000 studies each; goes on where it was stopped
    python -m benchmarks.planning --studies 200

A study is drawn by the built-in simulator as `plan --ladder` draws it, linked, and its headline fitted as declared. Seeds
are its own. The Monte Carlo error of a share of 2,000 studies is 1.1 points at most.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from pathlib import Path

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

import numpy as np  # noqa: E402

from benchmarks.studies import params  # noqa: E402
from pipeline.planning.design import PlannedDesign, Variation  # noqa: E402
from pipeline.planning.power import power  # noqa: E402
from pipeline.planning.studies import Planned, headline  # noqa: E402

FIRST_SEED = 66_000_000  # none of these was seen while the formula was made
RESULTS = Path("benchmarks/results/planning.jsonl")
# A small effect and a middling one, few and many workers, short and long courses, rare advocacy, gaps and dropout.
DESIGNS = (
    (PlannedDesign(8, 6, 8), 0.30),
    (PlannedDesign(8, 12, 8), 0.20),
    (PlannedDesign(12, 8, 6), 0.25),
    (PlannedDesign(12, 8, 12), 0.15),
    (PlannedDesign(20, 8, 8), 0.15),
    (PlannedDesign(20, 8, 8, rate=0.15), 0.25),
    (PlannedDesign(20, 8, 16), 0.10),
    (PlannedDesign(20, 4, 12, missed=0.25), 0.20),
    (PlannedDesign(30, 5, 10, dropout=0.06), 0.15),
    (PlannedDesign(30, 10, 8, rate=0.8, spread=0.8), 0.10),
    (PlannedDesign(40, 5, 10, missed=0.1, dropout=0.02), 0.10),
    (PlannedDesign(40, 10, 6), 0.10),
)


def planned(effect: float) -> Planned:
    """The claim and the rules of the default study, for one effect."""
    given = params()
    name = next(name for name, one in given.hypotheses.items() if one.role == "confirmatory")
    claim = given.hypotheses[name].model_copy(update={"predicted": "positive"})
    return Planned(claim, given.verdict, given.compute, given.exposure, Variation(), effect, 1)


def main(given: list[str]) -> int:
    """Draw what is missing and print each design's promise beside what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planning", description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--minutes", type=float, default=None)
    asked = parser.parse_args(given)
    asked.results.parent.mkdir(parents=True, exist_ok=True)
    lines = asked.results.read_text(encoding="utf-8").splitlines() if asked.results.is_file() else []
    known = {(line["design"], line["seed"]): bool(line["clear"]) for line in map(json.loads, lines)}
    begun = time.monotonic()
    with asked.results.open("a", encoding="utf-8") as out:
        for seed in range(FIRST_SEED, FIRST_SEED + asked.studies):
            for number, (design, effect) in enumerate(DESIGNS):
                if (number, seed) in known or (asked.minutes and time.monotonic() - begun > asked.minutes * 60):
                    continue
                known[number, seed] = headline(planned(effect), design, "effect", seed).clear
                out.write(json.dumps({"design": number, "seed": seed, "clear": known[number, seed]}) + "\n")
                out.flush()
    print(f"{'workers x clients x sessions':34}{'effect':>7}{'promised':>10}{'found':>8}{'+-':>6}{'studies':>9}")
    promises: list[tuple[float, float, int]] = []
    for number, (design, effect) in enumerate(DESIGNS):
        found = [clear for (one, _), clear in known.items() if one == number]
        if not found:
            continue
        share = sum(found) / len(found)
        promised = power(design, Variation(), effect, alpha=0.05, seed=1).power or math.nan
        error = 1.96 * math.sqrt(share * (1 - share) / len(found))
        promises.append((promised, share, len(found)))
        size = f"{design.workers} x {design.clients} x {design.sessions}, rate {design.rate:g}"
        print(f"{size:34}{effect:>7g}{promised:>10.3f}{share:>8.3f}{error:>6.3f}{len(found):>9,}")
    if promises:
        told, seen, drawn = (np.array(column, dtype=np.float64) for column in zip(*promises, strict=True))
        error = 1.96 * math.sqrt(float((seen * (1 - seen) / drawn).sum())) / len(promises)
        print(f"{'all designs':41}{told.mean():>10.3f}{seen.mean():>8.3f}{error:>6.3f}{int(drawn.sum()):>9,}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
