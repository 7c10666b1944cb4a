"""What of `sources:` and `privacy:` can be wrong before any file is opened."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.base.column_names import is_dose, is_item
from pipeline.base.errors import Problem
from pipeline.base.key_path import nearest
from pipeline.base.params import Params
from pipeline.base.sources import Ordered, RatingSource, Sources, TableSource
from pipeline.base.spoken import found
from pipeline.ingest.cells import MISSING, Fault, Reading, plain_text
from pipeline.ingest.parts import SESSION, all_sources, has_place, headers_of
from pipeline.tables import Clients, Column, Table, by_name, ratings
from pipeline.tables.rules import BY_NAME

READ_KEYS: dict[str, set[str]] = {
    "csv": {"separator", "decimal", "encoding", "skip", "skip_after_header"},
    "xlsx": {"sheet", "skip", "skip_after_header", "decimal"},
    "parquet": set(),
    **{ending: {"encoding"} for ending in ("sav", "zsav", "dta")},
}
ENDINGS = ("csv", "tsv", "tab", "txt", "xlsx", "sav", "zsav", "dta", "parquet")


def check_params(params: Params) -> list[Problem]:
    """Every error of the mapping and the gate's settings that shows without the data."""
    return [*_source_problems(params), *_study_problems(params), *_privacy_problems(params)]


def _source_problems(params: Params) -> Iterator[Problem]:
    tables = by_name()
    for key, source in all_sources(params.sources).items():
        where = f"sources.{key}"
        declared = _of_ratings(source) if isinstance(source, RatingSource) else tables[key.partition(".")[2]]
        for file in source.all_files:
            if file.rpartition(".")[2].lower() not in ENDINGS:
                yield Problem(
                    f"{where}.file", "no reader for the ending of this file's name", f"one of: {', '.join(ENDINGS)}"
                )
        yield from _column_problems(where, source, declared)
        yield from _recode_problems(where, source, declared)
        yield from _other_problems(where, source, declared)
        yield from _wide_problems(where, source)
    yield from _read_problems(params.sources)


def _of_ratings(source: RatingSource) -> type[Table]:
    """The columns that a rating source may map by name; its items are mapped by their pattern."""
    return ratings(source.instrument, 0, 0, 0)


def _column_problems(where: str, source: TableSource, declared: type[Table]) -> Iterator[Problem]:
    given = {**source.columns, **source.constants}
    for part, names in (("columns", source.columns), ("constants", source.constants), ("codes", source.codes)):
        for name in names:
            if name not in declared.columns:
                yield Problem(f"{where}.{part}.{name}", "no such canonical column", nearest(name, list(declared.columns)))
            elif part == "codes" and declared.columns[name].closed:
                yield Problem(f"{where}.codes.{name}", "this code list is closed", f"recode to: {_codes(declared, name)}")
    for name in set(source.columns) & set(source.constants):
        yield Problem(f"{where}.constants.{name}", "mapped to a column as well", "keep one of the two")
    for name in declared.required():
        settled = name == "rater" or (name == "day" and declared.name == "sessions") or is_item(name)
        if name not in given and not settled:
            yield Problem(f"{where}.columns.{name}", "this column is required", _required(name, source))


def _required(name: str, source: TableSource) -> str:
    if name == "session_id" and isinstance(source, RatingSource):
        return "map it, or map client_id and session_number in its place"
    return "map it, or `session_number: {order_of: DAY}`" if name == "session_number" else "map it, or give a constant"


def _recode_problems(where: str, source: TableSource, declared: type[Table]) -> Iterator[Problem]:
    for name, recode in source.recode.items():
        column = declared.columns.get(name)
        if column is None or name not in source.columns:
            known = [*source.columns]
            yield Problem(f"{where}.recode.{name}", "recodes a column that is not mapped", nearest(name, known))
            continue
        for number, (_, target) in enumerate(recode.items(), 1):
            if target is None or (target == MISSING and MISSING not in column.codes):
                continue
            if not _is_right(column, plain_text(target)):
                at = f"{where}.recode.{name}.<key {number}>"
                yield Problem(at, f"found {found(target, column.codes)}, which is no value of {name}", _mend(column))
    for name, value in source.constants.items():
        column = declared.columns.get(name)
        if column is not None and not _is_right(column, plain_text(value), source.codes.get(name, ())):
            what = f"found {found(value, column.codes)}, which is no value of {name}"
            yield Problem(f"{where}.constants.{name}", what, _mend(column))


def _other_problems(where: str, source: TableSource, declared: type[Table]) -> Iterator[Problem]:
    """Keys that name canonical columns in other ways: missing, split, scales, an order in place of a number."""
    known = [*declared.columns, "all", "items"]
    if isinstance(source.missing, dict):
        for name in source.missing:
            if name not in known and not (isinstance(source, RatingSource) and name in (*source.scores, *source.totals)):
                yield Problem(f"{where}.missing.{name}", "no such canonical column", nearest(name, known))
    for name in source.split:
        if name not in declared.columns or declared.columns[name].kind != "codes":
            several = [n for n, column in declared.columns.items() if column.kind == "codes"]
            yield Problem(
                f"{where}.split.{name}", "not a column of several codes", f"one of: {', '.join(several) or 'none'}"
            )
    for name, (low, high) in source.scales.items():
        column = declared.columns.get(name)
        bounds = (column.low, column.high) if column is not None and column.scale is not None else None
        if bounds is None:
            scaled = [n for n, column in declared.columns.items() if column.scale is not None]
            yield Problem(f"{where}.scales.{name}", "not a rating with a scale of the study's own", nearest(name, scaled))
        elif not (bounds[0] or 0) <= low < high <= (bounds[1] or 0):
            yield Problem(
                f"{where}.scales.{name}", "no such scale", f"lowest, then highest, within {bounds[0]:g} to {bounds[1]:g}"
            )
    for name, mapped in source.columns.items():
        if isinstance(mapped, Ordered) and name != "session_number":
            yield Problem(f"{where}.columns.{name}", "only a session number can come from an order", "name its column")


def _wide_problems(where: str, source: TableSource) -> Iterator[Problem]:
    """`wide` and `{session}` go together."""
    headers = [header for mapped in source.columns.values() for header in headers_of(mapped)]
    if isinstance(source, RatingSource):
        items = source.items or ()
        headers += [items] if isinstance(items, str) else items
        headers += [*source.totals.values(), *source.scores.values()]
    placed = [header for header in headers if has_place(header, "session")]
    if placed and source.wide is None:
        yield Problem(f"{where}.wide", f"`{SESSION}` stands in a header, but no sessions are declared", "wide: 8")
    if source.wide is not None and not placed:
        yield Problem(
            f"{where}.wide", "no header has a place for the session", f'write it, for instance: day: "day_s{SESSION}"'
        )
    if isinstance(source.wide, int) and not 1 <= source.wide <= 2000:
        yield Problem(f"{where}.wide", f"found {source.wide}", "how many sessions stand side by side, or their numbers")


def _read_problems(sources: Sources) -> Iterator[Problem]:
    """Entries of `read` for files that no mapping names, and keys that a format does not know."""
    named = sorted({file for source in all_sources(sources).values() for file in source.all_files})
    for number, (name, how) in enumerate(sources.read.items(), 1):
        where = f"sources.read.<key {number}>"
        if name == "all":
            continue
        if name not in named:
            yield Problem(where, "no mapping names this file", nearest(name, ["all", *named]))
        ending = name.rpartition(".")[2].lower()
        for key in how.model_fields_set - READ_KEYS.get(ending, READ_KEYS["csv"]):
            yield Problem(f"{where}.{key}", f"means nothing for a .{ending} file", "take it out")


def _is_right(column: Column, text: str, own: tuple[str, ...] = ()) -> bool:
    if column.kind == "id":
        return True  # its pattern is RE2's to match, when the files are read
    if column.kind in ("code", "codes") and not column.closed:
        return bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.+<>/-]{0,39}(;[A-Za-z0-9_.+<>/-]{1,40})*", text))
    return not isinstance(Reading(column, codes=frozenset((*column.codes, *own)))(text), Fault)


def _codes(declared: type[Table], name: str) -> str:
    return ", ".join(declared.columns[name].codes)


def _mend(column: Column) -> str:
    return f"allowed: {', '.join(column.codes)}" if column.codes else f"a {column.kind}"


def _study_problems(params: Params) -> Iterator[Problem]:
    sources = params.sources
    if "sessions" not in sources.tables:
        yield Problem("sources.tables.sessions", "this table is missing", "map the file that lists the sessions")
        return
    sessions = sources.tables["sessions"]
    if "advocacy" in sources.tables and "day" not in {**sessions.columns, **sessions.constants}:
        what = "an advocacy log needs the day of every session"
        yield Problem("sources.tables.sessions.columns.day", what, "map it, or leave the advocacy log out")
    told = sorted(name for name in {**sessions.columns, **sessions.constants} if is_dose(name))
    if told and "advocacy" in sources.tables:
        what = "doses beside the sessions and a log would count the same episodes twice"
        yield Problem(f"sources.tables.sessions.columns.{told[0]}", what, "keep the log, which tells more, or the doses")
    if not sources.ratings:
        yield Problem("sources.ratings", "no ratings are mapped", "map at least one file of alliance ratings")


def _privacy_problems(params: Params) -> Iterator[Problem]:
    privacy = params.privacy
    names = {name for table in by_name().values() for name, column in table.columns.items() if column.kind == "id"}
    for name in (*privacy.id_patterns, *privacy.attested_ids):
        if name not in names:
            yield Problem("privacy", f"`{name}` is no id column", nearest(name, sorted(names)))
    for key, pattern in {"id_pattern": privacy.id_pattern, **privacy.id_patterns}.items():
        if not _is_plain_pattern(pattern):
            yield Problem(f"privacy: {key}", "not a regular expression the gate can run", "no look-around, no references")
    for name in privacy.quasi_identifiers:
        if name not in Clients.columns or name == "client_id":
            known = sorted(set(Clients.columns) - {"client_id"})
            yield Problem("privacy.quasi_identifiers", f"`{name}` is no client column", nearest(name, known))
    for name in privacy.policies:
        eased = sorted(rule.name for rule in BY_NAME.values() if rule.policy is not None)
        if name not in eased:
            yield Problem(f"privacy.policies.{name}", "no rule with a policy has this name", nearest(name, eased))


def _is_plain_pattern(pattern: str) -> bool:
    """Whether Python reads it and nothing in it is beyond RE2, which runs it."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return re.search(r"\(\?(?:[=!<>#(]|P=)|\\[1-9]|[*+?}]\+", pattern) is None
