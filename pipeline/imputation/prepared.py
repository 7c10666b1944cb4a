"""From tables as they are to what a chain runs on: rows by client, all in SDs, dependent predictors left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr

from pipeline.imputation.groups import Groups
from pipeline.imputation.moderation import Moderation, Multiplied
from pipeline.imputation.nest import Nest
from pipeline.imputation.patterns import Gaps
from pipeline.imputation.records import Booleans, Floats, Incomplete, Integers, Variable

DEPENDENT = 1e-9  # a column whose part of its own, over its length, is smaller than this is a combination of others
CLIENTS_A_WORKER = 2  # on average; with fewer, the two levels trade places and the chains do not settle


@dataclass(frozen=True)
class Scale:
    """How a table's columns were centred and divided; yes/no stay as they are."""

    center: Floats
    spread: Floats
    yes_no: Booleans

    @classmethod
    def of(cls, values: Floats, variables: tuple[Variable, ...]) -> Scale:
        """From the known cells."""
        yes_no = np.array([variable.kind == "yes_no" for variable in variables], dtype=bool)
        center, spread = np.zeros(len(variables)), np.ones(len(variables))
        for column in np.flatnonzero(~yes_no):
            known = values[~np.isnan(values[:, column]), column]
            center[column], spread[column] = known.mean(), known.std() or 1.0
        return cls(center, spread, yes_no)

    def back(self, latent: Floats, original: Floats) -> Floats:
        """A completed table on its own scale; cells that were known are handed back as they were."""
        values = np.where(self.yes_no, latent > 0.0, latent * self.spread + self.center)
        return np.where(np.isnan(original), values, original)


@dataclass(frozen=True)
class RandomSlope:
    """A predictor whose effect on one session variable differs by group: its column, and its place among the effects."""

    values: Floats
    groups: Groups
    squares: Floats  # sum of the squared predictor in each group
    column: int
    by_client: bool
    place: int


@dataclass(frozen=True)
class Prepared:
    """Everything a sweep needs that does not change."""

    data: Incomplete
    order: Integers  # the given rows, client by client
    session: Floats
    of_client: Floats
    session_scale: Scale
    client_scale: Scale
    client: Integers
    worker: Integers
    workers: int  # 0: no worker level
    of_worker: Groups
    own_worker: Integers  # of each client, the one of most sessions
    joint: Nest  # clients integrated out where they keep their worker, workers as blocks
    clients: Nest | None  # all clients, no blocks: where some change worker
    stays: Booleans
    client_nest: Nest | None  # clients in workers, for variables of clients
    session_gaps: Gaps
    client_gaps: Gaps
    slopes: tuple[RandomSlope, ...]
    moderations: tuple[Moderation, ...]
    back: Floats  # coefficients of the columns used -> of the predictors as given, intercept first
    client_back: Floats


def prepare(data: Incomplete, *, standardize: bool = True) -> Prepared:
    """Sort, scale and sum; `standardize` False keeps the variables' units (for comparing priors with other programs)."""
    order = np.argsort(data.client, kind="stable")
    client, worker = data.client[order], data.worker[order]
    clients, workers = int(client.max()) + 1, int(worker.max()) + 1
    workers = workers if told_apart(clients, workers) else 0
    session_scale, client_scale = _scale(data.session, data.session_variables), _scale(data.of_client, data.client_variables)
    if not standardize:
        session_scale, client_scale = _unscaled(session_scale), _unscaled(client_scale)
    x, back = independent_columns(data.predictors[order])
    stays = _stays(client, worker, clients)
    block, blocks = (worker, workers) if workers else (None, 0)
    own = _own_worker(client, worker, clients, max(workers, 1))
    client_nest = None
    client_x, client_back = independent_columns(data.client_predictors)
    if data.of_client.shape[1]:
        client_nest = Nest.of(client_x, own, max(workers, 1))
    return Prepared(
        data=data,
        order=order,
        session=(data.session[order] - session_scale.center) / session_scale.spread,
        of_client=(data.of_client - client_scale.center) / client_scale.spread,
        session_scale=session_scale,
        client_scale=client_scale,
        client=client,
        worker=worker,
        workers=workers,
        of_worker=Groups.of(worker, workers) if workers else Groups.of(np.zeros_like(worker), 1),
        own_worker=own,
        joint=Nest.of(x, client, clients, block, blocks, stays if workers else None),
        clients=None if stays.all() or not workers else Nest.of(x, client, clients),
        stays=stays,
        client_nest=client_nest,
        session_gaps=Gaps.of(data.session[order], session_scale.yes_no),
        client_gaps=Gaps.of(data.of_client, client_scale.yes_no, _apart(data)),
        slopes=_slopes(data, order, client, worker, clients, workers),
        moderations=_moderations(data, order, Groups.of(client, clients)),
        back=back,
        client_back=client_back,
    )


def _apart(data: Incomplete) -> Integers:
    """The columns of moderators among the variables of clients: their gaps are drawn by a step of their own."""
    names = [variable.name for variable in data.client_variables]
    return np.array(sorted({names.index(product.moderator) for product in data.products}), dtype=np.int64)


def _moderations(data: Incomplete, order: Integers, groups: Groups) -> tuple[Moderation, ...]:
    session = [variable.name for variable in data.session_variables]
    by_client = [(slope.predictor, slope.variable) for slope in data.slopes if slope.group == "client"]
    found = []
    for moderator in _apart(data):
        variable, given = data.client_variables[moderator], data.of_client[:, moderator]
        terms = []
        for place, product in enumerate(data.products):
            if product.moderator == variable.name:
                values = _standard(data.predictors[order, data.predictor_names.index(product.predictor)])
                of = product.predictor, product.variable
                slope = len(session) + by_client.index(of) if of in by_client else None
                terms.append(Multiplied(values, groups.sums(values * values), session.index(of[1]), place, slope))
        gaps, yes_no = np.flatnonzero(np.isnan(given)), variable.kind == "yes_no"
        center = float(np.nanmean(given)) if yes_no else 0.0
        found.append(Moderation(int(moderator), yes_no, center, gaps, groups, tuple(terms)))
    return tuple(found)


def _standard(values: Floats) -> Floats:
    return np.asarray((values - values.mean()) / (values.std() or 1.0))


def told_apart(clients: int, workers: int) -> bool:
    """Whether differences between workers can be told from those between clients: several workers, several clients each."""
    return workers > 1 and clients >= CLIENTS_A_WORKER * workers


def independent_columns(columns: Floats) -> tuple[Floats, Floats]:
    """An intercept and the columns that no others make up, centred and in SDs; and the way back to all of them.

    Only what the columns span matters to a draw, so a column that others make up is left out without loss.
    """
    center = columns.mean(axis=0) if len(columns) else np.zeros(columns.shape[1])
    spread = columns.std(axis=0) if len(columns) else np.ones(columns.shape[1])
    varies = spread > DEPENDENT * np.maximum(np.abs(center), 1.0)
    scaled = (columns[:, varies] - center[varies]) / spread[varies]
    kept = np.flatnonzero(varies)
    if scaled.shape[1]:
        _, triangle, pivot = qr(scaled, mode="economic", pivoting=True)
        sizes = np.abs(np.diag(triangle))
        chosen = np.sort(pivot[: int(np.sum(sizes > DEPENDENT * sizes[0]))])
        scaled, kept = scaled[:, chosen], kept[chosen]
    back = np.zeros((columns.shape[1] + 1, len(kept) + 1))
    back[0, 0] = 1.0
    back[kept + 1, np.arange(len(kept)) + 1] = 1.0 / spread[kept]
    back[0, 1:] = -center[kept] / spread[kept]
    return np.column_stack([np.ones(len(columns)), scaled]), back


def _scale(values: Floats, variables: tuple[Variable, ...]) -> Scale:
    return Scale.of(values, variables)


def _unscaled(scale: Scale) -> Scale:
    return Scale(np.zeros_like(scale.center), np.ones_like(scale.spread), scale.yes_no)


def _stays(client: Integers, worker: Integers, clients: int) -> Booleans:
    low, high = np.full(clients, np.iinfo(np.int64).max), np.full(clients, -1)
    np.minimum.at(low, client, worker)
    np.maximum.at(high, client, worker)
    return np.asarray(low == high)


def _own_worker(client: Integers, worker: Integers, clients: int, workers: int) -> Integers:
    """Each client's worker of most sessions, of equals the first by code."""
    pairs, number = np.unique(client * workers + np.minimum(worker, workers - 1), return_counts=True)
    order = np.lexsort((-pairs, number))
    own = np.zeros(clients, dtype=np.int64)
    own[pairs[order] // workers] = pairs[order] % workers
    return own


def _slopes(
    data: Incomplete, order: Integers, client: Integers, worker: Integers, clients: int, workers: int
) -> tuple[RandomSlope, ...]:
    names = [variable.name for variable in data.session_variables]
    place = {"client": len(names), "worker": len(names)}
    found = []
    by_client, by_worker = Groups.of(client, clients), Groups.of(worker, max(workers, 1))
    for slope in data.slopes:
        if slope.group == "worker" and not workers:
            continue
        values = _standard(data.predictors[order, data.predictor_names.index(slope.predictor)])
        groups = by_client if slope.group == "client" else by_worker
        column = names.index(slope.variable)
        squares = groups.sums(values * values)
        found.append(RandomSlope(values, groups, squares, column, slope.group == "client", place[slope.group]))
        place[slope.group] += 1
    return tuple(found)
