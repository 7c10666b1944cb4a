"""All that the reliability stage says about a study's measures.

Sections (each a list of rows that name instrument and rater): `instruments` alpha and omega of every score, pooled;
`by_occasion` the same by block of occasions; `item_checks` findings of the item checks with one row an item;
`shipped_totals` scores that came with the data, recomputed; `structure` CFA models, loadings, factor correlations;
`two_level` omega within and between clients; `generalizability`; `invariance` over occasions and raters; `icc` shares of
variance by level; `dyads` agreement of raters; `floor_ceiling`; `response_rates`; `keys` the keys in use; `scores_only` the
instruments of which a study kept scores and no items: they have rows from `icc` on.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd

from pipeline.measures import structure, summary
from pipeline.measures.checks import check_items
from pipeline.measures.dyads import dyads, pairs
from pipeline.measures.instrument import Instrument
from pipeline.measures.items import item_rest
from pipeline.measures.levels import variance_shares
from pipeline.measures.rated import Rated, rated
from pipeline.measures.scoring import key_facts
from pipeline.measures.shipped_totals import ShippedTotal, check_shipped, total_counts, total_sentence, total_template
from pipeline.results.reliability import Reliability

Row = dict[str, object]
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
    couples = list(pairs(everyone))
    answered = [data for data in everyone if data.has_items]
    forms = [(a, b) for a, b in couples if a.has_items and b.has_items and a.instrument.items == b.instrument.items]
    found: Row = {
        "scores_only": [data.names for data in everyone if not data.has_items],
        "instruments": [row for data in answered for row in summary.alphas(data, scores)],
        "by_occasion": [row for data in answered for row in summary.by_occasion(data)],
        "item_checks": [_item_checks(data, known, overrule) for data in answered],
        "shipped_totals": [row for data in answered for row in shipped_totals(data)],
        "structure": [structure.factor_models(data) for data in answered],
        "two_level": [row for data in answered for row in structure.two_level(data)],
        "generalizability": [row for data in answered for row in structure.change_reliability(data)],
        "invariance": [structure.over_occasions(data) for data in answered]
        + [structure.over_raters(one, two) for one, two in forms],
        "icc": [row for data in everyone for row in variance_shares(data, scores)],
        "dyads": [row for one, two in couples for row in dyads(one, two, scores)],
        "floor_ceiling": [row for data in everyone for row in summary.floor_ceiling(data, scores)],
        "response_rates": [row for data in everyone for row in summary.response_rates(data, sessions)],
        "keys": {instrument.id: key_facts(instrument) for instrument, _ in tables},
    }
    return Reliability.model_validate_json(json.dumps(_plain(found)))


def _plain(value: object) -> object:
    """Dicts, lists and scalars fit for JSON: what is not estimable (NaN) is None."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value


def shipped_totals(data: Rated) -> list[Row]:
    """Every score that came with the data, recomputed from the answers."""
    rows = []
    for score in data.instrument.scores:
        column = f"{SHIPPED}{score}"
        if column in data.table.columns and data.table[column].notna().any():
            values = data.table[column].to_numpy(dtype=np.float64, na_value=np.nan)
            found = check_shipped(data.given, values, data.instrument, score)
            words = {
                "sentence": total_sentence(found, data.instrument),
                "template": total_template(found, data.instrument),
                "counts": total_counts(found),
                "evidence": _evidence(data, found),
            }
            rows.append({**data.names, "clients": data.counted, **asdict(found), **words})
    return rows


def _evidence(data: Rated, found: ShippedTotal) -> str:
    """What the answers themselves say about items whose direction differs between the two keys."""
    items = sorted({*found.reversed_there, *found.not_reversed_there})
    if not items:
        return ""
    correlations = item_rest(data.answers, data.clients).correlation
    ours = ", ".join(f"item {item} {correlations[item - 1]:.2f}" for item in items)
    return f"Item-rest correlations under our key: {ours}; under the other key each has the other sign."


def _item_checks(data: Rated, known: Mapping[str, Instrument], overrule: tuple[str, ...]) -> Row:
    ratings = pd.DataFrame(data.given, columns=data.instrument.columns).assign(rater=data.rater)
    one_rater = data.instrument.model_copy(update={"raters": (data.rater,)})
    (found,) = check_items(ratings, data.clients, one_rater, known, overrule)
    return {**asdict(found), "clients": data.counted, "sentences": found.sentences, "items": list(summary.item_rows(data))}
