"""What is to be done with each column of identified files; a column that no plan names is dropped."""

from __future__ import annotations

import fnmatch
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar
from zoneinfo import available_timezones

from pydantic import Field, field_validator

from pipeline.base.errors import Problem
from pipeline.base.section import Section

Kind = Literal["client", "worker", "agency", "session", "episode"]
Role = Literal["id", "intake", "date", "age", "zip", "keep"]
DateOrder = Literal["day_first", "month_first"]
KINDS: tuple[Kind, ...] = ("client", "worker", "agency", "session", "episode")
BANDS = (18, 30, 45, 65)  # where age bands begin; 90 and older is always one band
TOP = 90
NARROWEST = 5  # years of a band
NEW_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


Columns = tuple[str, ...]
Words = Annotated[str, Field(min_length=1, max_length=200)]


class Preparation(Section):
    """The roles of columns, each named as `header`, `file:header` or with `*`, and `=new` behind it to rename it.

    `order` and `codes` are by column, or by `*` for every column. A plan file and the command's options fill the same keys.
    """

    client: Columns = ()
    worker: Columns = ()
    agency: Columns = ()
    session: Columns = ()
    episode: Columns = ()
    intake: Columns = Field((), description="the date that is day 0 of its client")
    first_date_is_intake: bool = Field(False, description="day 0 is the client's earliest date where no intake is named")
    date: Columns = Field((), description="calendar dates, to become days since intake")
    age: Columns = Field((), description="ages in years, or dates of birth, to become bands")
    zip: Columns = Field((), description="ZIP codes, to become their first three digits")
    keep: Columns = Field((), description="codes and numbers that stay as they are")
    codes: dict[str, tuple[Words, ...]] = Field({}, description="words that may stay in a kept column")
    order: dict[str, DateOrder] = Field({}, description="which comes first where day and month cannot be told apart")
    zone: str = Field("", description="the IANA time zone in which times with an offset fall on a day")
    bands: tuple[int, ...] = Field(BANDS, description="where age bands begin; 90 and older is always one")
    set_aside: bool = Field(False, description="rows whose date gives no day are left out and counted, not refused")

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        if name and name not in available_timezones():
            raise ValueError("a time zone such as America/New_York")
        return name

    @field_validator("bands")
    @classmethod
    def _are_bands(cls, bounds: tuple[int, ...]) -> tuple[int, ...]:
        edges = (0, *bounds, TOP)
        if any(after - before < NARROWEST for before, after in itertools.pairwise(edges)):
            raise ValueError(f"ages in rising order, {NARROWEST} years apart or more, below {TOP}")
        return bounds

    def ids(self, kind: Kind) -> Columns:
        """The columns that hold ids of one kind."""
        by_kind: dict[Kind, Columns] = {
            "client": self.client,
            "worker": self.worker,
            "agency": self.agency,
            "session": self.session,
            "episode": self.episode,
        }
        return by_kind[kind]


@dataclass(frozen=True)
class Use:
    """One column that is taken: where it stands in its file (from 0), what it is, and its new name if one was given."""

    place: int
    role: Role
    kind: Kind | None = None
    new: str = ""


Headers = Mapping[str, tuple[str, ...]]
Value = TypeVar("Value")


def used_columns(plan: Preparation, headers: Headers) -> tuple[dict[str, list[Use]], list[Problem]]:
    """File -> its columns that the plan takes, in their order; and what of the plan fits no column, or one twice.

    `headers`: file -> its headers. No problem shows a header that the plan itself does not name.
    """
    taken: dict[str, dict[int, Use]] = {file: {} for file in headers}
    problems: list[Problem] = []
    for role, kind, text in _wanted(plan):
        pattern, _, new = text.partition("=")
        if new and not NEW_NAME.fullmatch(new):
            problems.append(Problem(_option(role, kind), f"`{new}` cannot be a new name", "small letters, digits and _"))
            continue
        found = list(matching_columns(pattern, headers))
        if not found:
            problems.append(
                Problem(_option(role, kind), f"no file has a column `{pattern}`", "mend the name, or leave it out")
            )
        for file, place in found:
            if place in taken[file] and "*" not in pattern:
                what = f"`{pattern}` is named in two roles ({taken[file][place].role}, {role})"
                problems.append(Problem(_option(role, kind), what, "keep one of the two"))
            taken[file].setdefault(place, Use(place, role, kind, new))
    return {file: [found[place] for place in sorted(found)] for file, found in taken.items()}, problems


def matching_columns(pattern: str, headers: Headers) -> Iterator[tuple[str, int]]:
    """Every (file, place) that a column name, `file:header` or a pattern with `*` stands for."""
    for file, names in headers.items():
        wanted = pattern.removeprefix(f"{file}:")
        exact = wanted.replace("[", "[[]").replace("?", "[?]")
        yield from ((file, place) for place, name in enumerate(names) if fnmatch.fnmatchcase(name, exact))


def chosen_rule(values: Mapping[str, Value], headers: Headers, file: str, place: int) -> Value | None:
    """What a mapping by column says of one column; a column's own name goes before a pattern with `*`."""
    patterns = sorted(values, key=lambda pattern: "*" in pattern)
    return next((values[pattern] for pattern in patterns if (file, place) in matching_columns(pattern, headers)), None)


def _wanted(plan: Preparation) -> Iterator[tuple[Role, Kind | None, str]]:
    for kind in KINDS:
        yield from (("id", kind, name) for name in plan.ids(kind))
    roles: Iterable[tuple[Role, Columns]] = (
        ("intake", plan.intake),
        ("date", plan.date),
        ("age", plan.age),
        ("zip", plan.zip),
        ("keep", plan.keep),
    )
    for role, names in roles:
        yield from ((role, None, name) for name in names)


def _option(role: Role, kind: Kind | None) -> str:
    return f"--{kind or role}"
