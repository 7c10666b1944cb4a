"""Planned standard errors and df are those of lme4 and of dense algebra (tests/reference/planning/make.R)."""

from __future__ import annotations

import json

import pytest

from pipeline.planning.design import Variation, draw
from pipeline.planning.information import information
from tests.project import ROOT
from tests.reference.planning.make_data import DESIGNS, table

HERE = ROOT / "tests/reference/planning"


@pytest.mark.parametrize("number", range(len(DESIGNS)))
def test_information_is_that_of_lme4_at_the_same_variances(number: int) -> None:
    told = json.loads((HERE / "planned.json").read_text(encoding="utf-8"))[str(number)]
    found = information(draw(DESIGNS[number], 7), Variation())
    assert found.std_error == pytest.approx(told["std_error"], rel=1e-9)
    assert found.df == pytest.approx(told["df"], rel=1e-8)
    assert found.ratings == told["ratings"]


def test_the_reference_was_made_of_these_courses() -> None:
    assert table().to_csv(index=False) == (HERE / "courses.csv").read_text(encoding="utf-8")
