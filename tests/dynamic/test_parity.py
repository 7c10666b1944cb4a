"""The panel against lavaan (RI-CLPM with lag-0 path), its errors against a dense calculation, and plm (Arellano-Bond)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.dynamic import Panel, fit_panel, series_of
from tests.dynamic.arellano_bond import arellano_bond
from tests.dynamic.worlds import Truth, draw

FOLDER = Path(__file__).parent.parent / "reference" / "dynamic"
LIKELIHOOD = 1e-5  # lavaan's optimiser stops that far from the top; the dense calculation agrees to 1e-10
ESTIMATE = 1e-4  # lavaan's equality constraints are kept to about 1e-5
ERROR = 2e-6  # relative; second differences of numDeriv
PLM = 1e-6
ERROR_VARIANCE = 0.15
IN_R = {
    "beta": "beta",
    "lambda": "lambda",
    "phi": "phi",
    "rho": "rho",
    "gamma": "gamma",
    "u": "var_exposure",
    "e": "var_rating",
    "mx": "mean_exposure",
    "my": "mean_rating",
    "pg": "var_exposure_part",
    "pgm": "cov_parts",
    "pm": "var_rating_part",
}


def reference(name: str) -> dict[str, dict[str, object]]:
    return json.loads((FOLDER / f"{name}.json").read_text())


def fitted(file: str) -> Panel:
    data = pd.read_csv(FOLDER / f"{file}.csv")
    series = series_of(*(data[name].to_numpy() for name in ("x", "y", "client", "occasion", "worker")))
    found = fit_panel(series, 1.0 - ERROR_VARIANCE / series.rating_variance)
    assert isinstance(found, Panel)
    return found


@pytest.mark.parametrize("case", ["complete_ml", "complete_mlr", "incomplete_fiml", "incomplete_mlr", "clustered_mlr"])
def test_lavaan(case: str) -> None:
    theirs, ours = reference("lavaan")[case], fitted(case.split("_")[0])
    assert ours.log_likelihood == pytest.approx(theirs["log_likelihood"], abs=LIKELIHOOD)
    for name, own in IN_R.items():
        assert ours.numbers[own].estimate == pytest.approx(theirs["estimate"][name], abs=ESTIMATE), name


@pytest.mark.parametrize("case", ["complete", "incomplete", "clustered"])
def test_errors_by_client_and_by_worker(case: str) -> None:
    theirs, ours = reference("errors")[case], fitted(case)
    for name, own in IN_R.items():
        number = ours.numbers[own]
        assert number.by_client == pytest.approx(theirs["by_client"][name], rel=ERROR), name
        assert number.by_worker == pytest.approx(theirs["by_worker"][name], rel=ERROR), name
        assert number.std_error == max(number.by_client, number.by_worker)


def test_arellano_bond_is_plms() -> None:
    data, theirs = pd.read_csv(FOLDER / "complete.csv"), reference("plm")["complete"]
    x, y = (data.pivot(index="client", columns="occasion", values=name).to_numpy() for name in ("x", "y"))
    ours = arellano_bond(x, y)
    for name in ("one_step", "one_step_robust", "two_step", "windmeijer"):
        np.testing.assert_allclose(getattr(ours, name), theirs[name], atol=PLM)


def test_the_panel_and_arellano_bond_agree_where_both_hold() -> None:
    """No measurement error, long enough: two estimators with nothing in common but the truth."""
    long = draw(21, 1500, 6, Truth(error=0.0))
    series = series_of(long.x, long.y, long.client, long.occasion, long.worker)
    panel = fit_panel(series, 1.0)
    assert isinstance(panel, Panel)
    gmm = arellano_bond(long.x.reshape(1500, 6), long.y.reshape(1500, 6))
    for i, name in enumerate(("phi", "beta", "lambda")):
        number = panel.numbers[name]
        assert abs(gmm.two_step[i] - number.estimate) < 3 * gmm.windmeijer[i]
        assert number.by_client < gmm.windmeijer[i]
