"""Any hypothesis on any study ends in a finite number, or in `not estimable` with a reason and counts; never in a trace."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.base.params import Exposure, VerdictRules
from pipeline.exposure.link import link
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.explain import explain
from pipeline.hypotheses.verdict.judge import judge_study
from pipeline.project.io import json_bytes
from pipeline.results.estimate import Estimate
from pipeline.vocabulary.results import REASONS
from tests.hypotheses.strange import lenient, random_hypothesis, strange_study

STUDIES = 20
HYPOTHESES = 4  # of each study
NUMBERS = ("estimate", "std_error", "conf_low", "conf_high", "p_value")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("seed", range(STUDIES))
def test_a_number_or_a_reason(seed: int) -> None:
    random = np.random.default_rng(seed)
    tables, scores = strange_study(random)
    occasions, ledger, _ = link(tables, scores, Exposure())
    for _ in range(HYPOTHESES):
        declared, compute = random_hypothesis(random), lenient(random)
        result = evaluate(declared, occasions, ledger, compute)
        verdict = judge_study({"h": result}, {"h": declared}, VerdictRules()).hypotheses["h"].verdict
        assert json_bytes(result)
        assert result.counts
        assert result.status != "not_computed", result.reason
        if result.status == "not_estimable":
            assert (verdict, result.tested, result.battery, result.coefficients) == ("not estimable", None, (), ())
            assert result.reason
            assert result.reason.code in REASONS
        else:
            sound(result.tested)
            assert verdict != "not estimable"
            for check in result.battery:
                if check.estimate is not None:
                    sound(check.estimate)
                else:
                    assert check.reason
                    assert check.reason.code in REASONS
                    assert check.reason.code != "defect", check
        assert explain("h", declared, compute, VerdictRules(), occasions, ledger)


def sound(found: Estimate | None) -> None:
    """Finite numbers, an interval round its estimate, and an error that is one."""
    assert found is not None
    numbers = found.model_dump()
    assert all(math.isfinite(numbers[name]) for name in NUMBERS if name in numbers)
    assert numbers["std_error"] > 0
    assert numbers["conf_low"] <= numbers["estimate"] <= numbers["conf_high"]
