"""Client and worker ratings of the same sessions: do they agree, do they move together, do they converge?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from pipeline.base.errors import ModelError
from pipeline.measures.agreement import intraclass
from pipeline.measures.alpha import LEVEL
from pipeline.measures.correlation import Groups, Matrix, cluster_error, correlate, fisher
from pipeline.measures.rated import Rated
from pipeline.measures.scoring import score_range

Row = dict[str, object]
FEWEST_CLIENTS = 5


def pairs(all_rated: list[Rated]) -> Iterator[tuple[Rated, Rated]]:
    """Client and other-rater ratings on the same instrument, or on a form of it."""
    for client in all_rated:
        for other in all_rated:
            same = other.instrument.id == client.instrument.id or other.instrument.form_of == client.instrument.id
            if client.rater == "client" and other.rater != "client" and same:
                yield client, other


def dyads(one: Rated, two: Rated, scores: pd.DataFrame) -> list[Row]:
    """Agreement of the client's (`one`) and the other rater's scores, for every score both have.

    icc: ICC(A,1) over sessions, as if they were independent; bias: other - client; levels: correlation of the clients' mean
    scores; changes: correlation of changes from one jointly rated session to the next; convergence: slope of the absolute
    discrepancy on session number. Scales that differ are put on 0-100 first.
    """
    there = set(scores["score"].astype("object"))
    shared = [score for score in one.instrument.scores if score in two.instrument.scores and score in there]
    return [
        {**one.names, "other_instrument": two.instrument.id, "other_rater": two.rater, "score": score}
        | _agreement(_joined(one, two, scores, score))
        for score in shared
    ]


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


def _agreement(table: pd.DataFrame) -> Row:
    clients = np.asarray(pd.factorize(table["client_id"])[0], dtype=np.int64)
    row: Row = {"sessions": len(table), "clients": int(clients.max(initial=-1)) + 1}
    if len(np.unique(clients)) < FEWEST_CLIENTS:
        return row | {"note": "too few clients rated by both"}
    both: Matrix = table[["client", "other"]].to_numpy(dtype=np.float64)
    means = table.groupby("client_id", observed=True)[["client", "other"]].mean().to_numpy(dtype=np.float64)
    changes = table.groupby("client_id", observed=True)[["client", "other"]].diff().to_numpy(dtype=np.float64)
    moved = ~np.isnan(changes).any(axis=1)
    return row | {
        "note": "",
        "icc": asdict(intraclass(both)),
        "bias": _bias(both[:, 1] - both[:, 0], clients),
        "levels": _correlation(means, np.arange(len(means))),
        "changes": _correlation(changes[moved], np.unique(clients[moved], return_inverse=True)[1].astype(np.int64)),
        "convergence": _convergence(table),
    }


def _bias(difference: Matrix, clients: Groups) -> Row:
    """The mean difference with an interval from client sums, on Student's t with clients - 1 degrees of freedom."""
    estimate = float(difference.mean())
    error = float(cluster_error((difference - estimate)[:, None], clients)[0]) / len(difference)
    wide = float(stdtrit(clients.max(), (1 + LEVEL) / 2)) * error
    return {"estimate": estimate, "conf_low": estimate - wide, "conf_high": estimate + wide}


def _correlation(values: Matrix, clients: Groups) -> Row:
    if len(values) < FEWEST_CLIENTS:
        return {"estimate": None, "conf_low": None, "conf_high": None, "n": len(values)}
    found = correlate(values[:, :1], values[:, 1:], clients, LEVEL)
    r, low, high = (float(part[0]) for part in (found.correlation, found.conf_low, found.conf_high))
    if len(np.unique(clients)) == len(values):  # each client once: Fisher's interval covers where few clients' sums do not
        low, high = fisher(r, len(values), LEVEL)
    return {"estimate": r, "conf_low": low, "conf_high": high, "n": len(values)}


def _convergence(table: pd.DataFrame) -> Row:
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
            slope = model.fixed.loc["time"].to_dict()
            kept = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")
            return {**{key: float(slope[key]) for key in kept}, "random_slope": len(terms) > 1, "note": ""}
    return {"estimate": None, "note": reason or "not estimable"}
