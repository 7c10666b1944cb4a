"""report: put everything through the output gate and publish it."""

from __future__ import annotations

import platform
import sys
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from pipeline.base.at_once import at_once
from pipeline.base.params import Params
from pipeline.disclosure.manifest import release_manifest
from pipeline.disclosure.neutral import visible_text
from pipeline.disclosure.shown import insist_cleared, released_data
from pipeline.hypotheses.summary import unresolved_warnings
from pipeline.ingest.net import personal_rule
from pipeline.project.io import Batch, digest, json_bytes
from pipeline.report.document import Document
from pipeline.report.notice import notice_page, notice_pdf
from pipeline.report.readers.page import page_html
from pipeline.report.readers.paper import draw_figures, pdf_bytes
from pipeline.report.release import ReportSources, build_document
from pipeline.results.curve import Curves
from pipeline.results.description import Description
from pipeline.results.fit import Fit
from pipeline.results.manifests import ReportBasis
from pipeline.results.reliability import Reliability
from pipeline.results.verdict import Verdicts

DESCRIPTION = "data/analysis/description.json"
RELIABILITY = "data/analysis/reliability.json"
FITS = "data/analysis/fits"
VERDICTS = "data/analysis/verdicts.json"
CURVES = "data/analysis/curves.json"
LOCK = "requirements.lock"
DECLARED = "data/interim/declared.json"
VALIDATED = "data/validated"
INTERNAL = "data/internal"  # where a report with exact counts lies: private, ignored by git, never pushed
EMPTY = "A run with privacy.release: internal leaves its report here.\n"  # DVC warns of an empty folder
FIGURES = "reports/figures"
GLANCE = f"{FIGURES}/at_a_glance"  # the few that `dvc plots` shows
OVERVIEW = ("forest", "flow", "curve")
BASIS = "data/analysis/report_basis.json"
PACKAGES = ("numpy", "scipy", "pandas", "statsmodels", "matplotlib")

READS: tuple[str, ...] = (DECLARED, DESCRIPTION, RELIABILITY, FITS, VERDICTS, CURVES, LOCK, VALIDATED)
WRITES: tuple[str, ...] = (
    "reports/report.html",
    "reports/report.pdf",
    "reports/metrics.json",
    "reports/release.json",
    "reports/estimates",
    "reports/tables",
    FIGURES,
    INTERNAL,
    BASIS,
)
PARAMS: tuple[str, ...] = (
    "study",
    "simulate",
    "sources",
    "privacy",
    "measures",
    "exposure",
    "hypotheses",
    "verdict",
    "report",
    "compute",
)
DATA_FILES: tuple[str, ...] = ("pipeline/report/templates",)


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Read the exact results of declared hypotheses only, clear them, write what may be released."""
    exact = sources(batch, params)
    document, gate = build_document(params, exact)
    files = released_files(document)
    if gate.rules.exact:
        files = {name.replace("reports", INTERNAL, 1): content for name, content in files.items()} | notices()
    else:
        batch.put_text(f"{INTERNAL}/README.txt", EMPTY)
    for name, content in files.items():
        batch.put_bytes(name, content)
    listed = json_bytes(release_manifest(files if not gate.rules.exact else notices(), gate.rules, gate.record()))
    batch.put_bytes("reports/release.json", listed)
    batch.put_json(BASIS, basis(batch, params, listed))
    for warning in unresolved_warnings(exact.verdicts):
        print(f"Warning: {visible_text(warning)}; the others are judged and reported", file=sys.stderr)


def sources(batch: Batch, params: Params) -> ReportSources:
    """The exact results that a report is made of."""
    return ReportSources(
        description=batch.record(DESCRIPTION, Description),
        reliability=batch.record(RELIABILITY, Reliability),
        fits={name: batch.record(f"{FITS}/{name}.json", Fit) for name in params.hypotheses},
        verdicts=batch.record(VERDICTS, Verdicts),
        versions=versions(batch),
        curves=batch.record(CURVES, Curves),
        screen=personal_rule,
    )


def basis(batch: Batch, params: Params, listed: bytes) -> ReportBasis:
    """What a report was made of, for `release` to hold it against: private, as it has hashes of tables."""
    tables = {name: digest(batch.content(name)) for name in batch.names(VALIDATED) if name.endswith(".parquet")}
    return ReportBasis(manifest=digest(listed), study=params.sources.directory, origin=params.study.origin, tables=tables)


def notices() -> dict[str, bytes]:
    """What stands under reports/ where the run is internal: not a number, and where the report is."""
    return {
        "reports/report.html": notice_page(f"{INTERNAL}/report.html").encode("utf-8"),
        "reports/report.pdf": notice_pdf(f"{INTERNAL}/report.pdf"),
        "reports/metrics.json": json_bytes({}),
    }


def released_files(document: Document) -> dict[str, bytes]:
    """Every file of a release but its manifest, by name."""
    parts = (_paper, _pictures, _page, _numbers)
    return {name: content for made in at_once([partial(part, document) for part in parts]) for name, content in made.items()}


def _page(document: Document) -> dict[str, bytes]:
    return {"reports/report.html": page_html(document).encode("utf-8")}


def _paper(document: Document) -> dict[str, bytes]:
    return {"reports/report.pdf": pdf_bytes(document)}


def _pictures(document: Document) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for name, (svg, png) in draw_figures(document.figures, int(document.dpi)).items():
        folder = GLANCE if name.startswith(OVERVIEW) else FIGURES
        files |= {f"{FIGURES}/{name}.svg": svg, f"{folder}/{name}.png": png}
    return files


def _numbers(document: Document) -> dict[str, bytes]:
    files = {"reports/metrics.json": _json(document.metrics, "metrics")}
    files |= {f"reports/estimates/{name}.json": _json(value, "estimates") for name, value in document.estimates.items()}
    return files | {f"reports/tables/{table.name}.csv": table.csv().encode("utf-8") for table in document.tables}


def _json(value: object, where: str) -> bytes:
    insist_cleared(value, where)
    return json_bytes(released_data(value))


def versions(batch: Batch) -> dict[str, str]:
    """The versions of what the numbers were made with, and the hash of the locked ones."""
    found = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found | {f"{LOCK} (SHA-256)": digest(batch.content(LOCK))}
