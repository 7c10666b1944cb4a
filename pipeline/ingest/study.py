"""The way in as a whole: raw text tables and the mapping in, canonical tables or every problem out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.base.column_names import is_item
from pipeline.base.errors import Problem, SourceError
from pipeline.base.params import Params, Privacy
from pipeline.base.sources import RatingSource, Sources, TableSource
from pipeline.ingest.assemble import Assembled, assemble
from pipeline.ingest.headers import UNREAD, header_faults, headers_used, item_count
from pipeline.ingest.kept_scores import Scale, as_scored
from pipeline.ingest.net import scan_column
from pipeline.ingest.parts import Part, all_sources, parts
from pipeline.ingest.raw import RawTable
from pipeline.ingest.together import Together, stack_parts
from pipeline.ingest.unused import unused_findings
from pipeline.results.flow import File
from pipeline.results.stage_counts import IngestCounts, TableIngested
from pipeline.tables import Table, by_name, ratings
from pipeline.tables.anonymity import small_classes
from pipeline.tables.rules import Finding, policy_of, rule_problem
from pipeline.tables.stored import decoded_column, parquet_bytes, plain_table

if TYPE_CHECKING:
    import pyarrow as pa


ONLY_SCORES = "only scores were kept, no items: nothing is said of reliability, item checks, factors and invariance"
DERIVED = {"clients": "client_id", "workers": "worker_id"}  # tables that the sessions can stand in for


@dataclass
class Ingested:
    """The canonical tables as Parquet by name, and ingest.json."""

    tables: dict[str, bytes]
    record: IngestCounts


@dataclass
class Progress:
    """What has been made and found so far, one table after the other, so that only one is held open."""

    made: dict[str, bytes] = field(default_factory=dict)
    counts: dict[str, TableIngested] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def ingest(raw: Mapping[str, RawTable], params: Params, scales: Mapping[str, Scale]) -> Ingested:
    """Map, convert and check all files of a study.

    `raw`: every file that `params.sources` names, by name. SourceError carries every problem of every file; findings whose
    policy is not to refuse become notes.
    """
    sources, privacy = params.sources, params.privacy
    items = {name: scale.items for name, scale in scales.items()}
    problems = list(header_faults(raw, sources, items, privacy))
    of_files = [finding for _, table in sorted(raw.items()) for finding in table.findings]
    progress = Progress(findings=[*of_files, *unread_findings(raw, sources, items), *unused_findings(raw, sources, items)])
    for name, of_table in _grouped(raw, sources, scales).items():
        made = [_made(share, raw, privacy, scales) for share in of_table]
        new = new_ids(name, sources) - set(privacy.attested_ids)
        _make(progress, name, stack_parts(made, new), privacy)
    chosen = privacy.policies
    findings = without_repeats(progress.findings)
    problems += [finding.problem() for finding in findings if policy_of(finding.rule, chosen) == "refuse"]
    if problems:
        raise SourceError(sorted(set(problems)))
    notes = [f"{file}: {note}" for file, table in sorted(raw.items()) for note in table.notes]
    notes += [str(finding.problem()).splitlines()[0] for finding in findings]
    notes += removed_notes(progress.counts)
    notes += [f"ratings {name}: {ONLY_SCORES}" for name, source in sources.ratings.items() if source.scores]
    files = tuple(File(file=file, sha256=table.sha256, rows=table.rows) for file, table in sorted(raw.items()))
    attested = tuple(privacy.attested_ids)
    return Ingested(
        progress.made, IngestCounts(files=files, tables=progress.counts, notes=tuple(notes), attested_ids=attested)
    )


def _made(share: Share, raw: Mapping[str, RawTable], privacy: Privacy, scales: Mapping[str, Scale]) -> Assembled:
    part, whole, declared = share
    made = assemble(part, whole, declared, raw, privacy, {name: scale.items for name, scale in scales.items()})
    if isinstance(part.source, RatingSource):
        made.table = as_scored(made.table, part.source, scales[part.source.instrument])
    return made


def without_repeats(findings: Iterable[Finding]) -> list[Finding]:
    """Findings without those that several parts of one source make alike (a client's cells, once for each session)."""
    return list(dict.fromkeys(findings))


def removed_notes(counts: Mapping[str, TableIngested]) -> list[str]:
    """What each declared code of missing values emptied, table by table."""
    found: dict[tuple[str, str, str], int] = {}
    for table, entry in counts.items():
        for column, codes in entry.removed.items():
            for code, cells in codes.items():
                key = (table, "items" if is_item(column) else column, code)
                found[key] = found.get(key, 0) + cells
    return [
        f"{table}: {column}: {cells:,} {'cell' if cells == 1 else 'cells'} missing by the code `{code}`"
        for (table, column, code), cells in found.items()
    ]


def unread_findings(raw: Mapping[str, RawTable], sources: Sources, items: Mapping[str, int]) -> Iterator[Finding]:
    """The second net over every column that no canonical column declares the form of."""
    declared = {
        (file, header)
        for part in parts(sources)
        for file in part.files
        for header, canonical in headers_used(part.source, item_count(part.source, items)).items()
        if canonical not in UNREAD
    }
    for file, table in raw.items():
        for header in table.header:
            if (file, header) not in declared:
                for rule, (rows, first) in scan_column(table.column(header)).items():
                    yield Finding(rule, table.where(header), rows, table.first_line + first)
            elif rows := table.formulas.get(header, 0):
                yield Finding("formulas", table.where(header), rows)


def new_ids(name: str, sources: Sources) -> set[str]:
    """The id columns by which ids come in with a table: its key, agencies, and those of tables that no file tells of."""
    if name not in by_name():
        return set()
    derived = {key for table, key in DERIVED.items() if table not in sources.tables} if name == "sessions" else set()
    return {by_name()[name].key()[0], "agency_id"} | derived


Share = tuple[Part, TableSource, type[Table]]


def _grouped(raw: Mapping[str, RawTable], sources: Sources, scales: Mapping[str, Scale]) -> dict[str, list[Share]]:
    """Canonical table -> the parts that feed it; those whose files could not be read are left out (said already)."""
    grouped: dict[str, list[Share]] = {}
    originals = all_sources(sources)
    for part in parts(sources):
        if any(file not in raw for file in part.files):
            continue
        if isinstance(part.source, RatingSource):
            scale = scales[part.source.instrument]
            declared = ratings(part.source.instrument, scale.items, scale.low, scale.high)
        else:
            declared = by_name()[part.table]
        grouped.setdefault(declared.name, []).append((part, originals[part.key], declared))
    return grouped


def _make(progress: Progress, name: str, table: Together, privacy: Privacy) -> None:
    """Store a table whole; clients and workers come from the sessions where no file has them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    findings = list(table.findings)
    if (
        name == "clients" and not findings and "client_id" in table.rows.column_names
    ):  # a faulty cell is read as missing, which would make a class of its own
        findings += _rare_clients(table.rows, privacy)
    progress.findings += findings
    _store(progress, name, table)
    for derived, key in DERIVED.items():
        if name == "sessions" and derived not in progress.made and key in table.rows.column_names:
            ids = pc.unique(decoded_column(table.rows.column(key)).drop_null())
            _store(progress, derived, Together(pa.table({key: ids}).sort_by(key)))


def _store(progress: Progress, name: str, table: Together) -> None:
    progress.made[name] = parquet_bytes(table.rows)
    progress.counts[name] = TableIngested(rows=table.rows.num_rows, set_aside=table.set_aside, removed=table.removed)


def _rare_clients(clients: pa.Table, privacy: Privacy) -> list[Finding]:
    """Clients, each counted once, however often a row of theirs is repeated."""
    held = [name for name in privacy.quasi_identifiers if name in clients.column_names]
    different = plain_table(clients.select(["client_id", *held])).group_by(["client_id", *held]).aggregate([])
    rare = small_classes(different, held, privacy.k)
    detail = f"k = {privacy.k} over {', '.join(held)}"
    return [Finding("k_anonymity", "clients", rare, detail=detail)] if rare else []


def missing_files(sources: Sources, found: set[str]) -> list[Problem]:
    """The files that a mapping names and that are not there."""
    return [rule_problem("not_there", file) for file in named_files(sources) if file not in found]


def named_files(sources: Sources) -> list[str]:
    """Every file that some mapping names, sorted."""
    return sorted({file for source in all_sources(sources).values() for file in source.all_files})
