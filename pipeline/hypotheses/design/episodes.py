"""Which episodes count towards which exposure of a hypothesis, and their doses by rating."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.options import EPISODE_FACTS, MODES
from pipeline.exposure.dose import FILTERS, chosen_episodes, doses, shifted_values
from pipeline.exposure.told import UNKNOWN
from pipeline.exposure.visits import Floats, Integers
from pipeline.hypotheses.design.exposures import Exposure, main_exposures
from pipeline.results.reason import Step, not_estimable

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Plan
    from pipeline.base.specs import ExposureSpec

YES_NO: Mapping[object, str] = {True: "yes", False: "no"}


@dataclass(frozen=True)
class Doses:
    """Doses at the hypothesis' lag and in the window after the rating, by undivided exposure; episodes by mode."""

    dose: Mapping[Exposure, Floats]
    lead: Mapping[Exposure, Floats]
    episodes: Mapping[str, int]
    logged: pd.DataFrame | None = None  # ledger rows of the declared exposure, for what asks about the log itself


def doses_of(plan: Plan, rows: pd.DataFrame, ledger: pd.DataFrame, occasion: Integers, counts: tuple[Step, ...]) -> Doses:
    """The doses of every mode, of the moderator's levels, and of the rest; NotEstimable where there are no episodes."""
    if "episode_id" not in ledger or not len(ledger):
        raise not_estimable("no_log", counts)
    named = {Exposure(mode): episodes_of(ledger, plan, mode) for mode in MODES}
    episodes = {exposure.mode: int((found["reason"] != UNKNOWN).sum()) for exposure, found in named.items()}
    for exposure in main_exposures(plan):
        if not episodes[exposure.mode]:
            raise not_estimable("no_episodes", counts, exposure=_words(plan, exposure.mode))
    levels = _by_level(plan, ledger, counts) if plan.moderator in EPISODE_FACTS else {}
    every = named | levels | _rest(plan, ledger, named, levels)
    window = {exposure: doses(found, rows, plan.exposure.dose) for exposure, found in every.items()}
    dose = {exposure: shifted_values(values, occasion, plan.exposure.lag) for exposure, values in window.items()}
    lead = {exposure: shifted_values(values, occasion, -1) for exposure, values in window.items()}
    return Doses(dose, lead, episodes, named[main_exposures(plan)[0]])


def episodes_of(ledger: pd.DataFrame, plan: Plan, mode: str) -> pd.DataFrame:
    """The series' ledger rows that count towards an exposure of this mode, with the hypothesis' own filters."""
    return chosen_episodes(own_series(ledger, plan), mode, episode_filters(plan.exposure))


def own_series(ledger: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The ledger of the hypothesis' instrument and rater."""
    own = (ledger["instrument"] == plan.outcome.instrument) & (ledger["rater"] == plan.outcome.rater)
    return ledger[own.to_numpy(dtype=bool)]


def episode_filters(exposure: ExposureSpec) -> dict[str, str | bool]:
    """The facts an episode must carry, those that were asked for."""
    asked = {name: getattr(exposure, name) for name in FILTERS}
    return {name: value for name, value in asked.items() if value is not None}


def _by_level(plan: Plan, ledger: pd.DataFrame, counts: tuple[Step, ...]) -> dict[Exposure, pd.DataFrame]:
    fact = str(plan.moderator)
    if fact not in ledger or ledger[fact].isna().all():
        raise not_estimable("log_without_fact", counts, column=fact)
    found: dict[Exposure, pd.DataFrame] = {}
    for exposure in main_exposures(plan):
        own = episodes_of(ledger, plan, exposure.mode)
        for level in sorted(set(own[fact].dropna())):
            at = (own[fact] == level).fillna(False).to_numpy(dtype=bool)
            found[Exposure(exposure.mode, level=YES_NO.get(level, str(level)))] = own[at]
    return found


def _rest(
    plan: Plan,
    ledger: pd.DataFrame,
    named: Mapping[Exposure, pd.DataFrame],
    levels: Mapping[Exposure, pd.DataFrame],
) -> dict[Exposure, pd.DataFrame]:
    """The episodes of a main exposure that no tested column holds: they come in the same busy weeks."""
    found: dict[Exposure, pd.DataFrame] = {}
    for exposure in main_exposures(plan):
        every = chosen_episodes(own_series(ledger, plan), exposure.mode, {})
        own = [part for key, part in levels.items() if key.mode == exposure.mode]
        parts = own if levels else [named[exposure]]
        tested = np.zeros(len(every), dtype=bool)
        for part in parts:
            tested |= every.index.isin(part.index)
        rest = every[~tested]
        if len(rest):
            found[Exposure(exposure.mode, rest=True)] = rest
    return found


def _words(plan: Plan, mode: str) -> str:
    facts = [f"{name} {value}" for name, value in episode_filters(plan.exposure).items()]
    return " ".join([mode, *([f"({', '.join(facts)})"] if facts else [])])
