"""Simulated studies of growing size, as columns of plain numbers that every engine can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Columns = dict[str, Any]


@dataclass(frozen=True)
class Size:
    name: str
    workers: int
    clients: int
    sessions: int


SIZES = {
    "3k": Size("3k", 20, 200, 15),
    "12k": Size("12k", 60, 600, 20),
    "200k": Size("200k", 500, 10_000, 20),
    "2M": Size("2M", 2_000, 100_000, 20),
}
FIXED = ("x_within", "x_between", "x_worker", "time")
RANDOM = {
    "intercepts": {"worker": ["1"], "client": ["1"]},
    "slope": {"worker": ["1"], "client": ["1", "x_within"]},
}
CROSSED_FIXED = ("service",)
CROSSED_RANDOM = {"student": ["1"], "lecturer": ["1"], "unit": ["1"]}


def study(size: Size, seed: int = 2009) -> Columns:
    """Ratings of clients within workers, unbalanced, rows in the order they would be logged: client by client."""
    draw = np.random.Generator(np.random.PCG64(seed))
    worker_of = np.sort(draw.integers(0, size.workers, size.clients))
    sessions = np.maximum(2, draw.poisson(size.sessions, size.clients))
    client = np.repeat(np.arange(size.clients), sessions)
    worker = worker_of[client]
    n = len(client)
    time = (np.arange(n) - np.repeat(np.cumsum(sessions) - sessions, sessions)).astype(float)
    dose = draw.poisson(0.5 + draw.random(size.clients)[client]).astype(float)
    mean = (np.bincount(client, dose) / sessions)[client]
    means = np.bincount(worker, dose, size.workers) / np.maximum(1, np.bincount(worker, minlength=size.workers))
    effects = draw.standard_normal((size.clients, 2)) * [0.5, 0.2]
    y = 5 + 0.15 * (dose - mean) + 0.03 * time + draw.standard_normal(size.workers)[worker] * 0.3
    y += effects[client, 0] + effects[client, 1] * (dose - mean) + 0.5 * draw.standard_normal(n)
    return {
        "y": y, "x_within": dose - mean, "x_between": mean - means[worker], "x_worker": means[worker],
        "time": time - time.mean(), "worker": worker.astype(np.int32), "client": client.astype(np.int32),
    }  # fmt: skip


def lectures(seed: int = 2010, rows: int = 73_421) -> Columns:
    """Ratings of 1,128 lecturers in 28 teaching units by 2,972 students, crossed as lme4's InstEval is."""
    draw = np.random.Generator(np.random.PCG64(seed))
    students, lecturers, departments = 2972, 1128, 14
    home, own = draw.integers(0, departments, students), draw.integers(0, departments, lecturers)
    student = np.sort(np.concatenate([np.arange(students), draw.integers(0, students, rows - students)]))
    lecturer = np.empty(rows, dtype=np.int64)
    at_home = draw.random(rows) < 0.6
    lecturer[~at_home] = draw.integers(0, lecturers, int((~at_home).sum()))
    for department in range(departments):
        chosen = at_home & (home[student] == department)
        lecturer[chosen] = draw.choice(np.flatnonzero(own == department), int(chosen.sum()))
    lecturer[draw.choice(rows, lecturers, replace=False)] = np.arange(lecturers)
    service = (own[lecturer] != home[student]).astype(float)
    unit = (2 * own[lecturer] + service).astype(np.int64)
    y = 3.2 - 0.07 * service + 0.33 * draw.standard_normal(students)[student]
    y += 0.52 * draw.standard_normal(lecturers)[lecturer] + 0.08 * draw.standard_normal(28)[unit]
    y += 1.18 * draw.standard_normal(rows)
    return {
        "y": y, "service": service, "student": student.astype(np.int32), "lecturer": lecturer.astype(np.int32),
        "unit": unit.astype(np.int32),
    }  # fmt: skip
