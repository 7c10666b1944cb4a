"""What registers a check or a kind is complete: nothing that lies there is forgotten, nothing that is named is missing."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.base.params import VerdictRules
from pipeline.hypotheses.battery import battery
from pipeline.hypotheses.kinds import KINDS
from pipeline.vocabulary.checks import CHECKS

ROOT = Path(__file__).parents[2]
HERE = ROOT / "pipeline" / "hypotheses" / "kinds"
NEEDED = {"rules": "claims", "evaluate": "evaluate", "explain": "explain", "battery": "run_battery", "words": "outcome"}
MADE_UP = '''"""A made-up check."""

from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, always


def run(setting: Setting) -> Found:
    """The tested number once more."""
    return Found(setting.tested)


CHECK = Check(always, run)
'''
LINE = 'CheckWords("made_up", "robustness", "Made up by a test", "when it is made up", "Made up"),'
ASKED = """
from pipeline.hypotheses.explain import explain
from pipeline.base.params import Compute, VerdictRules
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.verdict.judge import judge
from pipeline.vocabulary.checks import label
from tests.hypotheses.studies import hypothesis, linked
fit = evaluate(hypothesis(), *linked(workers=5, per_worker=5, sessions=5), Compute())
judged = judge({"h": fit}, {"h": hypothesis()}, VerdictRules(fragile_checks=("made_up",))).hypotheses["h"]
print([(one.state, one.decides, label(one.check)) for one in judged.attempts if one.check == "made_up"])
print("Made up by a test" in explain("h", hypothesis(), Compute(), VerdictRules(), *linked()))
"""


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_all_its_parts(kind: str) -> None:
    for part, function in NEEDED.items():
        assert callable(getattr(importlib.import_module(f"pipeline.hypotheses.kinds.{kind}.{part}"), function))


def test_every_folder_of_a_kind_is_registered() -> None:
    assert {path.parent.name for path in HERE.glob("*/__init__.py")} == set(KINDS)


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
