"""The way in as a whole: raw text tables and the mapping in, canonical tables or every problem out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.base.errors import Problem, SourceError
from pipeline.base.params import Params, Privacy, RatingSource, Sources, TableSource
from pipeline.ingest.assemble import Assembled, assemble
from pipeline.ingest.headers import UNREAD, all_sources, header_faults, headers_used, item_count
from pipeline.ingest.net import scan
from pipeline.ingest.raw import RawTable
from pipeline.ingest.unused import unused
from pipeline.tables import Table, by_name, ratings
from pipeline.tables.anonymity import small_classes
from pipeline.tables.rules import Finding, broken, policy
from pipeline.tables.stored import parquet, plain

if TYPE_CHECKING:
    import pyarrow as pa


DERIVED = {"clients": "client_id", "workers": "worker_id"}  # tables that the sessions can stand in for


@dataclass(frozen=True)
class Scale:
    """What the way in must know of an instrument: how many items, and the lowest and highest answer."""

    items: int
    low: float
    high: float


@dataclass
class Ingested:
    """The canonical tables as Parquet by name, and ingest.json."""

    tables: dict[str, bytes]
    record: dict[str, Any]


@dataclass
class Progress:
    """What has been made and found so far, one table after the other, so that only one is held open."""

    made: dict[str, bytes] = field(default_factory=dict)
    counts: dict[str, dict[str, Any]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def ingest(raw: Mapping[str, RawTable], params: Params, scales: Mapping[str, Scale]) -> Ingested:
    """Map, convert and check all files of a study.

    `raw`: every file that `params.sources` names, by name. SourceError carries every problem of every file; findings whose
    policy is not to refuse become notes.
    """
    sources, privacy = params.sources, params.privacy
    items = {name: scale.items for name, scale in scales.items()}
    problems = list(header_faults(raw, sources, items, privacy))
    progress = Progress(findings=[*unread_findings(raw, sources, items), *unused(raw, sources, items)])
    for name, parts in _grouped(raw, sources, scales).items():
        new = new_ids(name, sources)
        _make(progress, name, [assemble(source, declared, raw, privacy, new) for source, declared in parts], privacy)
    chosen = privacy.policies
    problems += [finding.problem() for finding in progress.findings if policy(finding.rule, chosen) == "refuse"]
    if problems:
        raise SourceError(sorted(set(problems)))
    notes = [f"{file}: {note}" for file, table in sorted(raw.items()) for note in table.notes]
    notes += [str(finding.problem()).splitlines()[0] for finding in progress.findings]
    files = [{"file": file, "sha256": table.sha256, "rows": table.rows} for file, table in sorted(raw.items())]
    return Ingested(progress.made, {"files": files, "tables": progress.counts, "notes": notes})


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


def new_ids(name: str, sources: Sources) -> set[str]:
    """The id columns by which ids come in with a table: its key, agencies, and those of tables that no file tells of."""
    if name not in by_name():
        return set()
    derived = {key for table, key in DERIVED.items() if table not in sources.tables} if name == "sessions" else set()
    return {by_name()[name].key()[0], "agency_id"} | derived


Part = tuple[TableSource, type[Table]]


def _grouped(raw: Mapping[str, RawTable], sources: Sources, scales: Mapping[str, Scale]) -> dict[str, list[Part]]:
    """Canonical table -> the sources that feed it; those whose files could not be read are left out (said already)."""
    grouped: dict[str, list[Part]] = {}
    for key, source in all_sources(sources).items():
        if any(file not in raw for file in (source.file, *(join.file for join in source.joins))):
            continue
        if isinstance(source, RatingSource):
            scale = scales[source.instrument]
            declared = ratings(source.instrument, scale.items, scale.low, scale.high)
        else:
            declared = by_name()[key.partition(".")[2]]
        grouped.setdefault(declared.name, []).append((source, declared))
    return grouped


def _make(progress: Progress, name: str, parts: list[Assembled], privacy: Privacy) -> None:
    """Put the parts of a table together and store it; clients and workers come from the sessions where no file has them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = pa.concat_tables([part.table for part in parts], promote_options="default")
    findings = [finding for part in parts for finding in part.findings]
    if name == "clients" and not findings:  # a faulty cell is read as missing, which would make a class of its own
        findings += _rare_clients(table, privacy)
    progress.findings += findings
    set_aside: dict[str, int] = {}
    for part in parts:
        for reason, rows in part.set_aside.items():
            set_aside[reason] = set_aside.get(reason, 0) + rows
    _store(progress, name, table, set_aside)
    for derived, key in DERIVED.items():
        if name == "sessions" and derived not in progress.made and key in table.column_names:
            _store(progress, derived, pa.table({key: pc.unique(plain(table.column(key)).drop_null())}), {})


def _store(progress: Progress, name: str, table: pa.Table, set_aside: dict[str, int]) -> None:
    progress.made[name] = parquet(table)
    progress.counts[name] = {"rows": table.num_rows, "set_aside": set_aside}


def _rare_clients(clients: pa.Table, privacy: Privacy) -> list[Finding]:
    held = [name for name in privacy.quasi_identifiers if name in clients.column_names]
    rare = small_classes(clients, held, privacy.k)
    detail = f"k = {privacy.k} over {', '.join(held)}"
    return [Finding("k_anonymity", "clients", rare, detail=detail)] if rare else []


def missing_files(sources: Sources, found: set[str]) -> list[Problem]:
    """The files that a mapping names and that are not there."""
    named = {file for source in all_sources(sources).values() for file in (source.file, *(j.file for j in source.joins))}
    return [broken("not_there", file) for file in sorted(named - found)]


def named_files(sources: Sources) -> list[str]:
    """Every file that some mapping names, sorted."""
    return sorted(
        {file for source in all_sources(sources).values() for file in (source.file, *(j.file for j in source.joins))}
    )
