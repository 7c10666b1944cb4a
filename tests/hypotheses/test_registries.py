"""What registers a check or a kind is complete: nothing that lies there is forgotten, nothing that is named is missing."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.base.params import VerdictRules
from pipeline.hypotheses.battery import battery
from pipeline.hypotheses.kinds import KINDS, outcome_kinds
from pipeline.vocabulary.checks import CHECKS
from pipeline.vocabulary.outcomes import EVENTS
from tests.project import copy_project, small_params

ROOT = Path(__file__).parents[2]
HERE = ROOT / "pipeline" / "hypotheses" / "kinds"
NEEDED = {"rules": "claims", "evaluate": "evaluate", "explain": "explain", "battery": "run_battery", "words": "outcome"}
MADE_UP = '''"""A made-up check."""

from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, applies_always


def run(setting: Setting) -> Found:
    """The tested number once more."""
    return Found(setting.tested)


CHECK = Check(applies_always, run)
'''
LINE = 'CheckWords("made_up", "robustness", "Made up by a test", "when it is made up", "Made up"),'
ASKED = """
from pipeline.hypotheses.explain import explain
from pipeline.base.params import Compute, VerdictRules
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.verdict.judge import judge_study
from pipeline.vocabulary.checks import label_of_check
from tests.hypotheses.studies import hypothesis, linked
fit = evaluate(hypothesis(), *linked(workers=5, per_worker=5, sessions=5), Compute())
judged = judge_study({"h": fit}, {"h": hypothesis()}, VerdictRules(fragile_checks=("made_up",))).hypotheses["h"]
print([(one.state, one.decides, label_of_check(one.check)) for one in judged.attempts if one.check == "made_up"])
print("Made up by a test" in explain("h", hypothesis(), Compute(), VerdictRules(), *linked()))
"""


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_all_its_parts(kind: str) -> None:
    for part, function in NEEDED.items():
        assert callable(getattr(importlib.import_module(f"pipeline.hypotheses.kinds.{kind}.{part}"), function))


def test_every_folder_of_a_kind_is_registered() -> None:
    assert {path.parent.name for path in HERE.glob("*/__init__.py")} == set(KINDS)


def test_every_event_is_an_outcome_that_a_kind_brings() -> None:
    assert set(EVENTS) <= set(outcome_kinds())


def test_every_check_of_the_battery_has_its_line() -> None:
    assert set(battery()) <= set(CHECKS)
    rules = VerdictRules()
    named = [name for key, value in rules.model_dump().items() if key.endswith("_checks") for name in value]
    assert set(named) <= set(CHECKS)


@pytest.mark.slow
def test_a_new_check_costs_a_file_and_a_line(tmp_path: Path) -> None:
    for name in ("pipeline", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "wai_sessions"))
    (tmp_path / "pipeline/hypotheses/battery/made_up.py").write_text(MADE_UP)
    registry = tmp_path / "pipeline/vocabulary/checks.py"
    text = registry.read_text()
    place = text.index("        CheckWords(")
    registry.write_text(text[:place] + f"        {LINE}\n" + text[place:])
    done = subprocess.run([sys.executable, "-c", ASKED], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[('held', True, 'Made up by a test')]", "True"]


# A kind with two outcomes of its own: one in points of a scale, one that happens or does not.
CALM = {
    "__init__": '"""Calm: made up by a test."""\n',
    "rules": '''"""What it takes."""

from collections.abc import Iterator

from pipeline.base.errors import Problem
from pipeline.base.params import Hypothesis, Plan

OUTCOMES = ("warmth", "calm")


def claims(plan: Plan) -> bool:
    return plan.outcome.kind in OUTCOMES


def problems(at: str, hypothesis: Hypothesis) -> Iterator[Problem]:
    if hypothesis.moderator:
        yield Problem(f"{at}.moderator", "is not for the calm", "leave it out")


def as_known(plan: Plan) -> Plan:
    kind = {"warmth": "score", "calm": "no_show"}[plan.outcome.kind]
    return plan.model_copy(update={"outcome": plan.outcome.model_copy(update={"kind": kind})})
''',
    "evaluate": '''"""Its fit: that of a known kind."""

import importlib

from pipeline.hypotheses.kinds import kind_of
from pipeline.hypotheses.kinds.calm.rules import as_known
from pipeline.results.fit import Fit
from pipeline.results.trust import UNKNOWN


def evaluate(plan, occasions, ledger, compute, trust=UNKNOWN) -> Fit:
    known = as_known(plan)
    module = importlib.import_module(f"pipeline.hypotheses.kinds.{kind_of(known)}.evaluate")
    fit = module.evaluate(known, occasions, ledger, compute, trust)
    return fit.model_copy(update={"kind": "calm", "spec": plan})
''',
    "explain": '''"""What would be fitted."""

UNIT = "in units of calm"


def explain(plan, occasions, ledger, compute) -> list[str]:
    return ["Model: as calm as can be."]
''',
    "battery": '''"""Its checks: those of the kind it is fitted as."""

from pipeline.hypotheses.battery import run_battery

__all__ = ["run_battery"]
''',
    "words": '''"""Its words."""


def compared(plan) -> str:
    return "Calm after more {x} against calm after less."


def outcome(plan) -> str:
    return "how calm it was"


def beside(plan) -> str:
    return ""
''',
}
CLAIMS = """
  joint_advocacy_brings_calm:
    role: exploratory
    claim: "After joint advocacy, sessions are calmer."
    outcome: {instrument: wai_sr, kind: OUTCOME}
    exposure: {mode: joint}
    predicted: positive
    smallest_effect: 0.1
    effect: within
    random: {client_id: [intercept]}
"""


@pytest.mark.slow
def test_a_new_kind_of_hypothesis_runs_from_params_to_a_card_and_registers_once(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    kind = project.root / "pipeline/hypotheses/kinds/calm"
    kind.mkdir()
    for name, text in CALM.items():
        (kind / f"{name}.py").write_text(text, encoding="utf-8")
    project.edit('KINDS = ("mediation",', 'KINDS = ("calm", "mediation",', "pipeline/hypotheses/kinds/__init__.py")
    # The one more line, of an outcome that is no rating: how the page says it.
    known = '        Event("no_show", "missing the next session"),\n'
    project.edit(known, f'{known}        Event("calm", "having a calm session"),\n', "pipeline/vocabulary/outcomes.py")
    text = small_params((ROOT / "params.yaml").read_text(encoding="utf-8"))
    other = CLAIMS.replace("brings_calm", "brings_warmth").replace("OUTCOME", "warmth")
    added = CLAIMS.replace("OUTCOME", "calm") + other + "\nverdict:"
    (project.root / "params.yaml").write_text(text.replace("\nverdict:", added, 1), encoding="utf-8")
    done = project.pipeline("check")
    assert done.returncode == 0, done.stderr
    status, _, output = project.repro()
    assert status == 0, output
    asked = project.pipeline("explain", "joint_advocacy_brings_calm")
    assert "units of calm" in asked.stdout, asked.stdout + asked.stderr
    assert "how calm it was" in asked.stdout
    fits = {
        name: json.loads((project.root / f"data/analysis/fits/joint_advocacy_brings_{name}.json").read_text())
        for name in ("calm", "warmth")
    }
    assert {(fit["kind"], fit["status"]) for fit in fits.values()} == {("calm", "estimated")}
    page = (project.root / "reports/report.html").read_text(encoding="utf-8")
    for name in fits:
        assert f'id="claim-joint-advocacy-brings-{name}"' in page
    assert "the odds of having a calm session" in page
