"""The numbers of all claims, for media that have no folds: what repeats from claim to claim is one table."""

from __future__ import annotations

from collections.abc import Container

from pipeline.report.blocks import Block, Heading, Paragraph, Strong, TableBlock
from pipeline.report.claims import Claim
from pipeline.report.material import Material
from pipeline.report.section import Built, Planned
from pipeline.report.tables import families
from pipeline.report.tables.claims import e_value_text, fit_notes, tested_table


def build(material: Material) -> Built | None:
    """The tested numbers and the models, then attempts, levels, coefficients and variances of a few claims abreast."""
    if not material.claims:
        return None
    groups = families.claims_abreast(material.claims)
    tables = [
        *(families.attempts_table(group) for group in groups),
        families.details_table(material.claims, material),
        *(families.coefficients_table(group, material) for group in groups),
        *(families.facts_table(group, material) for group in families.claims_abreast(material.claims, most=10)),
    ]
    blocks: list[Block] = [TableBlock(tested_table(material.claims), word=False)]
    blocks += [Paragraph(text) for text in _unmeasured(material)]
    blocks.append(Heading("Models and equations"))
    shared = _shared_notes(material)
    blocks += [Paragraph((Strong(f"{', '.join(of)}. "), note), "small") for note, of in shared.items()]
    for claim in material.claims:
        blocks += _model(claim, material, shared)
    blocks += [TableBlock(table) for table in tables if table]
    return Built(tuple(blocks))


def _unmeasured(material: Material) -> list[str]:
    """How strong something unmeasured would have to be, finding by finding."""
    found = [(claim, e_value_text(claim, material)) for claim in material.claims if claim.finding]
    return [f"{claim.short}, something unmeasured: {text[:1].lower()}{text[1:]}" for claim, text in found if text]


def _shared_notes(material: Material) -> dict[str, list[str]]:
    """What is to be noted of several models alike, with the claims it is noted of: told once, and not claim by claim."""
    of: dict[str, list[str]] = {}
    for claim in material.claims:
        if _is_shown(claim, material):
            for note in fit_notes(claim, material):
                of.setdefault(note, []).append(claim.short)
    return {note: shorts for note, shorts in of.items() if len(shorts) > 1}


def _is_shown(claim: Claim, material: Material) -> bool:
    return claim.effect is not None and bool(material.fits[claim.name].formula)


def _model(claim: Claim, material: Material, shared: Container[str]) -> list[Block]:
    fit = material.fits[claim.name]
    if not _is_shown(claim, material) or fit.formula is None:
        why = (claim.refused or claim.reason or "the data do not allow one").rstrip(".")
        return [Paragraph((Strong(f"{claim.short}: "), f"no number: {why}."), "small")]
    said = " ".join(note for note in fit_notes(claim, material) if note not in shared)
    return [Paragraph((Strong(f"{claim.short}. "), f"{fit.formula}. {said}".rstrip()), "small")]


SECTION = Planned("numbers", "Numbers by claim", "paper", build)
