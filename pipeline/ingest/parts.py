"""Sources as the readers take them: one part for each file that is stacked and each session that stands side by side.

A part is a source of one file whose row is one session: what a stacked or wide source means is said here once, and nowhere
else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.base.sources import Checked, Glue, Ordered, RatingSource, Sources, TableSource

SESSION = "{session}"  # alone: the number of the session; within a header: its place there
ITEM = "{item}"
PLACE = re.compile(r"\{(item|session)(?::0([1-9]))?\}")
BY_NUMBER = ("client_id", "session_number")  # together they name a session where no column does
Mapped = str | Glue | Checked | Ordered


@dataclass(frozen=True)
class Part:
    """One file's share of a source: the source's `key` in `sources:`, the source for this file, the session it is of."""

    key: str
    source: TableSource
    file: str
    session: int | None = None

    @property
    def table(self) -> str:
        """The name of the canonical table, or of the rating source."""
        return self.key.partition(".")[2]

    @property
    def files(self) -> tuple[str, ...]:
        """Its file and those it joins."""
        return (self.file, *(join.file for join in self.source.joins))


def all_sources(sources: Sources) -> dict[str, TableSource]:
    """Every source by its key in `sources`: tables first, then ratings; sessions without ids get them from their numbers."""
    tables = {f"tables.{name}": source for name, source in sources.tables.items()}
    ratings = {f"ratings.{name}": source for name, source in sources.ratings.items()}
    return {key: with_session_id(key, source) for key, source in {**tables, **ratings}.items()}


def parts(sources: Sources) -> list[Part]:
    """Every part of every source, in the order of params.yaml."""
    return [part for key, source in all_sources(sources).items() for part in parts_of(key, source)]


def parts_of(key: str, source: TableSource) -> Iterator[Part]:
    """The parts of one source: file by file, session by session."""
    for file in source.files:
        for session in source.sessions or (None,):
            yield Part(key, source if session is None else _of_session(source, session), file, session)


def with_session_id(key: str, source: TableSource) -> TableSource:
    """A source of sessions or ratings that names no session id, with one made of client and session number."""
    is_of_sessions = isinstance(source, RatingSource) or key == "tables.sessions"
    if not is_of_sessions or "session_id" in {**source.columns, **source.constants}:
        return source
    made = session_glue(source)
    if made is None:
        return source
    columns = {**source.columns, "session_id": made}
    if isinstance(source, RatingSource):
        columns = {name: mapped for name, mapped in columns.items() if name not in BY_NUMBER}
    return source.model_copy(update={"columns": columns})


def session_glue(source: TableSource) -> Glue | None:
    """Client and session number as one id; None where they are not both columns of the file."""
    client, number = (source.columns.get(name) for name in BY_NUMBER)
    if not isinstance(number, str):
        return None
    if isinstance(client, Glue) and (len(client.columns) == 1 or client.separator == "_"):
        return client.model_copy(update={"columns": (*client.columns, number), "separator": "_"})
    return Glue(columns=(client, number), separator="_", prefix="") if isinstance(client, str) else None


def filled_header(pattern: str, item: int | None = None, session: int | None = None) -> str:
    """A header with the numbers of item and session in their places: `wai{item:02}_s{session}` as wai07_s3."""
    given = {"item": item, "session": session}

    def number(match: re.Match[str]) -> str:
        value = given[match[1]]
        return match[0] if value is None else f"{value:0{match[2] or 1}d}"

    return PLACE.sub(number, pattern)


def has_place(pattern: str, name: str) -> bool:
    """Whether a header has a place for the number of an item or a session."""
    return any(match[1] == name for match in PLACE.finditer(pattern))


def of_sessions(source: TableSource, items: int = 0) -> list[str]:
    """The headers of a wide source that are of one session, its place in them still open."""
    own: list[str] = []
    for mapped in source.columns.values():
        own += headers_of(mapped)
    if isinstance(source, RatingSource):
        own += [*source.totals.values(), *source.scores.values(), *item_headers(source, items)]
    return [header for header in own if has_place(header, "session") and header != SESSION]


def headers_of(mapped: Mapped) -> tuple[str, ...]:
    """The headers that one canonical column is made from; the number of a session is none."""
    if isinstance(mapped, Glue):
        return tuple(header for header in mapped.columns if header != SESSION)
    if isinstance(mapped, Ordered):
        return (mapped.order_of,)
    return tuple(mapped.checked) if isinstance(mapped, Checked) else (mapped,)


def item_headers(source: RatingSource, items: int) -> list[str]:
    """The headers of an instrument's items, in item order; none where only scores were kept."""
    if source.items is None:
        return []
    return numbered_headers(source.items, items) if isinstance(source.items, str) else list(source.items)


def numbered_headers(pattern: str, items: int) -> list[str]:
    """`q{item}` as q1, q2 ... up to the last item (`{item:02}` as 01, 02 ...); another header as itself."""
    if not has_place(pattern, "item"):
        return [pattern]
    return [filled_header(pattern, item=number) for number in range(1, items + 1)]


def _of_session(source: TableSource, session: int) -> TableSource:
    """A wide source as the source of one of its sessions; `{session}` by itself stays, for the readers to fill in."""

    def filled(header: str) -> str:
        return header if header == SESSION else filled_header(header, session=session)

    columns: dict[str, Mapped] = {}
    constants = dict(source.constants)
    for name, mapped in source.columns.items():
        if mapped == SESSION:
            constants[name] = session
        else:
            columns[name] = _filled(mapped, filled)
    update: dict[str, object] = {"columns": columns, "constants": constants}
    if isinstance(source, RatingSource):
        update["totals"] = {score: filled(header) for score, header in source.totals.items()}
        update["scores"] = {score: filled(header) for score, header in source.scores.items()}
        if source.items is not None:
            items = source.items
            update["items"] = filled(items) if isinstance(items, str) else tuple(map(filled, items))
    return source.model_copy(update=update)


def _filled(mapped: Mapped, filled: Callable[[str], str]) -> Mapped:
    if isinstance(mapped, Glue):
        return mapped.model_copy(update={"columns": tuple(map(filled, mapped.columns))})
    if isinstance(mapped, Checked):
        return mapped.model_copy(update={"checked": {filled(header): code for header, code in mapped.checked.items()}})
    if isinstance(mapped, Ordered):
        return mapped.model_copy(update={"order_of": filled(mapped.order_of)})
    return filled(mapped)
