"""From raw files to one canonical table: map, recode, convert, and count what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.ingest.cells import Reading, convert, plain_text
from pipeline.ingest.headers import item_headers
from pipeline.ingest.ids import id_faults
from pipeline.ingest.joins import Wide, glue, widen
from pipeline.ingest.raw import RawTable
from pipeline.params import Glue, Privacy, RatingSource, TableSource
from pipeline.tables.column import Column, Table
from pipeline.tables.rules import Finding

if TYPE_CHECKING:
    import pyarrow as pa

UNGUESSED = ("agency_id",)  # agencies are few, and known to be: their ids carry no client


@dataclass
class Assembled:
    """A canonical table, what was found wrong with it, and the rows that were set aside by reason."""

    table: pa.Table
    findings: list[Finding] = field(default_factory=list)
    set_aside: dict[str, int] = field(default_factory=dict)


def assemble(source: TableSource, declared: type[Table], raw: Mapping[str, RawTable], privacy: Privacy) -> Assembled:
    """One source as its canonical table; columns that are neither mapped nor constant are left out."""
    import pyarrow as pa

    wide, findings = widen(source, raw)
    columns: dict[str, Any] = {}
    for name, column in declared.columns.items():
        text, where = _text(source, wide, name)
        if text is None:
            continue
        columns[name], faults = read_column(text, reading(source, column, privacy), where, wide.base.first_line)
        findings += faults
        if column.kind == "id" and name not in (*privacy.attested_ids, *UNGUESSED):
            findings += guessable(columns[name], where)
    if "day" in declared.columns and "day" not in columns:
        columns["day"] = pa.chunked_array([pa.nulls(wide.base.rows, pa.int64())])
    ordered = {name: columns[name] for name in declared.columns if name in columns}
    assembled = Assembled(pa.table(ordered), findings)
    if isinstance(source, RatingSource):
        _add_totals(assembled, source, wide)
        _drop_unanswered(assembled)
    return assembled


def reading(source: TableSource, column: Column, privacy: Privacy) -> Reading:
    """How a source's cells of one canonical column are to be read."""
    recode: dict[str, Any] = dict(source.recode.get(column.name, {}))
    if isinstance(source, RatingSource) and column.name.startswith("item_"):
        recode = {**source.labels, **recode}
    codes = set(column.codes)
    if not column.closed:
        codes |= set(source.codes.get(column.name, ())) | {plain_text(target) for target in recode.values()}
    pattern = privacy.id_patterns.get(column.name, privacy.id_pattern)
    return Reading(column, frozenset(source.missing), recode, frozenset(codes), pattern)


def read_column(text: Any, how: Reading, where: str, first_line: int) -> tuple[Any, list[Finding]]:
    """A column's typed cells, and what is wrong with them."""
    cells = convert(text, how)
    findings = [Finding(rule, where, rows, first_line + first) for rule, (rows, first) in sorted(cells.faults.items())]
    faulty = sum(rows for rows, _ in cells.faults.values())
    if not how.column.missing and cells.values.null_count > faulty:
        findings.append(Finding("required_missing", where, cells.values.null_count - faulty))
    return cells.values, findings


def guessable(ids: Any, where: str) -> list[Finding]:
    """The id rules that a column of pseudonyms breaks."""
    import pyarrow.compute as pc

    return [Finding(rule, where, rows) for rule, rows in id_faults(pc.unique(ids.drop_null()))]


def _text(source: TableSource, wide: Wide, name: str) -> tuple[Any, str]:
    """The text of one canonical column and where it is; None where the source does not have it."""
    if name in source.constants:
        return _constant(plain_text(source.constants[name]), wide.base.rows), f"sources: constant {name}"
    if isinstance(source, RatingSource):
        if name == "rater":
            return _constant(source.rater, wide.base.rows), "sources: rater"
        if name.startswith("item_"):
            header = item_headers(source, int(name[5:]))[int(name[5:]) - 1 :][:1]
            return (wide.text(header[0]), wide.where(header[0], name)) if header and wide.has(header[0]) else (None, "")
    mapped = source.columns.get(name)
    if isinstance(mapped, Glue):
        if not all(wide.has(header) for header in mapped.columns):
            return None, ""
        return glue(wide, mapped, frozenset(source.missing)), wide.where(mapped.columns[0], name)
    return (wide.text(mapped), wide.where(mapped, name)) if mapped and wide.has(mapped) else (None, "")


def _constant(text: str, rows: int) -> Any:
    import pyarrow as pa

    indices = pa.repeat(pa.scalar(0, pa.int32()), rows)
    return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, pa.array([text], pa.string()))])


def _add_totals(assembled: Assembled, source: RatingSource, wide: Wide) -> None:
    """Scores shipped with the data, kept as `shipped_<score>` beside the items so that scoring can compare."""
    for score, header in source.totals.items():
        if wide.has(header):
            column = Column("number", f"{score} as shipped with the data", name=f"shipped_{score}")
            how = Reading(column, frozenset(source.missing))
            values, findings = read_column(wide.text(header), how, wide.where(header, column.name), wide.base.first_line)
            assembled.findings += findings
            assembled.table = assembled.table.append_column(column.name, values)


def _drop_unanswered(assembled: Assembled) -> None:
    """A rating without one answer is no rating: its row is set aside and counted."""
    import pyarrow as pa
    import pyarrow.compute as pc

    items = [assembled.table.column(name) for name in assembled.table.column_names if name.startswith("item_")]
    if not items:
        return
    answered = items[0].is_valid()
    for item in items[1:]:
        answered = pc.or_(answered, item.is_valid())
    empty = len(answered) - pc.sum(answered.cast(pa.int64())).as_py() if len(answered) else 0
    if empty:
        assembled.table = assembled.table.filter(answered)
        assembled.set_aside["no item answered"] = empty
