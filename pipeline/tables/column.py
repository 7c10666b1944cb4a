"""What a canonical column is: a closed kind of content, its bounds or codes, and what it means.

Free text and calendar dates are no kinds: a column that cannot be declared here cannot come in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

Kind = Literal["id", "code", "codes", "band", "integer", "number", "boolean"]

BAND = r"(?:[0-9]|[1-8][0-9])-(?:[0-9]|[1-8][0-9])|(?:[0-9]|[1-8][0-9]|90)\+|under_[1-9][0-9]?"
CODES_SEPARATOR = ";"
MOST_TIMES = 60  # episodes between two sessions; a code for missing values (88, 99) lies beyond
DAY = "day"  # one dtype in every table, since days are compared across tables and a study may have none


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    `kind` closes what a cell may hold; `codes` are the declared codes (`closed`: no study may add its own), `low` and
    `high` inclusive bounds in `unit`, `scale` the narrower ones that a study may move within them.
    """

    kind: Kind
    description: str
    name: str = ""
    required: bool = False
    key: bool = False
    codes: tuple[str, ...] = ()
    closed: bool = False
    low: float | None = None
    high: float | None = None
    unit: str = ""
    missing: bool = True
    source: str = "log"
    scale: tuple[float, float] | None = None

    @property
    def dtype(self) -> str:
        """The pandas dtype of the column: what every stage after ingest can rely on."""
        if self.closed:
            return "category"
        if self.kind == "integer":
            return "Int64" if self.missing or self.name == DAY else "int64"
        return {"number": "float64", "boolean": "boolean"}.get(self.kind, "str")


class Table:
    """The base of the canonical tables: subclasses name their columns as class attributes, in order."""

    name: ClassVar[str] = ""
    columns: ClassVar[dict[str, Column]] = {}

    def __init_subclass__(cls) -> None:
        declared = {name: value for name, value in vars(cls).items() if isinstance(value, Column)}
        cls.columns = {name: replace(column, name=name) for name, column in declared.items()}

    @classmethod
    def key(cls) -> list[str]:
        """The columns that together name a row."""
        return [name for name, column in cls.columns.items() if column.key]

    @classmethod
    def required(cls) -> list[str]:
        """The columns no study can do without."""
        return [name for name, column in cls.columns.items() if column.required]


def identifier(description: str, *, key: bool = False, required: bool = False, missing: bool = False) -> Column:
    """A pseudonym: text of the declared id pattern, never a number; a required column may be `missing` on some rows."""
    return Column("id", description, key=key, required=key or required, missing=missing or not (key or required))


def closed_code(options: object, description: str, *, key: bool = False, required: bool = False) -> Column:
    """A code from a list that no study may extend: the analysis knows what each code means."""
    codes: tuple[str, ...] = options.__args__  # type: ignore[attr-defined]
    always = key or required
    return Column("code", description, key=key, required=always, codes=codes, closed=True, missing=not always)


def open_code(codes: str, description: str) -> Column:
    """A code from a list that a study may extend through `codes` or a recode in its `sources`."""
    return Column("code", description, codes=tuple(codes.split()))


def several_codes(codes: str, description: str) -> Column:
    """Several codes in one cell, joined by `;`; the code `none` alone: known to be empty; an empty cell: unknown."""
    return Column("codes", description, codes=tuple(codes.split()))


def band(description: str) -> Column:
    """A range in place of a number: `30-44`, `90+`, `under_15`; nothing finer above 90."""
    return Column("band", description)


def integer(low: int, high: int, unit: str, description: str, *, required: bool = False, missing: bool = False) -> Column:
    """A whole number within bounds."""
    return Column("integer", description, required=required, low=low, high=high, unit=unit, missing=missing or not required)


def count(description: str) -> Column:
    """How often something happened, up to MOST_TIMES; missing: unknown, which is not zero."""
    return Column("integer", description, low=0, high=MOST_TIMES, unit="episodes")


def number(low: float, high: float, unit: str, description: str) -> Column:
    """A number within bounds, stored as float64 with NaN for missing."""
    return Column("number", description, low=low, high=high, unit=unit)


def process(scale: tuple[float, float], bounds: tuple[float, float], description: str) -> Column:
    """A process rating on the study's own scale within `bounds`; without one declared, on `scale`."""
    return Column("number", description, low=bounds[0], high=bounds[1], unit="points", scale=scale)


def boolean(description: str) -> Column:
    """True, false or missing."""
    return Column("boolean", description)


def is_band(text: str) -> bool:
    """Whether `text` is a band whose lower end lies below its upper one."""
    if re.fullmatch(BAND, text, re.ASCII) is None:
        return False
    low, dash, high = text.partition("-")
    return not dash or int(low) < int(high)
