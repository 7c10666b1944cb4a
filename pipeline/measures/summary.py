"""Reliability of the scores, pooled and by occasion; item rows; floors and ceilings; who answered."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.measures.alpha import LEVEL, alpha_by_client, cronbach_alpha
from pipeline.measures.instrument import TOTAL
from pipeline.measures.items import item_rest
from pipeline.measures.omega import omega_total
from pipeline.measures.rated import Rated, block_ranges, columns_of
from pipeline.measures.scoring import score_range
from pipeline.results.items import ItemRow
from pipeline.results.reliability import BlockReliability, FloorCeiling, ResponseRate, ScoreReliability
from pipeline.sem.models import complete_moments

LAST_SESSION = 16  # sessions from this number on are counted together


def score_reliability(data: Rated, scores: pd.DataFrame) -> list[ScoreReliability]:
    """Alpha and omega of every score, pooled over all ratings, and how many of its scores rest on prorated items.

    Alpha's interval is by client; omega, whose interval takes ratings for independent, gets none where clients repeat.
    """
    found = []
    repeated = data.counted < len(data.table)
    for score in data.instrument.scores:
        omega, alpha = omega_total(data.sample(score), LEVEL), alpha_by_client(data.of(score), data.clients)
        own = _own(data, scores, score)
        found.append(
            ScoreReliability(
                instrument=data.instrument.id,
                rater=data.rater,
                score=score,
                clients=data.counted,
                n=alpha.n,
                items=alpha.items,
                alpha=alpha.alpha,
                conf_low=alpha.conf_low,
                conf_high=alpha.conf_high,
                note=alpha.note,
                omega=omega.omega,
                omega_low=None if repeated else omega.conf_low,
                omega_high=None if repeated else omega.conf_high,
                omega_note=omega.note,
                omega_standardized=omega.standardized,
                scored=int(own["value"].notna().sum()),
                prorated=int(own["prorated"].sum()),
            )
        )
    return found


def by_occasion(data: Rated) -> list[BlockReliability]:
    """Alpha and omega of every score by occasion block, each client counting once a block."""
    found = []
    for block, (first, last) in enumerate(block_ranges(data)):
        chosen = data.first_in_block(block)
        for score in data.instrument.scores:
            answers = data.of(score)[chosen]
            alpha, omega = cronbach_alpha(answers), omega_total(complete_moments(answers), LEVEL)
            found.append(
                BlockReliability(
                    instrument=data.instrument.id,
                    rater=data.rater,
                    score=score,
                    block=block + 1,
                    first=first,
                    last=last,
                    n=alpha.n,
                    items=alpha.items,
                    alpha=alpha.alpha,
                    conf_low=alpha.conf_low,
                    conf_high=alpha.conf_high,
                    note=alpha.note,
                    omega=omega.omega,
                    omega_low=omega.conf_low,
                    omega_high=omega.conf_high,
                    omega_note=omega.note,
                )
            )
    return found


def item_rows(data: Rated) -> Iterator[ItemRow]:
    """One row an item: answers, mean, spread, floor and ceiling, item-rest correlations with total and own subscale."""
    instrument, answers = data.instrument, data.answers
    whole = item_rest(answers, data.clients)
    low, high = instrument.scale
    for number in range(1, instrument.items + 1):
        column = answers[:, number - 1]
        own = column[~np.isnan(column)]
        subscale = next((name for name, items in instrument.subscales.items() if number in items), None)
        spread = float(own.std(ddof=1)) if len(own) > 1 else None
        yield ItemRow(
            instrument=instrument.id,
            rater=data.rater,
            item=number,
            subscale=subscale,
            reversed=number in instrument.reversed_items,
            n=len(own),
            answered_share=len(own) / len(column),
            mean=float(own.mean()) if len(own) else None,
            sd=spread,
            floor=float((own == low).mean()) if len(own) else None,
            ceiling=float((own == high).mean()) if len(own) else None,
            item_rest=whole.correlation[number - 1],
            conf_low=whole.conf_low[number - 1],
            conf_high=whole.conf_high[number - 1],
            item_rest_subscale=_within_subscale(data, number, subscale),
            note="" if spread else "does not vary: not estimable",
        )


def floor_ceiling(data: Rated, scores: pd.DataFrame) -> list[FloorCeiling]:
    """The shares of scores at the lowest and highest value a score can take, and of totals that are a sign of concern."""
    found = []
    concern = data.instrument.concern
    for score in data.instrument.scores:
        values = _own(data, scores, score)["value"].dropna()
        if not len(values) and not data.has_items:
            continue  # a score that this study did not keep
        low, high = score_range(data.instrument, score)
        asked = concern if score == TOTAL and len(values) else None
        found.append(
            FloorCeiling(
                instrument=data.instrument.id,
                rater=data.rater,
                score=score,
                n=len(values),
                lowest=low,
                highest=high,
                floor=float((values <= low).mean()) if len(values) else None,
                ceiling=float((values >= high).mean()) if len(values) else None,
                concern=None if asked is None else float((values <= asked).mean()),
            )
        )
    return found


def response_rates(data: Rated, sessions: pd.DataFrame) -> list[ResponseRate]:
    """Ratings given among sessions attended, by session number, the late ones together."""
    attended = sessions[sessions["attendance"] == "attended"] if "attendance" in sessions.columns else sessions
    number = attended["session_number"].clip(upper=LAST_SESSION)
    given = attended["session_id"].isin(data.table["session_id"])
    grouped = pd.DataFrame({"number": number, "given": given, "client": attended["client_id"]}).groupby("number")
    table = grouped.agg(size=("given", "size"), sum=("given", "sum"), clients=("client", "nunique"))
    return [
        ResponseRate(
            instrument=data.instrument.id,
            rater=data.rater,
            session_number=int(n),
            and_later=int(n) == LAST_SESSION,
            sessions=int(size),
            rated=int(given_here),
            clients=int(clients),
        )
        for n, (size, given_here, clients) in zip(table.index, table.itertuples(index=False), strict=True)
    ]


def _within_subscale(data: Rated, number: int, subscale: str | None) -> float | None:
    if subscale is None or len(data.instrument.subscales[subscale]) < 2:
        return None
    columns = columns_of(data.instrument, subscale)
    found = item_rest(data.answers[:, columns], data.clients)
    return float(found.correlation[columns.index(number - 1)])


def _own(data: Rated, scores: pd.DataFrame, score: str) -> pd.DataFrame:
    own = (scores["instrument"] == data.instrument.id) & (scores["rater"] == data.rater) & (scores["score"] == score)
    return scores.loc[own]
