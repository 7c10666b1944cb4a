"""The reporting checklist; its table is read off the other sections."""

from __future__ import annotations

from pipeline.report.material import Material
from pipeline.report.section import LIST, Built, Planned


def build(_: Material) -> Built:
    """Nothing of its own: `document.compose` adds the table once all sections are known."""
    return Built((), (LIST,))


SECTION = Planned("checklist", "Reporting checklist", "appendix", build, "Checklist")
