"""Where the numbers come from: settings and environment by their hash, files by name, versions, whether it is simulated.

No hash of data: whoever knows all rows but one could try out that one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from pipeline.base.params import Params, effective
from pipeline.base.section import Section
from pipeline.report.blocks import Paragraph, TableBlock
from pipeline.report.citation import citation_paragraph
from pipeline.report.material import Material
from pipeline.report.section import Built, Planned
from pipeline.report.table import Line, Table
from pipeline.results.flow import File

AGAIN = (
    "To run this again: make study in the project's folder (or dvc repro, once its environment is set up); with the same "
    "settings and data it gives the same files, byte for byte. To change a hypothesis, edit it in params.yaml, then "
    "python -m pipeline check and dvc repro."
)
SETTINGS = ("study", "simulate", "sources", "privacy", "measures", "exposure", "hypotheses", "verdict", "report", "compute")


def build(material: Material) -> Built:
    """How to run it again, and all that another run has to share."""
    files = material.description.files
    table = provenance_table(material.params, material.scenario, files, material.versions)
    versions, lock = material.versions, material.verdicts.lock
    cited = citation_paragraph(material.title, settings_hash(material.params), versions, lock)
    return Built((Paragraph(AGAIN), Paragraph(cited, head="How to cite this analysis:"), TableBlock(table)), ("RECORD 1.1",))


def provenance_table(params: Params, scenario: str, files: Iterable[File], versions: Mapping[str, str]) -> Table:
    """All that is needed to tell whether another run used the same settings, data and software."""
    origin = f"{params.study.origin}, scenario {scenario}" if scenario else params.study.origin
    lines = [
        Line("Origin of the data", (origin,)),
        Line("Seed", (str(params.study.seed),)),
        Line("Release", (params.privacy.release,)),
        Line("Settings (SHA-256 of params.yaml, defaults filled in)", (settings_hash(params),)),
    ]
    lines.append(Line("Data files", (", ".join(sorted(row.file for row in files)),)))
    lines += [Line(name, (version,)) for name, version in versions.items()]
    return Table("provenance", "Provenance", ("", "Value"), tuple(lines))


def settings_hash(params: Params) -> str:
    """The SHA-256 of all settings that shape results, comments and order of keys aside."""
    return hashlib.sha256(json.dumps(_settings(params), sort_keys=True).encode("utf-8")).hexdigest()


def _settings(params: Params) -> dict[str, object]:
    return {name: _plain(getattr(params, name)) for name in SETTINGS}


def _plain(value: Section | Mapping[str, Section]) -> dict[str, object]:
    if isinstance(value, Section):
        return effective(value)
    return {name: effective(section) for name, section in value.items()}


SECTION = Planned("provenance", "Provenance, and how to run it again", "appendix", build, "Run it again")
