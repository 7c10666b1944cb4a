"""Tables with gaps for the tests: the reference data sets, and simulated ones of any shape."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.imputation.records import Floats, Incomplete, Slope, Variable

REFERENCE = Path(__file__).parents[1] / "reference" / "imputation"
VARIABLES = {
    "numbers": (Variable("y1"), Variable("y2"), Variable("y3")),
    "yes_no": (Variable("y1"), Variable("y2"), Variable("y3", kind="yes_no")),
    "clients": (Variable("y1"), Variable("y2"), Variable("z", "client")),
}


def reference(name: str) -> Incomplete:
    """One of the data sets R wrote; all clients have one worker."""
    table = pd.read_csv(REFERENCE / f"{name}.csv")
    client = table["client"].to_numpy(dtype=np.int64)
    session = [variable.name for variable in VARIABLES[name] if variable.level == "session"]
    of_client = [variable.name for variable in VARIABLES[name] if variable.level == "client"]
    clients = int(client.max()) + 1
    return Incomplete(
        VARIABLES[name],
        table[session].to_numpy(dtype=float),
        table.groupby("client")[of_client].first().to_numpy(dtype=float) if of_client else np.zeros((clients, 0)),
        client,
        np.zeros_like(client),
        table[["x"]].to_numpy(),
        ("x",),
        np.zeros((clients, 0)),
        (),
    )


def simulated(
    seed: int,
    *,
    workers: int = 12,
    clients: int = 60,
    sessions: int = 6,
    variables: tuple[Variable, ...] = (Variable("y"), Variable("a")),
    gaps: float = 0.25,
    changing: float = 0.0,
    worker_sd: float = 0.4,
    slopes: tuple[Slope, ...] = (),
    slope_sd: float = 0.0,
) -> tuple[Incomplete, Floats, Floats]:
    """A study with exposure-like predictor x (slope .3 on all), and its complete tables; gaps at random given a."""
    random = np.random.default_rng(seed)
    r, r2 = (sum(variable.level == level for variable in variables) for level in ("session", "client"))
    client = np.repeat(np.arange(clients), sessions)
    own = np.arange(clients) % workers
    worker = own[client]
    moved = random.random(clients) < changing
    late = np.tile(np.arange(sessions), clients) >= sessions // 2
    worker = np.where(moved[client] & late, (worker + 1) % workers, worker)
    share = 0.5 * np.eye(r + r2) + 0.5
    u = random.standard_normal((clients, r + r2)) @ np.linalg.cholesky(share).T * 0.7
    v = worker_sd * random.standard_normal((workers, r))
    x = random.standard_normal(len(client))
    slope = 0.3 + slope_sd * random.standard_normal(clients)
    within = random.standard_normal((len(client), r)) @ np.linalg.cholesky(0.5 * np.eye(r) + 0.5).T
    session = slope[client, None] * x[:, None] + u[client, :r] + v[worker] + within
    of_client = 1.0 + u[:, r:] / 0.7
    for place, kind in enumerate(v.kind for v in variables if v.level == "session"):
        session[:, place] = session[:, place] > 0.0 if kind == "yes_no" else session[:, place]
    for place, kind in enumerate(v.kind for v in variables if v.level == "client"):
        of_client[:, place] = of_client[:, place] > 1.0 if kind == "yes_no" else of_client[:, place]
    holes, holes2 = session.copy(), of_client.copy()
    lost = random.random(session.shape) < gaps
    if r > 1:  # the last variable is complete and tells who is missing in the others
        by = session[:, -1] - session[:, -1].mean()
        lost = random.random(session.shape) < np.clip(gaps * (1.0 + 0.8 * np.tanh(by)), 0, 0.95)[:, None]
        lost[:, -1] = False
    holes[lost] = np.nan
    holes2[random.random(of_client.shape) < gaps] = np.nan
    data = Incomplete(variables, holes, holes2, client, worker, x[:, None], ("x",), np.zeros((clients, 0)), (), slopes)
    return data, session, of_client
