"""Play a law: every client's sessions one after the other, all clients at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.worlds.causes import hidden_course
from benchmarks.worlds.law import MODES, POINTS, Law, Size
from benchmarks.worlds.people import Floats, Integers, People, draw_people

Flags = NDArray[np.bool_]
WEEK = 7
FIRST_DAYS = 14  # the window before the first rating, as params.exposure has it by default
UNEVEN = np.array([3, 5, 7, 7, 9, 14, 21])
PHASE_ENDS = (0.15, 0.35, 0.85)
ROUNDED = 1 / 12 / 12 / POINTS**2  # variance that whole answers to twelve items add to a rating (SD squared)
BUSIEST = 3.0  # the largest log rate


@dataclass
class Course:
    """Clients by sessions: what happened, and what of it is seen."""

    people: People
    day: Integers
    gap: Integers
    phase: Integers
    held: Flags
    came: Flags
    rated: Flags
    dose: Integers  # clients by sessions by modes: episodes since the session before
    window: Integers  # the same since the last rating
    added: Floats  # what joint episodes truly added to the alliance (SD)
    alliance: Floats  # SD
    deviation: Floats  # alliance above the client's own course (SD)
    mood: Floats
    empathy: Floats  # SD, as the client rates it
    felt_mood: Floats  # the part of it that is the mood of the day
    hidden: Floats
    bond: Floats  # a state of the bond alone (SD)
    cohort: Floats  # workers by sessions, standard normal: what moves all clients of a worker in one session
    cohort_rate: Floats
    error: Floats  # of the rating (SD)
    rise: Floats  # of this session's rating over the one before (SD)
    answered: Integers  # the session whose answers a rating repeats: its own, but for those carried forward


def play(law: Law, size: Size, rng: Generator) -> Course:
    """One study of a law."""
    people = draw_people(law, size, rng)
    shape = (size.clients, size.sessions)
    gap = _gaps(law, shape, rng)
    blank = np.zeros(shape)
    course = Course(
        people=people,
        day=np.cumsum(gap, axis=1),
        gap=gap,
        phase=np.tile(np.searchsorted(PHASE_ENDS, (np.arange(shape[1]) + 0.5) / shape[1]), (shape[0], 1)).astype(np.int64),
        held=np.zeros(shape, np.bool_),
        came=np.ones(shape, np.bool_),
        rated=np.zeros(shape, np.bool_),
        dose=np.zeros((*shape, len(MODES)), np.int64),
        window=np.zeros((*shape, len(MODES)), np.int64),
        added=blank.copy(),
        alliance=blank.copy(),
        deviation=blank.copy(),
        mood=_memory(law.mood_ar, shape, rng),
        empathy=blank.copy(),
        felt_mood=blank.copy(),
        hidden=_memory(law.hidden_ar, shape, rng),
        bond=blank.copy(),
        cohort=_memory(law.cohort_ar, (size.workers, size.sessions), rng),
        cohort_rate=_memory(law.cohort_ar, (size.workers, size.sessions), rng),
        rise=blank.copy(),
        answered=np.tile(np.arange(shape[1]), (shape[0], 1)),
        error=np.sqrt(max(law.error_share - ROUNDED, 0.0)) * rng.standard_normal(shape),
    )
    shared = law.cohort_shared
    course.cohort_rate = shared * course.cohort + np.sqrt(1.0 - shared**2) * course.cohort_rate
    course.hidden = hidden_course(course.hidden, people.worker, law, rng)
    if law.bond_sd:
        course.bond = law.bond_sd * _memory(law.bond_ar, shape, rng)
    course.bond = course.bond + law.hidden_on_bond * course.hidden
    if law.error_common:
        course.error = course.error + law.error_common * rng.standard_normal(shape)
    _play_sessions(course, law, rng)
    _carry_forward(course, law, rng)
    return course


def _gaps(law: Law, shape: tuple[int, int], rng: Generator) -> Integers:
    gap = rng.choice(UNEVEN, shape) if law.uneven_days else np.full(shape, WEEK)
    gap[:, 0] = FIRST_DAYS
    return gap.astype(np.int64)


def _memory(kept: float, shape: tuple[int, int], rng: Generator) -> Floats:
    """Standard normal, autoregressive along the sessions."""
    z = rng.standard_normal(shape)
    for session in range(1, shape[1]):
        z[:, session] = kept * z[:, session - 1] + np.sqrt(1 - kept**2) * z[:, session]
    return z


def _play_sessions(course: Course, law: Law, rng: Generator) -> None:
    n, sessions = course.day.shape
    noise = _noise(law, (n, sessions), rng)
    if law.couples:
        pairs = slice(0, 2 * (n // 2), 2)
        noise[1::2] = np.sqrt(0.5) * (noise[pairs] + noise[1::2])
    state = noise[:, 0] - law.starts_low
    steady = np.sqrt(1 - law.error_share) * np.exp(law.unrest * course.people.rate / max(law.rate_client_sd, 1e-9))
    kept_on = np.zeros(n)  # what earlier episodes did that is still there
    alive, pending = np.ones(n, np.bool_), np.zeros((n, len(MODES)), np.int64)
    last = np.zeros((max(1, law.feedback_delay), n))  # the deviations that may bring advocacy, the oldest first
    rise = np.zeros(n)  # of the last rating over the one before
    last_rated, last_dose, last_empathy = np.zeros(n), np.zeros(n), np.zeros(n)
    course.dose[:, 0] = _advocate(course, law, 0, last[0], rng)
    for now in range(sessions):
        course.held[:, now] = alive
        if now:
            kept = law.state_ar ** (course.gap[:, now] / WEEK)
            state = kept * state + np.sqrt(1 - kept**2) * noise[:, now]
        if law.anticipation and now + 1 < sessions:
            course.dose[:, now + 1] = _advocate(course, law, now + 1, last[0], rng)
        pending += course.dose[:, now]
        keeps = law.missed_on_now * state + law.missed_on_last * last_rated
        missing = _chance(law.missed, keeps + law.missed_after_joint * state * (pending[:, 0] > 0), rng)
        if law.no_show:
            away = law.no_show_on_last * last_rated + law.no_show_on_state * state
            course.came[:, now] = ~_chance(law.no_show, away + law.no_show_on_hidden * course.hidden[:, now], rng)
        rated = course.rated[:, now] = alive & ~missing & course.came[:, now]
        course.window[:, now] = np.where(rated[:, None], pending, 0)
        passing = steady * state + _added(course, law, now, pending, last_dose, last_empathy) + kept_on
        kept_on = law.effect_memory * (kept_on + course.added[:, now])
        course.deviation[:, now] = passing
        course.alliance[:, now] = passing + _lasting(course, law, now)
        _feel(course, law, now, pending, rng)
        seen = passing + (course.error[:, now] if law.feedback_of == "rating" else 0.0)
        rise = np.where(rated, seen - last[-1], 0.0)
        last_rated = np.where(rated, passing + course.error[:, now], last_rated)
        last_empathy = np.where(rated, course.empathy[:, now], last_empathy)
        last_dose = np.where(rated, pending[:, 0], last_dose)
        pending = np.where(rated[:, None], 0, pending)
        last = np.vstack([last[1:], np.where(rated, seen, 0.0) + law.feedback_memory * last[-1]])
        course.rise[:, now] = rise
        if not law.anticipation and now + 1 < sessions:
            course.dose[:, now + 1] = _advocate(course, law, now + 1, last[0], rng)
        leaves = law.dropout_on_now * passing + law.dropout_on_joint * (course.window[:, now, 0] > 0)
        leaves = leaves + law.dropout_on_hidden * course.hidden[:, now] + law.dropout_on_rate * course.people.rate
        leaves = leaves + law.dropout_early * (2 / 3) ** now
        alive = alive & ~_chance(law.dropout, leaves + course.people.frailty[course.people.worker[:, now]], rng)
        if now + 1 < sessions:
            course.dose[:, now + 1] *= alive[:, None]


def _carry_forward(course: Course, law: Law, rng: Generator) -> None:
    """Ratings that repeat the answers of the session before, where that one was rated."""
    if not law.carried_forward:
        return
    repeats = rng.random(course.rated.shape) < law.carried_forward
    for now in range(1, course.day.shape[1]):
        again = repeats[:, now] & course.rated[:, now - 1]
        course.answered[again, now] = course.answered[again, now - 1]


def _noise(law: Law, shape: tuple[int, int], rng: Generator) -> Floats:
    if not law.tails:
        return rng.standard_normal(shape)
    spread = np.sqrt(law.tails / (law.tails - 2))
    return np.asarray(rng.standard_t(law.tails, shape) / spread, dtype=np.float64)


def _chance(share: float, more: Floats, rng: Generator) -> Flags:
    """Events of probability `share`, whose log-odds are moved by `more`."""
    drawn: Floats = rng.random(len(more))
    if share <= 0:
        return np.zeros(len(more), np.bool_)
    odds = share / (1 - share) * np.exp(more)
    return np.asarray(drawn < odds / (1 + odds), dtype=np.bool_)


def _advocate(course: Course, law: Law, session: int, last: Floats, rng: Generator) -> Integers:
    """Episodes of each mode in the days up to a session."""
    people, n = course.people, len(last)
    base = np.array([law.joint_rate, law.solo_rate, law.client_solo_rate, law.concrete_rate])
    joint = np.array([1.0, 0.0, 0.0, 0.0])
    middle = (course.day.shape[1] - 1) / 2
    common = people.rate + law.rate_phase * course.phase[:, session] + law.rate_hump * _hump(session, course.day.shape[1])
    common = common + law.rate_early * (2 / 3) ** session
    own = people.worker_rate[people.worker[:, session]] + people.rate_slope * (session - middle)
    own = own + law.hidden_on_joint * course.hidden[:, session] + people.feedback * last
    if session:
        own = own + law.feedback_change * course.rise[:, session - 1] + _answered(course, law, session, last)
    trained = session >= people.trained[people.worker[:, session]]
    own = own + law.training_on_joint * trained
    own = own + law.rate_cohort_sd * course.cohort_rate[people.worker[:, session], session]
    others = law.hidden_on_others * course.hidden[:, session] + law.feedback_on_others * last
    log = common[:, None] + own[:, None] * joint + others[:, None] * (1 - joint)
    if law.accrues != "no":
        log = log + np.log(course.gap[:, session] / WEEK)[:, None] * (joint if law.accrues == "joint" else 1.0)
    rates = base * np.exp(np.minimum(log, BUSIEST))
    if law.crisis_only:
        rates = rates * np.where(course.hidden[:, [session]] > law.crisis_only, 1.0, 1.0 - joint)
    if law.burst:
        rates = rates * rng.gamma(1 / law.burst, law.burst, (n, len(MODES)))
    drawn = np.asarray(rng.poisson(rates), dtype=np.int64)
    drawn[:, 0] = np.maximum(drawn[:, 0], law.at_least) * people.accompanied.astype(np.int64)
    if law.couples:
        drawn[1::2, 0] = drawn[: 2 * (n // 2) : 2, 0]
    return drawn


def _answered(course: Course, law: Law, session: int, last: Floats) -> Floats:
    """What else of the sessions before brings joint advocacy: a threshold, the first rating, the bond, a missed rating."""
    found: Floats = law.feedback_jump * (last < -law.feedback_below) + law.feedback_bond * course.bond[:, session - 1]
    found = found + law.after_missed * ~course.rated[:, session - 1]
    return found + law.feedback_first * (course.deviation[:, 0] + course.error[:, 0])


def _added(course: Course, law: Law, now: int, pending: Integers, last_dose: Floats, last_empathy: Floats) -> Floats:
    """What moves this session's alliance for a while (SD)."""
    people = course.people
    effect = people.effect + people.worker_effect[people.worker[:, now]]
    dose = pending[:, 0].astype(np.float64)
    if law.shape != "count":
        dose = np.minimum(dose, 1) if law.shape == "any" else np.log2(1.0 + dose)
    joint = effect * dose * (1.0 - people.slow)
    course.added[:, now] = joint
    joint = (
        joint
        + (effect * (law.carry + people.slow) + law.later) * last_dose
        + pending[:, 1:] @ np.array([law.solo, law.client_solo, law.concrete])
    )
    if law.anticipation and now + 1 < course.day.shape[1]:
        joint = joint + law.anticipation * course.dose[:, now + 1, 0]
    days = (course.gap[:, now] - WEEK) / WEEK if now else 0.0
    found: Floats = joint + law.hidden_on_alliance * course.hidden[:, now] + law.per_week * days
    found = found + law.long_gap * (course.gap[:, now] > 2 * WEEK)
    return found + law.empathy_next * last_empathy + law.halo * course.mood[:, now]


def _lasting(course: Course, law: Law, now: int) -> Floats:
    """The client's own course (SD)."""
    people, sessions = course.people, course.day.shape[1]
    time = now - (sessions - 1) / 2
    level: Floats = people.level + people.worker_level[people.worker[:, now]] + (law.trend + people.slope) * time
    level = level + people.drift * (1.0 - (2 / 3) ** now) + law.training * (now >= people.trained[people.worker[:, now]])
    level = level + law.cohort_sd * course.cohort[people.worker[:, now], now]
    return level + law.phase_step * course.phase[:, now] + law.hump * _hump(now, sessions)


def _hump(session: int, sessions: int) -> float:
    """0 at both ends of the course, 1 in its middle."""
    return float(np.sin(np.pi * (session + 0.5) / sessions))


def _feel(course: Course, law: Law, now: int, pending: Integers, rng: Generator) -> None:
    """Empathy felt in the session, beyond the client's usual (SD)."""
    own = law.empathy_joint * pending[:, 0] + rng.standard_normal(len(pending))
    own = own + law.empathy_from_now * course.deviation[:, now] + law.hidden_on_empathy * course.hidden[:, now]
    if now:
        own = own + law.empathy_from_last * course.deviation[:, now - 1]
    course.felt_mood[:, now] = law.halo * course.mood[:, now]
    course.empathy[:, now] = own + course.felt_mood[:, now]
