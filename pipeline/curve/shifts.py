"""The test of one specification under circular shifts of the exposure within clients, without a refit.

The variance parameters are held at the specification's fit without the exposure. With V (in units of the residual
variance), P = V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1 and x_b the within-client exposure after shift b:
    estimate_b = x_b'P y / x_b'P x_b,   t_b = estimate_b / se_b,   se_b^2 = sigma_b^2 / x_b'P x_b,
    sigma_b^2 = (y'P y - estimate_b^2 x_b'P x_b) / (n - p - 1).
A shift turns a client's series by s places, so every cross-product with x_b is a sum over clients of one of T_i values:
they are tabled once (a circular correlation), and a shift costs a look-up a client. V^-1 is applied by eliminating the
clients' effects first, then the workers' (Pinheiro & Bates 2000, 2.2); a client may have several workers.

Where clients have slopes of their own in time, each client's own line of the exposure is held and what lies around it
turned. Residuals that forget (CAR(1)) are whitened row by row: with phi the correlation a day apart and d days since the
client's last rating, (v_t - phi^d v_(t-1)) / sqrt(1 - phi^(2d)); the exposure is whitened after it was turned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class SpecificationRows:
    """The arrays of one specification, rows of a client together and in the order of time.

    `y` [n]; `exposure` [n], what is turned of the dose within clients (zero mean in each); `fixed` [n, p], everything else
    with the intercept; `client`, `worker` [n], numbered from 0; `client_terms` [n, j], `worker_terms` [n, k], the columns
    that vary by them, already multiplied by the factor of their relative covariance (so that effects are standard normal in
    residual SDs); `held` [n], what is not turned of the dose; `carried` [n], the correlation of a row's residual with that
    of the client's row before (0 for the first), where residuals forget.
    """

    y: Floats
    exposure: Floats
    fixed: Floats
    client: Integers
    worker: Integers
    client_terms: Floats
    worker_terms: Floats
    held: Floats | None = None
    carried: Floats | None = None

    def whitened(self) -> SpecificationRows:
        """The same with residuals that do not forget; what is turned stays as it is."""
        return replace(
            self,
            y=whitened(self.y, self.carried),
            fixed=whitened(self.fixed, self.carried),
            client_terms=whitened(self.client_terms, self.carried),
            worker_terms=whitened(self.worker_terms, self.carried),
            held=whitened(np.zeros_like(self.y) if self.held is None else self.held, self.carried),
        )


def whitened(columns: Floats, carried: Floats | None) -> Floats:
    """Columns [..., n] or [n, m] along the rows of clients, freed of what each row carries over from the one before."""
    if carried is None:
        return columns
    rows = carried if columns.ndim == 1 else carried[:, None]
    return np.asarray((columns - rows * np.roll(columns, 1, axis=0)) / np.sqrt(1.0 - rows**2))


@dataclass(frozen=True)
class ShiftTests:
    """Estimates and t statistics of a specification: the observed one, and one a shift."""

    estimate: float
    std_error: float
    statistic: float
    estimates: Floats
    statistics: Floats

    def in_units(self, unit: float) -> ShiftTests:
        """The same with estimates in another unit of the outcome."""
        return replace(self, estimate=self.estimate / unit, std_error=self.std_error / unit, estimates=self.estimates / unit)


class NotTestableError(Exception):
    """The exposure does not vary within clients beyond what the other columns say."""


def shift_tests(specification: SpecificationRows, turns: Integers) -> ShiftTests:
    """Test a specification as observed and under `turns` [clients, shifts], whole numbers of places (any size, any sign)."""
    white = specification.whitened()
    null = _Null.of(white)
    table = _Table.of(white, null)
    observed = table.at(np.zeros((turns.shape[0], 1), dtype=np.int64))
    shifted = table.at(turns)
    estimate, error = (np.concatenate(pair) for pair in zip(null.test(*observed), null.test(*shifted), strict=True))
    if not np.isfinite(estimate[0]):
        raise NotTestableError
    statistic = estimate / error
    return ShiftTests(float(estimate[0]), float(error[0]), float(statistic[0]), estimate[1:], statistic[1:])


@dataclass(frozen=True)
class _Null:
    """The model without the exposure, its effects eliminated."""

    score: Floats  # P y [n]
    weighted: Floats  # V^-1 X [n, p]
    bread: Floats  # (X'V^-1 X)^-1
    remainder: float  # y'P y
    df: int
    own: Floats  # inverse of I + Z_i'Z_i by client [clients, j, j]
    pairs: Integers  # the client and the worker of each cell [cells, 2]
    cell: Integers  # of each row
    crossed: Floats  # Z_client'Z_worker by cell [cells, j, k]
    shared: Floats  # inverse of the workers' Schur complement [workers k, workers k]

    @classmethod
    def of(cls, s: SpecificationRows) -> _Null:
        pairs, cell = np.unique(np.stack([s.client, s.worker]), axis=1, return_inverse=True)
        cell = cell.reshape(-1)
        clients, workers = int(s.client.max()) + 1, int(s.worker.max()) + 1
        j, k = s.client_terms.shape[1], s.worker_terms.shape[1]
        own = _inverse(np.eye(j) + _sums(s.client, clients, s.client_terms, s.client_terms))
        crossed = _sums(cell, pairs.shape[1], s.client_terms, s.worker_terms)
        shared = np.zeros((workers, k, workers, k))
        shared[np.arange(workers), :, np.arange(workers), :] = _sums(s.worker, workers, s.worker_terms, s.worker_terms)
        for one, other in _cells_of_one_client(pairs[0]):
            met = np.einsum("cji,cjl,clm->cim", crossed[one], own[pairs[0][one]], crossed[other])
            for met_at, (row, column) in enumerate(zip(pairs[1][one], pairs[1][other], strict=True)):
                shared[row, :, column, :] -= met[met_at]
        matrix = shared.reshape(workers * k, workers * k) + np.eye(workers * k)
        solved = _inverse(matrix)
        incomplete = cls(s.y, s.fixed, np.eye(1), 0.0, 0, own, pairs.T.astype(np.int64), cell, crossed, solved)
        both = incomplete.solve(s, np.column_stack([s.fixed, s.y]))
        weighted, y = both[:, :-1], both[:, -1]
        bread = _inverse(s.fixed.T @ weighted)
        score = y - weighted @ (bread @ (weighted.T @ s.y))
        df = len(s.y) - s.fixed.shape[1] - 1
        return cls(score, weighted, bread, float(s.y @ score), df, own, incomplete.pairs, cell, crossed, solved)

    def solve(self, s: SpecificationRows, columns: Floats) -> Floats:
        """V^-1 times columns [n, m]."""
        clients = self.own.shape[0]
        up = _sums(s.client, clients, s.client_terms, columns)  # [clients, j, m]
        inner = np.einsum("cij,cjm->cim", self.own, up)
        right = self._to_workers(_sums(self.cell, len(self.pairs), s.worker_terms, columns), inner)
        above = (self.shared @ right.reshape(self.shared.shape[0], -1)).reshape(right.shape)
        back = np.zeros_like(up)
        np.add.at(back, self.pairs[:, 0], np.einsum("cjk,ckm->cjm", self.crossed, above[self.pairs[:, 1]]))
        effects = inner - np.einsum("cij,cjm->cim", self.own, back)
        fitted = np.einsum("nj,njm->nm", s.client_terms, effects[s.client])
        return np.asarray(columns - fitted - np.einsum("nk,nkm->nm", s.worker_terms, above[s.worker]))

    def _to_workers(self, sums: Floats, inner: Floats) -> Floats:
        """What is left for the workers [workers, k, m] once the clients' effects are out of sums by cell [cells, k, m]."""
        left = sums - np.einsum("cjk,cjm->ckm", self.crossed, inner[self.pairs[:, 0]])
        k = sums.shape[1]
        found = np.zeros((self.shared.shape[0] // k if k else 0, k, sums.shape[2]))
        np.add.at(found, self.pairs[:, 1], left)
        return found

    def test(self, score: Floats, other: Floats, square: Floats) -> tuple[Floats, Floats]:
        """Estimates and standard errors from x'Py [b], X'V^-1 x [p, b] and x'V^-1 x [b]."""
        weight = square - np.einsum("pb,pq,qb->b", other, self.bread, other)
        with np.errstate(divide="ignore", invalid="ignore"):
            told = weight > 1e-9 * np.maximum(square, 1e-300)
            estimate = np.where(told, score / weight, np.nan)
            variance = (self.remainder - estimate**2 * weight) / self.df
            return estimate, np.sqrt(np.maximum(variance, 0.0) / weight)


@dataclass(frozen=True)
class _Table:
    """Every cross-product with the exposure turned by s places, by client and s."""

    sums: Floats  # [clients, places, 1 + p + 2]: with P y, V^-1 X, V^-1 held; x'x less what the client's effects take of it
    left: Floats  # [cells, places, k]: what is left for the workers
    length: Integers  # ratings of each client
    cells: Integers  # the client of each cell
    workers: Integers  # the worker of each cell
    shared: Floats
    held: Floats  # [1 + p + 1]: of what is not turned, with P y, V^-1 X and V^-1 of itself

    @classmethod
    def of(cls, s: SpecificationRows, null: _Null) -> _Table:
        length = np.bincount(s.client)
        place = np.arange(len(s.client)) - (np.cumsum(length) - length)[s.client]
        longest = int(length.max())
        turned = _padded(s.exposure[:, None], s.client, place, longest)[:, :, 0]
        index = (np.arange(longest)[None, None, :] - np.arange(longest)[None, :, None]) % length[:, None, None]
        series = np.take_along_axis(np.broadcast_to(turned[:, None, :], index.shape), index, axis=2)  # [clients, s, t]
        if s.carried is not None:
            carried = _padded(s.carried[:, None], s.client, place, longest)[:, None, :, 0]
            series = (series - carried * np.roll(series, 1, axis=2)) / np.sqrt(1.0 - carried**2)
        there = _padded(np.ones((len(s.client), 1)), s.client, place, longest)[:, :, 0]
        own = np.zeros_like(s.y) if s.held is None else s.held
        known = np.column_stack([null.score, null.weighted, null.solve(s, own[:, None])])
        columns = np.column_stack([known, s.client_terms])
        sums = np.einsum("cst,ctm->csm", series, _padded(columns, s.client, place, longest))
        square = np.einsum("cst,ct->cs", series**2, there)
        m = known.shape[1]
        up = sums[:, :, m:]  # Z_i'x
        inner = np.einsum("cij,csj->csi", null.own, up)
        taken = np.einsum("csj,csj->cs", up, inner)
        owners = null.pairs[:, 0]
        rows = np.zeros((len(owners), longest, s.worker_terms.shape[1]))
        rows[null.cell, place] = s.worker_terms
        raw = np.einsum("cst,ctk->csk", series[owners], rows)
        left = raw - np.einsum("cjk,csj->csk", null.crossed, inner[owners])
        kept = np.concatenate([sums[:, :, :m], (square - taken)[:, :, None]], axis=2)
        return cls(kept, left, length, owners, null.pairs[:, 1], null.shared, own @ known)

    def at(self, turns: Integers) -> tuple[Floats, Floats, Floats]:
        """x'Py [b], X'V^-1 x [p, b] and x'V^-1 x [b] at turns [clients, b]."""
        places = turns % self.length[:, None]
        found = np.zeros((turns.shape[1], self.sums.shape[2]))
        for client in range(len(places)):
            found += self.sums[client][places[client]]
        k = self.left.shape[2]
        above = np.zeros((self.shared.shape[0] // k if k else 0, turns.shape[1], k))
        for cell, (owner, worker) in enumerate(zip(self.cells, self.workers, strict=True)):
            above[worker] += self.left[cell][places[owner]]
        flat = np.moveaxis(above, 1, 2).reshape(self.shared.shape[0], -1)
        shared = np.einsum("ib,ij,jb->b", flat, self.shared, flat, optimize=True)
        square = found[:, -1] - shared + 2.0 * found[:, -2] + self.held[-1]
        return found[:, 0] + self.held[0], found[:, 1:-2].T + self.held[1:-1, None], square


def _sums(group: Integers, groups: int, one: Floats, other: Floats) -> Floats:
    """Sums of products of columns by group [groups, columns of one, columns of other]."""
    found = np.zeros((groups, one.shape[1], other.shape[1]))
    for i in range(one.shape[1]):
        for j in range(other.shape[1]):
            found[:, i, j] = np.bincount(group, one[:, i] * other[:, j], groups)
    return found


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _padded(columns: Floats, client: Integers, place: Integers, longest: int) -> Floats:
    found = np.zeros((int(client.max()) + 1, longest, columns.shape[1]))
    found[client, place] = columns
    return found


def _cells_of_one_client(owner: Integers) -> list[tuple[Integers, Integers]]:
    """Pairs of cells of one client, each cell with itself included, as two index arrays a distance between them."""
    cells = np.arange(len(owner))
    found = [(cells, cells)]
    for distance in range(1, int(np.bincount(owner).max())):
        near = cells[:-distance][owner[:-distance] == owner[distance:]]
        found += [(near, near + distance), (near + distance, near)]
    return found
