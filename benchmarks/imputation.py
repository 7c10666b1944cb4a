"""Multiple imputation where the truth is known: bias, coverage and false findings, beside the analysis of observed rows.

    python -m benchmarks.imputation                         # all worlds, 1,000 studies each: about two hours on one core
    python -m benchmarks.imputation --studies 50 --worlds mar_auxiliary mcar
    python -m benchmarks.imputation --report                # what has been run so far

Every study is one line of benchmarks/results/imputation.jsonl, by world and seed; a run goes on where the last one stopped.
Each goes the way a user's study goes: grid of attended sessions, windows on it, draws, fits, pooling.

Each study is analysed whole, too: the same draws with nothing missing. An imputed number is then the whole study's number
and a distance that imputing alone has made, and both are known better apart than together: `bias (paired)` is the mean
distance, `coverage (paired)` how often the interval of a study would have covered the truth had the whole study's error been
that of any other whole study. The second holds where distance and error do not depend on each other (Rubin 1987, section
4.2), which the slope of the number on the whole study's number shows: one. Counted coverage stands beside it.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
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
        found["whole"] = _number(observed(study_of(world, seed, whole=True)))
    except NotEstimable as error:
        found["whole"] = {"reason": error.reason.code}
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
    draws = draws_of(study.plan, grid, COMPUTE, 1)
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


@dataclass(frozen=True)
class Told:
    """What the studies of a world say of one method: shares and means with their Monte Carlo errors."""

    n: int
    none: int
    bias: tuple[float, float]
    apart: tuple[float, float]  # from the whole study's number
    slope: tuple[float, float]
    counted: tuple[float, float]
    paired: tuple[float, float]
    rejects: tuple[float, float]


def told(own: list[dict], method: str, errors: np.ndarray) -> Told | None:
    """Bias and coverage of the studies of one world; None where no study has a number.

    Paired: `errors` of whole studies with each study's own distance and interval; the Monte Carlo error is that of a mean of
    two samples.
    """
    rows = [row for row in own if "estimate" in row[method] and "estimate" in row["whole"]]
    if len(rows) < 3:
        return None
    number = np.array([row[method]["estimate"] for row in rows])
    low, high = (np.array([row[method][end] for row in rows]) for end in ("low", "high"))
    whole, truth = np.array([row["whole"]["estimate"] for row in rows]), rows[0]["truth"]
    sd = rows[0]["sd"]
    distance = number - whole
    off = distance[:, None] + errors[None, :]
    covers = (off <= (number - low)[:, None]) & (off >= -(high - number)[:, None])
    excludes = (truth + off - (number - low)[:, None] > 0) | (truth + off + (high - number)[:, None] < 0)
    slope = float(np.cov(number, whole)[0, 1] / np.var(whole, ddof=1))
    left = number - number.mean() - slope * (whole - whole.mean())
    return Told(
        len(rows),
        len(own) - len(rows),
        _mean((number - truth) / sd),
        _mean(distance / sd),
        (slope, float(left.std(ddof=2) / (whole.std() * math.sqrt(len(rows))))),
        _share((low <= truth) & (truth <= high)),
        _pairs(covers),
        _pairs(excludes),
    )


def _mean(values: np.ndarray) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


def _share(hits: np.ndarray) -> tuple[float, float]:
    share = float(hits.mean())
    return share, math.sqrt(share * (1.0 - share) / len(hits))


def _pairs(hits: np.ndarray) -> tuple[float, float]:
    """A mean over all pairs of two samples: its error from the means of rows and of columns."""
    rows, columns = hits.mean(axis=1), hits.mean(axis=0)
    return float(hits.mean()), float(np.sqrt(rows.var(ddof=1) / len(rows) + columns.var(ddof=1) / len(columns)))


def whole_errors(found: list[dict], world: str) -> np.ndarray:
    """The errors of the whole studies of every world whose whole studies are of one law with this one's.

    Mediator and moderator have laws of their own; of the others the null ones differ from the rest by a constant that the
    model holds.
    """
    own = (world,) if world in ("moderator", "mediator") else tuple({*WORLDS} - {"moderator", "mediator"})
    rows = [row for row in found if row["world"] in own and "estimate" in row.get("whole", {})]
    return np.array([row["whole"]["estimate"] - row["truth"] for row in rows])


def report(found: list[dict]) -> str:
    """A line a world and method, each figure with its Monte Carlo error; biases in within-client SDs."""
    lines = [
        "world               method      n none   bias            bias (paired)   slope          coverage       "
        "coverage (paired)  excludes 0 (paired)"
    ]
    for world in WORLDS:
        own = [row for row in found if row["world"] == world and "whole" in row]
        for method in ("observed", "imputed"):
            one = told(own, method, whole_errors(found, world))
            if one is None:
                continue
            bias, apart = (f"{value:7.4f}+-{error:.4f} " for value, error in (one.bias, one.apart))
            shares = one.slope, one.counted, one.paired, one.rejects
            rest = "  ".join(f"{value:.3f}+-{error:.3f}" for value, error in shares)
            lines.append(f"{world:19} {method:9} {one.n:4d} {one.none:3d} {bias} {apart} {rest}")
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
