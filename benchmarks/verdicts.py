"""Which verdicts does the tool give where the truth is known? 200 studies a scenario, the whole battery each time.

    python -m benchmarks.verdicts [studies] [scenario ...]

Every hypothesis is judged as a family of its own: a larger family would only make `supported` rarer, where it is true and
where it is not. Printed are the shares of verdicts, the mean beside its truth, every target with whether it was met, and the
time it all took. Exit status 1 where a target was missed.
Coverage is counted over three times as many studies, the further ones with the primary fit alone: over 200 a share of 95%
has a standard error of 1.5%, and a target of 93-97% would be missed by chance in one of five; over 600 in one of forty.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from benchmarks.studies import FIRST_SEED, drawn, each, params, positive, spent, truth
from benchmarks.targets import COVERAGE_ALONE, COVERED, NEEDED, SUPPORT_ALONE, TARGETS, Found, Target, truth_of
from pipeline.base.options import Scenario
from pipeline.base.params import Hypothesis
from pipeline.base.specs import ContrastSpec, MediatorSpec
from pipeline.hypotheses.design.sample import build_sample
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.kinds.multilevel.evaluate import primary_fit
from pipeline.hypotheses.verdict.judge import judge_study
from pipeline.results.reason import NotEstimable

STUDIES = 200
MORE = 3  # times as many studies for coverage
HYPOTHESIS = "joint_advocacy_strengthens_alliance"
NOT_SUPPORTED = "not significant with the predicted sign"


def variants() -> dict[str, Hypothesis]:
    """The shipped hypothesis, and the ones that differ from it by a contrast, a mediator or a covariate."""
    main = params().hypotheses[HYPOTHESIS].model_copy(update={"role": "confirmatory"})
    bond = main.outcome.model_copy(update={"score": "bond"})
    lagged = main.exposure.model_copy(update={"lag": 1})
    unmarked = tuple(name for name in main.covariates if name != "crisis")
    return {
        "joint": main,
        "joint without the mark": main.model_copy(update={"covariates": unmarked}),
        "joint - solo": main.model_copy(update={"contrast": ContrastSpec(minus="worker_solo")}),
        "bond - task": main.model_copy(update={"outcome": bond, "contrast": ContrastSpec(outcome_minus="task")}),
        "through empathy": main.model_copy(update={"exposure": lagged, "mediator": MediatorSpec(column="empathy_client")}),
    }


@dataclass(frozen=True)
class Task:
    """One study of one scenario."""

    scenario: Scenario
    seed: int


def study(task: Task) -> dict[str, Found]:
    """Draw one study and judge every hypothesis its scenario is to answer."""
    occasions, ledger = drawn(task.scenario, task.seed)
    found = {}
    for name in NEEDED[task.scenario]:
        judged = _perhaps_supported if name in SUPPORT_ALONE[task.scenario] else _judged
        found[name] = judged(variants()[name], occasions, ledger)
    return found


def _judged(hypothesis: Hypothesis, occasions: Any, ledger: Any) -> Found:
    start = time.perf_counter()
    result = evaluate(hypothesis, occasions, ledger, params().compute)
    verdict = judge_study({"it": result}, {"it": hypothesis}, params().verdict).hypotheses["it"].verdict
    if result.tested is None:
        return Found(verdict, math.nan, math.nan, math.nan, time.perf_counter() - start)
    tested = result.tested
    return Found(verdict, tested.estimate, tested.conf_low, tested.conf_high, time.perf_counter() - start)


def _perhaps_supported(hypothesis: Hypothesis, occasions: Any, ledger: Any) -> Found:
    """As `_judged`, without the battery where the primary fit alone already rules out `supported`."""
    found = _primary(hypothesis, occasions, ledger)
    return _judged(hypothesis, occasions, ledger) if found.low > 0 else found


def more(task: Task) -> dict[str, Found]:
    """One more study of which only coverage is asked: the primary fit alone, which has the tested number."""
    occasions, ledger = drawn(task.scenario, task.seed)
    return {name: _primary(variants()[name], occasions, ledger) for name in COVERAGE_ALONE[task.scenario]}


def _primary(hypothesis: Hypothesis, occasions: Any, ledger: Any) -> Found:
    start = time.perf_counter()
    try:
        tested = primary_fit(hypothesis, build_sample(hypothesis, occasions, ledger), params().compute).tested
    except NotEstimable:
        return Found("not estimable", math.nan, math.nan, math.nan, time.perf_counter() - start)
    return Found(NOT_SUPPORTED, tested.estimate, tested.conf_low, tested.conf_high, time.perf_counter() - start)


def report(
    scenario: Scenario, studies: list[dict[str, Found]], further: list[dict[str, Found]]
) -> list[tuple[Target, float]]:
    """Print one scenario; returns its targets with the shares found."""
    print(f"\n{scenario}")
    for name in NEEDED[scenario]:
        found = [one[name] for one in studies]
        known = [one.estimate for one in found if one.estimate == one.estimate]
        shares = ", ".join(
            f"{word} {count / len(found):.1%}" for word, count in Counter(one.verdict for one in found).most_common()
        )
        seconds = sorted(one.seconds for one in found)[len(found) // 2]
        true = f" (truth {truth_of(scenario, name, truth):.4f})"
        print(f"  {name}: mean {sum(known) / max(1, len(known)):.4f}{true}; {shares}; median {seconds:.2f} s", flush=True)
    counted = []
    for target in TARGETS[scenario]:
        alone = target.words == (COVERED,) and target.hypothesis in COVERAGE_ALONE[scenario]
        counted.append(
            (target, target.share([one[target.hypothesis] for one in [*studies, *(further if alone else [])]], truth))
        )
    return counted


def main(studies: int, scenarios: Iterable[Scenario]) -> int:
    """Run the scenarios; 0 where every target is met."""
    missed, begun = 0, time.perf_counter()
    for scenario in scenarios:
        tasks = [Task(scenario, seed) for seed in range(FIRST_SEED, FIRST_SEED + studies)]
        beyond = range(FIRST_SEED + studies, FIRST_SEED + MORE * studies) if COVERAGE_ALONE[scenario] else ()
        further = list(each(more, [Task(scenario, seed) for seed in beyond]))
        for target, share in report(scenario, list(each(study, tasks)), further):
            met = target.low <= share <= target.high
            missed += not met
            print(f"    {'met   ' if met else 'MISSED'} {target}: {share:.1%}", flush=True)
    print(f"\n{f'{missed} targets missed' if missed else 'all targets met'}; {spent(begun)}")
    return 1 if missed else 0


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """The command line: how many studies, and which scenarios (all where none is named)."""
    known = get_args(Scenario)
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.verdicts",
        description="Which verdicts does the tool give where the truth is known?",
        epilog=f"Scenarios: {', '.join(known)}.",
    )
    parser.add_argument("studies", nargs="?", type=positive, default=STUDIES, help=f"studies a scenario ({STUDIES})")
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help="only these (all)")
    found = parser.parse_args(given)
    unknown = [name for name in found.scenarios if name not in known]
    if unknown:
        parser.error(f"no such scenario: {', '.join(unknown)} (known are {', '.join(known)})")
    return found


if __name__ == "__main__":
    asked = arguments(sys.argv[1:])
    sys.exit(main(asked.studies, [name for name in get_args(Scenario) if name in asked.scenarios or not asked.scenarios]))
