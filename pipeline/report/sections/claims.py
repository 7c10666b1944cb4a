"""Claim by claim: what the data say, a figure, why this verdict, what would make it wrong, every attempt to break it."""

from __future__ import annotations

from pipeline.report import attempt_sentences, clauses, sentences
from pipeline.report.blocks import (
    Aside,
    Block,
    Bullets,
    ClaimBlock,
    Columns,
    Equation,
    FigureBlock,
    Fold,
    Folds,
    Heading,
    Paragraph,
    TableBlock,
    Titled,
)
from pipeline.report.claims import Claim
from pipeline.report.material import Material
from pipeline.report.plots.ladder import ladder_figure
from pipeline.report.plots.prediction import prediction_figure
from pipeline.report.section import Built, Planned
from pipeline.report.sections.characteristics import like_it
from pipeline.report.tables import claims as tables
from pipeline.report.verdict_words import chip_of

OPENED = ("suggestive", "opposite", "no direction can be claimed")  # exploratory ones worth a look, where they are few
MOST_OPENED = 0


def build(material: Material) -> Built | None:
    """Confirmatory claims open, exploratory ones a line each."""
    if not material.claims:
        return None
    first = [claim for claim in material.claims if claim.role == "confirmatory"]
    rest = [claim for claim in material.claims if claim.role != "confirmatory"]
    blocks: list[Block] = [
        Paragraph("In serif and quotation marks: the claim, as the authors put it. Below it, what the data say.", "lede")
    ]
    blocks += [claim_block(claim, material, folded=False) for claim in first]
    if rest:
        blocks.append(Heading("Exploratory claims", "exploratory"))
        blocks.append(Paragraph(_side_by_side(len(rest)), "small"))
    alone = not first and len(rest) <= 2
    blocks += [claim_block(claim, material, folded=not alone) for claim in rest]
    met = ("STROBE 3", "STROBE 9", "STROBE 17", "STROBE 20")
    return Built(tuple(blocks), met)


def claim_block(claim: Claim, material: Material, folded: bool) -> ClaimBlock:
    """One claim with all that is said of it."""
    fit, gate = material.fits[claim.name], material.gate
    figure = prediction_figure(claim, fit, gate, material.description.ranges, tables.thin_levels(claim, material))
    rungs = ladder_figure(claim)
    said = (Paragraph(sentences.claim_prose(claim), "say"), *_asides(claim, material))
    body: list[Block] = [Columns((FigureBlock(figure),), said, "figure")] if figure else list(said)
    body += _beyond(claim, material)
    body += [FigureBlock(rungs)] if rungs else []
    body += [folds_of(claim, material)]
    locked = "locked" if material.verdicts.lock.locked else "not locked"
    kick = f"Claim {claim.short} · {_role(claim)} · {locked}"
    line = sentences.claim_prose(claim)
    return ClaimBlock(claim.anchor, claim.short, kick, claim.text, chip_of(claim), tuple(body), line, folded)


def _role(claim: Claim) -> str:
    if claim.role == claim.spec.role:
        return claim.role
    return f"declared {claim.spec.role}, counted as {claim.role}"


def folds_of(claim: Claim, material: Material) -> Folds:
    """Everything behind a claim, folded: on paper it stands in the appendix."""
    made = [Fold(title, blocks, paper=False) for title, blocks in parts_of(claim, material) if blocks]
    return Folds(tuple(made))


def parts_of(claim: Claim, material: Material) -> list[tuple[str, tuple[Block, ...]]]:
    """What stands behind a claim: every attempt, its numbers, the model and its equation, variances, counts."""
    fit = material.fits[claim.name]
    model: list[Block] = [Paragraph(clauses.model_sentence(claim.spec))]
    if fit.formula and claim.effect is not None:
        model.append(Equation(fit.formula))
    notes = tables.fit_notes(claim, material)
    model += [Bullets(notes)] if notes else []
    numbers = [
        tables.effect_table(claim, material),
        tables.details_table(claim, material),
        tables.coefficients_table(claim, material),
    ]
    attempts, variance, counts = (
        tables.attempts_table(claim),
        tables.variance_table(claim, material),
        tables.rows_table(claim, material),
    )
    return [
        ("Every attempt", (TableBlock(attempts),) if attempts else ()),
        ("Numbers", tuple(TableBlock(one) for one in numbers if one)),
        ("Model and equation", tuple(model)),
        ("Variance", (TableBlock(variance),) if variance else ()),
        ("Counts", (TableBlock(counts),) if counts else ()),
    ]


def _asides(claim: Claim, material: Material) -> tuple[Block, ...]:
    found: list[Block] = []
    effect = claim.effect
    if effect is not None and (size := sentences.size_sentence(claim, effect)):
        found.append(Paragraph(size, "body"))
    found.append(Aside("Why this verdict", sentences.verdict_reason(claim)))
    wrong = sentences.wrong_if(claim)
    if lost := tables.listwise_note(claim, material):
        found.append(Aside("Ratings left out", lost))
    found.append(Aside("What would make it wrong", f"If {wrong}" if effect is not None else wrong))
    if differ := tables.own_effects(claim, material):
        found.append(Aside("How much clients differ", differ))
    return tuple(found)


def _beyond(claim: Claim, material: Material) -> list[Block]:
    """Of findings: how strong something unmeasured would have to be, and what no data can exclude, side by side."""
    if not claim.finding:
        return []
    strength = tables.e_value_text(claim, material, whole=False)
    lasting = [
        attempt_sentences.attempt_sentence(one, claim)
        for one in claim.attempts
        if one.margin is not None and one.state == "held"
    ]
    text = " ".join(filter(None, (strength, tables.as_strong(claim, material), *lasting)))
    never = Aside("What no data can exclude", (f"{attempt_sentences.NOT_KNOWN} ", *_known(claim, material)))
    if not text:
        return [never]
    return [Columns((Aside("How strong would something unmeasured have to be?", text),), (never,), "halves")]


def _known(claim: Claim, material: Material) -> tuple[str, ...]:
    """How the rules do where the truth is known, in studies of a size like this one's; the section that has it all."""
    like = like_it(claim, material) if clauses.own_claim(claim) else None
    head = "Where the truth is known: " if like is None else attempt_sentences.like_studies_sentence(like)
    return (head, Titled(attempt_sentences.CHARACTERISTICS), ".")


def _side_by_side(n: int) -> str:
    numbers = ("None", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
    count = numbers[n] if n < len(numbers) else str(n)
    if n == 1:
        return "One was looked at; exploratory claims are suggestive at most."
    return f"{count} were looked at side by side; some would stand out by chance, which the correction allows for."


SECTION = Planned("claims", "Claim by claim", "main", build)
