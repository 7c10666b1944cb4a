"""All that the reliability stage says about a study's measures.

Sections (each of records that name instrument and rater): `instruments` alpha and omega of every score, pooled;
`by_occasion` the same by block of occasions; `item_checks` findings of the item checks with one row an item;
`shipped_totals` scores that came with the data, recomputed; `structure` CFA models, loadings, factor correlations;
`two_level` omega within and between clients; `generalizability`; `invariance` over occasions and raters; `icc` shares of
variance by level; `dyads` agreement of raters; `floor_ceiling`; `response_rates`; `keys` the keys in use; `scores_only` the
instruments of which a study kept scores and no items: they have rows from `icc` on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd

from pipeline.base.at_once import both
from pipeline.measures import structure, summary
from pipeline.measures.checks import check_items
from pipeline.measures.dyads import dyads, rater_pairs
from pipeline.measures.instrument import Instrument
from pipeline.measures.items import item_rest
from pipeline.measures.levels import variance_shares
from pipeline.measures.rated import Rated, rated
from pipeline.measures.scoring import key_facts
from pipeline.measures.shipped_totals import ShippedTotal, check_shipped
from pipeline.results.items import BetterKey, ItemFindings, ItemRest, ShippedScore, SuspectItem
from pipeline.results.reliability import Reliability
from pipeline.results.series import RatingSeries

SHIPPED = "shipped_"


def overview(
    tables: Sequence[tuple[Instrument, pd.DataFrame]],
    sessions: pd.DataFrame,
    scores: pd.DataFrame,
    known: Mapping[str, Instrument],
    overrule: tuple[str, ...] = (),
) -> Reliability:
    """Every section, from the validated ratings of each instrument, the sessions and the long scores table."""
    everyone = [data for instrument, table in tables for data in rated(table, sessions, instrument)]
    couples = list(rater_pairs(everyone))
    answered = [data for data in everyone if data.has_items]
    forms = [(a, b) for a, b in couples if a.has_items and b.has_items and a.instrument.items == b.instrument.items]
    (by_occasion, icc), (instruments, models, invariance) = both(  # so that each half takes about as long
        lambda: (
            tuple(row for data in answered for row in summary.by_occasion(data)),
            tuple(row for data in everyone for row in variance_shares(data, scores)),
        ),
        lambda: (
            tuple(row for data in answered for row in summary.score_reliability(data, scores)),
            tuple(structure.factor_models(data) for data in answered),
            (
                *(structure.over_occasions(data) for data in answered),
                *(structure.over_raters(one, two) for one, two in forms),
            ),
        ),
    )
    return Reliability(
        scores_only=tuple(_series(data) for data in everyone if not data.has_items),
        instruments=instruments,
        by_occasion=by_occasion,
        item_checks=tuple(_item_checks(data, known, overrule) for data in answered),
        shipped_totals=tuple(row for data in answered for row in shipped_totals(data)),
        structure=models,
        two_level=tuple(row for data in answered for row in structure.two_level(data)),
        generalizability=tuple(row for data in answered for row in structure.change_reliability(data)),
        invariance=invariance,
        icc=icc,
        dyads=tuple(row for one, two in couples for row in dyads(one, two, scores)),
        floor_ceiling=tuple(row for data in everyone for row in summary.floor_ceiling(data, scores)),
        response_rates=tuple(row for data in everyone for row in summary.response_rates(data, sessions)),
        keys={instrument.id: key_facts(instrument) for instrument, _ in tables},
    )


def _series(data: Rated) -> RatingSeries:
    return RatingSeries(instrument=data.instrument.id, rater=data.rater)


def shipped_totals(data: Rated) -> list[ShippedScore]:
    """Every score that came with the data, recomputed from the answers."""
    rows = []
    for score in data.instrument.scores:
        column = f"{SHIPPED}{score}"
        if column in data.table.columns and data.table[column].notna().any():
            values = data.table[column].to_numpy(dtype=np.float64, na_value=np.nan)
            found = check_shipped(data.given, values, data.instrument, score)
            rows.append(
                ShippedScore(
                    instrument=data.instrument.id,
                    rater=data.rater,
                    score=score,
                    verdict=found.verdict,
                    rule=found.rule,
                    n=found.n,
                    agree=found.agree,
                    reproduced=found.reproduced,
                    mostly=bool(found.mostly),
                    reversed_there=found.reversed_there,
                    not_reversed_there=found.not_reversed_there,
                    left_out_there=found.left_out_there,
                    added_there=found.added_there,
                    constant=float(found.constant),
                    unit=float(found.unit),
                    clients=data.counted,
                    evidence=_evidence(data, found),
                )
            )
    return rows


def _evidence(data: Rated, found: ShippedTotal) -> tuple[ItemRest, ...]:
    """What the answers themselves say about items whose direction differs between the two keys."""
    items = sorted({*found.reversed_there, *found.not_reversed_there})
    if not items:
        return ()
    correlations = item_rest(data.answers, data.clients).correlation
    return tuple(ItemRest(item=item, correlation=correlations[item - 1]) for item in items)


def _item_checks(data: Rated, known: Mapping[str, Instrument], overrule: tuple[str, ...]) -> ItemFindings:
    ratings = pd.DataFrame(data.given, columns=data.instrument.columns).assign(rater=data.rater)
    one_rater = data.instrument.model_copy(update={"raters": (data.rater,)})
    (found,) = check_items(ratings, data.clients, one_rater, known, overrule)
    return ItemFindings(
        instrument=data.instrument.id,
        rater=data.rater,
        ratings=found.ratings,
        clients=data.counted,
        suspects=tuple(SuspectItem(**asdict(suspect)) for suspect in found.suspects),
        siblings=tuple(BetterKey(**asdict(other)) for other in found.siblings),
        unused=found.unused,
        overruled=found.overruled,
        items=tuple(summary.item_rows(data)),
    )
