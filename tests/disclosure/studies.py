"""Small validated tables for the tests of the way out: what is in them is beside the point, who is in them is not."""

from __future__ import annotations

import numpy as np
import pandas as pd

WORKERS = 8


def study_tables(clients: int, first: int = 0, seed: int = 1) -> dict[str, pd.DataFrame]:
    """Clients number `first` to `first + clients`, the same whoever else is in the study, each with three rated sessions."""
    rows = [_client(number, seed) for number in range(first, first + clients)]
    people, sessions, ratings = (pd.DataFrame([row for found in part for row in found]) for part in zip(*rows, strict=True))
    workers = pd.DataFrame([{"worker_id": f"W{i:06x}", "discipline": ("a", "b")[i % 2]} for i in range(WORKERS)])
    return {"clients": people, "workers": workers, "sessions": sessions, "ratings_srs": ratings}


def _client(number: int, seed: int) -> tuple[list[dict[str, object]], ...]:
    rng = np.random.Generator(np.random.PCG64([seed, number]))
    client, worker = f"C{number:06x}", f"W{number % WORKERS:06x}"
    person = {"client_id": client, "gender": ("female", "male")[int(rng.integers(2))], "need_index": int(rng.integers(11))}
    sessions, ratings = [], []
    for visit in range(3):
        session = f"S{number:06x}{visit}"
        sessions.append({"session_id": session, "client_id": client, "worker_id": worker, "day": 7 * visit})
        ratings.append(
            {"session_id": session, "rater": "client"} | {f"item_{i}": int(rng.integers(11)) for i in range(1, 5)}
        )
    return [person], sessions, ratings
