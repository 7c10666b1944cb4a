"""The sample: one hypothesis' rows as arrays, and the counts from ratings to model rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.exposure.dose import FILTERS, chosen, doses, shifted
from pipeline.exposure.visits import Booleans, Floats, Integers, codes_of
from pipeline.hypotheses.reason import NotEstimable as NotEstimable

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import ExposureSpec, Plan

YES_NO: dict[object, str] = {True: "yes", False: "no"}
MODES = ("joint", "worker_solo", "client_solo", "concrete")
SEVERAL_CODES = ("barriers",)
EPISODE_FACTS = ("setting", "level", "initiated_by", "debriefed", "planned")
OTHER = "_other"  # joint_other: the joint episodes that a filter or a blank fact keeps out of the exposure


@dataclass(frozen=True)
class Sample:
    """All ratings of a hypothesis' series in order (client by client), before any row is left out.

    `dose[name]` is the window dose of one exposure at the hypothesis' lag, `lead[name]` that of the window after the
    rating; names are modes, or `mode[level]` where a moderator is a fact of episodes, and `mode_other` for the episodes of
    the mode that the exposure leaves out. `time` is not yet centered.
    """

    frame: pd.DataFrame
    y: Floats
    client: Integers
    worker: Integers
    occasion: Integers
    time: Floats
    dose: Mapping[str, Floats]
    lead: Mapping[str, Floats]
    keep: Booleans
    counts: tuple[dict[str, Any], ...]
    episodes: Mapping[str, int]

    def before(self, values: Floats, by: int = 1) -> Floats:
        """A column's value `by` ratings earlier of the same client (later, where negative)."""
        return shifted(values, self.occasion, by)


def series(occasions: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The occasions of the hypothesis' instrument and rater; NotEstimable where there are none."""
    outcome = plan.outcome
    own = (occasions["instrument"] == outcome.instrument) & (occasions["rater"] == outcome.rater)
    rows = occasions[own.to_numpy(dtype=bool)]
    if not len(rows):
        raise NotEstimable(f"no ratings on {outcome.instrument} by the {outcome.rater}")
    rows = rows.reset_index(drop=True)
    listed = [name for name in SEVERAL_CODES if name in needed_columns(plan) and name in rows]
    return rows.assign(**{name: how_many(rows[name]) for name in listed})


def how_many(column: pd.Series) -> Floats:
    """The number of codes in each cell: `housing;cost` is 2, the code `none` is 0, and an empty cell is unknown."""
    known = column.notna().to_numpy(dtype=bool)
    count = [len([code for code in str(cell).split(";") if code not in ("", "none")]) for cell in column.astype("object")]
    return np.where(known, np.array(count, dtype=float), np.nan)


def episodes_of(ledger: pd.DataFrame, plan: Plan, mode: str, level: tuple[str, Any] | None = None) -> pd.DataFrame:
    """The series' ledger rows that count towards an exposure of this mode, with the hypothesis' own filters."""
    own = (ledger["instrument"] == plan.outcome.instrument) & (ledger["rater"] == plan.outcome.rater)
    wanted = filters(plan.exposure)
    if level is not None:
        wanted[level[0]] = level[1]
    return chosen(ledger[own.to_numpy(dtype=bool)], mode, wanted)


def filters(exposure: ExposureSpec) -> dict[str, Any]:
    """The facts an episode must carry, those that were asked for."""
    return {name: getattr(exposure, name) for name in FILTERS if getattr(exposure, name) is not None}


def step(name: str, client: Integers, worker: Integers, keep: Booleans) -> dict[str, Any]:
    """One line of the counts: rows, clients and workers that are left."""
    clients, workers = len(np.unique(client[keep])), len(np.unique(worker[keep]))
    return {"step": name, "rows": int(keep.sum()), "clients": clients, "workers": workers}


def there(plan: Plan, occasions: pd.DataFrame) -> dict[str, Any]:
    """The first line of the counts, for a plan that gets no further: the ratings on its instrument by its rater, if any."""
    own = (occasions["instrument"] == plan.outcome.instrument) & (occasions["rater"] == plan.outcome.rater)
    client, worker = codes_of(occasions["client_id"]), codes_of(occasions["worker_id"])
    return step("ratings", client, worker, own.to_numpy(dtype=bool))


def number_of(column: pd.Series) -> Floats:
    """A column as floats; booleans as 0 and 1, missing as NaN."""
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def is_number(column: pd.Series) -> bool:
    """Whether a column is a number or a yes/no, which enters a model as it is."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    return bool(is_numeric_dtype(column) or is_bool_dtype(column))


def build(plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, y: Floats | None = None) -> Sample:
    """The sample of a plan; NotEstimable where the series, the outcome, a covariate or the episodes are not there.

    `y` overrules the outcome read from the series, in the order of `series(occasions, plan)`.
    """
    rows = series(occasions, plan)
    client, worker = codes_of(rows["client_id"]), codes_of(rows["worker_id"])
    occasion = rows["occasion"].to_numpy(dtype=np.int64)
    counts = [step("ratings", client, worker, np.ones(len(rows), dtype=bool))]
    dose, lead, episodes = _exposures(plan, rows, ledger, occasion, counts)
    outcome = outcome_of(plan, rows, occasions) if y is None else y
    keep = np.isfinite(outcome)
    counts.append(step("outcome known", client, worker, keep))
    for name in main_exposures(plan):
        for values in (value for key, value in dose.items() if key.split("[")[0].removesuffix(OTHER) == name):
            keep &= np.isfinite(values)
    counts.append(step("exposure known", client, worker, keep))
    for name in needed_columns(plan):
        keep &= present(rows, name, counts)
    counts.append(step("covariates known", client, worker, keep))
    some(keep, tuple(counts))
    time = number_of(rows[plan.time])
    if not np.isfinite(time[keep]).all():
        raise NotEstimable(
            f"time in `{plan.time}` is missing in {int((~np.isfinite(time[keep])).sum())} rows", tuple(counts)
        )
    return Sample(rows, outcome, client, worker, occasion, time, dose, lead, keep, tuple(counts), episodes)


def some(keep: Booleans, counts: tuple[dict[str, Any], ...]) -> None:
    """NotEstimable where no row is left; the counts say at which step the last ones went."""
    if not keep.any():
        raise NotEstimable("no rows are left with outcome, exposure and covariates known", counts)


def main_exposures(plan: Plan) -> tuple[str, ...]:
    """The modes the tested number is about: the exposure, and the one subtracted from it."""
    minus = plan.contrast.minus if plan.contrast else None
    return (plan.exposure.mode, minus) if minus else (plan.exposure.mode,)


def needed_columns(plan: Plan) -> tuple[str, ...]:
    """Covariates and the moderator, where it is a column of the occasions."""
    moderator = (plan.moderator,) if plan.moderator and plan.moderator not in EPISODE_FACTS else ()
    return tuple(dict.fromkeys((*plan.covariates, *moderator)))


def present(rows: pd.DataFrame, name: str, counts: list[dict[str, Any]]) -> Booleans:
    """Where a column has a value; NotEstimable where the study has no such column."""
    if name not in rows:
        raise NotEstimable(f"the study has no column `{name}`", tuple(counts))
    return rows[name].notna().to_numpy(dtype=bool)


def outcome_of(plan: Plan, rows: pd.DataFrame, occasions: pd.DataFrame) -> Floats:
    """The outcome of each row: a score, a difference of scores, or the distance to the worker's rating."""
    score = _score(rows, plan.outcome.score)
    if plan.outcome.kind == "dyad_gap":
        return np.abs(score - _other_side(plan, rows, occasions))
    if plan.contrast and plan.contrast.outcome_minus:
        return score - _score(rows, plan.contrast.outcome_minus)
    return score


def _score(rows: pd.DataFrame, name: str) -> Floats:
    if f"score_{name}" not in rows or rows[f"score_{name}"].isna().all():
        raise NotEstimable(f"the score `{name}` is known for none of {len(rows)} ratings")
    return number_of(rows[f"score_{name}"])


def _other_side(plan: Plan, rows: pd.DataFrame, occasions: pd.DataFrame) -> Floats:
    import pandas as pd

    other = "worker" if plan.outcome.rater == "client" else "client"
    own = (occasions["instrument"] == plan.outcome.instrument) & (occasions["rater"] == other)
    theirs = occasions[own.to_numpy(dtype=bool)]
    if not len(theirs):
        raise NotEstimable(f"no ratings on {plan.outcome.instrument} by the {other}, so there are no pairs")
    place = pd.Index(theirs["session_id"].astype("object")).get_indexer(rows["session_id"].astype("object"))
    values = np.append(_score(theirs, plan.outcome.score), np.nan)
    return np.asarray(values[place], dtype=np.float64)


def _exposures(
    plan: Plan, rows: pd.DataFrame, ledger: pd.DataFrame, occasion: Integers, counts: list[dict[str, Any]]
) -> tuple[dict[str, Floats], dict[str, Floats], dict[str, int]]:
    if "episode_id" not in ledger or not len(ledger):
        raise NotEstimable("no advocacy log", tuple(counts))
    named: dict[str, pd.DataFrame] = {mode: episodes_of(ledger, plan, mode) for mode in MODES}
    episodes = {mode: len(found) for mode, found in named.items()}
    for mode in main_exposures(plan):
        if not len(named[mode]):
            raise NotEstimable(f"no {_words(plan, mode)} episodes in the log", tuple(counts))
    levels = _by_level(plan, ledger, counts) if plan.moderator in EPISODE_FACTS else {}
    named |= levels | _others(plan, ledger, named, levels)
    window = {name: doses(found, rows, plan.exposure.dose) for name, found in named.items()}
    dose = {name: shifted(values, occasion, plan.exposure.lag) for name, values in window.items()}
    lead = {name: shifted(values, occasion, -1) for name, values in window.items()}
    return dose, lead, episodes


def _by_level(plan: Plan, ledger: pd.DataFrame, counts: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    fact = str(plan.moderator)
    if fact not in ledger or ledger[fact].isna().all():
        raise NotEstimable(f"the log has no `{fact}`", tuple(counts))
    found: dict[str, pd.DataFrame] = {}
    for mode in main_exposures(plan):
        own = episodes_of(ledger, plan, mode)
        for level in sorted(set(own[fact].dropna())):
            found[f"{mode}[{YES_NO.get(level, level)}]"] = own[(own[fact] == level).fillna(False).to_numpy(dtype=bool)]
    return found


def _others(
    plan: Plan, ledger: pd.DataFrame, named: Mapping[str, pd.DataFrame], levels: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """By `mode_other`, the episodes of a main exposure that no tested column holds: they come in the same busy weeks."""
    own = (ledger["instrument"] == plan.outcome.instrument) & (ledger["rater"] == plan.outcome.rater)
    found: dict[str, pd.DataFrame] = {}
    for mode in main_exposures(plan):
        every = chosen(ledger[own.to_numpy(dtype=bool)], mode, {})
        parts = [part for key, part in levels.items() if key.startswith(f"{mode}[")] if levels else [named[mode]]
        tested = {episode for part in parts for episode in part["episode_id"]}
        rest = every[~every["episode_id"].isin(tested).to_numpy(dtype=bool)]
        if len(rest):
            found[mode + OTHER] = rest
    return found


def _words(plan: Plan, mode: str) -> str:
    facts = [f"{name} {value}" for name, value in filters(plan.exposure).items()]
    return " ".join([mode, *([f"({', '.join(facts)})"] if facts else [])])
