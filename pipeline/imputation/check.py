"""What cannot be imputed, in words, all of it at once; and what must be said of what can."""

from __future__ import annotations

import numpy as np

from pipeline.base.errors import ModelError, Problem
from pipeline.imputation.groups import Groups
from pipeline.imputation.prepared import independent_columns, told_apart
from pipeline.imputation.records import Checked, Floats, Incomplete, Variable

MOST_MISSING = 0.9  # with a larger share missing, draws rest on the prior and the model, hardly on data
FLAT = 1e-8  # smallest eigenvalue of a correlation matrix whose variables are not the same
LEAST_ROWS = 3  # complete rows beyond the number of columns, for collinearity to be judged
CLIENTS_PER_EFFECT = 2


def check(data: Incomplete) -> Checked:
    """The data and notes on them; ModelError with every problem: too few clients, too much missing, constant, collinear."""
    problems = _sizes(data)
    if not problems:
        problems = [*_tables(data), *_predictors(data)]
    if not problems:
        problems = [*_collinear(data), *_levels(data)]
    if problems:
        raise ModelError(problems)
    return Checked(data, (*_whole_workers(data), *_few_workers(data)))


def _problem(what: str, mend: str = "", rows: int = 0) -> Problem:
    return Problem("missing", what, mend, rows=rows)


def _sizes(data: Incomplete) -> list[Problem]:
    if not len(data.client):
        return [_problem("there are no sessions to impute")]
    clients = int(data.client.max()) + 1
    effects = data.session.shape[1] + data.of_client.shape[1] + sum(slope.group == "client" for slope in data.slopes)
    if clients < 2:
        return [
            _problem("there is one client only: what differs between clients cannot be told from what differs within one")
        ]
    least = CLIENTS_PER_EFFECT * effects + 2
    if clients < least:
        what = f"{clients} clients are too few for {effects} variables and slopes (at least {least})"
        return [_problem(what, "name fewer auxiliaries")]
    return []


def _tables(data: Incomplete) -> list[Problem]:
    found = []
    for variables, values, rows in (
        (data.session_variables, data.session, "sessions"),
        (data.client_variables, data.of_client, "clients"),
    ):
        for column, variable in enumerate(variables):
            found += _one(variable, values[:, column], rows)
    if not data.session.shape[1]:
        found.append(_problem("no variable of sessions is named"))
    return found


def _one(variable: Variable, values: Floats, rows: str) -> list[Problem]:
    known = values[~np.isnan(values)]
    missing = len(values) - len(known)
    if not len(known):
        return [_problem(f"`{variable.name}` is missing in all {len(values)} {rows}", "leave it out")]
    if missing > MOST_MISSING * len(values):
        share = f"({100.0 * missing / len(values):.0f}%, more than {100 * MOST_MISSING:.0f}%)"
        what = f"`{variable.name}` is missing in {missing} of {len(values)} {rows} {share}"
        return [_problem(f"{what}: its draws would rest on the model, hardly on data", "leave it out", missing)]
    endless = int(np.isinf(known).sum())
    if endless:
        return [_problem(f"`{variable.name}` is infinite in {endless} of {len(values)} {rows}", "leave it out", endless)]
    if np.ptp(known) == 0.0:
        return [
            _problem(f"`{variable.name}` has one value only in the {len(known)} {rows} where it is known", "leave it out")
        ]
    if variable.kind == "yes_no" and not np.isin(known, (0.0, 1.0)).all():
        return [_problem(f"`{variable.name}` is no yes/no: it has values other than 0 and 1")]
    return []


def _predictors(data: Incomplete) -> list[Problem]:
    found = []
    for names, values, rows in (
        (data.predictor_names, data.predictors, "sessions"),
        (data.client_predictor_names, data.client_predictors, "clients"),
    ):
        for name, column in zip(names, values.T, strict=True):
            gaps = int((~np.isfinite(column)).sum())
            if gaps:
                what = f"`{name}` predicts what is missing and is itself missing in {gaps} of {len(column)} {rows}"
                found.append(_problem(what, "name it as a variable to be imputed, or leave it out", gaps))
    return found


def _collinear(data: Incomplete) -> list[Problem]:
    pairs = (
        (data.session_variables, data.session, data.predictors),
        (data.client_variables, data.of_client, data.client_predictors),
    )
    return [problem for variables, values, x in pairs for problem in _dependent(variables, values, x)]


def _dependent(variables: tuple[Variable, ...], values: Floats, predictors: Floats) -> list[Problem]:
    """Numbers that make each other up in the rows where all are known; pair by pair where there are too few such rows."""
    numbers = [place for place, variable in enumerate(variables) if variable.kind != "yes_no"]
    same = _flat(values[:, numbers], predictors)
    if same is None:
        same = next(
            (
                [one, two]
                for one in range(len(numbers))
                for two in range(one)
                if _flat(values[:, [numbers[one], numbers[two]]], predictors)
            ),
            [],
        )
    if not same:
        return []
    names = " and ".join(f"`{variables[numbers[place]].name}`" for place in same)
    alone = "is made up by the predictors" if len(same) == 1 else "make each other up exactly"
    return [_problem(f"{names} {alone} where they are known", "leave one of them out")]


def _flat(values: Floats, predictors: Floats) -> list[int] | None:
    """The columns that share a flat direction ([]: none); None where there are too few complete rows to tell."""
    if not values.shape[1]:
        return []
    complete = ~np.isnan(values).any(axis=1)
    if complete.sum() < values.shape[1] + predictors.shape[1] + LEAST_ROWS:
        return None
    x = independent_columns(predictors[complete])[0]
    known = values[complete] - values[complete].mean(axis=0)
    known = known / np.where(known.std(axis=0) > 0, known.std(axis=0), 1.0)
    left = known - x @ np.linalg.lstsq(x, known, rcond=None)[0]
    sizes, vectors = np.linalg.eigh(left.T @ left / len(left))
    if sizes[0] > FLAT:
        return []
    return [int(place) for place in np.flatnonzero(np.abs(vectors[:, 0]) > 1e-3)]


def _levels(data: Incomplete) -> list[Problem]:
    """Variables of sessions that never change within a client are variables of clients."""
    found = []
    clients = int(data.client.max()) + 1
    for column, variable in enumerate(data.session_variables):
        known = ~np.isnan(data.session[:, column])
        groups = Groups.of(data.client[known], clients)
        mean = groups.sums(data.session[known, column]) / np.maximum(groups.size, 1.0)
        left = data.session[known, column] - mean[data.client[known]]
        if np.abs(left).max() <= 1e-9 * (np.abs(data.session[known, column]).max() or 1.0):
            what = f"`{variable.name}` never changes within a client where it is known"
            found.append(_problem(what, "impute it as a variable of clients"))
    return found


def _whole_workers(data: Incomplete) -> list[str]:
    notes = []
    workers = int(data.worker.max()) + 1
    for column, variable in enumerate(data.session_variables):
        known = np.bincount(data.worker[~np.isnan(data.session[:, column])], minlength=workers)
        none = int(((known == 0) & (np.bincount(data.worker, minlength=workers) > 0)).sum())
        if none:
            who = f"all sessions of {none} of {workers} workers" if none > 1 else f"all sessions of one of {workers} workers"
            notes.append(
                f"`{variable.name}` is missing in {who}: its level there is drawn from how workers differ elsewhere."
            )
    return notes


def _few_workers(data: Incomplete) -> list[str]:
    clients, workers = int(data.client.max()) + 1, int(data.worker.max()) + 1
    if told_apart(clients, workers):
        return []
    if workers == 1:
        return ["There is one worker only: the imputation model has no differences between workers."]
    return [
        f"There are {workers} workers for {clients} clients: differences between workers cannot be told from those between "
        "clients, and the imputation model has clients alone."
    ]
