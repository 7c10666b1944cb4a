"""Small studies with the shapes stages hand on: one with everything, one foreign (no days, phases, advocacy), one tiny."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.description.tables import StudyTables
from pipeline.results.flow import File
from pipeline.results.stage_counts import IngestCounts, LinkCounts, TableIngested, TableValidated, ValidationCounts

PHASES = ["engagement", "assessment", "intervention", "evaluation"]
MODES = ["joint", "worker_solo", "client_solo", "concrete"]
OUTCOMES = ["granted", "partial", "denied", "pending"]
SETTINGS = ["social_services", "hospital", "school", "child_welfare", "court", "housing", "employment", "other"]


def _code(values: object, levels: list[str]) -> pd.Categorical:
    return pd.Categorical(values, categories=levels)


def clients_table(rng: np.random.Generator, n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "client_id": [f"C-{i:06x}" for i in rng.choice(16**6, n, replace=False)],
            "agency_id": rng.choice(["AG-a1b2c3", "AG-d4e5f6", "AG-778899"], n, p=[0.5, 0.35, 0.15]),
            "age_band": _code(rng.choice(["18-29", "30-44", "45-64", "65-89"], n, p=[0.3, 0.4, 0.25, 0.05]),
                              ["18-29", "30-44", "45-64", "65-89", "90+"]),
            "gender": pd.array(rng.choice(["woman", "man", "nonbinary"], n, p=[0.6, 0.37, 0.03]), dtype="str"),
            "mandated": pd.array(rng.random(n) < 0.3, dtype="boolean"),
            "need_index": rng.normal(50, 10, n),
            "barriers": pd.array(rng.choice(["transport", "transport;housing", "language", None], n), dtype="str"),
        }
    )  # fmt: skip


def sessions_table(rng: np.random.Generator, clients: pd.DataFrame, workers: int, sessions: int) -> pd.DataFrame:
    n = len(clients)
    frame = pd.DataFrame(
        {
            "client_id": clients["client_id"].repeat(sessions).to_numpy(),
            "worker_id": np.repeat([f"W-{i % workers:06x}" for i in range(n)], sessions),
            "session_number": np.tile(np.arange(1, sessions + 1), n),
        }
    )
    frame.insert(0, "session_id", [f"S-{i:08x}" for i in range(len(frame))])
    frame["day"] = pd.array(frame["session_number"] * 7 + rng.integers(0, 3, len(frame)), dtype="Int64")
    frame["phase"] = _code(np.array(PHASES)[(frame["session_number"] - 1) * 4 // sessions], PHASES)
    frame["attendance"] = _code(
        rng.choice(["attended", "no_show", "cancelled"], len(frame), p=[0.85, 0.1, 0.05]),
        ["attended", "no_show", "cancelled"],
    )
    return frame


def occasions_table(rng: np.random.Generator, sessions: pd.DataFrame, clients: pd.DataFrame) -> pd.DataFrame:
    rated = sessions[sessions["attendance"] == "attended"].merge(clients, on="client_id")
    rated = rated.assign(instrument="wai_sr", rater="client").sort_values(["client_id", "session_number"], ignore_index=True)
    rated["occasion_id"] = np.arange(len(rated))
    rated["occasion"] = rated.groupby("client_id").cumcount() + 1
    rated["previous_day"] = (
        rated.groupby("client_id")["day"].shift().astype("float64").fillna(rated["day"].astype(float) - 14)
    )
    rated["gap"] = pd.array((rated["day"].astype(float) - rated["previous_day"]) > 15, dtype="boolean")
    level = rng.normal(3.6, 0.5, clients["client_id"].nunique())[rated["client_id"].factorize()[0]]
    rated["score_total"] = np.clip(level + 0.02 * rated["session_number"] + rng.normal(0, 0.4, len(rated)), 1, 5)
    for name in ("goal", "task", "bond"):
        rated[f"score_{name}"] = np.clip(rated["score_total"] + rng.normal(0, 0.2, len(rated)), 1, 5)
    return rated


def advocacy_table(rng: np.random.Generator, clients: pd.DataFrame, n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "episode_id": [f"E-{i:08x}" for i in range(n)],
            "client_id": rng.choice(clients["client_id"], n),
            "worker_id": [f"W-{i % 7:06x}" for i in range(n)],
            "day": pd.array(rng.integers(1, 120, n), dtype="Int64"),
            "mode": _code(rng.choice(MODES, n, p=[0.4, 0.3, 0.1, 0.2]), MODES),
            "setting": _code(rng.choice(SETTINGS[:6], n, p=[0.4, 0.2, 0.15, 0.15, 0.09, 0.01]), SETTINGS),
            "level": _code(rng.choice(["micro", "mezzo", "macro"], n, p=[0.85, 0.12, 0.03]), ["micro", "mezzo", "macro"]),
            "outcome": _code(rng.choice(OUTCOMES, n), OUTCOMES),
            "theme": pd.array(rng.choice(["rent_arrears", "school_exclusion", "benefit_stop", None], n), dtype="str"),
        }
    )  # fmt: skip


def ledger_table(rng: np.random.Generator, advocacy: pd.DataFrame, occasions: pd.DataFrame) -> pd.DataFrame:
    ledger = advocacy.assign(instrument="wai_sr", rater="client")
    first = occasions.groupby("client_id")["occasion_id"].first()
    ledger["occasion_id"] = pd.array(
        ledger["client_id"].map(first).to_numpy() + rng.integers(0, 3, len(ledger)), dtype="Int64"
    )
    ledger["reason"] = np.where(ledger["day"] > 110, "after_last_rating", "counted")
    return ledger


def scores_table(occasions: pd.DataFrame) -> pd.DataFrame:
    long = occasions.rename(columns=lambda c: c.removeprefix("score_") if c.startswith("score_") else c)
    long = long.melt(["session_id", "instrument", "rater"], ["total", "goal", "task", "bond"], "score", "value")
    return long.assign(answered=12, items=12, prorated=False)


def full_study(n: int = 150, seed: int = 7) -> StudyTables:
    rng = np.random.default_rng(seed)
    clients = clients_table(rng, n)
    sessions = sessions_table(rng, clients, max(2, n // 10), 8)
    occasions = occasions_table(rng, sessions, clients)
    advocacy = advocacy_table(rng, clients, 6 * n)
    ledger = ledger_table(rng, advocacy, occasions)
    rows = {"clients": n, "sessions": len(sessions), "ratings_wai_sr": len(occasions), "advocacy": len(advocacy)}
    return StudyTables(
        clients=clients,
        workers=sessions[["worker_id"]].drop_duplicates(),
        sessions=sessions,
        advocacy=advocacy,
        scores=scores_table(occasions),
        occasions=occasions,
        ledger=ledger,
        ingest=IngestCounts(
            files=(File(file="sessions.csv", sha256="ab" * 32, rows=len(sessions) + 20),),
            tables={name: TableIngested(rows=count + 20) for name, count in rows.items()},
        ),
        validation=ValidationCounts(
            tables={
                name: TableValidated(rows_in=count + 20, rows_out=count, set_aside={"orphan": 17, "duplicate_key": 3})
                for name, count in rows.items()
            },
        ),
        link=LinkCounts(advocacy_log=True, has_days=True),
    )


def foreign_study(n: int = 60, seed: int = 8) -> StudyTables:
    """Two ratings a client, session number the only time, no advocacy log, no phases, no client facts."""
    rng = np.random.default_rng(seed)
    clients = clients_table(rng, n)[["client_id"]]
    sessions = sessions_table(rng, clients, 5, 2).drop(columns="phase")
    sessions["day"] = pd.array([pd.NA] * len(sessions), dtype="Int64")
    sessions["attendance"] = "attended"
    occasions = occasions_table(rng, sessions.assign(day=1), clients).assign(day=pd.NA, previous_day=np.nan)
    ledger = ledger_table(rng, advocacy_table(rng, clients, 3), occasions).iloc[:0]
    return StudyTables(
        clients=clients,
        workers=sessions[["worker_id"]].drop_duplicates(),
        sessions=sessions,
        advocacy=None,
        scores=scores_table(occasions),
        occasions=occasions,
        ledger=ledger,
        ingest=IngestCounts(tables={"sessions": TableIngested(rows=len(sessions))}),
        validation=ValidationCounts(tables={"sessions": TableValidated(rows_in=len(sessions), rows_out=len(sessions))}),
    )
