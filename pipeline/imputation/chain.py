"""Chains side by side: parameters, effects and completed tables of each, and the sweep that draws each given the others.

Y = X B + u[client] + v[worker] + slopes + e at the session, Z = X2 B2 + u2 + v2[worker] at the client, with (u, slopes, u2)
of a client jointly normal and (v, slopes, v2) of a worker likewise (Schafer & Yucel 2002; Carpenter & Kenward 2013, ch. 9).

The chains know nothing of each other. They are the first dimension of every array, so that a sweep of all of them costs
little more than a sweep of one.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from pipeline.imputation.covariances import Covariance
from pipeline.imputation.draws import conditional_distribution, crossproduct, inverse, product
from pipeline.imputation.groups import Groups
from pipeline.imputation.interweave import Beside, interweave, stretch
from pipeline.imputation.moderation import Moderation
from pipeline.imputation.prepared import Prepared, RandomSlope
from pipeline.imputation.records import Floats, Integers, Posterior, Prior

LOOSENED = 2  # sweeps from one interweaving of the workers' intercepts to the next; in between, of the clients'
FADING = 0.1  # an SD of effects, in SDs of the variable, below which their correlations matter less and less


class Chains:
    """The state of the chains; `sweep` moves all of them on."""

    def __init__(self, prepared: Prepared, random: Generator, prior: Prior, number: int) -> None:
        self.fixed, self.random = prepared, random
        r, r2 = prepared.session.shape[1], prepared.of_client.shape[1]
        by_client = sum(slope.by_client for slope in prepared.slopes)
        self.r, self.r2, self.sweeps, self.number = r, r2, 0, number
        self.y, self.z = _filled(random, prepared.session, number), _filled(random, prepared.of_client, number)
        for column, rows, yes in prepared.session_gaps.yes_no:
            self.y[:, rows, column] = np.where(yes, 0.5, -0.5)
        for column, rows, yes in prepared.client_gaps.yes_no:
            self.z[:, rows, column] = np.where(yes, 0.5, -0.5)
        clients = len(prepared.stays)
        unscaled = np.zeros(r + by_client, dtype=bool)
        latent = np.concatenate([unscaled, prepared.client_scale.yes_no])
        free = np.zeros(r + len(prepared.slopes) - by_client + r2, dtype=bool)
        self.sigma = Covariance.start(random, number, prepared.session_scale.yes_no, prior, 0.5)
        self.psi = Covariance.start(random, number, latent, prior, 0.3)
        self.omega = Covariance.start(random, number, free, prior, 0.1)
        self.u = np.zeros((number, clients, r + by_client + r2))
        self.v = np.zeros((number, max(prepared.workers, 1), len(free)))
        self.b = np.zeros((number, prepared.joint.x.shape[1], r))
        self.b2 = np.zeros((number, prepared.client_back.shape[1], r2))
        self.by_moderator = np.zeros((number, len(prepared.data.products)))
        if r2:
            self.u[:, :, -r2:] = self.z - self.z.mean(axis=1, keepdims=True)

    def sweep(self) -> None:
        """Draw every block once."""
        self.sweeps += 1
        residual = self._levels()
        if self.sweeps % LOOSENED:  # workers and clients in turn
            ours, precision = np.arange(self.r), inverse(self.sigma.matrix)
            self._loosen(self.u, self.psi, self.fixed.joint.unit, residual, precision, ours)
        for slope in self.fixed.slopes:
            self._slope(slope, residual)
        if self.r2:
            self._of_clients()
        for moderation in self.fixed.moderations:
            self._moderate(moderation, residual)
        self.sigma.draw(self.random, crossproduct(residual, residual), residual.shape[1])
        self.psi.draw(self.random, crossproduct(self.u, self.u), self.u.shape[1])
        if self.fixed.workers:
            self.omega.draw(self.random, crossproduct(self.v, self.v), self.v.shape[1])
        mean = self.y - residual
        self.fixed.session_gaps.fill(self.random, residual, mean, self.sigma.matrix)
        self.y = mean + residual

    def _levels(self) -> Floats:
        """B with intercepts of clients and workers; the residuals that are left (K x N x r)."""
        fixed, r = self.fixed, self.r
        ours, rest = np.arange(r), np.arange(r, self.u.shape[2])
        slope, left = conditional_distribution(self.psi.matrix, ours, rest)
        shift = product(self.u[:, :, rest], slope)
        target = self.y - shift[:, fixed.client]
        for one in fixed.slopes:
            target[:, :, one.column] -= one.values * self._effects(one)[:, one.groups.code]
        for moderation in fixed.moderations:
            moderation.take_off(target, self.by_moderator, moderation.level(self.z))
        if not fixed.workers:
            alone = fixed.joint.draw(self.random, target, left, self.sigma.matrix)
            self.b, own, worker = alone.coefficients, alone.unit, np.zeros((self.number, 1, r))
        else:
            self.b, own, worker = self._with_workers(target, left, self.u[:, :, ours] - shift)
        self.u[:, :, ours], self.v[:, :, ours] = own + shift, worker
        effects = own[:, fixed.client] + worker[:, fixed.worker] if fixed.workers else own[:, fixed.client]
        return np.asarray(target - product(fixed.joint.x, self.b) - effects)

    def _with_workers(self, target: Floats, left: Floats, before: Floats) -> tuple[Floats, Floats, Floats]:
        """Workers, clients who stay integrated out; where some change worker, all clients once more given workers."""
        fixed, r = self.fixed, self.r
        ours, rest = np.arange(r), np.arange(r, self.v.shape[2])
        slope, spread = conditional_distribution(self.omega.matrix, ours, rest)
        mean = self.v[:, :, rest] @ slope
        move = None if self.sweeps % LOOSENED else self._loosen_workers
        if fixed.clients is None:
            drawn = fixed.joint.draw(self.random, target, left, self.sigma.matrix, spread, mean, move)
            return drawn.coefficients, drawn.unit, drawn.block
        changing = np.where(fixed.stays[:, None], 0.0, before)
        apart = target - changing[:, fixed.client]
        drawn = fixed.joint.draw(self.random, apart, left, self.sigma.matrix, spread, mean, move)
        again = fixed.clients.draw(self.random, target - drawn.block[:, fixed.worker], left, self.sigma.matrix)
        return again.coefficients, again.unit, drawn.block

    def _effects(self, slope: RandomSlope) -> Floats:
        return self.u[:, :, slope.place] if slope.by_client else self.v[:, :, slope.place]

    def _slope(self, slope: RandomSlope, residual: Floats) -> None:
        """One slope of each group given the rest; `residual` is brought up to date."""
        effects, covariance = (self.u, self.psi) if slope.by_client else (self.v, self.omega)
        rest = np.delete(np.arange(effects.shape[2]), slope.place)
        coefficients, left = conditional_distribution(covariance.matrix, np.array([slope.place]), rest)
        mean, spread = product(effects[:, :, rest], coefficients)[..., 0], left[:, 0]
        precision = inverse(self.sigma.matrix)[:, :, slope.column : slope.column + 1]
        old, known = effects[:, :, slope.place].copy(), precision[:, slope.column] * slope.squares
        pull = slope.groups.sums(slope.values[:, None] * product(residual, precision))[..., 0] + known * old
        variance = 1.0 / (known + 1.0 / spread)
        noise = np.sqrt(variance) * self.random.standard_normal(old.shape)
        effects[:, :, slope.place] = variance * (pull + mean / spread) + noise
        beside = self._beside(slope)
        before = None if beside is None else beside.coefficient.copy()
        interweave(self.random, covariance, effects, slope.place, known, pull, beside)
        moved = effects[:, :, slope.place] - old
        if beside is not None and before is not None:
            moved += (beside.coefficient - before)[:, None] * beside.values
        residual[:, :, slope.column] -= slope.values * moved[:, slope.groups.code]

    def _beside(self, slope: RandomSlope) -> Beside | None:
        """The product of a moderator and the slope's predictor, where there is one."""
        for moderation in self.fixed.moderations if slope.by_client else ():
            for term in moderation.terms:
                if term.slope == slope.place:
                    return Beside(moderation.level(self.z), self.by_moderator[:, term.place])
        return None

    def _moderate(self, moderation: Moderation, residual: Floats) -> None:
        """The coefficients of a moderator's products, then its gaps; `residual` is brought up to date."""
        gaps, column = moderation.gaps, moderation.moderator
        moderation.draw_coefficients(self.random, self.by_moderator, moderation.level(self.z), residual, self.sigma.matrix)
        at = self.u.shape[2] - self.r2 + column
        among = inverse(self.psi.matrix)[:, :, at : at + 1]
        mean = self.z[:, gaps, column] - product(self.u[:, gaps], among)[..., 0] / among[:, at]
        moderation.take_off(residual, self.by_moderator, moderation.level(self.z), 1.0)
        drawn = moderation.draw_gaps(
            self.random, self.by_moderator, mean, 1.0 / np.sqrt(among[:, at]), residual, self.sigma.matrix
        )
        self.u[:, gaps, at] += drawn - self.z[:, gaps, column]
        self.z[:, gaps, column] = drawn
        moderation.take_off(residual, self.by_moderator, moderation.level(self.z))

    def _loosen_workers(self, v: Floats, known: Floats, pull: Floats) -> None:
        """Workers' intercepts moved with their covariance, often near zero, clients integrated out (`nest.Move`)."""
        ours = np.arange(self.r)
        self.v[:, :, ours] = v
        carried = np.einsum("cwkl,cwl->cwk", known, v)
        linear, quadratic = (pull * v).sum(axis=(1, 2)), (carried * v).sum(axis=(1, 2))
        stretch(self.random, self.omega, self.v, ours, linear, quadratic)
        for column in ours:
            others = np.einsum("cwl,cwl->cw", known[:, :, column], self.v[:, :, : self.r])
            own = known[:, :, column, column]
            left = pull[:, :, column] - others + own * self.v[:, :, column]
            interweave(self.random, self.omega, self.v, int(column), own, left)
        v[:] = self.v[:, :, : self.r]

    def _loosen(
        self, effects: Floats, covariance: Covariance, groups: Groups, residual: Floats, precision: Floats, places: Integers
    ) -> None:
        """Effects moved with their covariance, which is often near zero; `residual` is brought up to date."""
        before, sums = effects[:, :, places], groups.sums(residual)
        for column, place in enumerate(places):
            old, known = effects[:, :, place].copy(), precision[:, column, column, None] * groups.size
            pull = product(sums, precision[:, :, column : column + 1])[..., 0] + known * old
            interweave(self.random, covariance, effects, int(place), known, pull)
            sums[:, :, column] -= groups.size * (effects[:, :, place] - old)
        residual -= (effects[:, :, places] - before)[:, groups.code]

    def _of_clients(self) -> None:
        """Coefficients and worker effects of the clients' variables, and their gaps, given the sessions' effects."""
        fixed = self.fixed
        assert fixed.client_nest is not None
        theirs = np.arange(self.u.shape[2] - self.r2, self.u.shape[2])
        slope, left = conditional_distribution(self.psi.matrix, theirs, np.arange(theirs[0]))
        expected = product(self.u[:, :, : theirs[0]], slope)
        if fixed.workers:
            own = np.arange(self.v.shape[2] - self.r2, self.v.shape[2])
            slope, spread = conditional_distribution(self.omega.matrix, own, np.arange(own[0]))
            mean = self.v[:, :, : own[0]] @ slope
        else:
            spread, mean = np.zeros((self.number, self.r2, self.r2)), np.zeros((self.number, 1, self.r2))
        at = fixed.own_worker
        drawn = fixed.client_nest.draw(self.random, self.z - expected - mean[:, at], spread, left)
        self.b2 = drawn.coefficients
        if fixed.workers:
            self.v[:, :, own] = mean + drawn.unit
        center = product(fixed.client_nest.x, drawn.coefficients) + (mean + drawn.unit)[:, at]
        residual = self.z - center - expected
        if fixed.workers and self.sweeps % LOOSENED == 0:
            self._loosen(self.v, self.omega, fixed.client_nest.unit, residual, inverse(left), own)
            center = self.z - expected - residual
        fixed.client_gaps.fill(self.random, residual, center + expected, left)
        self.z = center + expected + residual
        self.u[:, :, theirs] = self.z - center

    def completed(self, chain: int) -> tuple[Floats, Floats]:
        """Both tables of a chain on their own scales, sessions in the order in which they were given."""
        fixed = self.fixed
        session = np.empty_like(fixed.data.session)
        session[fixed.order] = fixed.session_scale.back(self.y[chain], fixed.data.session[fixed.order])
        return session, fixed.client_scale.back(self.z[chain], fixed.data.of_client)

    def watched(self) -> Floats:
        """The numbers whose traces are judged, a row a chain, in the order of `names_of`."""
        sds = [np.sqrt(np.diagonal(matrix, axis1=1, axis2=2)) for matrix in self._matrices()]
        between = np.delete(_correlations(self.psi.matrix), _told_together(self.fixed), axis=1)
        start = self.u.shape[2] - self.r2
        products = [m.totals(self.by_moderator, self.psi.matrix, start + m.moderator) for m in self.fixed.moderations]
        correlations = _correlations(self.sigma.matrix), between
        return np.concatenate([self.b.reshape(self.number, -1), *sds, *correlations, *products], axis=1)

    def _matrices(self) -> tuple[Floats, ...]:
        common = (self.sigma.matrix, self.psi.matrix)
        return (*common, self.omega.matrix) if self.fixed.workers else common

    def posterior(self, chain: int) -> Posterior:
        """The parameters of a chain as they stand, in the variables' own units."""
        fixed = self.fixed
        spread, center = fixed.session_scale.spread, fixed.session_scale.center
        b = (fixed.back @ self.b[chain]) * spread
        b[0] += center
        units = np.concatenate(
            [spread, *[[spread[s.column]] for s in fixed.slopes if s.by_client], fixed.client_scale.spread]
        )
        above = np.concatenate(
            [spread, *[[spread[s.column]] for s in fixed.slopes if not s.by_client], fixed.client_scale.spread]
        )
        b2 = (fixed.client_back @ self.b2[chain]) * fixed.client_scale.spread
        b2[0] += fixed.client_scale.center
        return Posterior(
            b,
            b2,
            self.sigma.matrix[chain] * np.outer(spread, spread),
            self.psi.matrix[chain] * np.outer(units, units),
            self.omega.matrix[chain] * np.outer(above, above),
        )


def names_of(prepared: Prepared) -> tuple[str, ...]:
    """What `Chains.watched` holds, in words."""
    session = [variable.name for variable in prepared.data.session_variables]
    client = [variable.name for variable in prepared.data.client_variables]
    by_client, by_worker = (
        [f"slope {number + 1}" for number in range(sum(slope.by_client == client for slope in prepared.slopes))]
        for client in (True, False)
    )
    units, above = [*session, *by_client, *client], [*session, *by_worker, *client]
    names = [f"coefficient {row} of {name}" for row in range(prepared.joint.x.shape[1]) for name in session]
    names += [f"SD of {name} within clients" for name in session] + [f"SD of {name} between clients" for name in units]
    if prepared.workers:
        names += [f"SD of {name} between workers" for name in above]
    names += [f"correlation {pair} within clients" for pair in _pairs(session)]
    between = np.delete(np.array(_pairs(units), dtype=object), _told_together(prepared))
    names += [f"correlation {pair} between clients" for pair in between]
    products = [prepared.data.products[term.place] for one in prepared.moderations for term in one.terms]
    return tuple(names + [f"product of {one.predictor} and {one.moderator} on {one.variable}" for one in products])


def _told_together(prepared: Prepared) -> list[int]:
    """The pairs of a client's slope and its moderator, whose correlation is watched as part of the product."""
    size = prepared.session.shape[1] + sum(slope.by_client for slope in prepared.slopes)
    lower = [(row, column) for row in range(size + prepared.of_client.shape[1]) for column in range(row)]
    pairs = {(size + one.moderator, term.slope) for one in prepared.moderations for term in one.terms}
    return [place for place, pair in enumerate(lower) if pair in pairs]


def _pairs(names: list[str]) -> list[str]:
    return [f"of {names[j]} and {names[i]}" for i, j in zip(*np.tril_indices(len(names), -1), strict=True)]


def _correlations(matrix: Floats) -> Floats:
    """Correlations, of which those of effects near zero fade out: they move nothing, and wander where nothing holds them."""
    sd = np.maximum(np.sqrt(np.diagonal(matrix, axis1=1, axis2=2)), FADING)
    row, column = np.tril_indices(matrix.shape[1], -1)
    return np.asarray(matrix[:, row, column] / (sd[:, row] * sd[:, column]))


def _filled(random: Generator, values: Floats, chains: int) -> Floats:
    """Gaps filled by noise about zero: each chain starts elsewhere."""
    gaps: Integers = np.argwhere(np.isnan(values))
    filled = np.repeat(values[None], chains, axis=0)
    filled[:, gaps[:, 0], gaps[:, 1]] = 0.7 * random.standard_normal((chains, len(gaps)))
    return filled
