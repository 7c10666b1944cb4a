"""The benchmarks run, and count what they say they count."""

from __future__ import annotations

from typing import get_args

import pytest

from benchmarks import recovery, targets, verdicts
from pipeline.base.options import Scenario
from pipeline.base.options import Verdict as Word


def _found(verdict: str, low: float, high: float) -> targets.Found:
    return targets.Found(verdict, (low + high) / 2, low, high, 1.0)


def test_recovery_tests_the_shipped_hypothesis_on_one_study() -> None:
    found = recovery.study(("default", recovery.FIRST_SEED))
    assert found is not None
    assert found.low < found.estimate < found.high
    assert abs(found.estimate - recovery.truth("default", recovery.EFFECT)) < 4 * found.std_error


def test_recovery_counts_coverage_and_rejection(capsys: pytest.CaptureFixture[str]) -> None:
    found = [recovery.Found(0.0, 0.1, -0.2, 0.2, 0.9, 1.0), recovery.Found(0.3, 0.1, 0.1, 0.5, 0.01, 3.0)]
    assert recovery.report("null", [*found, None, None]) == (0.25, 0.25)
    printed = capsys.readouterr().out
    assert "covered  25.0%  rejected  25.0%" in printed
    assert "no number in 2" in printed


def test_a_target_counts_verdicts_or_intervals_that_hold_the_truth() -> None:
    found = [_found("supported", 0.1, 0.3), _found("fragile", 0.3, 0.5)]
    truth = {"joint.within.total": 0.25, "worker_solo.within.total": 0.2}
    words = targets.Target("default", "joint", ("supported", "opposite"))
    whole = targets.Target("default", "joint", (targets.COVERED,))
    contrast = targets.Target("default", "joint - solo", (targets.COVERED,))
    shares = [target.share(found, lambda _, effect: truth[effect]) for target in (words, whole, contrast)]
    assert shares == [0.5, 0.5, 0.0]


def test_every_scenario_has_targets_in_words_that_exist() -> None:
    words = {*get_args(Word), targets.COVERED}
    assert set(targets.TARGETS) == set(get_args(Scenario))
    assert all(targets.TARGETS.values())
    for target in (target for found in targets.TARGETS.values() for target in found):
        assert set(target.words) <= words
        assert target.hypothesis in verdicts.variants()
        assert target.hypothesis in targets.TRUTHS


def test_the_command_line_says_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert verdicts.arguments([]).studies == verdicts.STUDIES
    assert verdicts.arguments(["3", "crisis", "null"]).scenarios == ["crisis", "null"]
    for wrong in (["0"], ["many"], ["3", "crysis"]):
        with pytest.raises(SystemExit):
            verdicts.arguments(wrong)
    assert "no such scenario: crysis" in capsys.readouterr().err
    with pytest.raises(SystemExit) as asked:
        verdicts.arguments(["--help"])
    assert asked.value.code == 0
