"""Does the curve reject what is not there? Type I error of its four statistics, and what a large curve costs.

    python -m benchmarks.curve null                1,002 null studies, 167 of each world; goes on where it was stopped
    python -m benchmarks.curve null --studies 20
    python -m benchmarks.curve speed               2,000 specifications x 500 shifts on the default study

The null studies come from the worlds of `benchmarks.worlds`, on seeds of their own. A test by shifts has its size where it
rejects at p <= alpha and alpha (B + 1) is whole (Phipson & Smyth 2010): with 199 shifts p = 10 / 200 is the largest that
rejects. With 1,000 studies the Monte Carlo error of a share is 0.7 points. Whole refits, which every run holds a sample of
specifications to, change no statistic and are left out here: tests hold them to lme4.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

import pandas as pd  # noqa: E402
from joblib.externals.loky import get_reusable_executor  # noqa: E402

from benchmarks.studies import params  # noqa: E402
from benchmarks.worlds import catalogue  # noqa: E402
from benchmarks.worlds.study import Task, draw  # noqa: E402
from pipeline.base.params import Hypothesis, Multiverse  # noqa: E402
from pipeline.curve.axes import declared_way, specifications  # noqa: E402
from pipeline.curve.build import HELD, curve_of  # noqa: E402
from pipeline.curve.linking import linker  # noqa: E402
from pipeline.measures import shipped  # noqa: E402
from pipeline.planning.tally import wilson  # noqa: E402
from pipeline.results.curve import Curve  # noqa: E402
from pipeline.simulate import canonical  # noqa: E402

WORLDS = ("null", "null_own_trends", "null_shared_trends", "null_memory", "null_bursts", "null_rare")
FIRST_SEED = 6_500_000  # nothing was chosen on these
STATISTICS = ("median", "share", "clear", "stouffer")
ALPHA = 0.05 + 1e-9  # p = 10 / 200 rejects
RESULTS = Path("benchmarks/results/curve_nulls.jsonl")
SMALL = {
    "score": {"choices": ["total", "bond"], "why": "b"},
    "dose": {"choices": ["count", "any"], "why": "b"},
    "gaps": {"choices": ["keep", "drop"], "why": "b"},
    "covariates": {"choices": [["phase"], []], "why": "b"},
}
LARGE = {
    "score": {"choices": ["total", "bond", "task", "goal"], "why": "b"},
    "dose": {"choices": ["count", "any", "minutes", "decay(14)"], "why": "b"},
    "gaps": {"choices": ["keep", "drop"], "why": "b"},
    "covariates": {"choices": [["phase", "crisis"], ["phase"], ["crisis"], []], "why": "b"},
    "time": {"choices": ["session_number", "day"], "why": "b"},
    "first_window": {"choices": [7, 14, 28], "why": "b"},
    "min_ratings": {"choices": [2, 3, 4], "why": "b"},
}


def curve(
    tables: Mapping[str, pd.DataFrame], asked: Mapping[str, object], axes: object, shifts: int, limit: int, held: int = HELD
) -> Curve:
    """The curve of one study's tables."""
    given = params()
    claim = Hypothesis.model_validate_json(json.dumps(asked))
    multiverse = Multiverse.model_validate_json(json.dumps({"axes": axes, "shifts": shifts, "limit": limit}))
    linked = linker(tables, [(shipped()["wai_sr"], tables["ratings_wai_sr"])])
    ways = specifications(declared_way(claim, given.exposure, given.measures), multiverse, 7)
    return curve_of(ways, linked, multiverse, given.compute, 1.0, 7, held=held)


def missing(studies: int, worlds: list[str], path: Path) -> Iterator[tuple[str, int]]:
    """World and seed of every study that the file of results does not hold."""
    have = {(line["world"], line["seed"]) for line in map(json.loads, _lines(path))}
    for seed in range(FIRST_SEED, FIRST_SEED + studies):
        yield from ((world, seed) for world in worlds if (world, seed) not in have)


def nulls(studies: int, worlds: list[str], path: Path, minutes: float | None) -> None:
    """Run what is missing and print the shares rejected."""
    path.parent.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with path.open("a", encoding="utf-8") as out:
        for name, seed in list(missing(studies, worlds, path)):
            if minutes is not None and time.monotonic() - begun > minutes * 60:
                break
            world = catalogue.BY_NAME[name]
            panel = curve(draw(world, Task(name, world.sizes[-1], seed)), world.asked, SMALL, 199, 100, held=0).panels[0]
            found = {one: getattr(panel, one).p_value for one in STATISTICS}
            out.write(json.dumps({"world": name, "seed": seed, "p": found}) + "\n")
            out.flush()
    print(
        shares(pd.DataFrame([{"world": line["world"], **line["p"]} for line in map(json.loads, _lines(path))])).to_string()
    )


def shares(p_values: pd.DataFrame) -> pd.DataFrame:
    """The share rejected by world and over all worlds, each statistic with its 95% interval (Wilson), in percent."""
    parts = [*p_values.groupby("world"), ("all", p_values)]
    rows = []
    for name, part in parts:
        found = {one: wilson(int((part[one] <= ALPHA).sum()), len(part)) for one in STATISTICS}
        told = {one: f"{100 * of.share:.1f} [{100 * of.low:.1f}, {100 * of.high:.1f}]" for one, of in found.items()}
        rows.append({"world": name, "studies": len(part), **told})
    return pd.DataFrame(rows).set_index("world")


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def speed() -> None:
    """Time and memory of a curve of 2,000 specifications and 500 shifts."""
    tables = canonical(params().simulate, 1)
    begun, used = time.perf_counter(), time.process_time()
    found = curve(tables, catalogue.BY_NAME["null"].asked, LARGE, 500, 2000)
    wall = time.perf_counter() - begun
    get_reusable_executor().shutdown()
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{found.declared} specifications ({found.fitted} fitted, {found.duplicates} equal, {found.not_estimable} not"
        f" estimable): {wall:.1f} s wall, {time.process_time() - used + told.ru_utime:.1f} s CPU, peak"
        f" {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB + {told.ru_maxrss / 1e6:.2f} GB of a worker"
    )


def main(given: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.curve", description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["null", "speed"])
    parser.add_argument("--studies", type=int, default=167, help="of each world")
    parser.add_argument("--world", nargs="+", default=list(WORLDS), choices=WORLDS)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--minutes", type=float, default=None)
    asked = parser.parse_args(given)
    if asked.what == "speed":
        speed()
    else:
        nulls(asked.studies, asked.world, asked.results, asked.minutes)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
