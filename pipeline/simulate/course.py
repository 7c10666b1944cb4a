"""The course of every client, session by session: attendance, crises, advocacy, alliance, and who leaves.

Order within one session: crisis and advocacy in the days before it, then attendance, felt empathy, alliance, the rating, and
whether the client comes back. The window of a rating is the one METHODS.md defines (from the client's last rating to this one).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from pipeline.simulate.episodes import JOINT, MODES, Episodes, draw_episodes, join, split_at_rating
from pipeline.simulate.items import SUBSCALES, Items, draw_answers
from pipeline.simulate.people import Clients, Workers
from pipeline.simulate.truth import Truth

FIRST_WINDOW = 14  # days before the first rating that count for it
PHASES = ("engagement", "assessment", "intervention", "evaluation")
PHASE_ENDS = (0.15, 0.35, 0.85, 1.0)  # share of the sessions by which a phase ends
DAYS_BETWEEN = np.array([5, 6, 7, 7, 7, 7, 8, 9, 14])
CRISIS_LASTS = 0.3  # chance that a crisis goes on to the next session


@dataclass(frozen=True)
class Traits:
    """What stays with a client: all on the scale of points but `rate` and `rate_slope` (log rate)."""

    level: np.ndarray
    slope: np.ndarray
    effect: np.ndarray  # of a joint episode, beyond the average effect
    subscale: np.ndarray  # clients by goal, task, bond
    items: np.ndarray  # clients by items
    rate: np.ndarray
    rate_slope: np.ndarray
    empathy: np.ndarray


@dataclass
class Course:
    """What the study leaves behind: matrices of clients by sessions, and the ratings and episodes."""

    day: np.ndarray
    held: np.ndarray  # whether the session was planned at all (the client had not left)
    attendance: np.ndarray  # 0 attended, 1 no_show, 2 cancelled
    worker: np.ndarray
    crisis: np.ndarray
    empathy: np.ndarray
    alliance: np.ndarray
    rated: np.ndarray
    dose: np.ndarray  # clients by sessions by modes: episodes in the window of a rating, by the log
    answers: np.ndarray  # clients by sessions by items, NaN where not answered
    gain: np.ndarray  # clients by sessions by subscales: what joint episodes added to the expected answer
    episodes: list[Episodes] = field(default_factory=list)


@dataclass
class State:
    """What one session hands to the next."""

    alive: np.ndarray
    crisis: np.ndarray
    residual: np.ndarray
    deviation: np.ndarray  # last alliance above the client's own course
    last_dose: np.ndarray  # joint episodes of the window before
    start: np.ndarray  # last day before the current window
    ever_rated: np.ndarray
    pending: Episodes


def phase_of(sessions: int) -> np.ndarray:
    """The phase (0 to 3) of each session of a course of this length."""
    share = (np.arange(sessions) + 0.5) / sessions
    return np.searchsorted(np.array(PHASE_ENDS[:-1]), share)


def draw_traits(n: int, truth: Truth, rng: Generator) -> Traits:
    """Draw what stays with each of `n` clients."""
    z = rng.standard_normal((6, n))
    rho = truth.trend_correlation
    return Traits(
        level=truth.client_sd * z[0],
        slope=truth.trend_sd * z[1],
        effect=truth.joint_slope_sd * z[2],
        subscale=truth.subscale_sd * rng.standard_normal((n, len(SUBSCALES))),
        items=truth.item_client_sd * rng.standard_normal((n, Items.COUNT)),
        rate=truth.rate_client_sd * z[3],
        rate_slope=truth.advocacy_trend + truth.advocacy_trend_sd * (rho * z[1] + np.sqrt(1 - rho**2) * z[4]),
        empathy=0.5 * z[0] / 1.0 + 0.4 * z[5],
    )


def draw_course(clients: Clients, workers: Workers, sessions: int, truth: Truth, rng: Generator) -> Course:
    """Play all sessions of all clients."""
    n = len(clients.worker)
    traits = draw_traits(n, truth, rng)
    course = _blank(n, sessions, rng)
    numbers = np.arange(sessions)
    changed = (clients.change_after[:, None] >= 0) & (numbers >= clients.change_after[:, None])
    course.worker = np.where(changed, clients.next_worker[:, None], clients.worker[:, None])
    base = _log_rates(clients, workers, course.worker, traits, truth)
    state = _begin(n, truth, rng)
    for s in range(sessions):
        _play(s, course, state, base, traits, workers, truth, rng)
    return course


def _blank(n: int, sessions: int, rng: Generator) -> Course:
    gaps = rng.choice(DAYS_BETWEEN, (n, sessions))
    gaps[:, 0] = rng.integers(3, 13, n)
    shape = (n, sessions)
    return Course(
        day=np.cumsum(gaps, axis=1),
        held=np.zeros(shape, bool),
        attendance=rng.random(shape),
        worker=np.zeros(shape, np.int64),
        crisis=np.zeros(shape, bool),
        empathy=np.full(shape, np.nan),
        alliance=np.full(shape, np.nan),
        rated=np.zeros(shape, bool),
        dose=np.zeros((*shape, len(MODES)), np.int64),
        answers=np.full((*shape, Items.COUNT), np.nan),
        gain=np.zeros((*shape, len(SUBSCALES))),
    )


def _begin(n: int, truth: Truth, rng: Generator) -> State:
    none = np.zeros(n)
    nobody = draw_episodes(np.zeros((n, len(MODES))), none, none, none.astype(bool), 0, truth, rng)
    return State(
        alive=np.ones(n, bool),
        crisis=np.zeros(n, bool),
        residual=rng.standard_normal(n),
        deviation=none.copy(),
        last_dose=none.copy(),
        start=np.full(n, -1),
        ever_rated=np.zeros(n, bool),
        pending=nobody,
    )


def _log_rates(clients: Clients, workers: Workers, worker: np.ndarray, traits: Traits, truth: Truth) -> np.ndarray:
    """Expected episodes between two sessions before crises and feedback: log, clients by sessions by modes."""
    sessions = worker.shape[1]
    rates = np.array([truth.joint_rate, truth.worker_solo_rate, truth.client_solo_rate, truth.concrete_rate])
    log = np.log(np.maximum(rates, 1e-12))[None, None, :] + np.zeros((*worker.shape, len(MODES)))
    own = traits.rate + truth.rate_need * (clients.need - 5) - truth.rate_client_sd**2 / 2
    log += own[:, None, None]
    log += (truth.rate_intervention * (phase_of(sessions) == 2))[None, :, None]
    log[:, :, JOINT] += workers.rate[worker]
    log[:, :, JOINT] += traits.rate_slope[:, None] * _centered(sessions)
    return log


def _centered(sessions: int) -> np.ndarray:
    return np.arange(sessions) - (sessions - 1) / 2


def _play(
    s: int, course: Course, state: State, base: np.ndarray, traits: Traits, workers: Workers, truth: Truth, rng: Generator
) -> None:
    """One session of all clients; fills column `s` of the course and moves the state on."""
    n = len(state.alive)
    chance, z = rng.random((4, n)), rng.standard_normal((2, n))
    _attend(s, course, state, chance[0], truth)
    attended = course.held[:, s] & (course.attendance[:, s] == 0)
    log = base[:, s] + truth.crisis_on_advocacy * state.crisis[:, None]
    log[:, JOINT] += truth.alliance_on_joint * state.deviation
    rates = np.exp(np.minimum(log, 3.0)) * state.alive[:, None]
    previous = course.day[:, s - 1] if s else np.zeros(n, np.int64)
    new = draw_episodes(rates, previous, course.day[:, s], attended, s, truth, rng)
    course.episodes.append(new)
    rated = attended & (chance[1] >= truth.missed_rating)
    added = _open_windows(s, course, state, new, rated, traits, truth)
    _move_residual(s, course, state, z[0], truth)
    lasting = _lasting(s, course, state, base, traits, workers, truth)
    course.empathy[:, s] = _feel(lasting, traits, course.dose[:, s, JOINT], z[1], truth)
    level = lasting + truth.residual_sd * state.residual + truth.empathy_on_alliance * (course.empathy[:, s] - 3.5)
    course.alliance[:, s] = level + added.mean(axis=1)
    state.deviation = level + added.mean(axis=1) - lasting
    course.rated[:, s] = rated
    _rate(s, course, np.flatnonzero(rated), level, added, traits, truth, rng)
    _leave(s, course, state, rated, chance[2], truth)


def _attend(s: int, course: Course, state: State, chance: np.ndarray, truth: Truth) -> None:
    course.held[:, s] = state.alive
    drawn = course.attendance[:, s]
    missed = np.where(drawn < truth.no_show, 1, np.where(drawn < truth.no_show + truth.cancelled, 2, 0))
    course.attendance[:, s] = missed
    begins = truth.crisis_share * (1 - CRISIS_LASTS) / max(1e-9, 1 - truth.crisis_share)
    state.crisis = chance < np.where(state.crisis, CRISIS_LASTS, min(1.0, begins))
    course.crisis[:, s] = state.crisis


def _open_windows(
    s: int, course: Course, state: State, new: Episodes, rated: np.ndarray, traits: Traits, truth: Truth
) -> np.ndarray:
    """Count the episodes of the windows that end here; returns what they add to goal, task and bond (points)."""
    n, day = len(rated), course.day[:, s]
    state.pending = join([state.pending, new])
    start = np.where(state.ever_rated, -1, day - FIRST_WINDOW)
    logged, true, pending = split_at_rating(state.pending, rated, day, start)
    counted, real = state.pending.take(logged), state.pending.take(true)
    place = counted.client * len(MODES) + counted.mode
    course.dose[:, s] = np.bincount(place, minlength=n * len(MODES)).reshape(n, len(MODES))
    dose = np.bincount(real.client * len(MODES) + real.mode, minlength=n * len(MODES)).reshape(n, len(MODES))
    shown = np.bincount(real.client, weights=real.disclosure, minlength=n)
    debriefed = np.bincount(real.client, weights=real.debriefed, minlength=n)
    joint = (truth.joint + traits.effect) * dose[:, JOINT] + truth.joint_lag1 * state.last_dose
    joint += truth.joint_disclosure * shown + truth.joint_debriefed * debriefed
    extra = np.array([truth.joint_goal, truth.joint_task, truth.joint_bond])
    course.gain[:, s] = joint[:, None] + extra * dose[:, [JOINT]]
    others = dose[:, 1:] @ np.array([truth.worker_solo, truth.client_solo, truth.concrete])
    state.last_dose = np.where(rated, dose[:, JOINT], state.last_dose)
    state.ever_rated = state.ever_rated | rated
    state.pending = state.pending.take(pending)
    return course.gain[:, s] + others[:, None]


def _move_residual(s: int, course: Course, state: State, z: np.ndarray, truth: Truth) -> None:
    if s:
        weeks = (course.day[:, s] - course.day[:, s - 1]) / 7
        kept = np.sign(truth.residual_ar) * np.abs(truth.residual_ar) ** weeks
        state.residual = kept * state.residual + np.sqrt(1 - kept**2) * z


def _lasting(
    s: int, course: Course, state: State, base: np.ndarray, traits: Traits, workers: Workers, truth: Truth
) -> np.ndarray:
    """The alliance apart from passing deviations and from the episodes themselves (points)."""
    sessions, worker = base.shape[1], course.worker[:, s]
    expected = np.exp(traits.rate - truth.rate_client_sd**2 / 2) * truth.joint_rate
    expected_worker = np.exp(workers.rate[worker]) * truth.joint_rate
    level = truth.alliance_start + truth.alliance_trend * s + truth.phase_step * phase_of(sessions)[s]
    level = level + traits.level + traits.slope * _centered(sessions)[s] + workers.effect[worker]
    level += truth.joint_between * (expected - truth.joint_rate) + truth.joint_worker * (expected_worker - truth.joint_rate)
    return level + truth.crisis_on_alliance * state.crisis


def _feel(lasting: np.ndarray, traits: Traits, joint: np.ndarray, z: np.ndarray, truth: Truth) -> np.ndarray:
    """Felt empathy in the session, 1 to 5 in steps of a tenth."""
    felt = 3.5 + 0.3 * (lasting - truth.alliance_start) + traits.empathy + truth.joint_on_empathy * joint + 0.4 * z
    return np.round(np.clip(felt, 1, 5), 1)


def _rate(
    s: int,
    course: Course,
    who: np.ndarray,
    level: np.ndarray,
    added: np.ndarray,
    traits: Traits,
    truth: Truth,
    rng: Generator,
) -> None:
    answers, gain = draw_answers(
        level[who], added[who], course.gain[who, s], traits.subscale[who], traits.items[who], truth, rng
    )
    course.answers[who, s] = answers
    course.gain[:, s] = 0
    course.gain[who, s] = gain


def _leave(s: int, course: Course, state: State, rated: np.ndarray, chance: np.ndarray, truth: Truth) -> None:
    """Those who rated low are the likelier to leave; whoever did not rate leaves at the average rate."""
    answered = np.where(rated[:, None], course.answers[:, s], truth.alliance_start)
    score = np.where(rated, np.nanmean(answered, axis=1), truth.alliance_start)
    odds = truth.dropout / max(1e-9, 1 - truth.dropout) * np.exp(truth.alliance_on_dropout * (score - truth.alliance_start))
    state.alive = state.alive & (chance >= odds / (1 + odds))
