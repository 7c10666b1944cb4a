"""The item checks of one instrument and rater, and whether they are grave enough to stop the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.base.errors import Problem
from pipeline.measures.correlation import Groups
from pipeline.measures.instrument import Instrument
from pipeline.measures.items import Suspect, against_key
from pipeline.measures.scoring import Matrix
from pipeline.measures.siblings import Sibling, better_siblings

MEND_ITEM = (
    "look at the item's direction in the key (reversed_items), at the column it is mapped from and at its labels; "
    "if all of them are right, name the instrument in measures.overrule"
)
ENOUGH_RATINGS = 50  # fewer may leave the ends of a scale unused by chance
MEND_SIBLING = "set the source's instrument to the form that was used; if that is this one, name it in measures.overrule"


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

    @property
    def sentences(self) -> list[str]:
        """Every finding in words."""
        scale = [unused_sentence(self)] if any(self.unused) else []
        return [
            *(sibling_sentence(s, self) for s in self.siblings),
            *(suspect_sentence(s) for s in self.suspects),
            *scale,
        ]


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


def grave(checks: list[ItemChecks]) -> Iterator[Problem]:
    """What must stop the run: another form's key fits better, or an item runs against its key beyond chance."""
    for check in checks:
        if check.overruled:
            continue
        where = f"ratings_{check.instrument} ({check.rater})"
        for sibling in check.siblings:
            yield Problem(where, sibling_sentence(sibling, check), MEND_SIBLING)
        for suspect in check.suspects:
            if suspect.certain and not check.siblings:
                yield Problem(where, suspect_sentence(suspect), MEND_ITEM)


def suspect_sentence(suspect: Suspect) -> str:
    """An item that runs against its key, in words."""
    return (
        f"item {suspect.item} runs against its key: as keyed it correlates {suspect.correlation:.2f} "
        f"(95% interval {suspect.conf_low:.2f} to {suspect.conf_high:.2f}) with the other items, flipped "
        f"{suspect.flipped:.2f}; alpha {suspect.alpha:.2f} as keyed, {suspect.alpha_flipped:.2f} flipped"
    )


def unused_sentence(check: ItemChecks) -> str:
    """A scale whose ends are never used, in words."""
    low, high = check.unused
    ends = [f"the {count} {name}" for count, name in ((low, "lowest"), (high, "highest")) if count]
    return (
        f"no item is ever answered with {' or '.join(ends)} of the scale's answers: if the form has a shorter scale, "
        f"set measures.scales.{check.instrument}, or reversed items are scored wrongly"
    )


def sibling_sentence(sibling: Sibling, check: ItemChecks) -> str:
    """A form whose key fits better, in words."""
    text = f"the answers fit the key of `{sibling.instrument}` better than that of `{check.instrument}`"
    parts = []
    if sibling.suspects_here and not sibling.suspects_there:
        parts.append(f"items {_list(sorted(sibling.suspects_here))} run against this key, none against the other")
    if sibling.chi2_gain > 0:
        where = f" (items {_list(sibling.other_subscale)} change subscale)" if sibling.other_subscale else ""
        parts.append(f"the three-factor model's chi2 is {sibling.chi2_gain:.1f} smaller{where}")
    return f"{text}: {'; '.join(parts)}"


def _list(items: tuple[int, ...] | list[int]) -> str:
    return ", ".join(map(str, items))
