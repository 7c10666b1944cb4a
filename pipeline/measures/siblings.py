"""Would another form's key fit these answers better? wai_s and wai_sr differ by items 8 and 10 and look alike otherwise.

Two looks. Signs: items run against this key and none against the other. Structure: the three-factor model with the other
key's subscales has the smaller chi2 at the same degrees of freedom, which also shows where a site has turned its reversed
items beforehand; twice the log-likelihood difference of two models with equally many parameters is their BIC difference, and
10 of it are "very strong" (Kass & Raftery 1995).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pipeline.measures.correlation import Groups
from pipeline.measures.instrument import Instrument
from pipeline.measures.items import Suspect, against_key
from pipeline.measures.scoring import Matrix
from pipeline.sem.fitness import fitness
from pipeline.sem.models import Moments, complete_moments, fit_one, loading_pattern

VERY_STRONG = 10.0
FEWEST_RATINGS = 3  # complete ratings per item below which a factor model is not fitted
LEAST_SUBSCALE = 2  # single-item subscales have no structure to compare


@dataclass(frozen=True)
class Sibling:
    """Another instrument's key that fits better: by signs, by structure (chi2 here - chi2 there), and where it differs."""

    instrument: str
    suspects_here: tuple[int, ...]
    suspects_there: tuple[int, ...]
    chi2_gain: float
    other_subscale: tuple[int, ...]
    other_direction: tuple[int, ...]


def better_siblings(
    answers: Matrix,
    clients: Groups,
    instrument: Instrument,
    rater: str,
    known: Mapping[str, Instrument],
    found: list[Suspect],
) -> list[Sibling]:
    """The known instruments of the same length whose key fits the answers (as given) better than this one's.

    `found`: the suspects under this instrument's own key.
    """
    here = tuple(suspect.item for suspect in found)
    better = []
    for other in _candidates(instrument, rater, known):
        there = tuple(suspect.item for suspect in against_key(answers, clients, other))
        gain = _chi2_gain(answers, clients, instrument, other)
        signs = bool(here) and not there and not gain < -VERY_STRONG
        if signs or gain > VERY_STRONG:
            better.append(_sibling(instrument, other, here, there, gain))
    return better


def key_differences(one: Instrument, two: Instrument) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The items that stand on another subscale in the other key, and those that are keyed in the other direction."""
    places = [{item: name for name, items in i.subscales.items() for item in items} for i in (one, two)]
    moved = tuple(item for item in range(1, one.items + 1) if places[0].get(item) != places[1].get(item))
    turned = tuple(sorted(set(one.reversed_items) ^ set(two.reversed_items)))
    return moved, turned


def _candidates(instrument: Instrument, rater: str, known: Mapping[str, Instrument]) -> list[Instrument]:
    same = [other for other in known.values() if other.items == instrument.items and rater in other.raters]
    return [other for other in same if other.id != instrument.id and any(key_differences(instrument, other))]


def _sibling(
    instrument: Instrument, other: Instrument, here: tuple[int, ...], there: tuple[int, ...], gain: float
) -> Sibling:
    moved, turned = key_differences(instrument, other)
    return Sibling(other.id, here, there, gain, moved, turned)


def _chi2_gain(answers: Matrix, clients: Groups, instrument: Instrument, other: Instrument) -> float:
    """chi2 under this key's subscales less that under the other's, counting clients, not ratings; NaN: no comparison."""
    if sorted(map(len, instrument.subscales.values())) != sorted(map(len, other.subscales.values())):
        return np.nan
    if min(map(len, instrument.subscales.values()), default=0) < LEAST_SUBSCALE or not key_differences(instrument, other)[0]:
        return np.nan
    complete = ~np.isnan(answers).any(axis=1)
    if complete.sum() < FEWEST_RATINGS * instrument.items or (answers[complete].std(axis=0) == 0).any():
        return np.nan
    sample = replace(complete_moments(answers[complete]), n=len(np.unique(clients[complete])))
    return _chi2(sample, instrument) - _chi2(sample, other)


def _chi2(sample: Moments, instrument: Instrument) -> float:
    positions = [[item - 1 for item in items] for items in instrument.subscales.values()]
    found = fitness(fit_one(sample, loading_pattern("subscales", instrument.items, positions)), [sample])
    return found.chi2 if found.converged else np.nan
