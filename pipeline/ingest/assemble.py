"""From raw files to one canonical table: map, recode, convert, and count what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.base.params import Checked, Glue, Privacy, RatingSource, TableSource
from pipeline.ingest.cells import Reading, convert, is_there, plain_text
from pipeline.ingest.headers import headers_of, item_headers
from pipeline.ingest.ids import id_faults, odd_ids
from pipeline.ingest.joins import Wide, make, widen
from pipeline.ingest.raw import RawTable
from pipeline.ingest.readable import readable_faults
from pipeline.tables.arrays import strings
from pipeline.tables.column import Column, Table
from pipeline.tables.rules import Finding
from pipeline.tables.stored import plain

if TYPE_CHECKING:
    import pyarrow as pa

AGENCY = "agency_id"


@dataclass
class Assembled:
    """A canonical table, what was found wrong with it, and the rows that were set aside by reason."""

    table: pa.Table
    findings: list[Finding] = field(default_factory=list)
    set_aside: dict[str, int] = field(default_factory=dict)


def assemble(
    source: TableSource, declared: type[Table], raw: Mapping[str, RawTable], privacy: Privacy, new_ids: Container[str]
) -> Assembled:
    """One source as its canonical table; columns that are neither mapped nor constant are left out.

    `new_ids`: the id columns whose ids come in here, and are looked at for being guessable; others only point at them.
    """
    import pyarrow as pa

    items = sum(name.startswith("item_") for name in declared.columns)
    wide, findings = widen(source, raw, items)
    columns: dict[str, Any] = {}
    for column in declared.columns.values():
        found = _column(source, wide, column, privacy, items)
        if found is not None:
            columns[column.name], faults = found
            findings += faults
            if column.name in new_ids and column.name not in privacy.attested_ids:
                findings += guessable(columns[column.name], column.name, _where(source, wide, column.name))
    if "day" in declared.columns and "day" not in columns:
        nothing = pa.DictionaryArray.from_arrays(pa.nulls(wide.rows, pa.int32()), pa.nulls(0, pa.int64()))
        columns["day"] = pa.chunked_array([nothing])
    assembled = Assembled(pa.table({name: columns[name] for name in declared.columns if name in columns}), findings)
    if isinstance(source, RatingSource):
        _add_totals(assembled, source, wide)
        _drop_unanswered(assembled)
    return assembled


def reading(
    source: TableSource, column: Column, privacy: Privacy, table: RawTable | None = None, header: str = ""
) -> Reading:
    """How a source's cells of one canonical column are to be read; `table` and `header` add what its format says."""
    recode: dict[str, Any] = dict(source.recode.get(column.name, {}))
    if isinstance(source, RatingSource) and column.name.startswith("item_"):
        recode = {**source.labels, **recode}
    codes = set(column.codes)
    if not column.closed:
        codes |= set(source.codes.get(column.name, ())) | {plain_text(target) for target in recode.values()}
    mapped = source.columns.get(column.name)
    if isinstance(mapped, Checked):
        codes |= {plain_text(code) for code in mapped.checked.values()}
    pattern = privacy.id_patterns.get(column.name, privacy.id_pattern)
    missing, labels = frozenset(source.missing), dict[str, str]()
    if table is not None:
        missing, labels = missing | table.user_missing.get(header, frozenset()), dict(table.labels.get(header, {}))
    return Reading(column, missing, recode, frozenset(codes), pattern, labels)


def read_column(text: Any, how: Reading, where: str, line: Callable[[int], int]) -> tuple[Any, list[Finding]]:
    """A column's typed cells, and what is wrong with them; `line` gives the line a row stands on."""
    cells = convert(text, how)
    findings = [Finding(rule, where, rows, line(first)) for rule, (rows, first) in sorted(cells.faults.items())]
    faulty = sum(rows for rows, _ in cells.faults.values())
    if not how.column.missing and (missing := cells.missing) > faulty:
        findings.append(Finding("required_missing", where, missing - faulty))
    return cells.values, findings


def _column(
    source: TableSource, wide: Wide, column: Column, privacy: Privacy, items: int
) -> tuple[Any, list[Finding]] | None:
    """One canonical column and its findings; None where the source does not have it."""
    constant = source.constants.get(column.name)
    if isinstance(source, RatingSource) and column.name == "rater":
        constant = source.rater
    if constant is not None:
        text = _constant(plain_text(constant), wide.rows)
        return read_column(text, reading(source, column, privacy), f"sources: constant {column.name}", lambda _: 0)
    mapped = _mapped(source, column.name, items)
    if mapped is None or not all(wide.has(header) for header in headers_of(mapped)):
        return None
    header = headers_of(mapped)[0]
    table = wide.table(header)
    where = table.where(header, column.name)
    text, findings = make(wide, mapped, frozenset(source.missing))
    how = reading(source, column, privacy, table if isinstance(mapped, str) else None, header)
    values, faults = read_column(text, how, where, lambda row: wide.line(row, header))
    findings += faults
    if column.kind == "id" and mapped in table.numbers:
        findings.append(Finding("id_as_number", where, len(values)))
    return values, findings


def _where(source: TableSource, wide: Wide, name: str) -> str:
    """Where a mapped column is, for an error."""
    mapped = source.columns.get(name)
    header = headers_of(mapped)[0] if mapped is not None else ""
    return wide.table(header).where(header, name) if mapped is not None else f"sources: constant {name}"


def _mapped(source: TableSource, name: str, items: int) -> str | Glue | Checked | None:
    if isinstance(source, RatingSource) and name.startswith("item_"):
        headers = item_headers(source, items)
        place = int(name.removeprefix("item_"))
        return headers[place - 1] if place <= len(headers) else None
    return source.columns.get(name)


def guessable(ids: Any, name: str, where: str) -> list[Finding]:
    """The id rules that a column of pseudonyms breaks; agencies are few and known to be, so only names among them count."""
    import pyarrow.compute as pc

    different = pc.unique(plain(ids).drop_null())
    if name != AGENCY:
        found = [*id_faults(different), *readable_faults(different)]
    else:
        found = [("ids_names", odd)] if (odd := odd_ids(different)) else []
    return [Finding(rule, where, rows) for rule, rows in found]


def _constant(text: str, rows: int) -> Any:
    import pyarrow as pa

    indices = pa.Array.from_buffers(pa.int32(), rows, [None, pa.py_buffer(bytes(4 * rows))])
    return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, strings([text]))])


def _add_totals(assembled: Assembled, source: RatingSource, wide: Wide) -> None:
    """Scores shipped with the data, kept as `shipped_<score>` beside the items so that scoring can compare."""
    for score, header in source.totals.items():
        if wide.has(header):
            column = Column("number", f"{score} as shipped with the data", name=f"shipped_{score}")
            how = Reading(column, frozenset(source.missing))
            where = wide.table(header).where(header, column.name)
            values, findings = read_column(wide.text(header), how, where, wide.line)
            assembled.findings += findings
            assembled.table = assembled.table.append_column(column.name, values)


def _drop_unanswered(assembled: Assembled) -> None:
    """A rating without one answer is no rating: its row is set aside and counted."""
    import pyarrow.compute as pc

    items = [assembled.table.column(name) for name in assembled.table.column_names if name.startswith("item_")]
    if not items:
        return
    answered = _there(items[0])
    for item in items[1:]:
        answered = pc.or_(answered, _there(item))
    if empty := len(answered) - answered.true_count:
        assembled.table = assembled.table.filter(answered)
        assembled.set_aside["no item answered"] = empty


def _there(column: Any) -> Any:
    import pyarrow as pa

    return pa.chunked_array([is_there(chunk) for chunk in column.chunks], pa.bool_()).combine_chunks()
