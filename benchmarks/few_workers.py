"""Few workers: how often the headline rejects what is not there, by kind of degrees of freedom.

`python -m benchmarks.few_workers [--studies N] [--first-seed N] [--results PATH]` draws null studies with 3, 5, 8 and 12
workers, equal in the effect or differing in it (SD .10 of a rating's SD), fits the headline as a study would, and counts for
Satterthwaite's, Kenward and Roger's and CR2's t how often p < .05 and how long the intervals are. Results are kept line by
line, so that a stopped run goes on.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.studies import params
from benchmarks.worlds import ladder, store
from benchmarks.worlds.course import play
from benchmarks.worlds.law import Law, Size
from benchmarks.worlds.shares import Share
from benchmarks.worlds.tables import canonical
from benchmarks.worlds.world import QUESTION
from pipeline.base.errors import ModelError
from pipeline.hypotheses.design.sample import build_sample
from pipeline.hypotheses.engines import combined_coefficients, fit_design
from pipeline.hypotheses.kinds.multilevel.evaluate import primary_fit
from pipeline.results.reason import NotEstimable

SIZES = tuple(Size(workers, 8 * workers, 8) for workers in (3, 5, 8, 12))
SPREADS = (0.0, 0.10)  # of workers' effects, in SDs of a rating
KINDS = ("satterthwaite", "kenward_roger", "cr2")


def study(size: Size, spread: float, seed: int) -> dict[str, Any]:
    """One null study: for each kind p and the half width of the interval; {} of a kind without a number."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, size.workers, round(1000 * spread)]))
    law = Law(worker_slope_sd=spread)
    hypothesis, occasions, ledger = ladder.linked(canonical(play(law, size, rng), law, rng), QUESTION)
    compute = params().compute
    try:
        setting = primary_fit(hypothesis, build_sample(hypothesis, occasions, ledger), compute)
    except NotEstimable:
        return {}
    fitted, design = setting.primary, setting.primary.design
    found: dict[str, Any] = {"by_worker": bool(set(design.random.get("worker_id", [])) - {"1"})}
    for kind in KINDS:
        try:
            if kind == "cr2":
                number = combined_coefficients(fitted.model.cluster_robust("worker_id"), design.tested)
            else:
                model = fit_design(design, compute, near=fitted.model, df=kind)  # type: ignore[arg-type]
                number = combined_coefficients(model, design.tested)
        except (NotEstimable, ModelError):
            continue
        half = (number.conf_high - number.conf_low) / 2.0
        found[kind] = {"p": number.p_value, "half": half, "df": number.df, "estimate": number.estimate}
    return found


def table(lines: Iterable[dict[str, Any]]) -> str:
    """By size and spread: studies, and for each kind the share of p < .05 with its Wilson interval and median half width."""
    cells: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in lines:
        cells.setdefault((line["size"], line["world"].removeprefix("null_")), []).append(line)
    rows = [
        "| workers x clients x sessions | effect by worker, SD | studies | " + " | ".join(KINDS) + " |",
        "|---" * 6 + "|",
    ]
    for (size, spread), own in sorted(cells.items(), key=lambda cell: (int(cell[0][0].split("x")[0]), cell[0][1])):
        shown = [_shown([line[kind] for line in own if kind in line]) for kind in KINDS]
        rows.append(f"| {size} | {spread} | {len(own)} | " + " | ".join(shown) + " |")
    return "\n".join(rows)


def _shown(found: list[dict[str, Any]]) -> str:
    if not found:
        return "none"
    false = sum(one["p"] < 0.05 for one in found)
    low, high = Share(false, len(found)).interval
    half = float(np.median([one["half"] for one in found]))
    return f"{false / len(found):.1%} [{low:.1%}, {high:.1%}] of {len(found)}, +-{half:.3f}"


def main() -> None:
    """Run what is missing, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=600)
    parser.add_argument("--first-seed", type=int, default=610_000)
    parser.add_argument("--results", type=Path, default=store.FILE.with_name("few-workers.jsonl"))
    asked = parser.parse_args()
    code = ladder.code()
    known = store.read(asked.results, code)
    for seed in range(asked.first_seed, asked.first_seed + asked.studies):
        for size in SIZES:
            for spread in SPREADS:
                key = (f"null_{spread:g}", str(size), seed)
                if key not in known:
                    store.add(
                        asked.results,
                        dict(zip(("world", "size", "seed"), key, strict=True)) | study(size, spread, seed),
                        code,
                    )
    print(table(store.read(asked.results, code).values()))


if __name__ == "__main__":
    main()
