"""Pseudonyms that say nothing: no order, no counting, no two alike."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from pipeline.simulate.arrays import Texts

LENGTH = 8  # hexadecimal digits: 4.3e9 pseudonyms a prefix


def pseudonyms(prefix: str, n: int, rng: Generator) -> Texts:
    """`n` different ids: the prefix and eight hexadecimal digits, drawn at random; an object array of str."""
    drawn = rng.integers(16**LENGTH, size=n)
    while len(unique := np.unique(drawn, return_index=True)[1]) < n:
        again = np.setdiff1d(np.arange(n), unique)
        drawn[again] = rng.integers(16**LENGTH, size=len(again))
    return np.array([f"{prefix}{number:0{LENGTH}x}" for number in drawn.tolist()], dtype=object)
