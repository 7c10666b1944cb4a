"""manifest: freeze the hashes and row counts of the raw files, so that lost, added or altered rows are refused."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path

from pipeline.base.errors import SourceError
from pipeline.base.params import load
from pipeline.ingest.manifest import NAME, manifest_of, read_manifest
from pipeline.ingest.study import named_files
from pipeline.project.io import Batch
from pipeline.project.raw_files import read_files
from pipeline.project.runner import params_text

BYTES = 32


def main(root: Path, _arguments: argparse.Namespace) -> int:
    """Write the manifest beside the raw files; refuses where a file cannot be read."""
    params = load(params_text(root))
    folder = params.sources.directory
    tables, problems = read_files(root / folder, named_files(params.sources), params.privacy.max_file_mb, params.sources)
    if problems:
        raise SourceError(problems)
    target = f"{folder}/{NAME}"
    batch = Batch(root, (target,), (target,))
    batch.put_json(target, manifest_of(tables, _secret(batch, target)))
    batch.commit()
    rows = sum(table.rows for table in tables.values())
    print(f"Froze {len(tables)} files with {rows:,} rows in {target}.")
    return 0


def _secret(batch: Batch, name: str) -> str:
    """The secret of the manifest that is there, so that the same files give the same manifest again, or a new one."""
    before = read_manifest(batch.content(name)) if batch.has(name) else None
    return before.secret if before is not None and len(before.secret) == 2 * BYTES else secrets.token_hex(BYTES)
