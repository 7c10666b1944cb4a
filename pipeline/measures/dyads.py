"""Client and worker ratings of the same sessions: do they agree, do they move together, do they converge?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from pipeline.base.errors import ModelError
from pipeline.measures.agreement import intraclass
from pipeline.measures.alpha import LEVEL
from pipeline.measures.correlation import Groups, Matrix, cluster_error, correlate, fisher_interval
from pipeline.measures.rated import Rated
from pipeline.measures.scoring import score_range
from pipeline.results.dyads import Agreement, Dyads, Estimated, GapTrend

FEWEST_CLIENTS = 5


def rater_pairs(all_rated: list[Rated]) -> Iterator[tuple[Rated, Rated]]:
    """Client and other-rater ratings on the same instrument, or on a form of it."""
    for client in all_rated:
        for other in all_rated:
            same = other.instrument.id == client.instrument.id or other.instrument.form_of == client.instrument.id
            if client.rater == "client" and other.rater != "client" and same:
                yield client, other


def dyads(one: Rated, two: Rated, scores: pd.DataFrame) -> list[Dyads]:
    """Agreement of the client's (`one`) and the other rater's scores, for every score both have.

    icc: ICC(A,1) over sessions, as if they were independent; bias: other - client; levels: correlation of the clients' mean
    scores; within: correlation of ratings around clients' own means; changes: correlation of changes from one jointly rated
    session to the next; convergence: slope of the absolute discrepancy on session number. Scales that differ are put on
    0-100 first.
    """
    there = set(scores["score"].astype("object"))
    shared = [score for score in one.instrument.scores if score in two.instrument.scores and score in there]
    return [_agreement(one, two, score, _joined(one, two, scores, score)) for score in shared]


def _joined(one: Rated, two: Rated, scores: pd.DataFrame, score: str) -> pd.DataFrame:
    """The sessions both rated: client_id, session_number, client, other."""
    ranges = [score_range(data.instrument, score) for data in (one, two)]
    table = one.table[["session_id", "client_id", "session_number"]]
    for name, data, (low, high) in zip(("client", "other"), (one, two), ranges, strict=True):
        own = (scores["instrument"] == data.instrument.id) & (scores["rater"] == data.rater) & (scores["score"] == score)
        values = scores.loc[own, ["session_id", "value"]].rename(columns={"value": name})
        if ranges[0] != ranges[1]:
            values[name] = (values[name] - low) / (high - low) * 100
        table = table.merge(values.dropna(), on="session_id", how="inner")
    return table


def _agreement(one: Rated, two: Rated, score: str, table: pd.DataFrame) -> Dyads:
    clients = np.asarray(pd.factorize(table["client_id"])[0], dtype=np.int64)
    counted = Dyads(
        instrument=one.instrument.id,
        rater=one.rater,
        other_instrument=two.instrument.id,
        other_rater=two.rater,
        score=score,
        sessions=len(table),
        clients=int(clients.max(initial=-1)) + 1,
    )
    if len(np.unique(clients)) < FEWEST_CLIENTS:
        return counted.model_copy(update={"note": "too few clients rated by both"})
    both: Matrix = table[["client", "other"]].to_numpy(dtype=np.float64)
    means = table.groupby("client_id", observed=True)[["client", "other"]].mean().to_numpy(dtype=np.float64)
    changes = table.groupby("client_id", observed=True)[["client", "other"]].diff().to_numpy(dtype=np.float64)
    moved = ~np.isnan(changes).any(axis=1)
    icc = intraclass(both)
    parts = {
        "icc": Agreement(icc=icc.icc, conf_low=icc.conf_low, conf_high=icc.conf_high, n=icc.n),
        "bias": _bias(both[:, 1] - both[:, 0], clients),
        "levels": _correlation(means, np.arange(len(means))),
        "changes": _correlation(changes[moved], np.unique(clients[moved], return_inverse=True)[1].astype(np.int64)),
        "within": within_clients(table, clients),
        "convergence": _convergence(table),
    }
    return counted.model_copy(update=parts)


def _bias(difference: Matrix, clients: Groups) -> Estimated:
    """The mean difference with an interval from client sums, on Student's t with clients - 1 degrees of freedom."""
    estimate = float(difference.mean())
    error = float(cluster_error((difference - estimate)[:, None], clients)[0]) / len(difference)
    wide = float(stdtrit(clients.max(), (1 + LEVEL) / 2)) * error
    return Estimated(estimate=estimate, conf_low=estimate - wide, conf_high=estimate + wide)


def _correlation(values: Matrix, clients: Groups) -> Estimated:
    if len(values) < FEWEST_CLIENTS:
        return Estimated(n=len(values))
    found = correlate(values[:, :1], values[:, 1:], clients, LEVEL)
    r, low, high = (float(part[0]) for part in (found.correlation, found.conf_low, found.conf_high))
    if len(np.unique(clients)) == len(values):  # each client once: Fisher's interval covers where few clients' sums do not
        low, high = fisher_interval(r, len(values), LEVEL)
    return Estimated(estimate=r, conf_low=low, conf_high=high, n=len(values))


def within_clients(table: pd.DataFrame, clients: Groups) -> Estimated:
    """How the two ratings move together within clients: the repeated-measures correlation (Bakdash & Marusich, 2017).

    The common slope of one rating on the other with an intercept a client, as a correlation: Pearson's, by pingouin, of the
    ratings around each client's own means. Its `rm_corr` gives the same number from a column a client (a test holds the two
    together), for which a service with thousands of clients has no memory, and its interval takes the ratings of a client
    for independent; ours is by client (`correlate`).
    """
    repeated = np.bincount(clients)[clients] > 1
    if len(np.unique(clients[repeated])) < FEWEST_CLIENTS:
        return Estimated(n=int(repeated.sum()))
    rows, codes = table[repeated], np.unique(clients[repeated], return_inverse=True)[1].astype(np.int64)
    around = rows[["client", "other"]] - rows.groupby("client_id", observed=True)[["client", "other"]].transform("mean")
    if not (around.to_numpy() != 0).any(axis=0).all():
        return Estimated(n=len(rows))  # one of the two never changes within a client
    from pingouin import corr  # two seconds to import: only where there are two raters

    found = corr(around["client"], around["other"])
    values: Matrix = around.to_numpy(dtype=np.float64)
    interval = correlate(values[:, :1], values[:, 1:], codes, LEVEL)
    low, high = float(interval.conf_low[0]), float(interval.conf_high[0])
    return Estimated(estimate=float(found["r"].iloc[0]), conf_low=low, conf_high=high, n=len(rows))


def _convergence(table: pd.DataFrame) -> GapTrend:
    """The slope of |other - client| on session number; with a slope by client where that can be estimated."""
    from pipeline.multilevel import fit

    number = table["session_number"].to_numpy(dtype=np.float64)
    gap = (table["other"] - table["client"]).abs().to_numpy(dtype=np.float64)
    data = pd.DataFrame({"client_id": table["client_id"].to_numpy(), "gap": gap, "time": number - number.mean()})
    reason = ""
    for terms in (["1", "time"], ["1"]):
        try:
            model = fit(data, outcome="gap", fixed=["time"], random={"client_id": terms})
        except ModelError as error:
            reason = error.problems[0].what
            continue
        if model.converged and not (model.singular and len(terms) > 1):
            slope = dict(zip(model.fixed.columns, model.fixed.loc["time"].to_numpy(dtype=np.float64), strict=True))
            kept = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")
            numbers = {name: float(slope[name]) for name in kept}
            return GapTrend.model_validate({**numbers, "random_slope": len(terms) > 1})
    return GapTrend(note=reason or "not estimable")
