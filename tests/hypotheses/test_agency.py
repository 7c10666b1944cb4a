"""Agencies as a level: the rule that chooses, what it leaves alone, and parity with lme4 (agency.R)."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.base.params import Compute, Exposure
from pipeline.exposure.link import link
from pipeline.hypotheses.battery.shared.setting import Setting
from pipeline.hypotheses.design.sample import build_sample
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.kinds.multilevel.evaluate import primary_fit
from pipeline.results.fit import Fit
from tests.hypotheses.studies import hypothesis, study
from tests.hypotheses.test_parity import HERE, OLDER, SAME, SAME_DF, ledger, occasions

R = json.loads((HERE / "agency.json").read_text())
NAMES = {"worker": "worker_id", "client": "client_id", "pair": "agency_id", "Residual": "residual"}
LEVELS = {"fixed": lambda worker: worker % 3, "random": lambda worker: worker // 2}
SOON = Compute(random_agencies=4)


def of_reference(level: str, effect: str, few: bool = False) -> Setting:
    """The headline alone, without its battery."""
    rows = occasions(keep_worker=False, few=few)
    agency = LEVELS[level](rows["worker_id"])
    rows["agency_id"] = [f"A{one:02d}" for one in agency]
    rows["score_total"] += 0.6 * np.sin(1.7 * agency)
    declared = hypothesis(covariates=["phase"], effect=effect, **OLDER)
    modes = ["joint", "worker_solo", "client_solo", "concrete"]
    return primary_fit(declared, build_sample(declared, rows.drop(columns=modes), ledger(rows)), Compute())


def agrees(found: Setting, wanted: dict[str, Any]) -> None:
    assert found.primary.left_out == ()
    assert found.tested.estimate == pytest.approx(wanted["estimate"], rel=SAME, abs=SAME * wanted["std_error"])
    assert found.tested.std_error == pytest.approx(wanted["std_error"], rel=SAME)
    assert found.tested.df == pytest.approx(wanted["df"], rel=SAME_DF)
    model = found.primary.model
    assert model.deviance == pytest.approx(wanted["deviance"], abs=1e-4)
    rows = model.variance
    own = rows[rows["term_1"].isin(["", "Intercept"]) & (rows["term_1"] == rows["term_2"])]
    ours = dict(zip(own["group"], own["covariance"], strict=True))
    assert ours == pytest.approx({NAMES[name]: value for name, value in wanted["variances"].items()}, rel=2e-4)


@pytest.mark.parametrize(("level", "effect"), [(one, two) for one in LEVELS for two in ("within", "worker")])
def test_as_in_lme4(level: str, effect: str) -> None:
    agrees(of_reference(level, effect), R[level if effect == "within" else f"{level}_worker"])


@pytest.mark.parametrize("effect", ["within", "worker"])
def test_few_workers_as_in_pbkrtest(effect: str) -> None:
    agrees(of_reference("fixed", effect, few=True), R["few" if effect == "within" else "few_worker"])


def fitted(
    agency: list[str | None] | None,
    compute: Compute = SOON,
    workers: int = 9,
    skills: list[str] | None = None,
    missed: bool = False,
    spared: str = "",
    **declared: Any,
) -> Fit:
    tables, scores = study(workers=workers, per_worker=4, sessions=6)
    if agency is not None:
        people = pd.DataFrame({"worker_id": [f"w{i:02d}" for i in range(workers)], "agency_id": agency})
        tables = tables | {"workers": people if skills is None else people.assign(discipline=skills)}
    rows, book, _ = link(tables, scores, Exposure())
    if missed:
        here = (np.arange(len(rows)) * 7 % 5 == 0) & (rows["agency_id"] != spared)
        rows = rows.assign(missed_next=here.astype("boolean"))
    return evaluate(hypothesis(**declared), rows, book, compute)


def codes(found: Fit) -> set[str]:
    return {one.code for one in found.notes if one.code.startswith("agency")}


THREE, FOUR = ["a", "b", "c"] * 3, ["a", "b", "c", "d", "a", "b", "c", "d", "a"]


@pytest.mark.parametrize(
    ("agency", "compute", "said"),
    [
        (THREE, SOON, {"agency_fixed"}),
        (FOUR, SOON, {"agency_random"}),
        (FOUR, Compute(), {"agency_fixed"}),
        (THREE, Compute(agency="random"), {"agency_random_asked"}),
        (FOUR, Compute(agency="fixed"), {"agency_fixed_asked"}),
        ([None, "b", "c"] * 3, SOON, {"agency_fixed", "agency_unknown"}),
        ([*"abcdefgh", "a"], SOON, {"agency_is_worker"}),
        ([*"abcdefgh", "a"], Compute(), {"agency_leaves_nothing"}),
        ([*"aaabbbbbc"], Compute(), {"agency_fixed"}),
        (THREE, Compute(agency="none"), set()),
    ],
)
def test_what_the_rule_chooses_is_said(agency: list[str | None], compute: Compute, said: set[str]) -> None:
    found = fitted(agency, compute)
    assert found.status == "estimated"
    assert codes(found) == said
    is_random = any(name.startswith("agency_random") for name in said)
    assert any(row.group == "agency_id" for row in found.variance) == is_random
    assert ("agency_2" in (found.formula or "")) == any(name.startswith("agency_fixed") for name in said)
    assert not any("agency" in row.term for row in found.coefficients)


@pytest.mark.parametrize("agency", [["a"] * 9, [None] * 9])
def test_one_agency_changes_nothing(agency: list[str | None]) -> None:
    assert fitted(agency).model_dump_json() == fitted(None).model_dump_json()


def test_an_agency_that_is_a_covariate_is_no_level_as_well() -> None:
    found = fitted(THREE, covariates=["agency_id"])
    assert codes(found) == set()
    assert any(row.term.startswith("agency_id[") for row in found.coefficients)


def test_every_check_keeps_the_level_of_the_headline() -> None:
    """A check on fewer rows has the agencies in it as the headline has: no check fails for want of them."""
    for agency in (THREE, FOUR):
        found = fitted(agency, covariates=["need_index"], outcome={"instrument": "wai_sr", "reliability": 0.85})
        wrong = {one.check: one.reason.code for one in found.battery if one.reason and one.outcome == "not_computed"}
        assert wrong == {}


def test_agencies_that_leave_nothing_between_workers_stay_out() -> None:
    skills = ["x", "y", "z", "x", "z", "y"]
    found = fitted(["a", "a", "b", "b", "c", "c"], workers=6, skills=skills, covariates=["discipline"])
    assert found.status == "estimated"
    assert codes(found) == {"agency_leaves_nothing"}


@pytest.mark.parametrize(("agency", "clusters"), [(THREE, 9), (FOUR, 4)])
def test_missed_sessions(agency: list[str | None], clusters: int) -> None:
    """Of few agencies each has a level of its own, of more errors are over agencies."""
    found = fitted(agency, missed=True, outcome={"instrument": "wai_sr", "kind": "no_show"})
    assert found.status == "estimated", found.reason
    assert found.hazard is not None
    assert found.hazard.clusters == clusters
    assert ("agency_2" in (found.formula or "")) == (clusters == 9)


def test_an_agency_without_missed_sessions_has_no_level_of_its_own() -> None:
    found = fitted(THREE, missed=True, spared="c", outcome={"instrument": "wai_sr", "kind": "no_show"})
    assert found.status == "estimated", found.reason
    assert codes(found) == {"agency_without_events"}


def test_a_number_about_workers_has_no_more_df_than_workers() -> None:
    """Where the variance between workers comes out as zero the fit alone would count clients as witnesses of workers."""
    tables, scores = study(workers=6, per_worker=10, sessions=6)
    mean = scores.merge(tables["sessions"][["session_id", "worker_id"]], on="session_id")
    scores = scores.assign(value=mean["value"] - mean.groupby(["worker_id", "score"])["value"].transform("mean") + 4)
    rows, book, _ = link(tables, scores, Exposure())
    found = evaluate(hypothesis(effect="worker"), rows, book, Compute(kenward_roger_below=0))
    assert found.tested is not None
    assert found.tested.df is not None
    assert found.tested.df <= 5
