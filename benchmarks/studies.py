"""Simulated studies in numbers: drawn, scored and linked by the pipeline's own functions, two processes at a time."""

from __future__ import annotations

import argparse
import os
import time

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # before numpy: two processes, one thread each
    os.environ.setdefault(_threads, "1")

from collections.abc import Callable, Iterator, Sequence  # noqa: E402
from concurrent.futures import ProcessPoolExecutor  # noqa: E402
from functools import cache  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import TypeVar  # noqa: E402

import pandas as pd  # noqa: E402

from pipeline.base.options import Scenario  # noqa: E402
from pipeline.base.params import Params, load  # noqa: E402
from pipeline.exposure.link import link  # noqa: E402
from pipeline.measures import shipped  # noqa: E402
from pipeline.measures.scoring import score  # noqa: E402
from pipeline.simulate import canonical, known_truth  # noqa: E402

PROCESSES = 2
FIRST_SEED = 1_000  # studies of a benchmark have the seeds from here on
PARAMS = Path(__file__).parent.parent / "params.yaml"

Task = TypeVar("Task")
Result = TypeVar("Result")


@cache
def params() -> Params:
    """The shipped params.yaml: the study's size, its hypotheses, how it is linked and fitted."""
    return load(PARAMS.read_text(encoding="utf-8"))


def drawn(scenario: Scenario, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Occasions and ledger of one study of a scenario, as the stages up to link would leave them."""
    settings = params().simulate.model_copy(update={"scenario": scenario})
    tables = canonical(settings, seed)
    scores = score(tables["ratings_wai_sr"], shipped()["wai_sr"], params().measures.min_answered)
    occasions, ledger, _ = link(tables, scores, params().exposure)
    return occasions, ledger


@cache
def truth(scenario: Scenario, effect: str) -> float:
    """A true effect of a scenario on the observed scale (points an episode)."""
    settings = params().simulate.model_copy(update={"scenario": scenario})
    return float(known_truth(settings)["observed"]["effects"][effect]["estimate"])


def each(work: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
    """The results of all tasks in their order."""
    shipped()  # read once, before the processes part
    with ProcessPoolExecutor(PROCESSES) as pool:
        yield from pool.map(work, tasks)  # one at a time: a study takes a second, so both processes end together


def positive(text: str) -> int:
    """A number of studies from the command line."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def spent(begun: float) -> str:
    """The time since `begun` (time.perf_counter), and what this process and those it started took of the processor."""
    used = os.times()
    cpu = used.user + used.system + used.children_user + used.children_system
    return f"{(time.perf_counter() - begun) / 60:.1f} minutes, {cpu / 60:.1f} minutes of processor time"
