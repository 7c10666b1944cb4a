"""The course of a hidden cause: noise with memory, a cycle, or one turn for good; of one client, or of many at once."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from benchmarks.worlds.law import Law
from benchmarks.worlds.people import Floats, Integers


def hidden_course(noise: Floats, worker: Integers, law: Law, rng: Generator) -> Floats:
    """Clients by sessions, mean 0 and variance 1; `noise` is what it is where the law says nothing else."""
    n, sessions = noise.shape
    found = noise
    if law.hidden_form == "wave":
        phase = rng.random((n, 1))
        found = np.sqrt(2.0) * np.sin(2.0 * np.pi * (np.arange(sessions) / law.hidden_period + phase))
    elif law.hidden_form == "step":
        turn = rng.integers(1, max(2, sessions), (n, 1))
        found = np.where(np.arange(sessions) >= turn, 1.0, -1.0) * rng.choice([-1.0, 1.0], (n, 1))
    if law.hidden_of == "all":
        return np.tile(found[:1], (n, 1))
    if law.hidden_of == "worker":
        return np.asarray(np.take_along_axis(found[: worker.max() + 1], worker, axis=0))
    return found
