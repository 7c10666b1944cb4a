"""Every model of a hypothesis against R: tests/reference/hypotheses/battery.R on study.csv."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.hypotheses.estimate import of
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.mediation import products
from pipeline.params import Compute
from tests.hypotheses.studies import PHASES, hypothesis

HERE = Path(__file__).parents[1] / "reference" / "hypotheses"
R = json.loads((HERE / "battery.json").read_text())
MODES = ("joint", "worker_solo", "client_solo", "concrete")
SAME = 2e-5  # relative, of estimates and errors: lme4 polished by two optimizers still stops about 1e-6 from the optimum
SAME_DF = 1e-3  # relative, of Satterthwaite df: numerical second derivatives on R's side
NLME = 2e-3  # relative, of CAR(1): nlme's optimizer stops on its relative likelihood
STACKED = 0.02  # relative: the stacked model and that of the difference differ by how they weigh the sum of both scores
SLOPES = 0.1  # of the error of a*b: nlme fits one residual variance a side, this pipeline scales the sides beforehand
MONTE_CARLO = 0.01  # relative to the error, of an interval end from 200,000 draws against R's million
COMPUTE = Compute(draws=200_000)


def occasions(keep_worker: bool = False) -> pd.DataFrame:
    rows = pd.read_csv(HERE / "study.csv")
    if keep_worker:
        rows = rows[rows.groupby("client")["worker"].transform("nunique") == 1].reset_index(drop=True)
    rows["occasion"] = rows.groupby("client").cumcount() + 1
    rows["phase"] = pd.Categorical(rows["phase"], categories=PHASES)
    names = {"client": "client_id", "worker": "worker_id", "session": "session_number", "need": "need_index"}
    rows = rows.rename(columns={**names, **{score: f"score_{score}" for score in ("total", "bond", "task")}})
    rows["missed_next"] = rows.pop("missed").astype("boolean")
    return rows.assign(instrument="wai_sr", rater="client", occasion_id=np.arange(len(rows)), gap=False)


def ledger(rows: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for mode in MODES:
        own = rows.loc[np.repeat(rows.index, rows[mode]), ["client_id", "worker_id", "day", "occasion_id"]]
        parts.append(own.assign(mode=mode, instrument="wai_sr", rater="client", reason="counted"))
    book = pd.concat(parts, ignore_index=True)
    return book.assign(episode_id=np.arange(len(book)), setting="court", duration_min=30.0)


@cache
def result(changes: str = "{}", keep_worker: bool = False) -> dict[str, Any]:
    rows = occasions(keep_worker)
    declared = hypothesis(**{"covariates": ["phase"], **json.loads(changes)})
    found = evaluate(declared, rows.drop(columns=list(MODES)), ledger(rows), COMPUTE)
    assert found["status"] == "estimated", found["reason"]
    return found


def check(name: str, **settings: Any) -> dict[str, Any]:
    return next(row for row in result(**settings)["battery"] if row["check"] == name)


def agrees(found: Any, reference: dict[str, float], tolerance: float = SAME) -> None:
    read = found if isinstance(found, dict) else found.__dict__
    assert read["estimate"] == pytest.approx(reference["estimate"], rel=tolerance, abs=tolerance * reference["std_error"])
    assert read["std_error"] == pytest.approx(reference["std_error"], rel=tolerance)
    if "df" in reference:
        assert read["df"] == pytest.approx(reference["df"], rel=SAME_DF)


def with_changes(**changes: Any) -> dict[str, Any]:
    return result(json.dumps(changes))["tested"]


def test_primary() -> None:
    agrees(result()["tested"], R["primary"])
    assert result()["dropped_slopes"] == []
    assert result()["deviance"] == pytest.approx(R["deviance"], abs=1e-4)


@pytest.mark.parametrize("effect", ["between", "worker", "contextual"])
def test_other_effects(effect: str) -> None:
    agrees(with_changes(effect=effect), R[effect])


BATTERY = ["lead_placebo", "lagged_outcome", "detrended", "quadratic_time", "reverse", "reverse_any"]
CONTROLS = ["control_worker_solo", "control_client_solo", "control_concrete"]


@pytest.mark.parametrize("name", BATTERY + CONTROLS)
def test_check(name: str) -> None:
    agrees(check(name), R[name])


def test_details_of_checks() -> None:
    agrees(check("lead_placebo")["details"]["after"], R["lead_alone"])
    agrees(check("time_slope")["details"]["without"], R["without_time_slope"])
    assert check("influence")["details"]["largest_change"] == pytest.approx(R["influence"]["largest_change"], rel=SAME)


def test_cluster_robust() -> None:
    agrees(check("cluster_robust", keep_worker=True), R["cluster_robust"])


def test_car1() -> None:
    found = check("car1", keep_worker=True)
    agrees(found, {key: R["car1"][key] for key in ("estimate", "std_error")}, NLME)
    assert found["details"]["phi"] == pytest.approx(R["car1"]["phi"], rel=NLME)


def test_contrast_of_exposures() -> None:
    agrees(with_changes(contrast={"minus": "worker_solo"}), R["contrast"])


def test_contrast_of_outcomes() -> None:
    changes = {
        "outcome": {"instrument": "wai_sr", "score": "bond"},
        "contrast": {"outcome_minus": "task"},
        "random": {"worker_id": ["intercept"], "client_id": ["intercept", "exposure"]},
    }
    found = with_changes(**changes)
    agrees(found, R["outcome_contrast"])
    agrees(found, {key: R["outcome_stacked"][key] for key in ("estimate", "std_error")}, STACKED)


def test_moderators() -> None:
    found = result(json.dumps({"moderator": "phase"}))
    agrees(found["tested"], R["by_phase"])
    agrees(found["moderation"]["levels"][0], R["at_engagement"])
    assert found["moderation"]["homogeneity"]["p_value"] == pytest.approx(R["phases_equal"]["Pr(>F)"], rel=SAME_DF)
    agrees(with_changes(moderator="need_index"), R["by_need"])


def test_mediation() -> None:
    plain = {"worker_id": ["intercept"], "client_id": ["intercept", "exposure"]}
    lagged = {"exposure": {"mode": "joint", "lag": 1}, "mediator": {"column": "empathy_client"}, "random": plain}
    found = result(json.dumps(lagged))
    assert found["dropped_slopes"] == []
    paths = found["mediation"]
    agrees(paths["a"], R["path_a"])
    agrees(paths["b"], R["path_b"])
    agrees(paths["direct"], R["path_direct"])
    error = R["product"]["std_error"]
    assert paths["covariance_ab"] == pytest.approx(R["covariance_ab"], abs=SLOPES * error)
    shift = paths["covariance_ab"]
    assert found["tested"]["estimate"] - shift == pytest.approx(R["product"]["estimate"], rel=SAME)


def test_monte_carlo_interval_of_a_product() -> None:
    a, b = (of(R[path]["estimate"], R[path]["std_error"], None) for path in ("path_a", "path_b"))
    draws = products(a, b, (0.0, 0.0), COMPUTE)
    found = (*np.percentile(draws, [2.5, 97.5]), draws.std())
    wanted = [R["product"][name] for name in ("conf_low", "conf_high", "std_error")]
    np.testing.assert_allclose(found, wanted, atol=MONTE_CARLO * R["product"]["std_error"])


def test_missed_sessions() -> None:
    agrees(with_changes(outcome={"instrument": "wai_sr", "kind": "no_show"}), R["hazard"])
