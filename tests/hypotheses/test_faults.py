"""What goes wrong in one hypothesis, or in one check, is that one's own result; no message of an error is kept."""

from __future__ import annotations

import pytest

from pipeline.base.params import VerdictRules
from pipeline.hypotheses.battery import run_check
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, applies_always
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.kinds.multilevel import evaluate as multilevel
from pipeline.hypotheses.summary import unresolved_warnings
from pipeline.hypotheses.verdict.judge import judge_study
from pipeline.project.io import json_bytes
from tests.hypotheses.studies import COMPUTE, hypothesis, linked
from tests.results import make

SECRET = "could not convert string to float: 'Jane Doe'"


def breaks(*_: object, **__: object) -> None:
    raise ValueError(SECRET)


def test_a_defect_of_one_is_its_own_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multilevel, "build_sample", breaks)
    broken = evaluate(hypothesis(), *linked(), COMPUTE)
    assert broken.status == "not_computed"
    assert broken.reason is not None
    assert (broken.reason.code, broken.reason.names["error"]) == ("defect", "ValueError")
    assert broken.counts
    assert SECRET.encode() not in json_bytes(broken)
    verdicts = judge_study({"a": broken, "b": make.fit()}, {"a": hypothesis(), "b": hypothesis()}, VerdictRules())
    assert verdicts.hypotheses["a"].verdict == "could not be computed"
    assert verdicts.hypotheses["b"].tested is not None
    assert verdicts.family["confirmatory"].size == 2
    assert len(unresolved_warnings(verdicts)) == 1
    assert "hypothesis a: could not be computed" in unresolved_warnings(verdicts)[0]


def test_a_defect_of_a_check_is_its_own_result() -> None:
    def run(_: Setting) -> Found:
        breaks()
        raise AssertionError

    setting: Setting = None  # type: ignore[assignment]
    found = run_check("made_up", Check(applies_always, run), setting)
    assert found.outcome == "not_computed"
    assert found.reason is not None
    assert found.reason.code == "defect"
    assert SECRET not in found.model_dump_json()


def test_where_all_went_well_nothing_is_warned_of() -> None:
    assert unresolved_warnings(judge_study({"a": make.fit()}, {"a": hypothesis()}, VerdictRules())) == []
