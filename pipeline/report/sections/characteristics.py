"""How often verdicts are wrong where the truth is known: every claim's card leads here."""

from __future__ import annotations

from pipeline.disclosure.steps import setting_shown
from pipeline.report.attempt_sentences import CHARACTERISTICS
from pipeline.report.blocks import Paragraph, TableBlock
from pipeline.report.characteristics import Characteristics, StudyShare, StudySize, shipped_characteristics
from pipeline.report.claims import Claim
from pipeline.report.material import Material
from pipeline.report.section import Built, Planned
from pipeline.report.table import Line, Table, Value

LEAD = (
    "The same checks and rules were put to {studies} made-up studies in which it is known what joint advocacy does. The "
    "counts below are of studies, so that how sure they are can be seen; each world, and what each check costs, stands in "
    "docs/operating-characteristics.md of the project this report was made with. What no data can tell is no part of these "
    "counts: a log kept otherwise after good sessions, and a passing cause of joint advocacy alone."
)


def build(material: Material) -> Built | None:
    """The families of worlds, and the sizes of studies."""
    if not material.claims:
        return None
    known = shipped_characteristics()
    like = next((one for claim in material.claims if (one := like_it(claim, material)) is not None), None)
    said = LEAD.format(studies=f"{known.studies:,}") + (f" Most like this study: {_size(like)}." if like else "")
    return Built((Paragraph(said, "body"), _families(known), _designs(known)))


def like_it(claim: Claim, material: Material) -> StudySize | None:
    """The design most like a claim's own rows; None where it has no model."""
    models = material.fits[claim.name].models
    one = models[0] if models and claim.effect is not None else None
    return (
        None if one is None else shipped_characteristics().nearest(one.workers, one.clients, one.rows / max(one.clients, 1))
    )


def _size(one: StudySize) -> str:
    return f"{one.workers} workers, {one.clients} clients, {one.sessions} sessions"


def _families(known: Characteristics) -> TableBlock:
    lines = tuple(
        Line(one.title, (setting_shown(one.worlds, 0), *_cells(one.wrong), f"at most {one.bound:.0%}"))
        for one in known.families
    )
    head = ("What was true", "Worlds", "Untrue verdicts", "Studies", "Promised")
    return TableBlock(Table("characteristics", "Untrue verdicts by what was true", head, lines), paper=False)


def _designs(known: Characteristics) -> TableBlock:
    lines = tuple(Line(_size(one), (*_cells(one.nothing), *_cells(one.found))) for one in known.designs)
    head = (
        "Size of the study",
        "Nothing there: untrue",
        "Studies",
        f"{known.effect:.2f} SD an episode: supported",
        "Studies",
    )
    return TableBlock(Table("characteristics_by_size", "By the size of a study", head, lines), paper=False)


def _cells(one: StudyShare) -> tuple[Value, ...]:
    return setting_shown(one.count, 0), setting_shown(one.of, 0)


SECTION = Planned("characteristics", CHARACTERISTICS, "appendix", build)
