"""A course as the canonical tables a site's files become: what is seen of it, and no more."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator

from benchmarks.worlds.course import FIRST_DAYS, Course, Flags
from benchmarks.worlds.law import MIDDLE, MODES, PHASES, POINTS, Law
from benchmarks.worlds.people import Floats, Integers

ITEMS = 12
BOND = (3, 5, 7, 9)  # METHODS.md, keys of the WAI-SR
LOW, HIGH = 1.0, 5.0
ROUNDING = 1 / 12 / POINTS**2  # variance of the rounding of one item (SD squared)
CLIENT_ITEM_SD = 0.12  # points: how items differ for one client
SETTINGS = ("social_services", "hospital", "school", "child_welfare", "court", "housing", "employment", "other")
EMPATHY_MIDDLE, EMPATHY_SD, EMPATHY_CLIENT_SD = 5.0, 0.5, 0.6


def canonical(course: Course, law: Law, rng: Generator) -> dict[str, pd.DataFrame]:
    """Clients, workers, sessions, ratings_wai_sr and advocacy of one study."""
    client, session = np.nonzero(course.held)
    number = np.full(course.held.shape, -1)
    number[client, session] = np.arange(len(client))
    return {
        "clients": _clients(course, law),
        "workers": _workers(course, law),
        "sessions": _sessions(course, law, client, session, rng),
        "ratings_wai_sr": _ratings(course, law, number, rng),
        "advocacy": _advocacy(course, law, rng),
    }


def _ids(letter: str, numbers: Integers) -> pd.Series[str]:
    return pd.Series([f"{letter}{number:06d}" for number in numbers.tolist()], dtype="str")


def _codes(numbers: Integers, names: tuple[str, ...]) -> pd.Categorical:
    """A closed code list, as the validated tables hold it."""
    return pd.Categorical(np.array(names, dtype=object)[numbers], categories=list(names))


def _agencies(course: Course, law: Law, of: Integers) -> dict[str, pd.Series[str]]:
    return {"agency_id": _ids("A", course.people.agency[of])} if law.agencies else {}


def _clients(course: Course, law: Law) -> pd.DataFrame:
    people, n = course.people, len(course.people.need)
    agency = _agencies(course, law, people.worker[:, 0])
    return pd.DataFrame({"client_id": _ids("C", np.arange(n)), **agency, "need_index": people.need})


def _workers(course: Course, law: Law) -> pd.DataFrame:
    every = np.arange(len(course.people.agency))
    return pd.DataFrame({"worker_id": _ids("W", every), **_agencies(course, law, every)})


def _sessions(course: Course, law: Law, client: Integers, session: Integers, rng: Generator) -> pd.DataFrame:
    at, n = (client, session), len(client)
    usual: Floats = np.asarray(EMPATHY_CLIENT_SD * rng.standard_normal(course.held.shape[0]))[client]
    felt = EMPATHY_MIDDLE + usual + EMPATHY_SD * course.empathy[at]
    told = EMPATHY_MIDDLE + usual + EMPATHY_SD * (_seen(course, law)[at] + 0.5 * rng.standard_normal(n))
    return pd.DataFrame(
        {
            "session_id": _ids("S", np.arange(n)),
            "client_id": _ids("C", client),
            "worker_id": _ids("W", course.people.worker[at]),
            "day": course.day[at],
            "session_number": session + 1,
            "attendance": pd.Series(np.where(course.came[at], "attended", "no_show"), dtype="str"),
            "phase": _codes(course.phase[at], PHASES),
            "empathy_client": np.where(course.came[at], np.clip(felt, 0, 10), np.nan),
            "empathy_worker": np.where(course.came[at], np.clip(told, 0, 10), np.nan),
        }
    )


def _seen(course: Course, law: Law) -> Floats:
    """Empathy as the worker sees it: without the client's mood, or with some of it."""
    return course.empathy - (1.0 - law.mood_seen) * course.felt_mood


def answers(course: Course, law: Law, rng: Generator) -> Floats:
    """Whole answers of rated sessions by items, in the order of np.nonzero(rated).

    Before rounding their mean is the alliance plus `course.error`, and their spread that of independent items; rounding adds
    its own 1/12 to each item's variance, which is taken off beforehand so that the error keeps its share.
    """
    client, session = np.nonzero(course.rated)
    noise = np.sqrt(np.maximum(law.error_share * ITEMS - ROUNDING, 0.0)) * rng.standard_normal((len(client), ITEMS))
    noise += (course.error[client, session] - noise.mean(axis=1))[:, None]
    lasting = CLIENT_ITEM_SD * rng.standard_normal((course.held.shape[0], ITEMS))
    lasting -= lasting.mean(axis=1, keepdims=True)
    given = MIDDLE + law.ease + POINTS * (course.alliance[client, session][:, None] + noise) + lasting[client]
    bond = np.array(BOND) - 1
    given[:, bond] += POINTS * (law.bond_extra * course.window[client, session, 0] + course.bond[client, session])[:, None]
    if law.coarse:
        given[:] = given.mean(axis=1, keepdims=True)
    return np.asarray(np.clip(np.round(given), LOW, HIGH), dtype=np.float64)


def _ratings(course: Course, law: Law, number: Integers, rng: Generator) -> pd.DataFrame:
    given = answers(course, law, rng)
    if law.carried_forward:
        client, session = np.nonzero(course.rated)
        place = np.full(course.rated.shape, -1)
        place[client, session] = np.arange(len(client))
        given = given[place[client, course.answered[client, session]]]
    session_ids = _ids("S", number[course.rated])
    items = {f"item_{item + 1}": given[:, item] for item in range(ITEMS)}
    return pd.DataFrame({"session_id": session_ids, "rater": pd.Series(["client"] * len(given), dtype="str"), **items})


def _advocacy(course: Course, law: Law, rng: Generator) -> pd.DataFrame:
    counts = course.dose
    client, session, mode = (np.repeat(index, counts.ravel()) for index in map(np.ravel, np.indices(counts.shape)))
    span = np.where(session == 0, FIRST_DAYS, course.gap[client, session])
    day = course.day[client, session] - 1 - np.floor(rng.random(len(client)) * (span - 1)).astype(np.int64)
    seen = _logged(course, law, client, session, mode, rng)
    late = rng.random(len(client)) < law.late_share
    day = day + np.where(late, rng.integers(1, law.late_days + 1, len(client)), 0)
    if law.early_share:
        early = (mode == 0) & (rng.random(len(client)) < law.early_share)
        day = day - np.where(early, rng.integers(1, law.early_days + 1, len(client)), 0)
    client, session, mode, day = client[seen], session[seen], mode[seen], day[seen]
    if law.doubled:
        twice = np.repeat(np.arange(len(client)), 1 + ((mode == 0) & (rng.random(len(client)) < law.doubled)))
        client, session, mode, day = client[twice], session[twice], mode[twice], day[twice]
    n = len(client)
    return pd.DataFrame(
        {
            "episode_id": _ids("E", rng.permutation(n)),
            "client_id": _ids("C", client),
            "worker_id": _ids("W", course.people.worker[client, session]),
            "day": day,
            "mode": pd.Series(np.array(MODES, dtype=object)[mode], dtype="str"),
            "order": pd.Series(["before_session"] * n, dtype="str"),
            "setting": _codes(rng.integers(0, len(SETTINGS), n), SETTINGS),
            "duration_min": np.clip(np.round(rng.gamma(4, 20, n) / 5) * 5, 10, 300),
            "debriefed": pd.array(rng.random(n) < _talked_over(course, law, client, session), dtype="boolean"),
        }
    )


def _talked_over(course: Course, law: Law, client: Integers, session: Integers) -> Floats:
    """The chance that a visit is talked over in the session after it: half, or the more the better that session goes."""
    return np.asarray(1 / (1 + np.exp(-law.debriefed_on_session * course.deviation[client, session])), dtype=np.float64)


def _logged(course: Course, law: Law, client: Integers, session: Integers, mode: Integers, rng: Generator) -> Flags:
    """Which episodes are logged: all but some joint ones, the more of them the better the session after it went."""
    drawn = rng.random(len(client))
    if law.logged >= 1:
        return np.ones(len(client), np.bool_)
    odds = law.logged / (1 - law.logged) * np.exp(law.logged_on_session * course.deviation[client, session])
    return np.asarray((mode != 0) | (drawn < odds / (1 + odds)), dtype=np.bool_)


__all__ = ["answers", "canonical"]
