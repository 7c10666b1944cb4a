"""Names that hold a number or another name, made and read here and nowhere else.

Canonical tables have columns by item (`item_3`), by score (`score_total`) and by mode (`dose_joint`), and one table of
ratings an instrument (`ratings_wai_sr`); ids end in `_id`. What a name stands for is asked of these functions.
"""

from __future__ import annotations

from collections.abc import Iterable

ITEM, SCORE, DOSE, RATINGS, ID = "item_", "score_", "dose_", "ratings_", "_id"
TOTAL_SCORE = f"{SCORE}total"


def item_column(place: int) -> str:
    """The column of an item, counted from 1."""
    return f"{ITEM}{place}"


def is_item(column: str) -> bool:
    """Whether a column holds the answers to one item."""
    return column.startswith(ITEM)


def item_place(column: str) -> int:
    """Which item a column is of, counted from 1."""
    return int(column.removeprefix(ITEM))


def score_column(score: str) -> str:
    """The column of a score."""
    return f"{SCORE}{score}"


def is_score(column: str) -> bool:
    """Whether a column holds a score."""
    return column.startswith(SCORE)


def score_columns(columns: Iterable[object]) -> list[str]:
    """Those of a table's columns that hold scores, in their order."""
    return [str(column) for column in columns if is_score(str(column))]


def score_of(column: str) -> str:
    """Which score a column holds; any other column's own name."""
    return column.removeprefix(SCORE)


def dose_column(mode: str) -> str:
    """The column of sessions that counts a mode's episodes since the last session."""
    return f"{DOSE}{mode}"


def is_dose(column: str) -> bool:
    """Whether a column of sessions counts episodes since the last session."""
    return column.startswith(DOSE)


def ratings_table(instrument: str) -> str:
    """The table of an instrument's ratings."""
    return f"{RATINGS}{instrument}"


def is_ratings_table(table: str) -> bool:
    """Whether a table holds ratings."""
    return table.startswith(RATINGS)


def instrument_of(table: str) -> str:
    """The instrument whose ratings a table holds; any other table's own name."""
    return table.removeprefix(RATINGS)


def is_id(column: str) -> bool:
    """Whether a canonical column holds ids."""
    return column.endswith(ID)
