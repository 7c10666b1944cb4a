"""Multiple imputation where the truth is known: bias, coverage and false findings, beside the analysis of observed rows.

    python -m benchmarks.imputation                         # all worlds, 1,000 studies each: a night on two cores
    python -m benchmarks.imputation --studies 50 --worlds mar_auxiliary mcar
    python -m benchmarks.imputation --report                # what has been run so far

Every study is one line of benchmarks/results/imputation.jsonl, by world and seed; a run goes on where the last one stopped.
Each goes the way a user's study goes: grid of attended sessions, windows on it, draws, fits, pooling.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.missing_worlds import WORLDS, Study, study_of
from pipeline.base.params import Compute, Exposure
from pipeline.exposure.link import link
from pipeline.hypotheses.imputed.draw import Draws, draws_of
from pipeline.hypotheses.imputed.fill import filled_grid
from pipeline.hypotheses.imputed.grid import grid_of
from pipeline.hypotheses.imputed.once import KINDS, Collected
from pipeline.hypotheses.imputed.pooled import tested_of
from pipeline.hypotheses.kinds import kind_of
from pipeline.hypotheses.kinds.mediation.paths import draw_products
from pipeline.results.estimate import Estimate
from pipeline.results.reason import NotEstimable

RESULTS = Path(__file__).parent / "results" / "imputation.jsonl"
FIRST_SEED = 7_000_000  # none of these was ever used for choosing anything
STUDIES = 1000
COMPUTE = Compute()


def one(world: str, seed: int) -> dict[str, object]:
    """One study: the truth, the observed rows' number, the pooled number, and what it cost."""
    study = study_of(world, seed)
    began = time.process_time()
    found: dict[str, object] = {"world": world, "seed": seed, "truth": study.truth, "sd": study.sd}
    try:
        found["observed"] = _number(observed(study))
    except NotEstimable as error:
        found["observed"] = {"reason": error.reason.code}
    try:
        found["imputed"] = imputed(study)
    except NotEstimable as error:
        found["imputed"] = {"reason": error.reason.code}
    return {**found, "seconds": round(time.process_time() - began, 2)}


def observed(study: Study) -> Estimate:
    """The tested number of the rows that are there."""
    occasions, ledger, _ = link(study.tables, study.scores, Exposure())
    once = KINDS[kind_of(study.plan)](study.plan, occasions, ledger, COMPUTE, None)
    if once.tested is not None:
        return once.tested
    assert once.paths is not None
    a, b, together = once.paths.a, once.paths.b, once.paths.together
    draws = draw_products(a, b, together, COMPUTE)
    low, high = np.percentile(draws, (2.5, 97.5))
    point = a.estimate * b.estimate + together.covariance
    return a.model_copy(update={"estimate": point, "conf_low": float(low), "conf_high": float(high)})


def imputed(study: Study) -> dict[str, object]:
    """The pooled number."""
    grid = grid_of(study.plan, study.tables, study.scores, Exposure())
    draws = draws_of(study.plan, grid, 1)
    if not isinstance(draws, Draws):
        return {"reason": draws.code}
    collected, last = Collected(), None
    for cells in draws:
        last = KINDS[kind_of(study.plan)](study.plan, filled_grid(grid.occasions, cells), grid.ledger, COMPUTE, last)
        collected.add(last)
    number = tested_of(collected, COMPUTE)
    return {**_number(number), "fmi": number.fmi, "sweeps": draws.facts.sweeps}


def _number(number: Estimate) -> dict[str, object]:
    return {"estimate": number.estimate, "low": number.conf_low, "high": number.conf_high}


def missing_of(worlds: list[str], studies: int) -> Iterator[tuple[str, int]]:
    """World and seed of the studies that have not been run: every world gains at the same pace."""
    have = {(row["world"], row["seed"]) for row in rows()}
    for number in range(studies):
        yield from ((world, FIRST_SEED + number) for world in worlds if (world, FIRST_SEED + number) not in have)


def rows() -> list[dict]:
    """What has been run; a line that was cut off is run again."""
    found = []
    for line in RESULTS.read_text().splitlines() if RESULTS.exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def report(found: list[dict]) -> str:
    """A line a world and method: bias in within-client SDs and coverage, each with its Monte Carlo error."""
    lines = ["world                  method      n  bias (SD) +- error   coverage +- error   excludes zero   no number"]
    for world in WORLDS:
        for method in ("observed", "imputed"):
            own = [row for row in found if row["world"] == world]
            told = [row for row in own if "estimate" in row[method]]
            if not told:
                continue
            apart = np.array([(row[method]["estimate"] - row["truth"]) / row["sd"] for row in told])
            covers = np.array([row[method]["low"] <= row["truth"] <= row[method]["high"] for row in told])
            away = np.array([row[method]["low"] > 0 or row[method]["high"] < 0 for row in told])
            n, share = len(told), float(covers.mean())
            error = apart.std(ddof=1) / math.sqrt(n) if n > 1 else math.nan
            lines.append(
                f"{world:22} {method:9} {n:4d}  {apart.mean():8.4f} +- {error:.4f}"
                f"    {share:.3f} +- {math.sqrt(share * (1 - share) / n):.3f}      {away.mean():.3f}          {len(own) - n}"
            )
    return "\n".join(lines)


def main() -> None:
    """Run what is missing, then report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=STUDIES)
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS), choices=list(WORLDS))
    parser.add_argument("--seconds", type=float, default=math.inf, help="stop after so long")
    parser.add_argument("--report", action="store_true")
    asked = parser.parse_args()
    began = time.monotonic()
    if not asked.report:
        RESULTS.parent.mkdir(exist_ok=True)
        for world, seed in missing_of(asked.worlds, asked.studies):
            if time.monotonic() - began > asked.seconds:
                break
            line = json.dumps(one(world, seed))
            with RESULTS.open("a") as file:
                file.write(line + "\n")
    print(report(rows()))


if __name__ == "__main__":
    main()
