"""The information of a planned design is that of the engine at the same variances; power is what simulated studies show."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.multilevel import fit
from pipeline.planning.design import Drawn, PlannedDesign, Variation, draw
from pipeline.planning.information import PARAMETERS, NoInformationError, information
from pipeline.planning.power import VARIANCES, _left_in, grid, power, price, scattered, smallest

DESIGN = PlannedDesign(workers=12, clients=8, sessions=10, rate=0.5, missed=0.1, dropout=0.02)
FIXED, RANDOM = ["within", "between", "above", "time"], {"worker": ["1", "within"], "client": ["1", "within", "time"]}


def rows(drawn: Drawn) -> pd.DataFrame:
    kept = drawn.rated & (drawn.rated.sum(axis=1) >= 2)[:, None]
    client, session = np.nonzero(kept)
    frame = pd.DataFrame(
        {"client": client, "worker": drawn.worker[client], "dose": drawn.dose[kept], "time": session - session.mean()}
    )
    mean = frame.groupby("client")["dose"].transform("mean")
    own = frame.groupby("worker")["dose"].transform("mean")
    return frame.assign(within=frame["dose"] - mean, between=mean - own, above=own - frame["dose"].mean())


def simulated(frame: pd.DataFrame, variation: Variation, effect: float, residual: float, seed: int) -> np.ndarray:
    rng = np.random.Generator(np.random.PCG64(seed))
    n, workers = int(frame["client"].max()) + 1, int(frame["worker"].max()) + 1
    client, worker, within = frame["client"], frame["worker"], frame["within"].to_numpy()
    slopes = (
        effect
        + variation.worker_effect * rng.normal(size=workers)[worker]
        + variation.client_effect * rng.normal(size=n)[client]
    )
    level = variation.worker * rng.normal(size=workers)[worker] + variation.client * rng.normal(size=n)[client]
    trend = variation.trend * rng.normal(size=n)[client] * (frame["time"] - frame["time"].mean()).to_numpy()
    return np.asarray(level + slopes * within + trend + np.sqrt(residual) * rng.normal(size=len(frame)))


def test_standard_error_and_df_are_the_engines_where_variances_agree() -> None:
    """The engine's estimates taken as the declared variances, its standard error must be ours to rounding."""
    drawn, truth = draw(DESIGN, 7), Variation(client=1.0, worker=0.6, client_effect=0.2, worker_effect=0.15, trend=0.06)
    frame = rows(drawn)
    model = fit(frame.assign(y=simulated(frame, truth, 0.2, 0.8, 3)), outcome="y", fixed=FIXED,
                random={group: [[term] for term in terms] for group, terms in RANDOM.items()})  # fmt: skip
    sd = {(r.group, r.term_1): float(np.sqrt(r.covariance)) for r in model.variance.itertuples() if r.term_1 == r.term_2}
    # what is declared is scaled so that the residual variance is 1 less what effects and trends take: find that scale
    scale = 1.0
    for _ in range(60):
        estimated = Variation(*(sd[key] / scale for key in [("client", "Intercept"), ("worker", "Intercept"),
                              ("client", "within"), ("worker", "within"), ("client", "time")]))  # fmt: skip
        taken = _taken(drawn, estimated)
        scale = float(np.sqrt(model.residual_sd**2 / (1.0 - taken)))
    told = information(drawn, estimated)
    assert told.std_error * scale == pytest.approx(float(model.fixed.loc["within", "std_error"]), rel=1e-6)
    assert told.ratings == model.n_obs
    corrected = fit(frame.assign(y=simulated(frame, truth, 0.2, 0.8, 3)), outcome="y", fixed=FIXED, df="kenward_roger",
                    random={group: [[term] for term in terms] for group, terms in RANDOM.items()})  # fmt: skip
    own = np.array([name in VARIANCES for name in PARAMETERS])  # the model has no correlations
    widened = told.std_error * scale * np.sqrt(1.0 + 2.0 * price(told, own))
    assert widened == pytest.approx(float(corrected.fixed.loc["within", "std_error"]), rel=1e-6)
    assert widened > told.std_error * scale * 1.001


def _taken(drawn: Drawn, variation: Variation) -> float:
    frame = rows(drawn)
    centred = frame["time"] - frame.groupby("client")["time"].transform("mean")
    spread = float((frame["within"] ** 2).mean())
    return (variation.client_effect**2 + variation.worker_effect**2) * spread + variation.trend**2 * float(
        (centred**2).mean()
    )


@pytest.mark.slow
def test_power_is_what_simulated_studies_show() -> None:
    drawn, variation, effect = draw(DESIGN, 7), Variation(), 0.16
    frame, clear = rows(drawn), 0
    residual, studies = 1.0 - _taken(drawn, variation), 200
    for seed in range(studies):
        y = simulated(frame, variation, effect, residual, seed)
        row = fit(frame.assign(y=y), outcome="y", fixed=FIXED, random=RANDOM).fixed.loc["within"]
        clear += bool(row["p_value"] < 0.05 and row["estimate"] > 0)
    planned = power(DESIGN, variation, effect, alpha=0.05, seed=7).power
    assert planned is not None
    assert abs(planned - clear / studies) < 0.03 + 2.0 * np.sqrt(0.25 / studies)


@settings(max_examples=25, deadline=None)
@given(st.integers(4, 30), st.integers(2, 10), st.integers(4, 16), st.floats(0.1, 1.5))
def test_more_of_anything_never_sees_less(workers: int, clients: int, sessions: int, rate: float) -> None:
    small = power(PlannedDesign(workers, clients, sessions, rate), Variation(), 0.15, alpha=0.05, seed=1)
    large = power(PlannedDesign(2 * workers, clients, sessions, rate), Variation(), 0.15, alpha=0.05, seed=1)
    if small.power is None:  # too small to carry the model: then it says so
        assert small.reason
        return
    assert large.power is not None
    assert large.power > small.power - 0.02
    assert large.df is not None
    assert 0.0 < large.power <= 1.0


def test_windows_cost_where_ratings_are_missed_and_nothing_where_none_is() -> None:
    whole, gaps = draw(PlannedDesign(12, 8, 10), 7), draw(PlannedDesign(12, 8, 10, missed=0.25), 7)
    assert information(whole, Variation(), windows=True).std_error == information(whole, Variation()).std_error
    frame = rows(gaps).assign(window=gaps.window[gaps.rated & (gaps.rated.sum(axis=1) >= 2)[:, None]])
    dose, window = (frame[name] - frame.groupby("client")[name].transform("mean") for name in ("dose", "window"))
    ratio = information(gaps, Variation(), windows=True).std_error / information(gaps, Variation()).std_error
    assert ratio == pytest.approx(1.0 / np.sqrt(1.0 - np.corrcoef(dose, window)[0, 1] ** 2), abs=0.03)
    assert ratio > 1.02


def test_errors_and_df_scatter_as_those_of_fitted_models_do() -> None:
    """Few workers: the corrected errors are larger on average, those that are not corrected smaller, by the same share."""
    told = information(draw(PlannedDesign(8, 6, 8), 7), Variation())
    (plain, _, prices), (corrected, _, _) = (scattered(told, 1, corrected=way) for way in (False, True))
    assert corrected / plain == pytest.approx(np.sqrt((1.0 + prices) / (1.0 - prices)), rel=1e-6)
    whole = price(told, np.ones(len(PARAMETERS), bool))  # of a model that nothing left
    assert 0.0 < prices.mean() < whole
    assert prices.max() < whole + 1e-12


def test_estimates_are_held_to_covariance_matrices_and_move_with_what_leaves() -> None:
    """Projections in the metric of the information: what leaves takes its share of the others along."""
    told = information(draw(PlannedDesign(8, 6, 8), 7), Variation())
    covariance = 2.0 * np.linalg.pinv(told.sampling.expected, hermitian=True)
    drawn = told.sampling.theta + np.random.default_rng(1).multivariate_normal(np.zeros(len(covariance)), covariance, 300)
    theta, gone = _left_in(drawn, covariance)
    own = {name: theta[:, at] for at, name in enumerate(PARAMETERS)}
    assert (theta[gone] == 0.0).all()
    for slope, level, both in (
        ("worker_effect", "worker", "worker_effect_with_level"),
        ("client_effect", "client", "client_effect_with_level"),
        ("trend", "client", "trend_with_level"),
    ):
        out = gone[:, PARAMETERS.index(slope)]
        assert ((own[slope] > 0.0) | out).all()
        assert 0.2 < out.mean() < 0.95
        kept = ~gone[:, PARAMETERS.index(both)]
        assert (own[both][kept] ** 2 <= own[slope][kept] * own[level][kept] + 1e-12).all()
    score = np.linalg.pinv(covariance, hermitian=True) @ (drawn - theta).T  # none where nothing left
    assert np.abs(score.T[~gone]).max() < 1e-6 * np.abs(score).max()


def test_few_workers_are_corrected() -> None:
    less = power(PlannedDesign(8, 6, 8), Variation(), 0.3, alpha=0.05, seed=1).power or 0.0
    more = power(PlannedDesign(8, 6, 8), Variation(), 0.3, alpha=0.05, seed=1, kenward_roger_below=0).power or 0.0
    assert less < more


@pytest.mark.parametrize(
    "design", [PlannedDesign(1, 1, 8), PlannedDesign(2, 1, 8), PlannedDesign(4, 8, 1), PlannedDesign(4, 8, 8, missed=0.99)]
)
def test_a_design_that_cannot_carry_the_model_gets_words_and_no_number(design: PlannedDesign) -> None:
    told = power(design, Variation(), 0.15, alpha=0.05, seed=1)
    assert told.power is None
    assert told.reason
    with pytest.raises(NoInformationError):
        information(draw(design, 1), Variation())


def test_a_grid_holds_every_combination_and_the_smallest_that_reaches_the_target_is_found() -> None:
    designs = grid(PlannedDesign(8, 6, 8), {"workers": [8, 16, 32], "sessions": [6, 12]})
    assert len(designs) == 6
    powers = [power(design, Variation(), 0.15, alpha=0.05, seed=1) for design in designs]
    best = smallest(powers, 0.8)
    assert best is not None
    assert best.power is not None
    assert all(one.power is None or one.power < 0.8 or one.ratings >= best.ratings for one in powers)
    assert smallest(powers, 1.01) is None
