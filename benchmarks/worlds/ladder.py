"""Where the benchmark meets the pipeline: tables in, through the real windows, fits, battery and rules, verdict out."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.studies import params
from benchmarks.worlds.law import Size
from benchmarks.worlds.world import BuiltIn
from pipeline.base.params import Hypothesis, Simulate
from pipeline.exposure.link import link
from pipeline.hypotheses.design.sample import build_sample
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.kinds.multilevel.evaluate import primary_fit
from pipeline.hypotheses.verdict.judge import judge_study
from pipeline.measures import shipped
from pipeline.measures.scoring import score
from pipeline.measures.within import trust_of
from pipeline.results.estimate import Estimate
from pipeline.results.fit import Fit
from pipeline.results.reason import NotEstimable
from pipeline.results.trust import Trust
from pipeline.simulate import canonical

ROOT = Path(__file__).parent.parent.parent
# Rooms whose code no verdict passes through: a change in them leaves stored results valid.
ELSEWHERE = {
    "commands",
    "curve",
    "description",
    "disclosure",
    "ingest",
    "planning",
    "prepare",
    "project",
    "report",
    "stages",
}


@dataclass(frozen=True)
class Interval:
    """A number with its 95% interval, NaN where there is none."""

    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan

    def holds(self, truth: float) -> bool:
        """Whether the interval holds a truth."""
        return self.low <= truth <= self.high


@dataclass(frozen=True)
class Said:
    """What the ladder says of one hypothesis in one study."""

    verdict: str
    rule: str
    tested: Interval = Interval()
    dynamic: Interval = Interval()  # the same effect where ratings may bring the advocacy
    feedback: Interval = Interval()  # what a point of the rating does to the episodes of the next window
    checks: Mapping[str, str] = field(default_factory=dict)  # name -> state, of those that apply
    decided_by: tuple[str, ...] = ()  # the checks that made the rule speak
    fault: str = ""  # a defect of the pipeline, by its place in the code
    seconds: float = 0.0


def ask(tables: Mapping[str, pd.DataFrame], asked: Mapping[str, Any]) -> Said:
    """Link, fit, try to falsify and judge one hypothesis as a family of its own."""
    begun = time.perf_counter()
    hypothesis, occasions, ledger = linked(tables, asked)
    trust = Trust(scores=tuple(trust_of(tables["ratings_wai_sr"], tables["sessions"], shipped()["wai_sr"])))
    result = evaluate(hypothesis, occasions, ledger, params().compute, trust)
    judged = judge_study({"it": result}, {"it": hypothesis}, params().verdict).hypotheses["it"]
    feedback = next((one for one in result.battery if one.check == "feedback" and one.outcome == "computed"), None)
    return Said(
        verdict=judged.verdict,
        rule=judged.rule,
        tested=_interval(result.tested),
        dynamic=_interval(feedback.estimate if feedback else None),
        feedback=_interval(feedback.beside.back if feedback else None),
        checks={one.check: one.state for one in judged.attempts if one.state != "not_applicable"},
        decided_by=judged.decided_by,
        fault=_fault(result),
        seconds=time.perf_counter() - begun,
    )


def headline(tables: Mapping[str, pd.DataFrame], asked: Mapping[str, Any]) -> Said:
    """The tested number alone, without battery and verdict (an empty one): all that coverage asks for."""
    begun = time.perf_counter()
    hypothesis, occasions, ledger = linked(tables, asked)
    try:
        tested = primary_fit(hypothesis, build_sample(hypothesis, occasions, ledger), params().compute).tested
    except NotEstimable:
        return Said("", "", seconds=time.perf_counter() - begun)
    interval = Interval(tested.estimate, tested.conf_low, tested.conf_high)
    return Said("", "", interval, seconds=time.perf_counter() - begun)


def linked(tables: Mapping[str, pd.DataFrame], asked: Mapping[str, Any]) -> tuple[Hypothesis, pd.DataFrame, pd.DataFrame]:
    """A hypothesis, and its occasions and ledger."""
    hypothesis = Hypothesis.model_validate_json(json.dumps(asked))
    scores = score(tables["ratings_wai_sr"], shipped()["wai_sr"], params().measures.min_answered)
    occasions, ledger, _ = link(tables, scores, params().exposure)
    return hypothesis, occasions, ledger


def built_in(law: BuiltIn, size: Size, seed: int) -> dict[str, pd.DataFrame]:
    """The canonical tables of one study of the pipeline's own simulator."""
    settings = {"scenario": law.scenario, "truth": dict(law.truth), **asdict(size)}
    return canonical(Simulate.model_validate(settings), seed)


def _fault(result: Fit) -> str:
    if result.status != "not_computed" or result.reason is None:
        return ""
    return " ".join([result.reason.code, *map(str, result.reason.names.values())])


def _interval(found: Estimate | None) -> Interval:
    return Interval() if found is None else Interval(found.estimate, found.conf_low, found.conf_high)


@cache
def code() -> str:
    """A digest of all code and parameters a verdict of this benchmark passes through."""
    found = hashlib.sha256()
    for path in sorted(_files()):
        found.update(path.relative_to(ROOT).as_posix().encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


def _files() -> list[Path]:
    pipeline = [path for path in (ROOT / "pipeline").rglob("*.py") if path.relative_to(ROOT).parts[1] not in ELSEWHERE]
    here = Path(__file__).parent
    worlds = [here / name for name in ("law.py", "people.py", "causes.py", "course.py", "tables.py", "ladder.py")]
    return [*pipeline, *worlds, ROOT / "params.yaml"]
