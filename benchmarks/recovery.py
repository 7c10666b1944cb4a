"""Does the primary model find the truth? 200 default and 200 null studies, each scored, linked and fitted.

    python -m benchmarks.recovery [studies]

Printed: how often the 95% interval of the within-client effect covers its truth (to be 92-98%), how often a null study is
called significant (to be 3-7.5%), and the time a study takes. Exit status 1 where a share lies outside its range.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass

from benchmarks.studies import FIRST_SEED, drawn, each, params, positive, spent, truth
from pipeline.base.options import Scenario
from pipeline.hypotheses.design.sample import build_sample
from pipeline.hypotheses.kinds.multilevel.evaluate import primary_fit
from pipeline.results.reason import NotEstimable

STUDIES = 200
HYPOTHESIS = "joint_advocacy_strengthens_alliance"
EFFECT = "joint.within.total"
COVERAGE = (0.92, 0.98)
REJECTION = (0.03, 0.075)


@dataclass(frozen=True)
class Found:
    """The tested number of one study, and the seconds from drawing it to having it."""

    estimate: float
    std_error: float
    low: float
    high: float
    p_value: float
    seconds: float


def study(task: tuple[Scenario, int]) -> Found | None:
    """Draw, score, link and fit one study; None where there is no number, which counts as truth not covered."""
    start = time.perf_counter()
    occasions, ledger = drawn(*task)
    spec = params().hypotheses[HYPOTHESIS]
    try:
        tested = primary_fit(spec, build_sample(spec, occasions, ledger), params().compute).tested
    except NotEstimable:
        return None
    seconds = time.perf_counter() - start
    return Found(tested.estimate, tested.std_error, tested.conf_low, tested.conf_high, tested.p_value, seconds)


def report(scenario: Scenario, studies: list[Found | None]) -> tuple[float, float]:
    """Print one scenario's line; returns coverage and rejection rate over all studies."""
    found = [one for one in studies if one is not None]
    true, n = truth(scenario, EFFECT), len(studies)
    mean = sum(one.estimate for one in found) / len(found)
    spread = (sum((one.estimate - mean) ** 2 for one in found) / (len(found) - 1)) ** 0.5
    claimed = sum(one.std_error for one in found) / len(found)
    covered = sum(one.low <= true <= one.high for one in found) / n
    rejected = sum(one.p_value < params().verdict.alpha for one in found) / n
    seconds = sorted(one.seconds for one in found)[len(found) // 2]
    print(
        f"{scenario:<8} truth {true:6.4f}  mean estimate {mean:7.4f}  SD {spread:.4f}  mean SE {claimed:.4f}  "
        f"covered {covered:6.1%}  rejected {rejected:6.1%}  median {seconds:.2f} s a study"
        f"{f'  no number in {n - len(found)}' if n > len(found) else ''}",
        flush=True,
    )
    return covered, rejected


def main(studies: int = STUDIES) -> int:
    """Run both scenarios; 0 where both shares lie in their ranges."""
    begun, seeds = time.perf_counter(), range(FIRST_SEED, FIRST_SEED + studies)
    covered, _ = report("default", list(each(study, [("default", seed) for seed in seeds])))
    _, rejected = report("null", list(each(study, [("null", seed) for seed in seeds])))
    good = COVERAGE[0] <= covered <= COVERAGE[1] and REJECTION[0] <= rejected <= REJECTION[1]
    print(
        f"coverage to be {COVERAGE[0]:.0%}-{COVERAGE[1]:.0%}, rejection {REJECTION[0]:.1%}-{REJECTION[1]:.1%}: "
        f"{'as it should be' if good else 'NOT as it should be'}; {spent(begun)}"
    )
    return 0 if good else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.recovery", description="Does the primary model find the truth?"
    )
    parser.add_argument("studies", nargs="?", type=positive, default=STUDIES, help=f"studies a scenario ({STUDIES})")
    sys.exit(main(parser.parse_args().studies))
