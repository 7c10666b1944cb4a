"""What is to be done with each column of identified files; a column that no plan names is dropped."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.errors import Problem

Kind = Literal["client", "worker", "agency", "session", "episode"]
Role = Literal["id", "intake", "date", "age", "zip", "keep"]
DateOrder = Literal["day_first", "month_first"]
KINDS: tuple[Kind, ...] = ("client", "worker", "agency", "session", "episode")
ORDERS: tuple[DateOrder, ...] = ("day_first", "month_first")
BANDS = (18, 30, 45, 65)  # where age bands begin; 90 and older is always one band
TOP = 90
NEW_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True)
class Plan:
    """The roles of columns, each named as `header`, `file:header` or with `*`, and `=new` behind it to rename it.

    `ids` by kind of thing; `intake` the date that is day 0 (without one, `first_date_is_intake` takes a client's earliest);
    `orders` column (or `` for all) -> how its ambiguous dates are read; `codes` column -> words that may stay in it;
    `zone` the IANA zone in which times with an offset fall on a day; `set_aside`: rows whose date cannot be used are
    counted and left out in place of being refused.
    """

    ids: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    intake: tuple[str, ...] = ()
    first_date_is_intake: bool = False
    dates: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()
    zips: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    orders: Mapping[str, DateOrder] = field(default_factory=dict)
    zone: str = ""
    bands: tuple[int, ...] = BANDS
    set_aside: bool = False


@dataclass(frozen=True)
class Use:
    """One column that is taken: where it stands in its file (from 0), what it is, and its new name if one was given."""

    place: int
    role: Role
    kind: Kind | None = None
    new: str = ""


Headers = Mapping[str, tuple[str, ...]]


def uses(plan: Plan, headers: Headers) -> tuple[dict[str, list[Use]], list[Problem]]:
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
        found = list(matches(pattern, headers))
        if not found:
            problems.append(Problem(_option(role, kind), f"no file has a column `{pattern}`", "mend the name, or leave it out"))
        for file, place in found:
            if place in taken[file] and "*" not in pattern:
                what = f"`{pattern}` is named in two roles ({taken[file][place].role}, {role})"
                problems.append(Problem(_option(role, kind), what, "keep one of the two"))
            taken[file].setdefault(place, Use(place, role, kind, new))
    return {file: [found[place] for place in sorted(found)] for file, found in taken.items()}, problems


def matches(pattern: str, headers: Headers) -> Iterator[tuple[str, int]]:
    """Every (file, place) that a column name, `file:header` or a pattern with `*` stands for."""
    for file, names in headers.items():
        wanted = pattern.removeprefix(f"{file}:")
        exact = wanted.replace("[", "[[]").replace("?", "[?]")
        yield from ((file, place) for place, name in enumerate(names) if fnmatch.fnmatchcase(name, exact))


def chosen(values: Mapping[str, object], headers: Headers, file: str, place: int) -> object | None:
    """What a mapping by column says of one column; the entry `` stands for every column."""
    named = (value for pattern, value in values.items() if pattern and (file, place) in set(matches(pattern, headers)))
    return next(named, values.get(""))


def _wanted(plan: Plan) -> Iterator[tuple[Role, Kind | None, str]]:
    for kind, names in plan.ids.items():
        yield from (("id", kind, name) for name in names)
    roles: Iterable[tuple[Role, tuple[str, ...]]] = (
        ("intake", plan.intake),
        ("date", plan.dates),
        ("age", plan.ages),
        ("zip", plan.zips),
        ("keep", plan.keep),
    )
    for role, names in roles:
        yield from ((role, None, name) for name in names)


def _option(role: Role, kind: Kind | None) -> str:
    return f"--{kind or role}"
