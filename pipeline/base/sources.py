"""The section `sources:` of params.yaml: which raw files there are, how they are written, and what their columns mean."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pipeline.base import options
from pipeline.base.column_names import is_item
from pipeline.base.section import Code, FileName, Header, Name, Section

SessionNumber = Annotated[int, Field(ge=0, le=2000)]
MissingCodes = tuple[str, ...]
Encoding = Literal[
    "utf-8",
    "utf-16",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1256",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-15",
    "mac-roman",
    "cp437",
    "cp850",
    "shift-jis",
    "euc-kr",
    "gb18030",
    "big5",
]


class Reading(Section):
    """How one raw file is written, where that is not the default of its format."""

    separator: Literal[",", ";", "tab", "|"] | None = Field(None, description="between the cells of a text file")
    decimal: Literal[".", ","] | None = Field(None, description="the decimal mark of its numbers")
    encoding: Encoding | None = Field(None, description="of a text file, or of the labels and text of .sav and .dta")
    skip: int | None = Field(None, ge=0, le=1000, description="lines (of a sheet: rows) above the headers: titles, notes")
    skip_after_header: int | None = Field(None, ge=0, le=100, description="heading lines below the headers (Qualtrics: 2)")
    sheet: str | None = Field(None, min_length=1, max_length=31, description="which sheet, where a workbook has several")


class Glue(Section):
    """A canonical column made from several source columns, joined by a separator."""

    columns: tuple[Header, ...] = Field(min_length=1)
    separator: str = Field("_", max_length=3)
    prefix: str = Field("", pattern=r"^[A-Za-z]{0,4}[-_]?$")


class Checked(Section):
    """A list of codes made from checkbox columns: the code of each that is checked; all of them blank: never asked."""

    checked: dict[Header, Code] = Field(min_length=1, description="header of a checkbox -> the code it stands for")
    yes: tuple[str, ...] = Field(("1", "Checked"), description="cells that mean checked")
    no: tuple[str, ...] = Field(("", "0", "Unchecked"), description="cells that mean not checked")


class Ordered(Section):
    """The session number where no column has it: 1, 2, 3 ... in the order of the days of a client with a worker."""

    order_of: Header = Field(description="the header that tells the order, as a rule the day")


class Join(Section):
    """A second file whose columns are looked up by a key that both files hold (many rows to one)."""

    file: FileName
    key: Header | tuple[Header, ...]
    other_key: Header | tuple[Header, ...] | None = Field(None, description="its headers in the joined file, if others")


class TableSource(Section):
    """One raw file (or several of one make), and which of its columns feed which canonical columns."""

    file: FileName | tuple[FileName, ...] = Field(description="a list of files of one make is stacked")
    columns: dict[Name, Header | Glue | Checked | Ordered]
    wide: int | tuple[SessionNumber, ...] | None = Field(
        None, description="each row holds that many sessions (or these); `{session}` in a header stands for their number"
    )
    rows: dict[Header, tuple[str, ...]] = Field({}, description="only rows whose cell below this header is one of these")
    recode: dict[Name, dict[str, Code | None]] = Field({}, description="cell -> value; null makes it missing")
    constants: dict[Name, Code] = Field({})
    joins: tuple[Join, ...] = ()
    missing: MissingCodes | dict[Name, MissingCodes] = Field(
        ("",), description="codes of missing values: of all columns, or by canonical column (`all`, `items`)"
    )
    codes: dict[Name, tuple[str, ...]] = Field({}, description="codes of this study's own, by canonical column")
    split: dict[Name, Annotated[str, StringConstraints(min_length=1, max_length=3)]] = Field(
        {}, description="what stands between the codes of one cell, where it is not `;`"
    )
    scales: dict[Name, tuple[float, float]] = Field({}, description="the lowest and highest value of a process rating")
    ignore: tuple[Header, ...] = Field((), description="headers that are read past; `q{item}` stands for q1, q2 ...")
    ignore_others: bool = Field(False, description="read past every column that no mapping names")

    @property
    def files(self) -> tuple[str, ...]:
        """Its files, those of its joins left out."""
        return (self.file,) if isinstance(self.file, str) else self.file

    @property
    def all_files(self) -> tuple[str, ...]:
        """Its files and those it joins."""
        return (*self.files, *(join.file for join in self.joins))

    @property
    def sessions(self) -> tuple[int, ...]:
        """The numbers of the sessions that stand side by side in a row; none where a row is one session."""
        if isinstance(self.wide, int):
            return tuple(range(1, self.wide + 1))
        return self.wide or ()

    def missing_codes(self, column: str) -> frozenset[str]:
        """The codes that mean missing in one canonical column."""
        if not isinstance(self.missing, dict):
            return frozenset(self.missing)
        every = self.missing.get("all", ("",))
        own = self.missing.get("items", ()) if is_item(column) else ()
        return frozenset((*every, *own, *self.missing.get(column, ())))


class RatingSource(TableSource):
    """One raw file of ratings: its instrument, its rater, and where its items (or only its scores) stand."""

    instrument: Name
    rater: options.Rater
    items: Header | tuple[Header, ...] | None = Field(
        None, description="`wai_{item}` (`{item:02}` for 01, 02 ...), or the item columns in item order"
    )
    scores: dict[Name, Header] = Field({}, description="score -> header, where only scores were kept, and no items")
    scored: Literal["mean", "sum"] | None = Field(None, description="what kept scores are of the items, if not as keyed")
    labels: dict[str, float] = Field({}, description="answers in words -> numbers")
    totals: dict[Name, Header] = Field({}, description="scores shipped with the items, to be recomputed and compared")


class Sources(Section):
    """Where the raw files lie, how they are written and how their columns are named."""

    directory: Annotated[str, StringConstraints(pattern=r"^data/raw/[A-Za-z0-9][A-Za-z0-9_-]*$")]
    read: dict[str, Reading] = Field({}, description="file name -> how it is written; `all` holds for every file")
    tables: dict[options.TableName, TableSource]
    ratings: dict[Name, RatingSource]

    def reading(self, file: str) -> Reading:
        """How one file is written: its own entry over that for all."""
        given = [entry.model_dump(exclude_none=True) for name in ("all", file) if (entry := self.read.get(name)) is not None]
        return Reading(**{key: value for entry in given for key, value in entry.items()})
