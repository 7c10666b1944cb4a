"""The built-in study as canonical tables: people, sessions, ratings and episodes, with everything a log would note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.random import PCG64, Generator, SeedSequence

from pipeline.base.column_names import item_column
from pipeline.base.options import Rater
from pipeline.base.params import Simulate
from pipeline.simulate.arrays import Flags, Floats, Integers, Texts
from pipeline.simulate.course import Course, draw_course
from pipeline.simulate.episodes import AFTER, BEFORE, JOINT, MODES, join
from pipeline.simulate.ids import pseudonyms
from pipeline.simulate.people import SimulatedClients, SimulatedWorkers, draw_clients, draw_workers
from pipeline.simulate.scenarios import truth_of
from pipeline.simulate.traits import PHASES, phase_of
from pipeline.simulate.truth import Truth
from pipeline.tables.canonical import by_name
from pipeline.tables.column import Table

ATTENDANCE = np.array(["attended", "no_show", "cancelled"], dtype=object)
MODALITIES = ("office", "home", "community", "phone", "video")
MODALITY_SHARES = (0.5, 0.15, 0.12, 0.08, 0.15)
SETTINGS = ("social_services", "hospital", "school", "child_welfare", "court", "housing", "employment", "other")
SETTING_SHARES = (0.22, 0.10, 0.12, 0.20, 0.10, 0.14, 0.07, 0.05)
LEVELS, LEVEL_SHARES = ("micro", "mezzo", "macro"), (0.7, 0.2, 0.1)
THEMES = ("benefits", "custody", "schooling", "treatment", "safety", "housing", "employment")
OUTCOMES = ("granted", "partial", "denied", "pending")
INITIATORS = ("client", "worker", "both", "other")
SRS_SHARE, SRS_START, SRS_SLOPE, SRS_NOISE = 0.9, 1.2, 2.2, 0.9  # of sessions; centimeters


@dataclass(frozen=True)
class Pseudonyms:
    """The ids of everything that has one."""

    clients: Texts
    workers: Texts
    agencies: Texts
    sessions: Texts


@dataclass(frozen=True)
class PlannedSessions:
    """The sessions that were planned: which client, and which of the client's sessions (from 0)."""

    client: Integers
    session: Integers


def draw(settings: Simulate, seed: int) -> dict[str, pd.DataFrame]:
    """Simulate one study as canonical tables; the same settings and seed give the same study."""
    return draw_with_course(settings, seed)[0]


def draw_with_course(settings: Simulate, seed: int) -> tuple[dict[str, pd.DataFrame], Course]:
    """As `draw`, with the course behind the tables: clients in the order of their table, by sessions."""
    truth = truth_of(settings.scenario, settings.truth)
    people, play, notes, names = (Generator(PCG64(child)) for child in SeedSequence(seed).spawn(4))
    workers = draw_workers(settings.workers, truth, people)
    clients = draw_clients(settings.clients, settings.sessions, workers, truth, people)
    course = draw_course(clients, workers, settings.sessions, truth, play)
    client, session = np.nonzero(course.held)
    ids = Pseudonyms(
        clients=pseudonyms("C", settings.clients, names),
        workers=pseudonyms("W", settings.workers, names),
        agencies=pseudonyms("AG", int(workers.agency.max()) + 1, names),
        sessions=pseudonyms("S", len(client), names),
    )
    rows = PlannedSessions(client.astype(np.int64), session.astype(np.int64))
    tables = {
        "clients": _clients(clients, workers, ids),
        "workers": _workers(workers, ids),
        "sessions": _sessions(course, rows, ids, truth, notes),
        "advocacy": _advocacy(course, ids, names, notes),
        "ratings_wai_sr": _wai_sr(course, rows, ids),
        "ratings_srs": _srs(course, rows, ids, notes),
    }
    return {name: _declared(table, by_name().get(name)) for name, table in tables.items()}, course


def _declared(table: pd.DataFrame, declared: type[Table] | None) -> pd.DataFrame:
    """The columns in their declared order, closed codes as categories; `None` stands for a table of ratings."""
    if declared is None:
        return table.astype({"rater": pd.CategoricalDtype(list(get_args(Rater)))})
    columns = {name: column for name, column in declared.columns.items() if name in table}
    dtypes = {
        name: pd.CategoricalDtype(list(column.codes)) if column.closed else column.dtype for name, column in columns.items()
    }
    return table[list(columns)].astype(dtypes)


def _clients(clients: SimulatedClients, workers: SimulatedWorkers, ids: Pseudonyms) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "client_id": ids.clients,
            "agency_id": ids.agencies[workers.agency[clients.worker]],
            **clients.profile,
            "program": clients.program,
            "mandated": pd.array(clients.mandated, dtype="boolean"),
            "need_index": clients.need,
            "barriers": _or_none(clients.barriers),
            "referral_source": clients.referral,
        }
    )


def _workers(workers: SimulatedWorkers, ids: Pseudonyms) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "worker_id": ids.workers,
            "agency_id": ids.agencies[workers.agency],
            "discipline": workers.discipline,
            "experience_band": workers.experience,
            "caseload_band": workers.caseload,
        }
    )


def _sessions(course: Course, rows: PlannedSessions, ids: Pseudonyms, truth: Truth, rng: Generator) -> pd.DataFrame:
    at, n = (rows.client, rows.session), len(rows.client)
    attended = course.attendance[at] == 0
    mark = np.where(rng.random(n) < truth.crisis_recorded, course.crisis[at], rng.random(n) < truth.crisis_share)
    where_held = rng.choice(MODALITIES, n, p=MODALITY_SHARES)
    return pd.DataFrame(
        {
            "session_id": ids.sessions,
            "client_id": ids.clients[rows.client],
            "worker_id": ids.workers[course.worker[at]],
            "day": course.day[at],
            "session_number": rows.session + 1,
            "attendance": ATTENDANCE[course.attendance[at]],
            "phase": np.array(PHASES, dtype=object)[phase_of(course.day.shape[1])[rows.session]],
            "modality": _where(attended, where_held),
            "duration_min": _if(attended, np.clip(np.round((50 + 8 * rng.standard_normal(n)) / 5) * 5, 20, 90)),
            **_process(course.alliance[at], course.empathy[at], attended, rng),
            "crisis": pd.array(mark, dtype="boolean"),
        }
    )


def _process(alliance: Floats, empathy: Floats, attended: Flags, rng: Generator) -> dict[str, Any]:
    """Process ratings of the sessions that took place; they go with the alliance, and with felt empathy."""
    n = len(alliance)
    z, chance = rng.standard_normal((2, n)), rng.random((2, n))
    rupture = chance[0] < np.clip(0.25 - 0.05 * alliance, 0.02, 0.3)
    return {
        "empathy_client": _if(attended, empathy),
        "empathy_worker": _if(attended, np.round(np.clip(0.6 * empathy + 1.5 + 0.5 * z[0], 1, 5), 1)),
        "self_disclosure": _if(attended, np.minimum(rng.poisson(0.5, n), 3)),
        "co_construction": _if(attended, np.round(np.clip(0.8 * alliance + 0.5 + 0.5 * z[1], 1, 5), 1)),
        "rupture": _flag(attended, rupture),
        "repair": _flag(attended & rupture, chance[1] < 0.5),
    }


def _advocacy(course: Course, ids: Pseudonyms, names: Generator, rng: Generator) -> pd.DataFrame:
    episodes = join(course.episodes)
    episodes = episodes.take(rng.permutation(len(episodes)))
    n, joint = len(episodes), episodes.mode == JOINT
    same_day = (episodes.order == BEFORE) | (episodes.order == AFTER)
    return pd.DataFrame(
        {
            "episode_id": pseudonyms("E", n, names),
            "client_id": ids.clients[episodes.client],
            "worker_id": ids.workers[course.worker[episodes.client, episodes.session]],
            "day": episodes.day,
            "mode": np.array(MODES, dtype=object)[episodes.mode],
            "order": _where(same_day, np.where(episodes.order == BEFORE, "before_session", "after_session")),
            "setting": rng.choice(SETTINGS, n, p=SETTING_SHARES),
            "level": rng.choice(LEVELS, n, p=LEVEL_SHARES),
            "duration_min": np.clip(np.round(rng.gamma(4, 20, n) / 5) * 5, 10, 300),
            "initiated_by": rng.choice(INITIATORS, n, p=(0.3, 0.35, 0.25, 0.1)),
            "planned": pd.array(rng.random(n) < 0.65, dtype="boolean"),
            "outcome": rng.choice(OUTCOMES, n, p=(0.35, 0.2, 0.15, 0.3)),
            "theme": rng.choice(THEMES, n),
            "disclosure": _flag(joint, episodes.disclosure),
            "debriefed": _flag(joint, episodes.debriefed),
        }
    )


def _wai_sr(course: Course, rows: PlannedSessions, ids: Pseudonyms) -> pd.DataFrame:
    rated = course.rated[rows.client, rows.session]
    return _ratings(ids.sessions[rated], course.answers[rows.client[rated], rows.session[rated]])


def _srs(course: Course, rows: PlannedSessions, ids: Pseudonyms, rng: Generator) -> pd.DataFrame:
    """Four lines of ten centimeters, marked to the millimeter in most of the sessions that have a WAI-SR."""
    rated = course.rated[rows.client, rows.session] & (rng.random(len(rows.client)) < SRS_SHARE)
    alliance = course.alliance[rows.client[rated], rows.session[rated]]
    marks = SRS_START + SRS_SLOPE * (alliance[:, None] - 1) + SRS_NOISE * rng.standard_normal((len(alliance), 4))
    return _ratings(ids.sessions[rated], np.round(np.clip(marks, 0.0, 10.0), 1).astype(np.float64))


def _ratings(session_ids: Texts, answers: Floats) -> pd.DataFrame:
    items = {item_column(item + 1): answers[:, item] for item in range(answers.shape[1])}
    return pd.DataFrame({"session_id": session_ids, "rater": "client", **items})


def _if(known: Flags, values: Floats | Integers) -> Floats:
    return np.where(known, values, np.nan)


def _or_none(lists: Texts) -> Texts:
    """Lists of codes, where an empty one is known to be empty."""
    return np.where(lists != "", lists, "none").astype(object)


def _where(known: Flags, values: Texts) -> Texts:
    found = values.astype(object)
    found[~known] = None
    return found


def _flag(known: Flags, values: Flags) -> pd.arrays.BooleanArray:
    return pd.arrays.BooleanArray(values.astype(np.bool_), ~known)
