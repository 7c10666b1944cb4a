"""Which ratings and episodes a way of analysing sees: scored and linked as it says, once for all ways that agree in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline.curve.axes import Way
from pipeline.exposure.link import link
from pipeline.measures.scoring import combine_scores, score

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.measures.instrument import Instrument

Tables = tuple["pd.DataFrame", "pd.DataFrame"]  # rated occasions, and the ledger of episodes in their windows
Linked = Callable[[Way], Tables]


def linker(tables: Mapping[str, pd.DataFrame], rated: Sequence[tuple[Instrument, pd.DataFrame]]) -> Linked:
    """What links episodes and ratings as a way says; `tables`: canonical, by name; `rated`: answers, by their instrument."""
    scores: dict[float, pd.DataFrame] = {}
    known: dict[tuple[str, float], Tables] = {}

    def linked(way: Way) -> Tables:
        if way.linked_by not in known:
            if way.min_answered not in scores:
                scores[way.min_answered] = combine_scores([score(table, one, way.min_answered) for one, table in rated])
            known[way.linked_by] = link(tables, scores[way.min_answered], way.exposure)[:2]
        return known[way.linked_by]

    return linked
