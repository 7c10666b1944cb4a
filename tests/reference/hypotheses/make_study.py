"""Draw the one study that R and this pipeline both analyse: `python -m tests.reference.hypotheses.make_study`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
WORKERS, CLIENTS_EACH, SESSIONS = 24, 9, 10
PHASES = ["engagement", "assessment", "intervention", "evaluation"]
SEED = 20261122


def draw() -> pd.DataFrame:
    """One row a rating: ids, day, phase, doses of the four modes, covariates, scores; effects differ by client."""
    random = np.random.Generator(np.random.PCG64(SEED))
    rows = []
    for client in range(WORKERS * CLIENTS_EACH):
        rows.append(one_client(client, random))
    table = pd.concat(rows, ignore_index=True)
    table["worker"] = np.where(table.pop("moved"), (table["worker"] + 1) % WORKERS, table["worker"])
    level = random.normal(0, 0.35, WORKERS)
    for name in ("total", "bond", "task"):
        table[name] = (table[name] + level[table["worker"]]).round(4)
    return table


def one_client(client: int, random: np.random.Generator) -> pd.DataFrame:
    sessions = int(random.integers(SESSIONS - 4, SESSIONS + 1))
    day = np.cumsum(random.integers(3, 12, sessions)).astype(int)
    time = np.arange(1, sessions + 1)
    need = random.normal(5, 2)
    doses = {mode: random.poisson(rate * np.exp(random.normal(0, 0.4)), sessions) for mode, rate in RATES.items()}
    level, slope, own = random.multivariate_normal([3.5, 0.02, 0.25], COVARIANCE)
    empathy = (
        5
        + random.normal(0, 0.6)
        + (0.5 + 1.5 * (own - 0.25) + random.normal(0, 0.2)) * doses["joint"]
        + random.normal(0, 0.8, sessions)
    )
    signal = level + slope * time + own * doses["joint"] + (0.08 + random.normal(0, 0.15)) * doses["worker_solo"]
    more, higher = random.normal(0.1, 0.12), random.normal(0, 0.25)
    carried = np.append(0.0, (0.25 + 0.5 * (own - 0.25)) * (empathy[:-1] - 5))
    residual = correlated(day, random)
    frame = pd.DataFrame({"client": client, "session": time, "day": day, "need": round(need, 3), **doses})
    frame["worker"], frame["moved"] = client // CLIENTS_EACH, (client % 20 == 7) & (time > sessions // 2)
    frame["phase"] = [PHASES[min(4 * (t - 1) // sessions, 3)] for t in time]
    frame["empathy_client"] = empathy.round(3)
    frame["missed"] = (random.random(sessions) < 1 / (1 + np.exp(2 - 0.3 * (doses["joint"] == 0)))).astype(int)
    for name, own_way in (("total", 0.0), ("bond", higher + more * doses["joint"]), ("task", 0.0)):
        frame[name] = signal + carried + own_way + residual + random.normal(0, 0.15, sessions)
    return frame


def correlated(day: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Residuals with correlation 0.9^days."""
    out = random.normal(0, 0.45, len(day))
    for i in range(1, len(day)):
        rho = 0.9 ** (day[i] - day[i - 1])
        out[i] = rho * out[i - 1] + np.sqrt(1 - rho**2) * out[i]
    return out


RATES = {"joint": 0.7, "worker_solo": 0.5, "client_solo": 0.4, "concrete": 0.4}
COVARIANCE = np.diag([0.5**2, 0.05**2, 0.15**2])

if __name__ == "__main__":
    draw().to_csv(HERE / "study.csv", index=False, lineterminator="\n")
