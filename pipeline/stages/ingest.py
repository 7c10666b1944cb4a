"""ingest: raw files through the gate and the mapping into canonical tables."""

from __future__ import annotations

from pipeline.base.errors import SourceError
from pipeline.base.params import Params
from pipeline.ingest.kept_scores import Scale
from pipeline.ingest.manifest import NAME, manifest_problems, read_manifest
from pipeline.ingest.study import Ingested, ingest, named_files
from pipeline.measures.instrument import Instrument
from pipeline.project.instruments import FOLDER, library
from pipeline.project.io import Batch
from pipeline.project.memory import return_freed_memory
from pipeline.project.raw_files import read_files
from pipeline.project.raw_folder import folder_problems
from pipeline.project.refusal import quarantine_reported

READS = ("data/interim/check.json", "data/interim/sources.json", "{sources}", FOLDER)
WRITES = ("data/interim/ingested",)
PARAMS = ("sources", "privacy", "measures")
OUT = "data/interim/ingested"


def run(batch: Batch, params: Params, _hypothesis: str | None) -> None:
    """Write each canonical table and ingest.json; SourceError names everything that is wrong with any file, and leaves
    the quarantine report.
    """
    return_freed_memory()
    for name in named_files(params.sources):
        path = f"{params.sources.directory}/{name}"
        if batch.has(path):
            batch.path(path)  # so that a file that changes meanwhile is noticed before anything is written
    with quarantine_reported(batch.root, "ingest"):
        ingested = take_in(batch, params)
    for name, content in ingested.tables.items():
        batch.put_bytes(f"{OUT}/{name}.parquet", content)
    batch.put_json(f"{OUT}/ingest.json", ingested.record)


def scale_of(instrument: Instrument) -> Scale:
    """What the way in must know of an instrument."""
    sizes = {name: len(items) for name, items in instrument.scores.items()}
    return Scale(instrument.items, *instrument.scale, sizes=sizes, rule=instrument.score)


def take_in(batch: Batch, params: Params) -> Ingested:
    """Read and check every raw file of the study, writing nothing."""
    folder = batch.root / params.sources.directory
    raw, problems = read_files(folder, named_files(params.sources), params.privacy.max_file_mb, params.sources)
    problems += folder_problems(folder, named_files(params.sources))
    manifest = f"{params.sources.directory}/{NAME}"
    if batch.has(manifest):
        problems += manifest_problems(read_manifest(batch.content(manifest)), raw, named_files(params.sources))
    if problems and not raw:
        raise SourceError(sorted(set(problems)))
    scales = {name: scale_of(found) for name, found in library(batch, params.measures).items()}
    try:
        ingested = ingest(raw, params, scales)
    except SourceError as error:
        raise SourceError(sorted({*problems, *error.problems})) from None
    if problems:
        raise SourceError(sorted(set(problems)))
    return ingested
