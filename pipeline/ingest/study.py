"""The way in as a whole: raw text tables and the mapping in, canonical tables or every problem out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.errors import Problem, SourceError
from pipeline.ingest.assemble import Assembled, assemble
from pipeline.ingest.headers import all_sources, header_faults, headers_used, item_count
from pipeline.ingest.joins import rows_of_kind
from pipeline.ingest.net import scan
from pipeline.ingest.raw import RawTable
from pipeline.params import Params, Privacy, RatingSource, Sources
from pipeline.tables import by_name, ratings
from pipeline.tables.anonymity import small_classes
from pipeline.tables.rules import Finding, broken, policy

if TYPE_CHECKING:
    import pyarrow as pa


UNREAD = ("ignored", "key of a join", "kind of row")  # what headers are for that no canonical column declares a form of


@dataclass(frozen=True)
class Scale:
    """What the way in must know of an instrument: how many items, and the lowest and highest answer."""

    items: int
    low: float
    high: float


@dataclass(frozen=True)
class Ingested:
    """The canonical tables by name, and ingest.json."""

    tables: dict[str, pa.Table]
    record: dict[str, Any]


def ingest(raw: Mapping[str, RawTable], params: Params, scales: Mapping[str, Scale]) -> Ingested:
    """Map, convert and check all files of a study.

    `raw`: every file that `params.sources` names, by name. SourceError carries every problem of every file; findings whose
    policy is not to refuse become notes.
    """
    sources, privacy = params.sources, params.privacy
    items = {name: scale.items for name, scale in scales.items()}
    problems = list(header_faults(raw, sources, items, privacy))
    findings = [*unread_findings(raw, sources, items), *unused_rows(raw, sources)]
    parts = _assembled(raw, sources, privacy, scales)
    findings += [finding for _, part in parts for finding in part.findings]
    tables = _tables(parts)
    if not any(part.findings for name, part in parts if name == "clients"):  # a faulty cell is read as missing
        findings += _rare_clients(tables.get("clients"), privacy)
    chosen = privacy.policies
    problems += [finding.problem() for finding in findings if policy(finding.rule, chosen) == "refuse"]
    if problems:
        raise SourceError(sorted(set(problems)))
    notes = [str(finding.problem()).splitlines()[0] for finding in findings]
    return Ingested(tables, _record(raw, parts, tables, notes))


def unused_rows(raw: Mapping[str, RawTable], sources: Sources) -> Iterator[Finding]:
    """Rows of a file that feeds several tables, of a kind that none of them asks for."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for file, table in raw.items():
        feeding = [source for source in all_sources(sources).values() if source.file == file]
        kept = [rows_of_kind(source, table) for source in feeding]
        if feeding and all(rows is not None for rows in kept):
            unused = table.rows - len(pc.unique(pa.chunked_array(kept, pa.uint64())))
            if unused:
                yield Finding("rows_unused", file, unused)


def unread_findings(raw: Mapping[str, RawTable], sources: Sources, items: Mapping[str, int]) -> Iterator[Finding]:
    """The second net over every column that no canonical column declares the form of."""
    declared = {
        (file, header)
        for source in all_sources(sources).values()
        for file in (source.file, *(join.file for join in source.joins))
        for header, canonical in headers_used(source, item_count(source, items)).items()
        if canonical not in UNREAD
    }
    for file, table in raw.items():
        for header in table.header:
            if (file, header) not in declared:
                for rule, (rows, first) in scan(table.column(header)).items():
                    yield Finding(rule, table.where(header), rows, table.first_line + first)


def _assembled(
    raw: Mapping[str, RawTable], sources: Sources, privacy: Privacy, scales: Mapping[str, Scale]
) -> list[tuple[str, Assembled]]:
    parts = []
    for source in all_sources(sources).values():
        if any(file not in raw for file in (source.file, *(join.file for join in source.joins))):
            continue  # said already, by whoever read the files
        if isinstance(source, RatingSource):
            scale = scales[source.instrument]
            declared = ratings(source.instrument, scale.items, scale.low, scale.high)
        else:
            declared = by_name()[next(name for name, other in sources.tables.items() if other is source)]
        parts.append((declared.name, assemble(source, declared, raw, privacy)))
    return parts


def _tables(parts: list[tuple[str, Assembled]]) -> dict[str, pa.Table]:
    """The parts of each table put together; clients and workers taken from the sessions where no file tells of them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    grouped: dict[str, list[pa.Table]] = {}
    for name, part in parts:
        grouped.setdefault(name, []).append(part.table)
    tables = {name: pa.concat_tables(group, promote_options="default") for name, group in grouped.items()}
    for name, key in (("clients", "client_id"), ("workers", "worker_id")):
        if name not in tables and "sessions" in tables and key in tables["sessions"].column_names:
            tables[name] = pa.table({key: pc.unique(tables["sessions"].column(key).drop_null())})
    return tables


def _rare_clients(clients: pa.Table | None, privacy: Privacy) -> list[Finding]:
    if clients is None:
        return []
    held = [name for name in privacy.quasi_identifiers if name in clients.column_names]
    rare = small_classes(clients, held, privacy.k)
    detail = f"k = {privacy.k} over {', '.join(held)}"
    return [Finding("k_anonymity", "clients", rare, detail=detail)] if rare else []


def _record(
    raw: Mapping[str, RawTable], parts: list[tuple[str, Assembled]], tables: Mapping[str, pa.Table], notes: list[str]
) -> dict[str, Any]:
    set_aside: dict[str, dict[str, int]] = {name: {} for name in tables}
    for name, part in parts:
        for reason, rows in part.set_aside.items():
            set_aside[name][reason] = set_aside[name].get(reason, 0) + rows
    file_notes = [f"{file}: {note}" for file, table in sorted(raw.items()) for note in table.notes]
    return {
        "files": [{"file": file, "sha256": table.sha256, "rows": table.rows} for file, table in sorted(raw.items())],
        "tables": {name: {"rows": table.num_rows, "set_aside": set_aside[name]} for name, table in tables.items()},
        "notes": file_notes + notes,
    }


def missing_files(sources: Sources, found: set[str]) -> list[Problem]:
    """The files that a mapping names and that are not there."""
    named = {file for source in all_sources(sources).values() for file in (source.file, *(j.file for j in source.joins))}
    return [broken("not_there", file) for file in sorted(named - found)]


def named_files(sources: Sources) -> list[str]:
    """Every file that some mapping names, sorted."""
    return sorted(
        {file for source in all_sources(sources).values() for file in (source.file, *(j.file for j in source.joins))}
    )
