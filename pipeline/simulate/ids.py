"""Pseudonyms that say nothing: no order, no counting, no two alike."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from pipeline.simulate.arrays import Texts

LENGTH = 7  # hexadecimal digits after one decimal digit: 2.7e9 pseudonyms a prefix, and none that could be read as a word


def pseudonyms(prefix: str, n: int, rng: Generator) -> Texts:
    """`n` different ids drawn at random: the prefix, a decimal digit, seven hexadecimal digits; an object array of str."""
    drawn = rng.integers(10 * 16**LENGTH, size=n)
    while len(first := np.unique(drawn, return_index=True)[1]) < n:
        again = np.setdiff1d(np.arange(n), first)
        drawn[again] = rng.integers(10 * 16**LENGTH, size=len(again))
    return np.array([f"{prefix}{number:0{LENGTH + 1}x}" for number in drawn.tolist()], dtype=object)
