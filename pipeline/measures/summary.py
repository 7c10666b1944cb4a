"""Reliability of the scores, pooled and by occasion; item rows; floors and ceilings; who answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace

import numpy as np
import pandas as pd

from pipeline.measures.alpha import LEVEL, alpha_by_client, cronbach_alpha
from pipeline.measures.instrument import TOTAL
from pipeline.measures.items import item_rest
from pipeline.measures.omega import Omega, omega_total
from pipeline.measures.rated import Rated, block_ranges, columns_of
from pipeline.measures.scoring import score_range
from pipeline.sem.models import moments

Row = dict[str, object]
LAST_SESSION = 16  # sessions from this number on are counted together


def alphas(data: Rated, scores: pd.DataFrame) -> list[Row]:
    """Alpha and omega of every score, pooled over all ratings, and how many of its scores rest on prorated items.

    Alpha's interval is by client; omega, whose interval takes ratings for independent, gets none where clients repeat.
    """
    rows = []
    repeated = data.counted < len(data.table)
    for score in data.instrument.scores:
        omega = omega_total(data.sample(score), LEVEL)
        if repeated:
            omega = replace(omega, conf_low=np.nan, conf_high=np.nan)
        alpha = alpha_by_client(data.of(score), data.clients)
        row: Row = {**data.names, "score": score, "clients": data.counted, **asdict(alpha)}
        rows.append(row | _omega(omega) | {"omega_standardized": omega.standardized} | _counts(data, scores, score))
    return rows


def by_occasion(data: Rated) -> list[Row]:
    """Alpha and omega of every score by occasion block, each client counting once a block."""
    rows = []
    for block, (first, last) in enumerate(block_ranges(data)):
        chosen = data.first_in_block(block)
        for score in data.instrument.scores:
            answers = data.of(score)[chosen]
            row: Row = {**data.names, "score": score, "block": block + 1, "first": first, "last": last}
            row |= asdict(cronbach_alpha(answers))
            rows.append(row | _omega(omega_total(moments(answers), LEVEL)))
    return rows


def _omega(omega: Omega) -> Row:
    ends: Row = {"omega": omega.omega, "omega_low": omega.conf_low, "omega_high": omega.conf_high}
    return ends | {"omega_note": omega.note}


def _counts(data: Rated, scores: pd.DataFrame, score: str) -> Row:
    own = _own(data, scores, score)
    return {"scored": int(own["value"].notna().sum()), "prorated": int(own["prorated"].sum())}


def item_rows(data: Rated) -> Iterator[Row]:
    """One row an item: answers, mean, spread, floor and ceiling, item-rest correlations with total and own subscale."""
    instrument, answers = data.instrument, data.answers
    whole = item_rest(answers, data.clients)
    low, high = instrument.scale
    for number in range(1, instrument.items + 1):
        column = answers[:, number - 1]
        own = column[~np.isnan(column)]
        subscale = next((name for name, items in instrument.subscales.items() if number in items), None)
        spread = float(own.std(ddof=1)) if len(own) > 1 else None
        yield {
            **data.names,
            "item": number,
            "subscale": subscale,
            "reversed": number in instrument.reversed_items,
            "n": len(own),
            "answered_share": len(own) / len(column),
            "mean": float(own.mean()) if len(own) else None,
            "sd": spread,
            "floor": float((own == low).mean()) if len(own) else None,
            "ceiling": float((own == high).mean()) if len(own) else None,
            "item_rest": whole.correlation[number - 1],
            "conf_low": whole.conf_low[number - 1],
            "conf_high": whole.conf_high[number - 1],
            "item_rest_subscale": _within_subscale(data, number, subscale),
            "note": "" if spread else "does not vary: not estimable",
        }


def floor_ceiling(data: Rated, scores: pd.DataFrame) -> list[Row]:
    """The shares of scores at the lowest and highest value a score can take, and of totals that are a sign of concern."""
    rows = []
    for score in data.instrument.scores:
        values = _values(data, scores, score).dropna()
        if not len(values) and not data.has_items:
            continue  # a score that this study did not keep
        low, high = score_range(data.instrument, score)
        shares = {"floor": float((values <= low).mean()), "ceiling": float((values >= high).mean())} if len(values) else {}
        if score == TOTAL and data.instrument.concern is not None and len(values):
            shares["concern"] = float((values <= data.instrument.concern).mean())
        rows.append({**data.names, "score": score, "n": len(values), "lowest": low, "highest": high, **shares})
    return rows


def response_rates(data: Rated, sessions: pd.DataFrame) -> list[Row]:
    """Ratings given among sessions attended, by session number, the late ones together."""
    attended = sessions[sessions["attendance"] == "attended"] if "attendance" in sessions.columns else sessions
    number = attended["session_number"].clip(upper=LAST_SESSION)
    given = attended["session_id"].isin(data.table["session_id"])
    grouped = pd.DataFrame({"number": number, "given": given, "client": attended["client_id"]}).groupby("number")
    table = grouped.agg(size=("given", "size"), sum=("given", "sum"), clients=("client", "nunique"))
    return [
        {
            **data.names,
            "session_number": int(n),
            "and_later": int(n) == LAST_SESSION,
            "sessions": int(size),
            "rated": int(rated),
            "clients": int(clients),
        }
        for n, (size, rated, clients) in zip(table.index, table.itertuples(index=False), strict=True)
    ]


def _within_subscale(data: Rated, number: int, subscale: str | None) -> float | None:
    if subscale is None or len(data.instrument.subscales[subscale]) < 2:
        return None
    columns = columns_of(data.instrument, subscale)
    found = item_rest(data.answers[:, columns], data.clients)
    return float(found.correlation[columns.index(number - 1)])


def _values(data: Rated, scores: pd.DataFrame, score: str) -> pd.Series[float]:
    return _own(data, scores, score)["value"]


def _own(data: Rated, scores: pd.DataFrame, score: str) -> pd.DataFrame:
    own = (scores["instrument"] == data.instrument.id) & (scores["rater"] == data.rater) & (scores["score"] == score)
    return scores.loc[own]
