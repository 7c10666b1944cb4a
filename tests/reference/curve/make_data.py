"""The study that make.R is given: `python -m tests.reference.curve.make_data` writes the CSV files beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
CLIENTS, WORKERS, SHIFTS = 90, 9, 20


def study(seed: int) -> pd.DataFrame:
    """Ratings in two scores, with clients' own levels and slopes, workers' levels, a covariate and episodes."""
    rng = np.random.Generator(np.random.PCG64(seed))
    length = rng.integers(4, 13, CLIENTS)
    client = np.repeat(np.arange(CLIENTS), length)
    session = np.concatenate([np.arange(n) for n in length]).astype(float)
    worker = rng.integers(0, WORKERS, CLIENTS)[client]
    rate = rng.gamma(4.0, 0.15, CLIENTS)
    episodes = rng.poisson(rate[client] * (1 + 0.05 * rng.normal(size=CLIENTS)[client] * session).clip(0.2))
    z = rng.normal(size=len(client))
    level, slope = rng.normal(size=CLIENTS)[client], 0.15 * rng.normal(size=CLIENTS)[client]
    shared = level + slope * (session - session.mean()) + 0.5 * rng.normal(size=WORKERS)[worker] + 0.2 * z
    one = shared + 0.12 * episodes + rng.normal(size=len(client))
    other = 0.8 * shared + 0.05 * episodes + 1.2 * rng.normal(size=len(client))
    return pd.DataFrame(
        {"client": client, "worker": worker, "session": session, "episodes": episodes, "z": z, "one": one, "other": other}
    ).round(6)


if __name__ == "__main__":
    study(21).to_csv(HERE / "study.csv", index=False)
    places = np.random.Generator(np.random.PCG64(22)).integers(0, 1000, (CLIENTS, SHIFTS))
    pd.DataFrame(places, columns=[f"shift_{number}" for number in range(SHIFTS)]).to_csv(HERE / "turns.csv", index=False)
