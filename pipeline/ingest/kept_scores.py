"""Scores that came in place of items, brought to the metric that the instrument is scored in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pipeline.base.column_names import score_column
from pipeline.base.sources import RatingSource
from pipeline.tables.stored import decoded_column

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Scale:
    """What the way in must know of an instrument: how many items, the lowest and highest answer, and its scores.

    `sizes`: score -> how many items it has; `rule`: whether a score is the mean or the sum of them.
    """

    items: int
    low: float
    high: float
    sizes: Mapping[str, int] = field(default_factory=dict)
    rule: Literal["mean", "sum"] = "mean"


def as_scored(table: pa.Table, source: RatingSource, scale: Scale) -> pa.Table:
    """The kept scores in the instrument's own metric: sums divided by the number of items, or means multiplied by it."""
    import pyarrow.compute as pc

    if source.scored in (None, scale.rule):
        return table
    for score in source.scores:
        name = score_column(score)
        if name in table.column_names and score in scale.sizes:
            times = float(scale.sizes[score])
            change = pc.divide if source.scored == "sum" else pc.multiply
            values = change(decoded_column(table.column(name)), times)
            table = table.set_column(table.column_names.index(name), name, values)
    return table
