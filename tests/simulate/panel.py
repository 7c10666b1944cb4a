"""A simulated study as one panel of ratings, and the plain regressions its truth is looked for with."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from pipeline.base.params import Exposure, Simulate
from pipeline.exposure.dose import chosen_episodes, doses, shifted_values
from pipeline.exposure.link import link
from pipeline.measures import shipped
from pipeline.measures.scoring import score
from pipeline.simulate import canonical, known_truth

MODES = ("joint", "worker_solo", "client_solo", "concrete")
CLIENTS, WORKERS = 2000, 100  # a study so large that sampling error is small beside the effects


@cache
def panel(scenario: str, seed: int = 5, **truth: float) -> pd.DataFrame:
    """One row a rating: scores, doses by mode, the dose before and after, alliance before, and who."""
    settings = Simulate(scenario=scenario, clients=CLIENTS, workers=WORKERS, truth=truth)
    tables = canonical(settings, seed)
    scores = score(tables["ratings_wai_sr"], shipped()["wai_sr"], 0.75)
    rows, ledger, _ = link(tables, scores, Exposure())
    for mode in MODES:
        rows[mode] = doses(chosen_episodes(ledger, mode, {}), rows, "count")
    occasion = rows["occasion"].to_numpy()
    rows["joint_before"] = shifted_values(rows["joint"].to_numpy(), occasion, 1)
    rows["joint_after"] = shifted_values(rows["joint"].to_numpy(), occasion, -1)
    rows["alliance_before"] = shifted_values(rows["score_total"].to_numpy(), occasion, 1)
    rows["crisis"] = rows["crisis"].astype("float64")
    return rows


@cache
def observed(scenario: str) -> dict[str, float]:
    """The truth on the observed scale, by effect."""
    effects = known_truth(Simulate(scenario=scenario))["observed"]["effects"]
    return {name: found["estimate"] for name, found in effects.items()}


def within(rows: pd.DataFrame, outcome: str, *exposures: str, trend: bool = True) -> np.ndarray:
    """Slopes within clients of `outcome` on the exposures, adjusted for phase and, with `trend`, each client's own line."""
    rows = rows.dropna(subset=[outcome, *exposures])
    phases = pd.get_dummies(rows["phase"], dtype=float).iloc[:, 1:]
    y, x, time = rows[outcome], rows[list(exposures)].join(phases), rows["session_number"].astype(float)
    client = rows["client_id"]
    y, x, time = (part - part.groupby(client).transform("mean") for part in (y, x, time))
    if trend:
        y, x = _without_line(y, time, client), x.apply(_without_line, args=(time, client))
    return np.linalg.lstsq(x.to_numpy(), y.to_numpy(), rcond=None)[0][: len(exposures)]


def between(rows: pd.DataFrame, outcome: str, exposure: str) -> float:
    """Slope between clients, means over their ratings."""
    means = rows.groupby("client_id")[[outcome, exposure]].mean()
    return float(np.polyfit(means[exposure], means[outcome], 1)[0])


def _without_line(values: pd.Series, time: pd.Series, client: pd.Series) -> pd.Series:
    slope = (values * time).groupby(client).sum() / (time**2).groupby(client).sum().replace(0, 1)
    return values - client.map(slope) * time
