"""From raw files to one canonical table: map, recode, convert, and count what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pipeline.base.column_names import is_id, is_item, is_score, item_place, score_column, score_of
from pipeline.base.params import Privacy
from pipeline.base.sources import Checked, Glue, Ordered, RatingSource, TableSource
from pipeline.ingest.cells import Reading, convert, is_there, plain_text
from pipeline.ingest.headers import item_count
from pipeline.ingest.id_set import set_faults
from pipeline.ingest.ids import odd_ids
from pipeline.ingest.joins import Wide, join_files, make_column, repeated_text, without_empty_sessions
from pipeline.ingest.parts import Mapped, Part, headers_of, item_headers
from pipeline.ingest.raw import RawTable
from pipeline.tables.column import Column, Table
from pipeline.tables.remedies import NOWHERE, About
from pipeline.tables.rules import Finding
from pipeline.tables.stored import decoded_column

if TYPE_CHECKING:
    import pyarrow as pa

AGENCY = "agency_id"
ORDER = "order of sessions"  # a column of a part's table that is gone once sessions are numbered
NO_SESSION = "no session in these columns"


@dataclass
class Assembled:
    """A canonical table, what was found wrong with it, and the rows that were set aside by reason.

    `places`: column -> where it is, for an error; `glued`: ids made of other ids, which are looked at themselves; `removed`:
    column -> missing code -> how many cells it emptied.
    """

    table: pa.Table
    findings: list[Finding] = field(default_factory=list)
    set_aside: dict[str, int] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    glued: set[str] = field(default_factory=set)
    removed: dict[str, dict[str, int]] = field(default_factory=dict)


def assemble(
    part: Part,
    original: TableSource,
    declared: type[Table],
    raw: Mapping[str, RawTable],
    privacy: Privacy,
    items: Mapping[str, int],
) -> Assembled:
    """One part of a source as its canonical table; columns that are neither mapped nor constant are left out.

    `original`: the source as params.yaml has it; `items`: instrument -> how many items it has.
    """
    import pyarrow as pa

    source = part.source
    wide, findings = join_files(part, raw, items)
    wide, empty = without_empty_sessions(wide, original, items)
    assembled = Assembled(pa.table({}), findings, {NO_SESSION: empty} if empty else {})
    columns: dict[str, Any] = {}
    for column in declared.columns.values():
        found = _column(part, wide, column, privacy, item_count(source, items), assembled)
        if found is not None:
            columns[column.name] = found
            assembled.places[column.name] = _where(source, wide, column.name)
            assembled.glued |= {column.name} if is_made_of_ids(source, column.name) else set()
    if "day" in declared.columns and "day" not in columns:
        columns["day"] = _nothing(wide.rows, pa.int64())
    names = [name for name in declared.columns if name in columns]
    assembled.table = pa.table({name: columns[name] for name in names} | _order(part, wide, privacy, assembled))
    if isinstance(source, RatingSource):
        _add_scores(assembled, source, wide)
        _drop_unanswered(assembled)
    return assembled


def column_reading(
    source: TableSource, column: Column, privacy: Privacy, table: RawTable | None = None, header: str = ""
) -> Reading:
    """How a source's cells of one canonical column are to be read; `table` and `header` add what its format says."""
    recode: dict[str, Any] = dict(source.recode.get(column.name, {}))
    if isinstance(source, RatingSource) and is_item(column.name):
        recode = {**source.labels, **recode}
    codes = set(column.codes)
    if not column.closed:
        codes |= set(source.codes.get(column.name, ())) | {
            plain_text(target) for target in recode.values() if target is not None
        }
    mapped = source.columns.get(column.name)
    if isinstance(mapped, Checked):
        codes |= {plain_text(code) for code in mapped.checked.values()}
    pattern = privacy.id_patterns.get(column.name, privacy.id_pattern)
    if isinstance(mapped, Glue) and column.name not in privacy.id_patterns:
        pattern = glued_pattern(mapped, privacy)
    missing, labels = source.missing_codes(column.name), dict[str, str]()
    if table is not None:
        missing, labels = missing | table.user_missing.get(header, frozenset()), dict(table.labels.get(header, {}))
    return Reading(
        column,
        missing,
        recode,
        frozenset(codes),
        pattern,
        labels,
        separator=source.split.get(column.name, ";"),
        decimal="." if table is None else table.decimal,
        scale=source.scales.get(column.name, column.scale),
    )


def glued_pattern(glue: Glue, privacy: Privacy) -> str:
    """What a glued id looks like: a prefix, and parts that are ids or short numbers or codes, between separators."""
    ids = "|".join(f"(?:{pattern})" for pattern in (privacy.id_pattern, *privacy.id_patterns.values()))
    piece = f"(?:{ids}|[0-9]{{1,6}}|[a-z][a-z_]*[0-9][a-z0-9_]{{0,30}})"
    separator = "".join(f"\\{char}" if not char.isalnum() else char for char in glue.separator)
    return rf"(?:{glue.prefix}{piece}(?:{separator}{piece}){{0,5}}|{privacy.id_pattern})"


def read_column(
    text: pa.ChunkedArray, how: Reading, where: str, line: Callable[[int], int], about: About = NOWHERE
) -> tuple[pa.ChunkedArray, list[Finding]]:
    """A column's typed cells, and what is wrong with them; `line` gives the line a row stands on."""
    cells = convert(text, how)
    name = how.column.name
    about = replace(about, column="items" if is_item(name) else score_of(name))
    findings = [
        Finding(rule, where, rows, line(first), how.hint(rule), replace(about, example=how.remedy(rule)))
        for rule, (rows, first) in sorted(cells.faults.items())
    ]
    findings += [Finding(rule, where, rows, about=about) for rule, rows in sorted(cells.remarks.items())]
    faulty = sum(rows for rows, _ in cells.faults.values())
    if not how.column.missing and (missing := cells.missing) > faulty:
        findings.append(Finding("required_missing", where, missing - faulty, about=about))
    return cells.values, findings


def _column(
    part: Part, wide: Wide, column: Column, privacy: Privacy, items: int, assembled: Assembled
) -> pa.ChunkedArray | None:
    """One canonical column, its findings noted; None where the source does not have it."""
    source = part.source
    constant = source.constants.get(column.name)
    if isinstance(source, RatingSource) and column.name == "rater":
        constant = source.rater
    if constant is not None:
        text = repeated_text(plain_text(constant), wide.rows)
        where = f"sources: constant {column.name}"
        values, faults = read_column(
            text, column_reading(source, column, privacy), where, lambda _: 0, About(source=part.key)
        )
        assembled.findings += faults
        return values
    mapped = _mapped(source, column.name, items)
    if mapped is None or isinstance(mapped, Ordered) or not all(wide.has(header) for header in headers_of(mapped)):
        return None
    header = headers_of(mapped)[0]
    table = wide.table(header)
    where = table.where(header, column.name)
    text, findings = make_column(wide, mapped, source.missing_codes(column.name))
    how = column_reading(source, column, privacy, table if isinstance(mapped, str) else None, header)
    values, faults = read_column(text, how, where, lambda row: wide.line(row, header), About(table.file, part.key))
    assembled.findings += findings + faults
    if column.kind == "id" and mapped in table.numbers and not table.numbers_are_exact:
        assembled.findings.append(
            Finding("id_as_number", where, len(values), about=About(source=part.key, column=column.name))
        )
    if removed := removed_by(text, how.missing):
        assembled.removed[column.name] = removed
    return values


def removed_by(text: pa.ChunkedArray, missing: frozenset[str]) -> dict[str, int]:
    """How many cells each declared code of missing values emptied, the empty cell itself left out."""
    import pyarrow.compute as pc

    found: dict[str, int] = {}
    for chunk in text.chunks:
        here = [(place, code) for place, code in enumerate(chunk.dictionary.to_pylist()) if code and code in missing]
        for place, code in here:
            rows = int(pc.sum(pc.equal(chunk.indices, place)).as_py() or 0)
            if rows:
                found[code] = found.get(code, 0) + rows
    return found


def is_made_of_ids(source: TableSource, name: str) -> bool:
    """Whether an id is glued from another id of the row and something more: a client's id and the number of the visit."""
    mapped = source.columns.get(name)
    if not isinstance(mapped, Glue):
        return False
    ids = [columns for other, columns in source.columns.items() if is_id(other) and other != name]
    headers = {header for columns in ids for header in headers_of(columns)}
    return len(mapped.columns) > 1 and bool(headers & set(mapped.columns))


def _order(part: Part, wide: Wide, privacy: Privacy, assembled: Assembled) -> dict[str, Any]:
    """What tells the order of sessions that bear no number, as a column that numbers them once the parts are together."""
    mapped = part.source.columns.get("session_number")
    if not isinstance(mapped, Ordered) or not wide.has(mapped.order_of):
        return {}
    column = Column("number", "order of sessions", name=ORDER, missing=False)
    where = wide.table(mapped.order_of).where(mapped.order_of, "session_number")
    how = column_reading(part.source, column, privacy, wide.table(mapped.order_of), mapped.order_of)
    values, findings = read_column(wide.text(mapped.order_of), how, where, wide.line)
    assembled.findings += [replace(one, about=replace(one.about, column="session_number")) for one in findings]
    return {ORDER: values}


def _nothing(rows: int, kind: pa.DataType) -> pa.ChunkedArray:
    import pyarrow as pa

    return pa.chunked_array([pa.DictionaryArray.from_arrays(pa.nulls(rows, pa.int32()), pa.nulls(0, kind))])


def _where(source: TableSource, wide: Wide, name: str) -> str:
    """Where a mapped column is, for an error."""
    mapped = source.columns.get(name)
    headers = headers_of(mapped) if mapped is not None else ()
    return wide.table(headers[0]).where(headers[0], name) if headers else f"sources: constant {name}"


def _mapped(source: TableSource, name: str, items: int) -> Mapped | None:
    if isinstance(source, RatingSource) and is_item(name):
        headers = item_headers(source, items)
        place = item_place(name)
        return headers[place - 1] if place <= len(headers) else None
    return source.columns.get(name)


MADE_OF_PARTS = frozenset({"session_id", "episode_id"})  # often a client's id and a number: like in structure, in order


def guessable_ids(ids: pa.ChunkedArray, name: str, where: str) -> list[Finding]:
    """The id rules that a column of pseudonyms breaks; agencies are few and known to be, so only names among them count."""
    import pyarrow.compute as pc

    different = pc.unique(decoded_column(ids).drop_null())
    if name != AGENCY:
        faults = set_faults(different, made_of_parts=name in MADE_OF_PARTS)
        return [Finding(rule, where, rows, detail=said, about=About(column=name)) for rule, rows, said in faults]
    odd = odd_ids(different)
    return [Finding("ids_names", where, odd, about=About(column=name))] if odd else []


def _add_scores(assembled: Assembled, source: RatingSource, wide: Wide) -> None:
    """Scores shipped with the data: `shipped_<score>` beside items, so that scoring can compare; `score_<score>` where they
    are all there is.
    """
    given = {f"shipped_{score}": header for score, header in source.totals.items()}
    given |= {score_column(score): header for score, header in source.scores.items()}
    for name, header in given.items():
        if wide.has(header):
            table = wide.table(header)
            column = Column("number", "score as it came with the data", name=name)
            missing = source.missing_codes(name.partition("_")[2]) | table.user_missing.get(header, frozenset())
            how = Reading(column, missing, decimal=table.decimal)
            where = table.where(header, name)
            values, findings = read_column(wide.text(header), how, where, wide.line)
            assembled.findings += findings
            assembled.table = assembled.table.append_column(name, values)
            if removed := removed_by(wide.text(header), missing):
                assembled.removed[name] = removed


def _drop_unanswered(assembled: Assembled) -> None:
    """A rating without one answer (or one score, where only scores were kept) is no rating: set aside and counted."""
    import pyarrow.compute as pc

    table = assembled.table
    items = [table.column(name) for name in table.column_names if is_item(name) or is_score(name)]
    if not items:
        return
    answered = _there(items[0])
    for item in items[1:]:
        answered = pc.or_(answered, _there(item))
    if empty := len(answered) - answered.true_count:
        assembled.table = table.filter(answered)
        assembled.set_aside["no item answered"] = empty


def _there(column: pa.ChunkedArray) -> pa.BooleanArray:
    import pyarrow as pa

    return pa.chunked_array([is_there(chunk) for chunk in column.chunks], pa.bool_()).combine_chunks()
