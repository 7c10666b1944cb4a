"""check: say everything that is wrong with params.yaml, and with the raw files and tables where they are there."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pipeline.base.errors import SourceError
from pipeline.base.params import Params, load
from pipeline.hypotheses.lacks import all_lacks
from pipeline.ingest.study import named_files
from pipeline.ingest.unlisted import ASKED, asked_about
from pipeline.ingest.written import told_by
from pipeline.project import runner
from pipeline.project.package import refuse_other_package
from pipeline.project.raw_folder import folder_problems
from pipeline.start.template import STAMP


def main(root: Path, _arguments: argparse.Namespace) -> int:
    """Run the check stage; for a person, not for DVC (whose check stage depends on no data), look into the files as well."""
    refuse_other_package(root, STAMP)
    runner.run("check", root)
    params = load(runner.params_text(root))
    print(*verdict(params), sep="\n")
    for place in asked_about(told_by(params)):
        print(f"- note: {place}: {ASKED}")
    folder = root / params.sources.directory
    if not folder.is_dir():
        return 0
    if "DVC_STAGE" in os.environ:
        if strange := folder_problems(folder, named_files(params.sources)):
            raise SourceError(strange)
        return 0
    from pipeline.project.refusal import quarantine_reported
    from pipeline.stages import ingest, validate

    with quarantine_reported(root, "ingest"):
        ingested = ingest.take_in(runner.open_batch(ingest, root, params), params)
    with quarantine_reported(root, "validate"):
        _, record = validate.hold(runner.open_batch(validate, root, params), params, ingested.tables)
    rows = sum(file.rows for file in ingested.record.files)
    print(f"The {len(ingested.record.files)} raw files ({rows:,} rows) pass the gate.")
    for note in ingested.record.notes:
        print(f"- note: {note}")
    for warning in record.warnings:
        print(f"- note: {warning.table}: {warning.text} ({warning.count:,})")
    return 0


def verdict(params: Params) -> list[str]:
    """That params.yaml is valid, and each hypothesis that lacks a column or a table of ratings, with what it lacks."""
    lacking = all_lacks(params)
    if not lacking:
        return ["params.yaml is valid."]
    said = [f"params.yaml is valid, but {len(lacking)} of {len(params.hypotheses)} hypotheses cannot run on what is mapped:"]
    for name, found in lacking.items():
        said.append(f"- {name} lacks {'; '.join(map(str, found))}")
    return [*said, "    mend: map the column, or take it out of the hypothesis; the others run"]
