"""The true effects on the scale a model estimates: WAI-SR scores as observed, after floor and ceiling.

Large studies are drawn from the same truth, with a seed of their own that never changes. In them every expected answer is
known with and without the episodes, all noise being equal; their difference, regressed on the dose in the window, is the
coefficient an unconfounded model finds in an endless sample. So it holds whatever the confounding: crises, shared trends and
reverse effects are not in it.

The ceiling makes one effect into many: clients with many episodes rate high, and lose more of each. A model with slopes by
client gives their mean, each client's own weighted by how well it is known; so does `within_slope`. Pooling all ratings
would weight clients by how much advocacy they get, which answers another question (.138 in place of .140 in `default`).
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence

from pipeline.base.at_once import at_once
from pipeline.base.params import Simulate
from pipeline.exposure.latent import mean_reliability
from pipeline.simulate.arrays import Floats, Integers
from pipeline.simulate.course import Course, draw_course
from pipeline.simulate.episodes import MODES
from pipeline.simulate.items import AVERAGE, SUBSCALES
from pipeline.simulate.people import draw_clients, draw_workers
from pipeline.simulate.scenarios import truth_of

SEED = 20_091_231
STUDIES = 8
CLIENTS = 1000  # in each of them
EFFECTS = ("within", "between", "worker")
DIGITS = 5
STEPS = 50  # of the weights of clients' own slopes, far more than they need to settle

HOW = (
    "Mean and standard error over {studies} simulated studies of {clients} clients: the difference the episodes make to the "
    "expected WAI-SR score, after floor and ceiling, regressed on the dose in the window as the log has it; within clients, "
    "the mean of their own slopes, weighted as a model with slopes by client weights them; between clients, by their own "
    "levels of exposure (latent means), of which the mean over a few ratings is an uncertain sign."
)


def observed(settings: Simulate) -> dict[str, Any]:
    """By effect and score: `estimate` and Monte-Carlo `std_error`, in points of the 1-5 score an episode."""
    found = at_once([partial(_one, settings, child) for child in SeedSequence(SEED).spawn(STUDIES)])
    effects = {name: _summary([study[name] for study in found]) for name in found[0]}
    return {"how": HOW.format(studies=STUDIES, clients=CLIENTS), "effects": effects}


def _summary(values: list[float]) -> dict[str, float]:
    spread = np.std(values, ddof=1) / np.sqrt(len(values))
    return {"estimate": round(float(np.mean(values)), DIGITS), "std_error": round(float(spread), DIGITS)}


def _one(settings: Simulate, seed: SeedSequence) -> dict[str, float]:
    course = _large_course(settings, Generator(PCG64(seed)))
    client, session = np.nonzero(course.rated)
    worker = course.worker[client, session]
    dose = course.dose[client, session].astype(np.float64)
    scores = {"total": AVERAGE.sum(axis=0) / AVERAGE.sum(), **dict(zip(SUBSCALES, np.eye(len(SUBSCALES)), strict=True))}
    rated = np.nanmean(course.answers[client, session], axis=1)
    noise = _sd_within(rated - course.gain["joint"][client, session] @ scores["total"], client) ** 2
    effects = {}
    for mode in MODES:
        points = course.gain[mode][client, session]
        for score, weights in scores.items():
            gain = points @ weights
            effects[f"{mode}.within.{score}"] = within_slope(dose[:, MODES.index(mode)], gain, client, noise)
    joint = dose[:, 0]
    indirect = course.gain["indirect"][client, session].mean(axis=1)
    effects["joint.within.indirect"] = within_slope(joint, indirect, client, noise)
    habit = course.gain["joint_and_habit"][client, session] @ scores["total"]
    parts = _parts(joint, habit, client, worker, session)
    effects |= {f"joint.{part}.total": parts[part] for part in ("between", "worker", "contextual")}
    effects["joint.lag1.total"] = _lag(joint, course.gain["joint"][client, session] @ scores["total"], client, noise)
    effects["joint.lag1.indirect"] = _lag(joint, course.gain["carried"][client, session].mean(axis=1), client, noise)
    effects["outcome_sd_within"] = _sd_within(rated, client)
    return effects


def _large_course(settings: Simulate, rng: Generator) -> Course:
    truth = truth_of(settings.scenario, settings.truth)
    workers = draw_workers(max(2, round(CLIENTS * settings.workers / settings.clients)), truth, rng)
    clients = draw_clients(CLIENTS, settings.sessions, workers, truth, rng)
    return draw_course(clients, workers, settings.sessions, truth, rng, gains=True)


def _means(x: Floats, group: Integers) -> Floats:
    size = np.maximum(np.bincount(group), 1)
    means: Floats = (np.bincount(group, weights=x) / size)[group]
    return means


def _within(x: Floats, client: Integers) -> Floats:
    return x - _means(x, client)


def within_slope(x: Floats, y: Floats, client: Integers, noise: float) -> float:
    """The mean of the clients' own slopes of y on x, each weighted by 1 / (variance of slopes + noise / its sum of squares).

    The weights of a mixed model with slopes by client, where `noise` is the variance of one rating. Without such a variance
    it is the pooled slope within clients.
    """
    inner = _within(x, client)
    spread = np.bincount(client, weights=inner * inner)
    has = spread > 0
    if not has.any():
        return 0.0
    own = np.bincount(client, weights=inner * y)[has] / spread[has]
    mean, between = 0.0, 0.0
    for _ in range(STEPS):
        weight = 1.0 / (between + noise / spread[has])
        mean = float(np.sum(weight * own) / np.sum(weight))
        between = float(np.sum(weight**2 * (own - mean) ** 2) / np.sum(weight**2))
    return mean


def _parts(x: Floats, y: Floats, client: Integers, worker: Integers, session: Integers) -> dict[str, float]:
    """The slopes of the within, between and worker part of x, and the contextual effect.

    Between clients it is that of their own levels, not of the means of the ratings they happen to have (latent means).
    """
    of_client, of_worker = _means(x, client), _means(x, worker)
    design = np.column_stack([np.ones_like(x), x - of_client, of_client - of_worker, of_worker - x.mean()])
    gram = np.sum(design[:, :, None] * design[:, None, :], axis=0)
    slopes = np.linalg.lstsq(gram, np.sum(design * y[:, None], axis=0), rcond=None)[0][1:]
    found = dict(zip(EFFECTS, map(float, slopes), strict=True))
    own = np.unique(client, return_inverse=True)[1]
    known = mean_reliability(x[:, None], y, own, worker, session[:, None].astype(np.float64))
    found["contextual"] = (found["between"] - found["within"]) / float(known.matrix[0, 0])
    return {**found, "between": found["within"] + found["contextual"]}


def _lag(x: Floats, y: Floats, client: Integers, noise: float) -> float:
    """The slope on the window before, over the ratings that have one."""
    has = np.flatnonzero(client[1:] == client[:-1]) + 1
    return within_slope(x[has - 1], y[has], client[has], noise)


def _sd_within(y: Floats, client: Integers) -> float:
    rest = y - _means(y, client)
    return float(np.sqrt(np.sum(rest * rest) / max(1, len(y) - len(np.unique(client)))))
