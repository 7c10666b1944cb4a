"""A small sound study of our own as raw files, and a way through the gate that says which rules were broken."""

from __future__ import annotations

import io
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pandas as pd

from pipeline.base.errors import PipelineError, Problem, SourceError
from pipeline.base.params import Params, validate
from pipeline.ingest import check_params
from pipeline.ingest.readers import read_raw
from pipeline.ingest.study import Scale, ingest, missing_files
from pipeline.results.stage_counts import IngestCounts, ValidationCounts
from pipeline.tables.validation import Answers, Chosen
from pipeline.tables.validation import validate as validate_tables

Files = dict[str, bytes]
SCALES = {"mini": Scale(4, 1, 5), "mini_worker": Scale(4, 1, 7)}
ANSWERS = {"mini": Answers(4, 1, 5, whole=True, has_reversed=True)}
CLIENTS, WORKERS, SESSIONS = 30, 4, 3
PROFILES = (("18-29", "female", "english"), ("30-44", "male", "english"), ("45-64", "female", "spanish"))


def ids(prefix: str, n: int, seed: int) -> list[str]:
    """Pseudonyms as a careful site would draw them."""
    rng = np.random.Generator(np.random.PCG64(seed))
    return [f"{prefix}{number:08x}" for number in rng.choice(16**8, n, replace=False)]


def files() -> dict[str, list[list[str]]]:
    """The raw files as rows of cells, the header first."""
    rng = np.random.Generator(np.random.PCG64(7))
    clients, workers = ids("C", CLIENTS, 1), ids("W", WORKERS, 2)
    agencies = ids("A", 2, 3)
    sessions, episodes = iter(ids("S", CLIENTS * SESSIONS, 4)), iter(ids("E", CLIENTS, 5))
    tables: dict[str, list[list[str]]] = {
        "clients.csv": [["client", "site", "age", "sex", "tongue", "need", "hurdles"]],
        "workers.csv": [["worker", "site", "field"]],
        "sessions.csv": [["visit", "client", "worker", "day", "number", "kept", "stage", "minutes", "rupture"]],
        "advocacy.csv": [["episode", "client", "worker", "day", "who", "place", "minutes"]],
        "ratings.csv": [["visit", "q1", "q2", "q3", "q4"]],
    }
    for place, worker in enumerate(workers):
        tables["workers.csv"].append([worker, agencies[place % 2], "social_work"])
    for place, client in enumerate(clients):
        worker = workers[place % WORKERS]
        need = str(int(rng.integers(0, 11)))
        tables["clients.csv"].append([client, agencies[place % 2], *PROFILES[place % 3], need, "cost;transport"])
        day = str(int(rng.integers(0, 20)))
        tables["advocacy.csv"].append([next(episodes), client, worker, day, "joint", "school", "45"])
        for number in range(1, SESSIONS + 1):
            visit = next(sessions)
            phase = ("engagement", "assessment", "intervention")[number - 1]
            row = [visit, client, worker, str(number * 7), str(number), "attended", phase, str(40 + number), "no"]
            tables["sessions.csv"].append(row)
            tables["ratings.csv"].append([visit, *(str(int(n)) for n in [1, *rng.integers(1, 6, 2), 5])])
    return tables


PARAMS: dict[str, Any] = {
    "study": {"title": "A small study", "origin": "real", "seed": 1},
    "sources": {
        "directory": "data/raw/small",
        "tables": {
            "clients": {
                "file": "clients.csv",
                "columns": {
                    "client_id": "client",
                    "agency_id": "site",
                    "age_band": "age",
                    "gender": "sex",
                    "language": "tongue",
                    "need_index": "need",
                    "barriers": "hurdles",
                },
            },
            "workers": {
                "file": "workers.csv",
                "columns": {"worker_id": "worker", "agency_id": "site", "discipline": "field"},
            },
            "sessions": {
                "file": "sessions.csv",
                "columns": {
                    "session_id": "visit",
                    "client_id": "client",
                    "worker_id": "worker",
                    "day": "day",
                    "session_number": "number",
                    "attendance": "kept",
                    "phase": "stage",
                    "duration_min": "minutes",
                    "rupture": "rupture",
                },
            },
            "advocacy": {
                "file": "advocacy.csv",
                "columns": {
                    "episode_id": "episode",
                    "client_id": "client",
                    "worker_id": "worker",
                    "day": "day",
                    "mode": "who",
                    "setting": "place",
                    "duration_min": "minutes",
                },
            },
        },
        "ratings": {
            "mini_client": {
                "file": "ratings.csv",
                "instrument": "mini",
                "rater": "client",
                "items": "q{item}",
                "columns": {"session_id": "visit"},
            }
        },
    },
    **{
        section: {}
        for section in ("simulate", "privacy", "measures", "exposure", "hypotheses", "verdict", "report", "compute")
    },
}


def csv(rows: list[list[str]], separator: str = ",", end: str = "\n") -> bytes:
    """Rows of cells as the bytes of a file."""
    return "".join(separator.join(row) + end for row in rows).encode("utf-8")


def small_params(change: Callable[[dict[str, Any]], None] | None = None) -> Params:
    """The small study's params, after a change."""
    data = deepcopy(PARAMS)
    if change is not None:
        change(data)
    return validate(data)


def through(raw: Files, params: Params) -> tuple[dict[str, pd.DataFrame], IngestCounts, ValidationCounts]:
    """Check params, read, ingest and validate, all in memory: tables, ingest.json, validate.json."""
    wrong = check_params(params)
    if wrong:
        raise SourceError(wrong)
    tables, problems = {}, list[Problem]()
    for name, blob in raw.items():
        table, faults = read_raw(name, blob, "0" * 64, how=params.sources.reading(name))
        problems += faults
        if table is not None:
            tables[name] = table
    problems += missing_files(params.sources, set(raw))
    try:
        ingested = ingest(tables, params, SCALES)
    except SourceError as error:
        raise SourceError([*problems, *error.problems]) from None
    if problems:
        raise SourceError(problems)
    privacy = params.privacy
    chosen = Chosen(privacy.policies, privacy.quasi_identifiers, privacy.k)
    validated, record = validate_tables(ingested.tables, chosen, ANSWERS)
    frames = {name: pd.read_parquet(io.BytesIO(content)) for name, content in validated.items()}
    return frames, ingested.record, record


def verdict(raw: Files, params: Params) -> tuple[set[str], str]:
    """The codes of the rules that refused the study (none: accepted), and everything that was said."""
    try:
        _, noted, record = through(raw, params)
    except PipelineError as error:
        return {problem.code or "params" for problem in error.problems}, str(error)
    return set(), f"{noted} {record}"
