"""The question to the imputation for one hypothesis: which variables, predicted by what; and where its answers go.

Predictors are every term of the analysis model on the grid (exposure within and between, time, covariates, products with a
known moderator, agencies as fixed differences): draws that do not know them would pull the tested number towards zero (Meng
1994). Agencies that are random in the analysis are part of the workers' differences in the draws. Slopes that differ by
client or worker in the analysis do so in the draws. A moderator of clients that has gaps multiplies the exposure in the
draws, too: the product that is tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.column_names import score_column
from pipeline.base.errors import ModelError, Problem
from pipeline.base.options import EPISODE_FACTS
from pipeline.exposure.visits import Floats, Integers
from pipeline.hypotheses.design.agency import with_agencies
from pipeline.hypotheses.design.build import build_design
from pipeline.hypotheses.design.coder import number_of
from pipeline.hypotheses.design.sample import Sample, build_sample, needed_columns, series_occasions
from pipeline.hypotheses.design.terms import Design
from pipeline.hypotheses.imputed.grid import OTHER_SIDE, Grid, rating_column
from pipeline.imputation.prepared import independent_columns
from pipeline.imputation.records import Completed, Incomplete, Kind, Product, Slope, Variable
from pipeline.results.reason import Note, note

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan

UNKNOWN = "(unknown)"  # a level of its own for a code with gaps: it predicts, and is not drawn
CLIENTS_A_PREDICTOR = 5  # fewer clients, and variables of clients are predicted by their mean alone


@dataclass(frozen=True)
class Target:
    """Where the draws of a variable go: a column, and for each row of the question the row of the grid (-1: none)."""

    column: str
    rows: Integers
    flag: bool = False


@dataclass(frozen=True)
class ImputationQuestion:
    """The tables to be completed, where their draws go (None: an auxiliary's go nowhere), and notes."""

    data: Incomplete
    targets: tuple[Target | None, ...]
    notes: tuple[Note, ...]

    def cells(self, completed: Completed) -> pd.DataFrame:
        """The drawn cells of one imputation that the hypothesis uses: row of the grid, column, value."""
        import pandas as pd

        parts = []
        session, client = -1, -1
        for variable, target in zip(self.data.variables, self.targets, strict=True):
            if variable.level == "session":
                session += 1
                known, values = self.data.session[:, session], completed.session[:, session]
            else:
                client += 1
                known = self.data.of_client[self.data.client, client]
                values = completed.of_client[self.data.client, client]
            if target is not None:
                drawn = np.isnan(known) & (target.rows >= 0)
                part = {"row": target.rows[drawn], "value": values[drawn]}
                parts.append(pd.DataFrame({**part, "column": target.column}).astype({"column": "str"}))
        return pd.concat(parts, ignore_index=True)[["column", "row", "value"]]


def question_of(plan: Plan, grid: Grid, compute: Compute) -> ImputationQuestion:
    """The question of a hypothesis; ModelError where a named auxiliary is not there, NotEstimable as `build_sample`."""
    frame = series_occasions(grid.occasions, plan)
    gaps = [name for name in needed_columns(plan) if name in frame and frame[name].isna().any()]
    drawn = [name for name in gaps if _is_number(frame[name])]
    codes = [name for name in gaps if name not in drawn]
    sample, design = _design(plan, grid, compute, frame, drawn, codes)
    keep = np.flatnonzero(sample.keep)
    client = np.unique(sample.client[keep], return_inverse=True)[1]
    worker = np.unique(sample.worker[keep], return_inverse=True)[1]
    numeric = design.numeric()
    variables = [*_outcomes(plan, frame, keep), *_mediator(plan, sample, keep)]
    columns = [(name, None) for name in _auxiliaries(plan, frame, numeric)]
    known = {variable.name for variable, _, _ in variables}
    for name, target in [*((name, True) for name in drawn), *columns]:
        if name not in known:
            variables.append(_column(name, frame, keep, grid, target=bool(target)))
    session = [one for one in variables if one[0].level == "session"]
    of_client = [one for one in variables if one[0].level == "client"]
    clients = int(client.max()) + 1
    predictors = np.column_stack(list(numeric.values())) if numeric else np.zeros((len(keep), 0))
    data = Incomplete(
        tuple(one[0] for one in (*session, *of_client)),
        np.column_stack([one[1] for one in session]),
        _by_client([one[1] for one in of_client], client, clients),
        client,
        worker,
        predictors,
        tuple(numeric),
        *_client_predictors(predictors, tuple(numeric), client, clients),
        slopes=_slopes(plan, design, drawn, grid, tuple(numeric)),
        products=_products(plan, design, tuple(numeric), of_client),
    )
    said = [note("code_not_drawn", column=name, ratings=int(frame[name].isna().sum())) for name in codes]
    return ImputationQuestion(data, tuple(one[2] for one in (*session, *of_client)), tuple(said))


Entry = tuple[Variable, Floats, Target | None]


def _design(
    plan: Plan, grid: Grid, compute: Compute, frame: pd.DataFrame, drawn: list[str], codes: list[str]
) -> tuple[Sample, Design]:
    """The analysis model on the whole grid without what has gaps: its terms predict."""
    moderator = None if plan.moderator in drawn else plan.moderator
    update = {
        "covariates": tuple(name for name in plan.covariates if name not in drawn),
        "moderator": moderator,
        "moderator_level": plan.moderator_level if moderator else None,
        "mediator": None,
    }
    bare = plan.model_copy(update=update)
    filled = {name: frame[name].astype("object").where(frame[name].notna(), UNKNOWN).astype("str") for name in codes}
    occasions = frame.assign(**filled)
    sample = build_sample(bare, occasions, grid.ledger, y=np.zeros(len(frame)))
    return sample, with_agencies(build_design(bare, sample, sample.keep), bare, sample, compute)


def _is_number(column: pd.Series) -> bool:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    return bool(is_bool_dtype(column) or is_numeric_dtype(column))


def _kind(column: pd.Series) -> Kind:
    from pandas.api.types import is_bool_dtype, is_integer_dtype

    values = number_of(column)
    known = values[np.isfinite(values)]
    if is_bool_dtype(column) or set(np.unique(known).tolist()) <= {0.0, 1.0}:
        return "yes_no"
    return "count" if is_integer_dtype(column) else "number"


def _outcomes(plan: Plan, frame: pd.DataFrame, keep: Integers) -> list[Entry]:
    names = [score_column(plan.outcome.score)]
    if plan.contrast and plan.contrast.outcome_minus:
        names.append(score_column(plan.contrast.outcome_minus))
    if plan.outcome.kind == "dyad_gap":
        names.append(OTHER_SIDE)
    missing = [name for name in names if name not in frame]
    if missing:
        raise ModelError([Problem("missing", f"the study has no `{name}`") for name in missing])
    return [(Variable(name), number_of(frame[name])[keep], Target(name, keep)) for name in names]


def _mediator(plan: Plan, sample: Sample, keep: Integers) -> list[Entry]:
    """The mediator as the rating it leads to sees it: the value of the session `lag` ratings earlier."""
    if plan.mediator is None or plan.mediator.column not in sample.frame:
        return []
    column = sample.frame[plan.mediator.column]
    values = sample.before(number_of(column), plan.mediator.lag)[keep]
    rows = sample.before(np.arange(len(column), dtype=np.float64), plan.mediator.lag)[keep]
    kind = _kind(column)
    target = Target(plan.mediator.column, np.where(np.isnan(rows), -1, rows).astype(np.int64), kind == "yes_no")
    return [(Variable(plan.mediator.column, "session", kind), values, target)]


def _auxiliaries(plan: Plan, frame: pd.DataFrame, numeric: dict[str, Floats]) -> list[str]:
    asked = plan.missing.auxiliary if plan.missing else ()
    names = [one if isinstance(one, str) else rating_column(one) for one in asked]
    problems = []
    for name in names:
        if name not in frame:
            problems.append(Problem("missing.auxiliary", f"the study has no `{name}`", "leave it out"))
        elif not _is_number(frame[name]):
            problems.append(Problem("missing.auxiliary", f"`{name}` is a code", "name numbers, counts and yes/no"))
    if problems:
        raise ModelError(problems)
    return [name for name in dict.fromkeys(names) if name not in numeric]


def _column(name: str, frame: pd.DataFrame, keep: Integers, grid: Grid, *, target: bool) -> Entry:
    kind = _kind(frame[name])
    level = "client" if name in grid.client_columns else "session"
    place = Target(name, keep, kind == "yes_no") if target else None
    return Variable(name, level, kind), number_of(frame[name])[keep], place  # type: ignore[arg-type]


def _by_client(columns: list[Floats], client: Integers, clients: int) -> Floats:
    first = np.unique(client, return_index=True)[1]
    return np.column_stack([column[first] for column in columns]) if columns else np.zeros((clients, 0))


def _client_predictors(
    predictors: Floats, names: tuple[str, ...], client: Integers, clients: int
) -> tuple[Floats, tuple[str, ...]]:
    """The clients' means of the predictors, where there are clients enough for them."""
    size = np.bincount(client, minlength=clients)[:, None]
    means = np.column_stack([np.bincount(client, weights=column, minlength=clients) for column in predictors.T]) / size
    if clients < CLIENTS_A_PREDICTOR * independent_columns(means)[0].shape[1]:
        return np.zeros((clients, 0)), ()
    return means, names


def _slopes(plan: Plan, design: Design, drawn: list[str], grid: Grid, names: tuple[str, ...]) -> tuple[Slope, ...]:
    outcomes = _scores(plan)
    wanted: dict[tuple[str, str], None] = {}
    for group, terms in design.random.items():
        for term in terms:
            wanted[group, term] = None
    moderator = plan.moderator in drawn and plan.moderator in grid.client_columns and plan.moderator not in EPISODE_FACTS
    if moderator:
        for term in (name for name in design.slopes if name in names):
            wanted["client_id", term] = None
    groups = {"client_id": "client", "worker_id": "worker"}
    return tuple(
        Slope(groups[group], term, outcome)  # type: ignore[arg-type]
        for group, term in wanted
        if term in names and group in groups
        for outcome in outcomes
    )


def _products(plan: Plan, design: Design, names: tuple[str, ...], of_client: list[Entry]) -> tuple[Product, ...]:
    """The tested product of an exposure and a moderator of clients that has gaps."""
    drawn = any(one.name == plan.moderator for one, _, target in of_client if target is not None)
    terms = [name for name in design.slopes if name in names] if drawn and plan.moderator else []
    return tuple(Product(term, str(plan.moderator), outcome) for term in terms for outcome in _scores(plan))


def _scores(plan: Plan) -> list[str]:
    minus = plan.contrast.outcome_minus if plan.contrast else None
    return [score_column(name) for name in (plan.outcome.score, minus) if name]
