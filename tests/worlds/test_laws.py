"""What a world declares is what its studies hold: large samples regressed on what truly happened."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.worlds.catalogue import BY_NAME, WORLDS
from benchmarks.worlds.course import Course, play
from benchmarks.worlds.families.hidden import CAUSE
from benchmarks.worlds.law import MIDDLE, POINTS, Law, Size
from benchmarks.worlds.tables import answers, canonical
from benchmarks.worlds.world import BuiltIn

pytestmark = pytest.mark.slow  # large samples against declared truth

Floats = NDArray[np.float64]
MANY = Size(300, 3000, 12)
FOUR = 4.0  # standard errors an estimate may lie from its truth: one test in 16,000 fails by chance
WITHIN = [
    world
    for world in WORLDS
    if isinstance(world.law, Law)
    and world.truth is not None
    and world.asked["effect"] == "within"
    and not {"moderator", "contrast", "mediator"} & world.asked.keys()
    and not world.asked["exposure"].get("lag")
    and world.family not in ("few", "looks")
    and not world.law.missed_after_joint  # what is rated there hangs on what an episode would have done
]


def course_of(law: Law, seed: int = 1, size: Size = MANY) -> Course:
    return play(law, size, np.random.default_rng(seed))


def regression(y: Floats, columns: list[Floats]) -> tuple[Floats, Floats]:
    """Least squares with an intercept: coefficients and robust standard errors of the columns that are not constant."""
    design = np.column_stack([np.ones(len(y)), *(column for column in columns if np.ptp(column) > 0)])
    bread = np.linalg.inv(design.T @ design)
    found = bread @ (design.T @ y)
    meat = design * (y - design @ found)[:, None]
    return found[1:], np.sqrt(np.diag(bread @ (meat.T @ meat) @ bread))[1:]


@pytest.mark.parametrize("world", WITHIN, ids=lambda world: world.name)
def test_truth_is_what_an_episode_does_when_all_else_is_known(world):
    """The client's own course, own effect and every other cause taken out, an episode adds the declared truth."""
    law = world.law
    course = course_of(law)
    rated = course.rated[:, 1:]
    dose = course.window[:, 1:, 0][rated].astype(float)
    dose = np.minimum(dose, 1) if law.shape == "any" else dose
    own = course.people.effect[:, None] + course.people.worker_effect[course.people.worker]
    beyond = (own[:, 1:] - law.effect)[rated] * dose  # clients and workers who differ from the average
    others = [course.window[:, 1:, mode][rated].astype(float) for mode in (1, 2, 3)]
    others += [course.hidden[:, 1:][rated], course.gap[:, 1:][rated].astype(float), course.mood[:, 1:][rated]]
    others.append(course.window[:, :-1, 0][rated].astype(float))  # what is carried over
    if law.anticipation:
        others.append(np.pad(course.dose[:, 2:, 0], ((0, 0), (0, 1)))[rated].astype(float))
    if law.state_ar:
        others.append(course.deviation[:, :-1][rated])  # what is left of the state before
    found, error = regression(course.deviation[:, 1:][rated] - beyond, [dose, *others])
    assert abs(found[0] - world.truth) < FOUR * error[0]
    assert error[0] < 0.025


@pytest.mark.parametrize("name", [world.name for world in WORLDS if isinstance(world.law, Law) and world.family != "few"])
def test_the_average_client_of_the_average_worker_has_the_declared_effect(name):
    law = BY_NAME[name].law
    people = course_of(law).people
    spread = math.hypot(people.effect.std() / math.sqrt(len(people.effect)), 1e-9)
    assert abs(people.effect.mean() - law.effect) < FOUR * spread
    assert abs(people.worker_effect.mean()) <= FOUR * law.worker_slope_sd / math.sqrt(MANY.workers) + 1e-12


@pytest.mark.parametrize("name", ["feedback_low", "feedback_high", "feedback_felt", "feedback_unreliable"])
def test_feedback_is_what_a_rating_brings(name):
    world = BY_NAME[name]
    course = course_of(world.law)
    now, after = slice(0, -1), slice(1, None)
    felt = course.deviation + (course.error if world.law.feedback_of == "rating" else 0.0)
    found, error = regression(course.dose[:, after, 0].ravel().astype(float), [felt[:, now].ravel()])
    drawn = 0.05 * abs(world.feedback)  # who is in the study moves the mean rate, too
    assert abs(found[0] - world.feedback) < FOUR * error[0] + drawn


def test_ratings_are_the_alliance_with_the_declared_error():
    law = replace(Law(), error_share=0.25)
    course = course_of(law, size=Size(50, 1000, 8))
    score = (answers(course, law, np.random.default_rng(2)).mean(axis=1) - MIDDLE) / POINTS
    error = score - course.alliance[course.rated]
    assert abs(error.var() - law.error_share) < 0.02
    assert abs(np.corrcoef(error, course.alliance[course.rated])[0, 1]) < 0.05  # the ends of the scale hardly bite
    assert abs(score.mean() - course.alliance[course.rated].mean()) < 0.02


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.5, 0.8])
def test_a_hidden_cause_is_remembered_as_declared_and_moves_both(kept):
    course = course_of(replace(CAUSE, hidden_ar=kept))
    before, now = course.hidden[:, :-1].ravel(), course.hidden[:, 1:].ravel()
    assert abs(np.corrcoef(before, now)[0, 1] - kept) < FOUR / math.sqrt(len(now))
    naive, error = regression(course.deviation.ravel(), [course.dose[:, :, 0].ravel().astype(float)])
    assert naive[0] > 0.05 + FOUR * error[0]  # what a model that does not know the cause takes for an effect


def test_needs_hide_the_effect_wholly():
    course = course_of(BY_NAME["masked"].law, size=Size(300, 6000, 12))
    inner = course.dose[:, :, 0] - course.dose[:, :, 0].mean(axis=1, keepdims=True)
    found, error = regression(course.deviation.ravel(), [inner.ravel()])
    assert abs(found[0]) < 0.03 + FOUR * error[0]


def test_windows_count_what_the_log_holds():
    """Episodes of the log, counted between ratings day by day, are the windows of the course."""
    law = Law(missed=0.3, uneven_days=True, dropout=0.05)
    course = course_of(law, size=Size(4, 30, 8))
    log = canonical(course, law, np.random.default_rng(3))["advocacy"]
    joint = log[log["mode"] == "joint"]
    for client in range(30):
        days = joint.loc[joint["client_id"] == f"C{client:06d}", "day"].to_numpy()
        rated = course.day[client][course.rated[client]]
        starts = np.concatenate([rated[:1] - 14, rated[:-1]])
        counted = [int(((days > start) & (days <= end)).sum()) for start, end in zip(starts, rated, strict=True)]
        expected = course.window[client, :, 0][course.rated[client]].tolist()
        if course.rated[client, 0]:  # else the first window begins before the 14 days that count
            assert counted == expected
        else:
            assert counted[1:] == expected[1:]


def test_late_logs_move_days_and_partial_logs_lose_joint_episodes_alone():
    law = Law(late_share=0.5, logged=0.8, logged_on_session=0.55)
    course = course_of(law, size=Size(30, 1500, 8))
    log = canonical(course, law, np.random.default_rng(3))["advocacy"]
    share = (log["mode"] == "joint").sum() / course.dose[:, :, 0].sum()
    assert 0.75 < share < 0.85
    assert (log["mode"] == "worker_solo").sum() == course.dose[:, :, 1].sum()
    assert log["day"].max() > course.day.max()  # some visits are noted after the last session


def test_builtin_worlds_name_real_truths():
    from pipeline.simulate.truth import NAMES

    assert all(set(world.law.truth) <= set(NAMES) for world in WORLDS if isinstance(world.law, BuiltIn))
