"""The sample: one hypothesis' rows as arrays, and the counts from ratings to model rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.column_names import score_column
from pipeline.base.options import EPISODE_FACTS
from pipeline.exposure.dose import shifted_values
from pipeline.exposure.visits import Booleans, Floats, Integers, codes_of
from pipeline.hypotheses.design.coder import number_of
from pipeline.hypotheses.design.episodes import Doses, doses_of
from pipeline.hypotheses.design.exposures import Exposure, main_modes
from pipeline.results.reason import Step, not_estimable

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Plan

SEVERAL_CODES = ("barriers",)


@dataclass(frozen=True)
class Sample:
    """All ratings of a hypothesis' series in order (client by client), before any row is left out.

    `dose` is by exposure (undivided: by mode, level of the moderator, rest) the window's dose at the hypothesis' lag,
    `lead` that of the window after the rating. `time` is not yet centered.
    """

    frame: pd.DataFrame
    y: Floats
    client: Integers
    worker: Integers
    occasion: Integers
    time: Floats
    dose: Mapping[Exposure, Floats]
    lead: Mapping[Exposure, Floats]
    keep: Booleans
    counts: tuple[Step, ...]
    episodes: Mapping[str, int]
    logged: pd.DataFrame | None = None

    @property
    def doses(self) -> Doses:
        """The doses of all its rows, for another sample with the same rows and windows."""
        return Doses(self.dose, self.lead, self.episodes, self.logged)

    def before(self, values: Floats, by: int = 1) -> Floats:
        """A column's value `by` ratings earlier of the same client (later, where negative)."""
        return shifted_values(values, self.occasion, by)


def series_occasions(occasions: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The occasions of the hypothesis' instrument and rater; NotEstimable where there are none."""
    outcome = plan.outcome
    own = (occasions["instrument"] == outcome.instrument) & (occasions["rater"] == outcome.rater)
    rows = occasions[own.to_numpy(dtype=bool)]
    if not len(rows):
        raise not_estimable("no_ratings", instrument=outcome.instrument, rater=outcome.rater)
    rows = rows.reset_index(drop=True)
    listed = [name for name in SEVERAL_CODES if name in needed_columns(plan) and name in rows]
    return rows.assign(**{name: how_many(rows[name]) for name in listed})


def how_many(column: pd.Series) -> Floats:
    """The number of codes in each cell: `housing;cost` is 2, the code `none` is 0, and an empty cell is unknown."""
    known = column.notna().to_numpy(dtype=bool)
    count = [len([code for code in str(cell).split(";") if code not in ("", "none")]) for cell in column.astype("object")]
    return np.where(known, np.array(count, dtype=float), np.nan)


def count_step(name: str, client: Integers, worker: Integers, keep: Booleans) -> Step:
    """One line of the counts: rows, clients and workers that are left."""
    clients, workers = len(np.unique(client[keep])), len(np.unique(worker[keep]))
    return Step(step=name, rows=int(keep.sum()), clients=clients, workers=workers)


def first_step(plan: Plan, occasions: pd.DataFrame) -> Step:
    """The first line of the counts, for a plan that gets no further: the ratings on its instrument by its rater, if any."""
    own = (occasions["instrument"] == plan.outcome.instrument) & (occasions["rater"] == plan.outcome.rater)
    client, worker = codes_of(occasions["client_id"]), codes_of(occasions["worker_id"])
    return count_step("ratings", client, worker, own.to_numpy(dtype=bool))


def model_steps(sample: Sample) -> tuple[Step, ...]:
    """All lines of the counts down to the model's own rows."""
    return (*sample.counts, count_step("model", sample.client, sample.worker, sample.keep))


def build_sample(
    plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, y: Floats | None = None, doses: Doses | None = None
) -> Sample:
    """The sample of a plan; NotEstimable where the series, the outcome, a covariate or the episodes are not there.

    `y` overrules the outcome read from the series, in the order of `series(occasions, plan)`; `doses` are those of a plan
    with the same series, windows and exposure, counted before.
    """
    rows = series_occasions(occasions, plan)
    client, worker = codes_of(rows["client_id"]), codes_of(rows["worker_id"])
    occasion = rows["occasion"].to_numpy(dtype=np.int64)
    counts = [count_step("ratings", client, worker, np.ones(len(rows), dtype=bool))]
    doses = doses or doses_of(plan, rows, ledger, occasion, tuple(counts))
    outcome = outcome_of(plan, rows, occasions) if y is None else y
    keep = np.isfinite(outcome)
    counts.append(count_step("outcome known", client, worker, keep))
    for values in (values for exposure, values in doses.dose.items() if exposure.mode in main_modes(plan)):
        keep &= np.isfinite(values)
    counts.append(count_step("exposure known", client, worker, keep))
    for name in needed_columns(plan):
        keep &= present_rows(rows, name, tuple(counts))
    counts.append(count_step("covariates known", client, worker, keep))
    require_rows(keep, tuple(counts))
    time = number_of(rows[plan.time])
    missing = int((~np.isfinite(time[keep])).sum())
    if missing:
        raise not_estimable("time_missing", tuple(counts), column=plan.time, ratings=missing)
    return Sample(
        rows,
        outcome,
        client,
        worker,
        occasion,
        time,
        doses.dose,
        doses.lead,
        keep,
        tuple(counts),
        doses.episodes,
        doses.logged,
    )


def require_rows(keep: Booleans, counts: tuple[Step, ...]) -> None:
    """NotEstimable where no row is left; the counts say at which step the last ones went."""
    if not keep.any():
        raise not_estimable("no_rows", counts)


def needed_columns(plan: Plan) -> tuple[str, ...]:
    """Covariates and the moderator, where it is a column of the occasions."""
    moderator = (plan.moderator,) if plan.moderator and plan.moderator not in EPISODE_FACTS else ()
    return tuple(dict.fromkeys((*plan.covariates, *moderator)))


def present_rows(rows: pd.DataFrame, name: str, counts: tuple[Step, ...]) -> Booleans:
    """Where a column has a value; NotEstimable where the study has no such column."""
    if name not in rows:
        raise not_estimable("no_column", counts, column=name)
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
    if score_column(name) not in rows or rows[score_column(name)].isna().all():
        raise not_estimable("score_unknown", score=name, ratings=len(rows))
    return number_of(rows[score_column(name)])


def _other_side(plan: Plan, rows: pd.DataFrame, occasions: pd.DataFrame) -> Floats:
    import pandas as pd

    other = "worker" if plan.outcome.rater == "client" else "client"
    own = (occasions["instrument"] == plan.outcome.instrument) & (occasions["rater"] == other)
    theirs = occasions[own.to_numpy(dtype=bool)]
    if not len(theirs):
        raise not_estimable("no_pairs", instrument=plan.outcome.instrument, rater=other)
    place = pd.Index(theirs["session_id"].astype("object")).get_indexer(rows["session_id"].astype("object"))
    values = np.append(_score(theirs, plan.outcome.score), np.nan)
    return np.asarray(values[place], dtype=np.float64)
