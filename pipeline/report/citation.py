"""How to cite an analysis: a sentence with what another run has to share, and the same as a CITATION.cff."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.results.verdict import LockState

PIPELINE = "alliance-pipeline"
WHO = "[authors]"


def citation_paragraph(title: str, settings: str, versions: Mapping[str, str], lock: LockState) -> str:
    """The paragraph. `settings`: the SHA-256 of params.yaml with defaults; nothing here is a hash of data."""
    made = ", ".join(f"{name} {version}" for name, version in versions.items() if "SHA-256" not in name)
    if lock.locked:
        held = f"Confirmatory claims locked on {lock.date} (SHA-256 of the lock {lock.sha256})."
    else:
        held = "Its claims were not locked before outcomes were seen."
    return (
        f"{WHO} ([year]). {title} [statistical analysis]. Made with {PIPELINE} ({made}); SHA-256 of the settings "
        f"{settings}. {held} Please cite the pipeline, too (its CITATION.cff), and the authors of the measures."
    )


def citation_file(title: str, settings: str, lock: LockState) -> str:
    """The CITATION.cff of an analysis; authors, and what only they know, are left for them to write."""
    held = f"locked on {lock.date}, SHA-256 of the lock {lock.sha256}" if lock.locked else "not locked"
    lines = {
        "cff-version": "1.2.0",
        "message": "If you use this analysis, please cite it and the pipeline it was made with.",
        "title": title,
        "type": "dataset",
        "abstract": f"Settings (SHA-256) {settings}; claims {held}.",
    }
    body = "".join(f"{key}: {_quoted(value)}\n" for key, value in lines.items())
    return (
        f'{body}authors:\n  - name: "{WHO}"\nreferences:\n  - type: software\n    title: "{PIPELINE}"\n    authors:\n'
        f'      - name: "The {PIPELINE} maintainers"\n'
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
