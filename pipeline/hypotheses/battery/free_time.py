"""Time as it comes: what moves all clients at one session of the course must not pass for an effect.

A review in every fourth session, a first hearing, a holiday in the middle of a programme: no line and no curve in time holds
them, and they may bring advocacy and ratings at once. Every session number gets a level of its own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.linalg import qr

from pipeline.exposure.visits import Floats, Integers
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, tested_again, within_only
from pipeline.hypotheses.design.coder import number_of
from pipeline.hypotheses.design.terms import Design, Term, plain_term

CLIENTS = 10  # behind a level: fewer say nothing of what moves all, and such numbers are joined to the ones before
LEVELS = 40  # and no more levels than these, each of as many ratings
IMPLIED = 1e-6  # of a level's own length: what is left of it where others imply it


def run(setting: Setting) -> Found:
    """Add a level for every session number, as far as time and covariates do not imply it."""
    sample = setting.sample
    level = levels_of(number_of(sample.frame["session_number"])[sample.keep])
    design = setting.design(sample.keep)
    design = replace(design, terms=(*design.terms, *_not_implied(design, level)))
    return Found(tested_again(setting.fit(design), design))


def levels_of(number: Floats) -> Integers:
    """Session numbers as levels (N,), in order: each its own, but for rare ones and where there are very many."""
    values, place, count = np.unique(number, return_inverse=True, return_counts=True)
    least = max(CLIENTS, len(number) / LEVELS)
    own = np.zeros(len(values), dtype=np.int64)
    filled = 0
    for index, ratings in enumerate(count):
        if index and filled >= (CLIENTS if len(values) <= LEVELS else least):
            own[index], filled = own[index - 1] + 1, 0
        elif index:
            own[index] = own[index - 1]
        filled += ratings
    if filled < CLIENTS and own[-1]:
        own[own == own[-1]] -= 1
    return np.asarray(own[place], dtype=np.int64)


def _not_implied(design: Design, level: Integers) -> list[Term]:
    """The flags of the levels that neither the other columns nor each other imply, in the order of a pivoted QR."""
    flags = (level[:, None] == np.arange(1, level.max() + 1)).astype(np.float64)
    if not flags.shape[1]:
        return []
    known = np.column_stack([np.ones(design.rows.n), *design.numeric().values()])
    left = flags - known @ np.linalg.lstsq(known, flags, rcond=None)[0]
    left /= np.sqrt((flags**2).sum(axis=0))
    triangle, order = qr(left, mode="r", pivoting=True)
    size = np.abs(np.diag(triangle))
    kept = np.sort(order[: int((size > IMPLIED).sum())])
    return [plain_term(f"session_level_{index + 2}", flags[:, index], "time") for index in kept.tolist()]


CHECK = Check(within_only, run)
