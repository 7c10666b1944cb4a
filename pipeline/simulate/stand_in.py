"""Stand-in data: a made-up study of the same shape as a real one, so that others can run its code.

It is made of params.yaml, the canonical tables' codes and ranges, and the built-in simulation where nothing is true; never
of a row, a count or a result. Its size is fixed. What stands in it says nothing about anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import PCG64, Generator

from pipeline.base.column_names import is_item
from pipeline.base.params import Params, Simulate
from pipeline.base.sources import RatingSource, TableSource
from pipeline.measures.instrument import Instrument
from pipeline.simulate.arrays import Floats
from pipeline.simulate.study import draw
from pipeline.tables.canonical import by_name
from pipeline.tables.column import Column, Table

FOLDER = "data/raw/stand_in"
WORKERS, CLIENTS, SESSIONS = 12, 150, 8
SETTINGS = Simulate(scenario="null", workers=WORKERS, clients=CLIENTS, sessions=SESSIONS)
PROFILES_APART = 3  # times k: how many clients share a profile of quasi-identifiers, so that none stands out
MIDDLE, SPREAD = 0.65, 0.15  # of a scale: where answers lie
SPREAD_OF_ALLIANCE = 0.7  # scale points of the simulated alliance
OWN_PRIVACY = ("id_pattern", "id_patterns", "attested_ids", "attested_headers")  # about the real files


@dataclass(frozen=True)
class StandIn:
    """The files by name, and the section `sources` that reads them."""

    files: dict[str, pd.DataFrame]
    sources: dict[str, object]


def stand_in(params: Params, instruments: Mapping[str, Instrument]) -> StandIn:
    """A made-up study with the tables, columns, instruments and raters that `params.sources` declares."""
    rng = Generator(PCG64(params.study.seed))
    tables = draw(SETTINGS, params.study.seed)
    tables["clients"] = _in_profiles(tables["clients"], params.privacy.quasi_identifiers, params.privacy.k)
    kept = {name: _table(by_name()[name], source, tables[name], rng) for name, source in params.sources.tables.items()}
    rated = _alliance(tables["ratings_wai_sr"])
    ratings = {name: _ratings(instruments[source.instrument], rated, rng) for name, source in params.sources.ratings.items()}
    sources: dict[str, object] = {
        "directory": FOLDER,
        "tables": {name: _mapped(name, table) for name, table in kept.items()},
        "ratings": {name: _source(name, source) for name, source in params.sources.ratings.items()},
    }
    named: list[tuple[str, pd.DataFrame]] = [*kept.items(), *ratings.items()]
    return StandIn({f"{name}.csv": table for name, table in named}, sources)


def _mapped(name: str, table: pd.DataFrame) -> dict[str, object]:
    return {"file": f"{name}.csv", "columns": dict(zip(table, table, strict=True))}


def _source(name: str, source: RatingSource) -> dict[str, object]:
    return {
        "file": f"{name}.csv",
        "instrument": source.instrument,
        "rater": source.rater,
        "items": "item_{item}",
        "columns": {"session_id": "session_id"},
    }


def _in_profiles(clients: pd.DataFrame, quasi: tuple[str, ...], k: int) -> pd.DataFrame:
    """Clients who share what could tell one of them apart with enough others."""
    shared = [name for name in quasi if name in clients]
    profiles = max(1, len(clients) // (PROFILES_APART * k))
    like = np.arange(len(clients)) % profiles
    return clients.assign(**{name: clients[name].to_numpy(dtype=object)[like] for name in shared})


def _table(table: type[Table], source: TableSource, simulated: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    """The columns that a study has of a canonical table, as text for a file."""
    asked = {*source.columns, *source.constants, *table.key(), *(name for name in table.required() if name != "day")}
    found = {name: column for name, column in table.columns.items() if name in asked}
    made = {
        name: simulated[name] if name in simulated else _drawn(column, len(simulated), rng) for name, column in found.items()
    }
    return pd.DataFrame({name: _as_text(pd.Series(list(values))) for name, values in made.items()})


def _drawn(column: Column, rows: int, rng: Generator) -> pd.Series:
    """A column that the built-in study does not have, drawn evenly from its codes or range."""
    if column.codes:
        return pd.Series(rng.choice(np.array(column.codes, dtype=object), size=rows))
    if column.kind == "boolean":
        return pd.Series(rng.random(rows) < 0.5)
    low, high = column.scale or (column.low or 0.0, min(column.high or 3.0, 3.0))
    return pd.Series(rng.integers(int(low), int(high) + 1, size=rows))


def _alliance(ratings: pd.DataFrame) -> pd.Series:
    """The simulated alliance by session, in standard deviations around the middle."""
    items = [name for name in ratings if is_item(str(name))]
    mean = ratings[items].astype("float64").mean(axis=1)
    found = (mean - mean.mean()) / SPREAD_OF_ALLIANCE
    return pd.Series(found.to_numpy(), index=ratings["session_id"].astype(str)).dropna()


def _ratings(instrument: Instrument, rated: pd.Series, rng: Generator) -> pd.DataFrame:
    """Answers on the instrument's own scale: the alliance, and noise an item."""
    low, high = instrument.scale
    noise: Floats = rng.standard_normal((len(rated), instrument.items))
    share = MIDDLE + SPREAD * (rated.to_numpy()[:, None] + noise)
    answers = low + (high - low) * np.clip(share, 0, 1)
    for item in instrument.reversed_items:
        answers[:, item - 1] = low + high - answers[:, item - 1]
    answers = np.round(answers, 0 if instrument.whole_numbers else 1)
    columns = {name: _as_text(pd.Series(answers[:, place])) for place, name in enumerate(instrument.columns)}
    return pd.DataFrame({"session_id": rated.index.to_numpy(dtype=object), **columns})


def _as_text(column: pd.Series) -> pd.Series:
    return pd.Series([_cell(value) for value in column.to_list()], dtype="object")


def _cell(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(value)
