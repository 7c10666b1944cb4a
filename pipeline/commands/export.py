"""export: the report as a Word document, made of the same cleared numbers; with --r, what redoes it in R."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.base.params import load
from pipeline.project.io import Batch
from pipeline.project.runner import open_batch, params_text
from pipeline.report.readers.paper import drawings
from pipeline.report.readers.word import DPI, word
from pipeline.report.release import build
from pipeline.stages import report

DOCX = "reports/report.docx"
INTERNAL = "data/internal/report.docx"


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Write the Word document (under data/internal/ where the release is internal), and the R folder where asked."""
    params = load(params_text(root))
    name = INTERNAL if params.privacy.release == "internal" else DOCX
    batch = Batch(root, (), (name,))
    batch.put_bytes(name, docx(root))
    batch.commit()
    print(f"{name}: open it with Word or LibreOffice, and update its fields once (Ctrl+A, F9).")
    return write_r(root, params) if getattr(arguments, "r", False) else 0


def docx(root: Path) -> bytes:
    """The report of the results at hand as a Word document."""
    params = load(params_text(root))
    document, _ = build(params, report.sources(open_batch(report, root, params, None), params))
    pictures = {name: png for name, (_, png) in drawings(document.figures, DPI).items()}
    return word(document, pictures)
