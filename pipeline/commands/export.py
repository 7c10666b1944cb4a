"""export: the report as a Word document, made of the same cleared numbers; with --r, what redoes it in R."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from pipeline.base.params import Params, load
from pipeline.project.io import Batch
from pipeline.project.runner import open_batch, params_text
from pipeline.report.document import Document
from pipeline.report.readers.paper import draw_figures
from pipeline.report.readers.word import DPI, word_bytes
from pipeline.report.release import build_document
from pipeline.results.fit import Fit
from pipeline.stages import report

DOCX = "reports/report.docx"
INTERNAL = "data/internal/report.docx"
LINKED = "data/analysis/linked"
R_FOLDER = "data/r"
TRUST = "data/scored/trust.json"


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Write the Word document (under data/internal/ where the release is internal), and the R folder where asked."""
    params = load(params_text(root))
    name = INTERNAL if params.privacy.release == "internal" else DOCX
    batch = Batch(root, (), (name,))
    batch.put_bytes(name, docx(document_of(root)))
    batch.commit()
    print(f"{name}: open it with Word or LibreOffice, and update its fields once (Ctrl+A, F9).")
    return write_r(root, params) if getattr(arguments, "r", False) else 0


def document_of(root: Path) -> Document:
    """The report of the results at hand, cleared."""
    params = load(params_text(root))
    return build_document(params, report.sources(open_batch(report, root, params), params))[0]


def docx(document: Document) -> bytes:
    """A report as a Word document, its figures at 300 dots to the inch."""
    bare = [replace(figure, caption="", note="") for figure in document.figures]  # Word has them as text
    pictures = {name: png for name, (_, png) in draw_figures(bare, DPI).items()}
    return word_bytes(document, pictures)


def write_r(root: Path, params: Params) -> int:
    """A private folder for each hypothesis about ratings: the model's rows and an R script; others are named."""
    from pipeline.hypotheses.battery.feedback import series_in
    from pipeline.hypotheses.design.sample import build_sample
    from pipeline.hypotheses.kinds import kind_of
    from pipeline.hypotheses.kinds.multilevel.evaluate import primary_fit
    from pipeline.hypotheses.r_panel import panel_files
    from pipeline.hypotheses.r_script import r_files
    from pipeline.results.trust import Trust

    batch = Batch(root, (LINKED, report.FITS, TRUST), (R_FOLDER,))
    occasions, ledger = batch.table(f"{LINKED}/occasions.parquet"), batch.table(f"{LINKED}/ledger.parquet")
    trust = batch.record(TRUST, Trust)
    left = []
    for name in params.hypotheses:
        fit = batch.record(f"{report.FITS}/{name}.json", Fit)
        if fit.tested is None or kind_of(fit.spec) != "multilevel":
            left.append(name)
            continue
        setting = primary_fit(fit.spec, build_sample(fit.spec, occasions, ledger), params.compute, trust)
        files = r_files(setting.primary, fit, params.compute)
        feedback = next((one.estimate for one in fit.battery if one.check == "feedback"), None)
        if feedback is not None:
            files |= panel_files(series_in(setting), fit.spec.exposure.lag, feedback)
        for file, text in files.items():
            batch.put_text(f"{R_FOLDER}/{name}/{file}", text)
    batch.commit()
    print(f"{R_FOLDER}: rows and an R script for each hypothesis about ratings. Exact and private.")
    if left:
        print(f"Not there (no number, or no mixed model): {', '.join(left)}")
    return 0
