"""The item checks of one instrument and rater, and whether they are grave enough to stop the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.measures.correlation import Groups
from pipeline.measures.instrument import Instrument
from pipeline.measures.items import Suspect, against_key
from pipeline.measures.scoring import Matrix
from pipeline.measures.siblings import Sibling, better_siblings

ENOUGH_RATINGS = 50  # fewer may leave the ends of a scale unused by chance


@dataclass(frozen=True)
class ItemChecks:
    """What the checks found for one instrument and rater.

    `unused`: how many of the lowest and highest answers no item ever has (0 where ratings are few). `overruled`: the study
    takes the key to be right.
    """

    instrument: str
    rater: str
    ratings: int
    suspects: tuple[Suspect, ...]
    siblings: tuple[Sibling, ...]
    unused: tuple[int, int]
    overruled: bool


def client_codes(ratings: pd.DataFrame, sessions: pd.DataFrame) -> Groups:
    """A code per rating for its client, from 0; a rating whose session is not known counts as a client of its own."""
    clients = ratings["session_id"].map(sessions.drop_duplicates("session_id").set_index("session_id")["client_id"])
    codes, names = pd.factorize(clients)
    alone = codes < 0
    codes = codes.astype(np.int64)
    codes[alone] = len(names) + np.arange(alone.sum())
    return codes


def check_items(
    ratings: pd.DataFrame,
    clients: Groups,
    instrument: Instrument,
    known: Mapping[str, Instrument],
    overrule: tuple[str, ...] = (),
) -> list[ItemChecks]:
    """Check every rater's answers against the key and against the keys of other forms of the same length."""
    found: list[ItemChecks] = []
    if "item_1" not in ratings.columns:
        return found  # only scores were kept
    for rater in instrument.raters:
        rows = (ratings["rater"] == rater).to_numpy()
        answers: Matrix = ratings.loc[rows, instrument.columns].to_numpy(dtype=np.float64, na_value=np.nan)
        if len(answers):
            groups = pd.factorize(clients[rows])[0].astype(np.int64)
            against = against_key(answers, groups, instrument)
            others = better_siblings(answers, groups, instrument, rater, known, against)
            overruled = instrument.id in overrule
            unused = unused_ends(answers, instrument)
            found.append(ItemChecks(instrument.id, rater, len(answers), tuple(against), tuple(others), unused, overruled))
    return found


def unused_ends(answers: Matrix, instrument: Instrument) -> tuple[int, int]:
    """How many of the scale's lowest and highest answers never occur: a sign of data on a shorter scale."""
    given = answers[~np.isnan(answers)]
    if not instrument.whole_numbers or len(answers) < ENOUGH_RATINGS or len(given) == 0:
        return 0, 0
    low, high = instrument.scale
    return round(given.min() - low), round(high - given.max())


def stopping_findings(checks: list[ItemChecks]) -> Iterator[tuple[ItemChecks, Sibling | Suspect]]:
    """What must stop the run: another form's key fits better, or an item runs against its key beyond chance."""
    for check in checks:
        if not check.overruled:
            yield from ((check, sibling) for sibling in check.siblings)
            yield from ((check, suspect) for suspect in check.suspects if suspect.certain and not check.siblings)
