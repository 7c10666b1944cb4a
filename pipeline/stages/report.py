"""report: put everything through the output gate and publish it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from pipeline.disclosure.shown import insist, released
from pipeline.io import Batch, digest
from pipeline.params import Params
from pipeline.report.page import render
from pipeline.report.release import Report, Sources, build

DESCRIPTION = "data/analysis/description.json"
RELIABILITY = "data/analysis/reliability.json"
FITS = "data/analysis/fits"
VERDICTS = "data/analysis/verdicts.json"
LOCK = "requirements.lock"
PACKAGES = ("numpy", "scipy", "pandas", "statsmodels", "matplotlib")

READS: tuple[str, ...] = (DESCRIPTION, RELIABILITY, FITS, VERDICTS, LOCK)
WRITES: tuple[str, ...] = (
    "reports/report.html",
    "reports/metrics.json",
    "reports/estimates",
    "reports/tables",
    "reports/figures",
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
    sources = Sources(
        description=batch.json(DESCRIPTION),
        reliability=batch.json(RELIABILITY),
        fits={name: batch.json(f"{FITS}/{name}.json") for name in params.hypotheses},
        verdicts=batch.json(VERDICTS),
        versions=_versions(batch),
    )
    report, _ = build(params, sources)
    batch.put_text("reports/report.html", render(report))
    _put_parts(batch, report)


def _put_parts(batch: Batch, report: Report) -> None:
    batch.put_json("reports/metrics.json", _cleared(report.metrics, "metrics"))
    for name, estimate in report.estimates.items():
        batch.put_json(f"reports/estimates/{name}.json", _cleared(estimate, f"estimates/{name}"))
    for table in report.tables:
        batch.put_text(f"reports/tables/{table.name}.csv", table.csv())
    for figure in report.figures:
        batch.put_bytes(f"reports/figures/{figure.name}.png", figure.png)


def _cleared(value: object, where: str) -> object:
    insist(value, where)
    return released(value)


def _versions(batch: Batch) -> dict[str, str]:
    found = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found | {f"{LOCK} (SHA-256)": digest(batch.content(LOCK))}
