"""The built-in study as canonical tables, and as the raw files a site would hand over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import PCG64, Generator, SeedSequence

from pipeline.params import Simulate
from pipeline.simulate.course import PHASES, Course, draw_course, phase_of
from pipeline.simulate.episodes import AFTER, BEFORE, MODES, join
from pipeline.simulate.ids import pseudonyms
from pipeline.simulate.items import Items
from pipeline.simulate.people import Clients, Workers, draw_clients, draw_workers
from pipeline.simulate.scenarios import truth_of
from pipeline.simulate.truth import Truth

ATTENDANCE = np.array(["attended", "no_show", "cancelled"], dtype=object)
MODALITIES = ("office", "home", "community", "phone", "video")
SETTINGS = ("social_services", "hospital", "school", "child_welfare", "court", "housing", "employment", "other")
SETTING_SHARES = (0.22, 0.10, 0.12, 0.20, 0.10, 0.14, 0.07, 0.05)
LEVELS = {"social_services": 1, "child_welfare": 1, "court": 1, "housing": 1}  # more often mezzo or macro
THEMES = ("benefits", "custody", "schooling", "treatment", "safety", "housing", "employment")
OUTCOMES = ("granted", "partial", "denied", "pending")
INITIATORS = ("client", "worker", "both", "other")


@dataclass(frozen=True)
class Study:
    """One simulated study: canonical tables by name (`ratings_wai_sr` and `ratings_srs` among them) and its truth."""

    tables: dict[str, pd.DataFrame]
    truth: Truth
    course: Course


def draw(settings: Simulate, seed: int) -> Study:
    """Simulate one study; the same settings and seed give the same study."""
    truth = truth_of(settings.scenario, settings.truth)
    people, play, notes, names = (Generator(PCG64(child)) for child in SeedSequence(seed).spawn(4))
    workers = draw_workers(settings.workers, truth, people)
    clients = draw_clients(settings.clients, settings.sessions, workers, truth, people)
    course = draw_course(clients, workers, settings.sessions, truth, play)
    ids = {"worker": pseudonyms("W", settings.workers, names), "client": pseudonyms("C", settings.clients, names)}
    agencies = pseudonyms("AG", int(workers.agency.max()) + 1, names)
    who, when = np.nonzero(course.held)
    session_ids = pseudonyms("S", len(who), names)
    tables = {
        "clients": _clients(clients, workers, ids["client"], agencies),
        "workers": _workers(workers, ids["worker"], agencies),
        "sessions": _sessions(course, who, when, session_ids, ids, truth, notes),
        "advocacy": _advocacy(course, ids, names, notes),
        "ratings_wai_sr": _wai_sr(course, who, when, session_ids),
        "ratings_srs": _srs(course, who, when, session_ids, notes),
    }
    return Study(tables, truth, course)


def _clients(clients: Clients, workers: Workers, ids: np.ndarray, agencies: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "client_id": ids,
            "agency_id": agencies[workers.agency[clients.worker]],
            **clients.profile,
            "program": clients.program,
            "mandated": pd.array(clients.mandated, dtype="boolean"),
            "need_index": clients.need,
            "barriers": clients.barriers,
            "referral_source": clients.referral,
        }
    )


def _workers(workers: Workers, ids: np.ndarray, agencies: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "worker_id": ids,
            "agency_id": agencies[workers.agency],
            "discipline": workers.discipline,
            "experience_band": workers.experience,
            "caseload_band": workers.caseload,
        }
    )


def _sessions(
    course: Course,
    who: np.ndarray,
    when: np.ndarray,
    session_ids: np.ndarray,
    ids: dict[str, np.ndarray],
    truth: Truth,
    rng: Generator,
) -> pd.DataFrame:
    attendance = course.attendance[who, when].astype(int)
    attended = attendance == 0
    n = len(who)
    z, chance = rng.standard_normal((3, n)), rng.random((5, n))
    alliance = course.alliance[who, when]
    crisis = course.crisis[who, when]
    mark = np.where(chance[0] < truth.crisis_recorded, crisis, chance[1] < truth.crisis_share)
    rupture = chance[2] < np.clip(0.25 - 0.05 * alliance, 0.02, 0.3)
    return pd.DataFrame(
        {
            "session_id": session_ids,
            "client_id": ids["client"][who],
            "worker_id": ids["worker"][course.worker[who, when]],
            "day": course.day[who, when],
            "session_number": when + 1,
            "attendance": ATTENDANCE[attendance],
            "phase": np.array(PHASES, dtype=object)[phase_of(course.day.shape[1])[when]],
            "modality": np.where(attended, rng.choice(MODALITIES, n, p=(0.5, 0.15, 0.12, 0.08, 0.15)).astype(object), None),
            "duration_min": _if(attended, np.clip(np.round((50 + 8 * z[0]) / 5) * 5, 20, 90)),
            "empathy_client": _if(attended, course.empathy[who, when]),
            "empathy_worker": _if(attended, np.round(np.clip(0.6 * course.empathy[who, when] + 1.5 + 0.5 * z[1], 1, 5), 1)),
            "self_disclosure": _if(attended, np.minimum(rng.poisson(0.5, n), 3)),
            "co_construction": _if(attended, np.round(np.clip(0.8 * alliance + 0.5 + 0.5 * z[2], 1, 5), 1)),
            "rupture": _flag(attended, rupture),
            "repair": _flag(attended & rupture, chance[4] < 0.5),
            "crisis": pd.array(mark, dtype="boolean"),
        }
    )


def _advocacy(course: Course, ids: dict[str, np.ndarray], names: Generator, rng: Generator) -> pd.DataFrame:
    episodes = join(course.episodes)
    episodes = episodes.take(rng.permutation(len(episodes)))
    n, joint = len(episodes), episodes.mode == 0
    order = np.select([episodes.order == BEFORE, episodes.order == AFTER], ["before_session", "after_session"], "")
    setting = rng.choice(SETTINGS, n, p=SETTING_SHARES)
    return pd.DataFrame(
        {
            "episode_id": pseudonyms("E", n, names),
            "client_id": ids["client"][episodes.client],
            "worker_id": ids["worker"][course.worker[episodes.client, episodes.session]],
            "day": episodes.day,
            "mode": np.array(MODES, dtype=object)[episodes.mode],
            "order": np.where(order == "", None, order.astype(object)),
            "setting": setting,
            "level": rng.choice(("micro", "mezzo", "macro"), n, p=(0.7, 0.2, 0.1)),
            "duration_min": np.clip(np.round(rng.gamma(4, 20, n) / 5) * 5, 10, 300),
            "initiated_by": rng.choice(INITIATORS, n, p=(0.3, 0.35, 0.25, 0.1)),
            "planned": pd.array(rng.random(n) < 0.65, dtype="boolean"),
            "outcome": rng.choice(OUTCOMES, n, p=(0.35, 0.2, 0.15, 0.3)),
            "theme": rng.choice(THEMES, n),
            "disclosure": _flag(joint, episodes.disclosure),
            "debriefed": _flag(joint, episodes.debriefed),
        }
    )


def _wai_sr(course: Course, who: np.ndarray, when: np.ndarray, session_ids: np.ndarray) -> pd.DataFrame:
    rated = course.rated[who, when]
    answers = course.answers[who[rated], when[rated]]
    items = {f"item_{item + 1}": answers[:, item] for item in range(Items.COUNT)}
    return pd.DataFrame({"session_id": session_ids[rated], "rater": "client", **items})


def _srs(course: Course, who: np.ndarray, when: np.ndarray, session_ids: np.ndarray, rng: Generator) -> pd.DataFrame:
    """Four lines of ten centimeters, marked in most rated sessions."""
    rated = course.rated[who, when] & (rng.random(len(who)) < 0.9)
    alliance = course.alliance[who[rated], when[rated]]
    marks = 2.2 * (alliance[:, None] - 1) + 1.2 + 0.9 * rng.standard_normal((len(alliance), 4))
    marks = np.round(np.clip(marks, 0, 10), 1)
    return pd.DataFrame(
        {"session_id": session_ids[rated], "rater": "client", **{f"item_{item + 1}": marks[:, item] for item in range(4)}}
    )


def _if(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.where(known, values, np.nan)


def _flag(known: np.ndarray, values: np.ndarray) -> pd.api.extensions.ExtensionArray:
    return pd.arrays.BooleanArray(np.asarray(values, bool), ~known)
