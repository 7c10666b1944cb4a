"""The course of every client, session by session: attendance, crises, advocacy, alliance, and who leaves.

Within one session the order is: crisis and advocacy in the days before it, attendance, felt empathy, alliance, the rating,
and whether the client comes back. A rating's window is the one of METHODS.md: from the client's last rating to this one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from pipeline.simulate.arrays import Flags, Floats, Integers
from pipeline.simulate.episodes import JOINT, MODES, SimulatedEpisodes, draw_episodes, join, split_at_rating
from pipeline.simulate.items import HIGH, ITEMS, LOW, SUBSCALES, draw_answers
from pipeline.simulate.people import SimulatedClients, SimulatedWorkers
from pipeline.simulate.traits import Traits, draw_traits, habit_alliance, lasting_alliance, log_rates
from pipeline.simulate.truth import Truth

DAYS_BETWEEN = np.array([5, 6, 7, 7, 7, 7, 8, 9, 14])
CRISIS_LASTS = 0.3  # chance that a crisis goes on to the next session
BUSIEST = 3.0  # the largest log rate: about 20 episodes between two sessions
EMPATHY = 3.5  # felt empathy of the average client (points)
EMPATHY_SD = 0.4  # of sessions of one client
GAINS = {  # what is taken away to see what it added: by name, the sources of points
    "joint": ("joint", "lag1", "indirect", "carried"),
    "joint_and_habit": ("joint", "lag1", "indirect", "carried", "habit"),
    "indirect": ("indirect",),
    "carried": ("carried",),
    "worker_solo": ("worker_solo",),
    "client_solo": ("client_solo",),
    "concrete": ("concrete",),
}


@dataclass
class Course:
    """What the study leaves behind: clients by sessions, and by modes, items or subscales."""

    day: Integers
    held: Flags  # planned at all: the client had not left
    attendance: Integers  # 0 attended, 1 no_show, 2 cancelled
    worker: Integers
    crisis: Flags
    empathy: Floats
    alliance: Floats
    rated: Flags
    dose: Integers  # by modes: episodes in the window of a rating, as the log has them
    answers: Floats  # by items, NaN where not answered
    gain: dict[str, Floats]  # by the names of GAINS, by subscales: what was added to the expected score
    episodes: list[SimulatedEpisodes] = field(default_factory=list)


@dataclass
class State:
    """What one session hands to the next."""

    alive: Flags
    crisis: Flags
    residual: Floats  # in SDs
    deviation: Floats  # last alliance above the client's own course (points)
    last_joint: Integers  # joint episodes of the window before
    last_rating: Integers  # its day, -1 before the first
    last_empathy: Floats  # at the last rating, above the average client (points)
    last_raised: Floats  # what joint episodes had added to it
    pending: SimulatedEpisodes


@dataclass(frozen=True)
class World:
    """What no session changes: traits, workers, and by client and session the lasting alliance, habit, log rates."""

    traits: Traits
    workers: SimulatedWorkers
    lasting: Floats
    habit: Floats
    rates: Floats
    truth: Truth


def draw_course(
    clients: SimulatedClients, workers: SimulatedWorkers, sessions: int, truth: Truth, rng: Generator, gains: bool = False
) -> Course:
    """Play all sessions of all clients; `gains` asks for what episodes added to the expected scores (else they stay out)."""
    traits = draw_traits(len(clients.worker), truth, rng)
    changed = (clients.change_after >= 0)[:, None] & (np.arange(sessions) >= clients.change_after[:, None])
    worker = np.where(changed, clients.next_worker[:, None], clients.worker[:, None])
    world = World(
        traits,
        workers,
        lasting_alliance(workers, worker, traits, truth),
        habit_alliance(workers, worker, traits, truth),
        log_rates(clients, workers, worker, traits, truth),
        truth,
    )
    course, state = _blank(worker, rng, GAINS if gains else ()), _begin(len(worker), rng)
    for session in range(sessions):
        _play(session, course, state, world, rng)
    return course


def _blank(worker: Integers, rng: Generator, gains: Iterable[str]) -> Course:
    shape = worker.shape
    gaps = rng.choice(DAYS_BETWEEN, shape)
    gaps[:, 0] = rng.integers(3, 13, shape[0])
    return Course(
        day=np.cumsum(gaps, axis=1),
        held=np.zeros(shape, np.bool_),
        attendance=np.zeros(shape, np.int64),
        worker=worker,
        crisis=np.zeros(shape, np.bool_),
        empathy=np.full(shape, np.nan),
        alliance=np.full(shape, np.nan),
        rated=np.zeros(shape, np.bool_),
        dose=np.zeros((*shape, len(MODES)), np.int64),
        answers=np.full((*shape, ITEMS), np.nan),
        gain={name: np.zeros((*shape, len(SUBSCALES))) for name in gains},
    )


def _begin(n: int, rng: Generator) -> State:
    return State(
        alive=np.ones(n, np.bool_),
        crisis=np.zeros(n, np.bool_),
        residual=rng.standard_normal(n),
        deviation=np.zeros(n),
        last_joint=np.zeros(n, np.int64),
        last_rating=np.full(n, -1),
        last_empathy=np.zeros(n),
        last_raised=np.zeros(n),
        pending=SimulatedEpisodes.none(),
    )


def _play(session: int, course: Course, state: State, world: World, rng: Generator) -> None:
    """One session of all clients: fills its column of the course and moves the state on."""
    n, truth = len(state.alive), world.truth
    chance, z = rng.random((4, n)), rng.standard_normal((2, n))
    attended = _attend(session, course, state, chance, truth)
    rated = attended & (chance[2] >= truth.missed_rating)
    course.rated[:, session] = rated
    _advocate(session, course, state, world, attended, rng)
    added = _open_windows(session, course, state, rated, world)
    _drift(session, course, state, z[0], truth)
    own = _meet(session, course, state, world, added, z[1])
    _rate(session, course, own, added, world, rng)
    _leave(session, course, state, chance[3], truth)


def _meet(session: int, course: Course, state: State, world: World, added: dict[str, Floats], z: Floats) -> Floats:
    """Felt empathy and alliance in the session; completes `added`, returns the alliance without any of it (points)."""
    truth, rated, habit = world.truth, course.rated[:, session], world.habit[:, session]
    raised = _feel(session, course, world, z)
    felt = course.empathy[:, session] - EMPATHY
    through = {"indirect": truth.empathy_on_alliance * raised, "carried": truth.empathy_on_next * state.last_raised}
    added |= {source: _even(points) for source, points in through.items()} | {"habit": _even(habit)}
    lasting = world.lasting[:, session] + truth.crisis_on_alliance * state.crisis
    own: Floats = lasting + truth.residual_sd * state.residual - _sum(through.values())
    own += truth.empathy_on_alliance * felt + truth.empathy_on_next * state.last_empathy
    course.alliance[:, session] = own + _sum(added.values()).mean(axis=1)
    state.deviation = course.alliance[:, session] - lasting - habit
    state.last_empathy = np.where(rated, felt, state.last_empathy)
    state.last_raised = np.where(rated, raised, state.last_raised)
    return own


def _attend(session: int, course: Course, state: State, chance: Floats, truth: Truth) -> Flags:
    """Who comes, and who is in a crisis."""
    course.held[:, session] = state.alive
    missed = np.select([chance[0] < truth.no_show, chance[0] < truth.no_show + truth.cancelled], [1, 2], 0)
    course.attendance[:, session] = missed
    share = truth.crisis_share
    begins = min(1.0, share * (1 - CRISIS_LASTS) / (1 - share)) if session and share < 1 else share
    state.crisis = chance[1] < np.where(state.crisis, CRISIS_LASTS, begins)
    course.crisis[:, session] = state.crisis
    attended: Flags = state.alive & (missed == 0)
    return attended


def _advocate(session: int, course: Course, state: State, world: World, attended: Flags, rng: Generator) -> None:
    """Episodes of the days up to this session; they wait for the client's next rating."""
    truth, day = world.truth, course.day[:, session]
    log = world.rates[:, session] + truth.crisis_on_advocacy * state.crisis[:, None]
    log[:, JOINT] += truth.alliance_on_joint * state.deviation
    rates = np.exp(np.minimum(log, BUSIEST)) * state.alive[:, None]
    previous = course.day[:, session - 1] if session else np.zeros_like(day)
    new = draw_episodes(rates, previous, day, attended, session, truth, rng)
    course.episodes.append(new)
    state.pending = join([state.pending, new])


def _open_windows(session: int, course: Course, state: State, rated: Flags, world: World) -> dict[str, Floats]:
    """Count the episodes of the windows that end here; returns by source what they add to goal, task and bond (points)."""
    day = course.day[:, session]
    logged, true, left = split_at_rating(state.pending, rated, day, state.last_rating)
    course.dose[:, session] = state.pending.take(logged).count(len(day))
    real = state.pending.take(true)
    added = _points(real, world, course.worker[:, session], state.last_joint * rated)
    state.last_joint = np.where(rated, real.count(len(day))[:, JOINT], state.last_joint)
    state.last_rating = np.where(rated, day, state.last_rating)
    state.pending = state.pending.take(left)
    return added


def _points(real: SimulatedEpisodes, world: World, worker: Integers, last_joint: Integers) -> dict[str, Floats]:
    truth, n = world.truth, len(last_joint)
    dose = real.count(n)
    joint = (truth.joint + world.traits.effect + world.workers.joint[worker]) * dose[:, JOINT]
    joint += truth.joint_disclosure * np.bincount(real.client, weights=real.disclosure, minlength=n)
    joint += truth.joint_debriefed * np.bincount(real.client, weights=real.debriefed, minlength=n)
    by_subscale = np.array([truth.joint_goal, truth.joint_task, truth.joint_bond])
    alone = {"worker_solo": truth.worker_solo, "client_solo": truth.client_solo, "concrete": truth.concrete}
    return {
        "joint": joint[:, None] + by_subscale * dose[:, [JOINT]],
        **{mode: _even(points * dose[:, MODES.index(mode)].astype(np.float64)) for mode, points in alone.items()},
        "lag1": _even(truth.joint_lag1 * last_joint.astype(np.float64)),
    }


def _drift(session: int, course: Course, state: State, z: Floats, truth: Truth) -> None:
    """Residuals: independent, or correlated the less the more days lie between two sessions (CAR(1), a week as unit)."""
    if session:
        weeks = (course.day[:, session] - course.day[:, session - 1]) / 7
        kept = truth.residual_ar**weeks
        state.residual = kept * state.residual + np.sqrt(1 - kept**2) * z


def _feel(session: int, course: Course, world: World, z: Floats) -> Floats:
    """Felt empathy in the session, 1 to 5 in tenths; returns what joint episodes added to it (points)."""
    truth, joint = world.truth, course.dose[:, session, JOINT]
    without = EMPATHY + world.traits.empathy + EMPATHY_SD * z
    course.empathy[:, session] = _tenths(without + truth.joint_on_empathy * joint)
    raised: Floats = course.empathy[:, session] - _tenths(without)
    return raised


def _even(points: Floats) -> Floats:
    """The same points on goal, task and bond."""
    return np.repeat(points[:, None], len(SUBSCALES), axis=1)


def _tenths(felt: Floats) -> Floats:
    return np.round(np.clip(felt, LOW, HIGH), 1).astype(np.float64)


def _rate(session: int, course: Course, own: Floats, added: dict[str, Floats], world: World, rng: Generator) -> None:
    who = np.flatnonzero(course.rated[:, session])
    theirs = {source: points[who] for source, points in added.items()}
    removed = {name: _sum(theirs[source] for source in GAINS[name]) for name in course.gain}
    total = world.traits.subscale[who] + _sum(theirs.values())
    answers = draw_answers(own[who], total, world.traits.items[who], removed, world.truth, rng)
    course.answers[who, session] = answers.given
    for name, gain in answers.gain.items():
        course.gain[name][who, session] = gain


def _sum(parts: Iterable[Floats]) -> Floats:
    first, *others = parts
    return sum(others, first)


def _leave(session: int, course: Course, state: State, chance: Floats, truth: Truth) -> None:
    """Those who rated low are the likelier to leave; whoever did not rate leaves at the average rate."""
    answers = course.answers[:, session]
    answered = (~np.isnan(answers)).sum(axis=1)
    score = np.nansum(answers, axis=1) / np.maximum(answered, 1)
    above = np.where(answered > 0, score - truth.alliance_start, 0.0)
    odds = truth.dropout / max(1e-9, 1 - truth.dropout) * np.exp(truth.alliance_on_dropout * above)
    state.alive = state.alive & (chance >= odds / (1 + odds))
