"""The power that tier 1 promises beside what drawn studies show, design by design.

    python -m benchmarks.planning                 12 designs, 2,000 studies each; goes on where it was stopped
    python -m benchmarks.planning --studies 200

Of every course 20 outcomes are drawn, so that 2,000 studies have 100 courses; Monte Carlo errors are those of courses, not
of studies. Seeds are their own.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from scipy import stats  # noqa: E402

from benchmarks.planning.course import ready  # noqa: E402
from benchmarks.planning.designs import DESIGNS, planned  # noqa: E402
from benchmarks.planning.headline import by_engine, headlines  # noqa: E402
from pipeline.planning.design import Variation  # noqa: E402
from pipeline.planning.power import power  # noqa: E402
from pipeline.planning.studies import answering  # noqa: E402
from pipeline.results.reason import NotEstimable  # noqa: E402

FIRST_SEED = 69_000_000  # none of these was seen while the formula was made
RESULTS = Path("benchmarks/results/planning.jsonl")
OUTCOMES = 20  # of a course
CHECKED = 5  # every so many courses one outcome is fitted by the pipeline itself
ALIKE = {"estimate": 1e-8, "std_error": 1e-8, "df": 1e-3}  # the engine's df rest on differences of their own
ALPHA = 0.05


def lines_of(number: int, seed: int) -> list[dict[str, object]]:
    """The studies of one course of a design; where the pipeline was asked, too, how far it lies from what was found here."""
    design, effect = DESIGNS[number]
    asked = planned(effect)
    here = {"design": number, "seed": seed}
    try:
        course = ready(asked, design, seed)
    except NotEstimable:
        return [here | {"outcome": at, "estimate": None} for at in range(OUTCOMES)]
    checked = (seed - FIRST_SEED) % CHECKED == 0
    outcomes = course.outcomes(OUTCOMES)
    if checked:
        outcomes[0] = course.design.outcome  # that of the study as drawn
    found = headlines(course, outcomes, asked.compute)
    lines: list[dict[str, object]] = [
        here | {"outcome": at, "estimate": one.estimate, "std_error": one.std_error, "df": one.df, "engine": one.engine}
        for at, one in enumerate(found)
    ]
    if checked:
        told = by_engine(course.design, outcomes[0], asked.compute)
        lines[0]["apart"] = {
            "estimate": abs(found[0].estimate - told.estimate) / told.std_error,
            "std_error": abs(found[0].std_error / told.std_error - 1.0),
            "df": abs(found[0].df / told.df - 1.0),
        }
    return lines


def table(studies: pd.DataFrame) -> pd.DataFrame:
    """A row a design: promised power, the share clear of zero with its error, and what lies behind the difference.

    `smooth`: the chance of being clear averaged over the errors and df found, estimates taken as normal with their mean and
    SD; `drawn`: the mean estimate over the planned effect; `error`: the estimates' SD and the root mean square of the errors
    told, over what tier 1 says.
    """
    rows = []
    for number, own in studies.groupby("design"):
        design, effect = DESIGNS[int(str(number))]
        unit = answering(Variation()).within_sd
        promised = power(design, Variation(), effect, alpha=ALPHA, seed=1)
        own = own.dropna(subset=["estimate"])
        clear = pd.Series(stats.t.sf(own["estimate"] / own["std_error"], own["df"]) < ALPHA / 2, own.index).astype(float)
        by_course = clear.groupby(own["seed"]).mean()
        sd, told = float(own["estimate"].std()), float(np.sqrt((own["std_error"] ** 2).mean()))
        reached = stats.norm.sf((stats.t.isf(ALPHA / 2, own["df"]) * own["std_error"] - own["estimate"].mean()) / sd)
        rows.append(
            {
                "design": f"{design.workers} x {design.clients} x {design.sessions}",
                "rate": design.rate,
                "effect": effect,
                "promised": promised.power,
                "found": clear.mean(),
                "+-": 1.96 * by_course.std() / np.sqrt(len(by_course)),
                "smooth": reached.mean(),
                "drawn": own["estimate"].mean() / unit / effect,
                "SD": sd / unit / promised.std_error if promised.std_error else np.nan,
                "error": told / unit / promised.std_error if promised.std_error else np.nan,
                "df told": promised.df,
                "df found": own["df"].median(),
                "studies": len(own),
            }
        )
    return pd.DataFrame(rows)


def main(given: list[str]) -> int:
    """Draw what is missing and print each design's promise beside what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planning", description=str(__doc__).splitlines()[0])
    parser.add_argument("--studies", type=int, default=2000, help="of each design")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--minutes", type=float, default=None)
    parser.add_argument("--designs", type=int, nargs="+", default=list(range(len(DESIGNS))), help="by number, from 0")
    asked = parser.parse_args(given)
    asked.results.parent.mkdir(parents=True, exist_ok=True)
    known = _known(asked.results)
    have = {(line["design"], line["seed"]) for line in known}
    begun = time.monotonic()
    with asked.results.open("a", encoding="utf-8") as out:
        for seed in range(FIRST_SEED, FIRST_SEED + -(-asked.studies // OUTCOMES)):
            for number in asked.designs:
                if (number, seed) in have or (asked.minutes and time.monotonic() - begun > asked.minutes * 60):
                    continue
                fresh = lines_of(number, seed)
                out.write("".join(json.dumps(line) + "\n" for line in fresh))
                out.flush()
                known += fresh
    print(table(pd.DataFrame(known)).round(3).to_string(index=False))
    apart = pd.DataFrame([line["apart"] for line in known if isinstance(line.get("apart"), dict)])
    shares = ", ".join(f"{name} {int((apart[name] <= least).sum())}" for name, least in ALIKE.items())
    print(f"As the pipeline found it, of {len(apart)} studies: {shares}; fitted by the engine from the start:", end=" ")
    print(f"{sum(bool(line.get('engine')) for line in known)} of {len(known):,}")
    return 0


def _known(path: Path) -> list[dict[str, object]]:
    """Whole courses of the file; one cut by a kill is drawn again."""
    if not path.is_file():
        return []
    found: dict[tuple[int, int], dict[int, dict[str, object]]] = {}
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
            found.setdefault((line["design"], line["seed"]), {})[line["outcome"]] = line
        except (ValueError, KeyError):
            continue
    return [line for lines in found.values() if len(lines) == OUTCOMES for line in lines.values()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
