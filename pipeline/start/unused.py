"""Columns that nothing was made of: named where their names can be harmless, so that nobody misses one in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.base.person_names import GIVEN, SURNAMES
from pipeline.start.blocks import EVENT, INSTANCE, INSTRUMENT, SESSION, BlockColumn
from pipeline.start.items import headers_of
from pipeline.start.result import Plain, Setup
from pipeline.start.roles import Role

HARMLESS = re.compile(r"[A-Za-z][A-Za-z0-9_.{}]{0,30}")
SHOWN = 12
PEOPLE = frozenset(name.lower() for name in (*GIVEN, *SURNAMES))


def unused(setup: Setup, roles: Sequence[Role]) -> Iterator[str]:
    """A line for each file that has such columns: how many, and the first of them."""
    mapped = set(_texts([*setup.tables.values(), *setup.ratings.values()]))
    for role in roles:
        runs = {header for run in role.items if run.pattern in mapped for header in headers_of(run)}
        own = {*mapped, *runs, SESSION, INSTRUMENT, INSTANCE, EVENT}
        left = [column for header, column in role.block.columns.items() if header not in own and column.different()]
        if left:
            files = " + ".join(role.block.file.splitlines())
            columns = "1 column is" if len(left) == 1 else f"{len(left)} columns are"
            yield f"{files}: {columns} not used: {shown_headers(left)} (`--answer 'columns=TABLE.COLUMN=HEADER'` maps one)"


def shown_headers(columns: Sequence[BlockColumn]) -> str:
    """The headers of some columns, as far as they are nobody's, and a dozen at most."""
    return ", ".join(column.header for column in columns[:SHOWN] if _is_harmless(column)) + " ..." * (len(columns) > SHOWN)


def _is_harmless(column: BlockColumn) -> bool:
    words = re.findall(r"[a-z]+", column.header.lower())
    return bool(HARMLESS.fullmatch(column.header)) and not column.names_person() and not PEOPLE & set(words)


def _texts(found: Plain) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for key, value in found.items():
            yield str(key)
            yield from _texts(value)
    elif isinstance(found, list):
        for value in found:
            yield from _texts(value)
