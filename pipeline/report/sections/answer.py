"""The first screen: the question, what the data say, how sure that is and why, who is in the data, the claims."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.report import clauses, sentences, words
from pipeline.report.attempts import ORDER, STATES, Mark, mark_of, overall_state, question_by_key
from pipeline.report.blocks import Block, Card, Cards, Cell, Columns, FigureBlock, Matrix, MatrixRow, Paragraph, Prose
from pipeline.report.claims import Claim
from pipeline.report.material import Material
from pipeline.report.plots.forest import forest_panels
from pipeline.report.plots.prediction import card_figure
from pipeline.report.section import Built, Planned
from pipeline.report.tables.people import sample_line
from pipeline.report.verdict_words import chip_of
from pipeline.results.attempt import State
from pipeline.vocabulary.outcomes import event_of

MOST_CARDS = 3


def build(material: Material) -> Built:
    """Question, answer, how sure, sample; what was tried; the claims as cards, or as rows where there are many."""
    leading = material.leading
    blocks: list[Block] = [Columns(_words(material, leading), (_matrix(material, leading),) if leading else (), "hero")]
    if len(leading) <= MOST_CARDS:
        blocks.append(Cards(tuple(_card(claim, leading, material) for claim in leading)))
    else:
        blocks += [FigureBlock(figure) for figure in forest_panels(leading, material.fits, prefix="first")]
    return Built(tuple(blocks), ("STROBE 1", "STROBE 18"))


def _words(material: Material, leading: Sequence[Claim]) -> tuple[Block, ...]:
    kind = "Observational study, sessions followed over time"
    head = (Paragraph(kind, "kick"), Paragraph(material.question, "question"))
    if not leading:
        return (*head, Paragraph("No hypothesis was declared, so nothing was tested.", "answer"))
    first, contrast = leading[0], next((one for one in leading[1:] if one.spec.contrast and one.spec.contrast.minus), None)
    ends = material.description.ranges.get(first.spec.outcome.instrument, {}).get(first.spec.outcome.score)
    versions = sentences.versions_sentence(sum(material.verdicts.tried.values()))
    scale = f"{ends[0]:g} to {ends[1]:g}" if ends else ""
    return (
        *head,
        Paragraph(sentences.answer_sentence(first, material.simulated, contrast, scale), "answer"),
        Paragraph(sentences.how_sure(first), "how", "How sure?"),
        Paragraph(f"{sample_line(material.description, material.gate, first.spec.outcome)} {versions}", "sample"),
    )


def _matrix(material: Material, leading: Sequence[Claim]) -> Matrix:
    rows = [MatrixRow("chance alone did it", tuple(_cell(STATES[_chance(claim, material)]) for claim in leading))]
    for key in ORDER:
        own = [[one for one in claim.attempts if one.question == key] for claim in leading]
        if question_by_key(key).matrix and any(overall_state(some) != "not_applicable" for some in own):
            rows.append(MatrixRow(question_by_key(key).could_be, tuple(_cell(mark_of(some)) for some in own)))
    rows.append(MatrixRow("the claims came after the data", wide=_lock(material)))
    if any(claim.effect for claim in leading):
        rows.append(MatrixRow("something unmeasured does it", wide=Cell("told", "doubt", "not ruled out")))
    used = dict.fromkeys(cell for row in rows for cell in row.cells)
    return Matrix(
        "What was tried to prove it wrong",
        "It could be that …",
        tuple(claim.short for claim in leading),
        tuple(rows),
        tuple(used),
    )


def _cell(mark: Mark) -> Cell:
    return Cell(mark.glyph, mark.tone, "the claim held" if mark == STATES["held"] else mark.word)


def _chance(claim: Claim, material: Material) -> State:
    """Whether chance after correction is an explanation: by the p value the verdict went by."""
    if claim.effect is None:
        return "not_computed" if claim.verdict == "could not be computed" else "not_applicable"
    p = claim.effect.p_adjusted if claim.effect.p_adjusted.value is not None else claim.effect.own.p
    if claim.nothing:
        return "no_difference"
    judged = material.verdicts.hypotheses[claim.name].p_adjusted
    exact = judged if judged is not None else float(p.value if p.value is not None else 1.0)
    return "held" if exact < material.params.verdict.alpha else "not_clear"


def _lock(material: Material) -> Cell:
    lock = material.verdicts.lock
    if not lock.locked:
        return Cell("told", "doubt", "not locked")
    if any(lock.deviations.values()):
        return Cell("told", "doubt", "changed since the lock")
    if lock.outcomes_seen_before:
        return Cell("told", "doubt", "outcomes seen before")
    return Cell("tick", "held", f"locked {lock.date or ''}".rstrip())


def _card(claim: Claim, leading: Sequence[Claim], material: Material) -> Card:
    effect = claim.effect
    figure = card_figure(claim, leading)
    if effect is None or figure is None:
        return Card(
            claim.short,
            claim.text,
            chip_of(claim),
            "",
            "".join(_prose(sentences.claim_prose(claim))),
            None,
            "",
            "",
            claim.anchor,
        )
    number = effect.odds or effect.own
    sign = "+" if not effect.odds and float(number.estimate.value or 0.0) > 0 else ""
    size = sentences.size_sentence(claim, effect)
    say = f"{number.spoken}. {size}".rstrip()
    unit = _unit(claim, material)
    return Card(
        claim.short,
        claim.text,
        chip_of(claim),
        f"{sign}{number.estimate}",
        unit,
        figure,
        say,
        sentences.wrong_if(claim),
        claim.anchor,
    )


def _prose(text: Prose) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


def _unit(claim: Claim, material: Material) -> str:
    """What the big number is, in a few words."""
    spec = claim.spec
    if event := event_of(spec.outcome.kind):
        return f"times the odds of {event.doing}"
    ends = material.description.ranges.get(spec.outcome.instrument, {}).get(spec.outcome.score)
    text = clauses.condition_clause(spec).replace("than is usual for the client", "than usual")
    text = f"{text[:1].lower()}{text[1:]}"
    if spec.contrast and spec.contrast.outcome_minus:
        return f"points: {clauses.outcome_clause(spec)}, {text}"
    if spec.contrast and spec.contrast.minus:
        return f"points, {text}, against {words.mode(spec.contrast.minus)}"
    scale = f" on the {ends[0]:g}–{ends[1]:g} scale" if ends else ""
    return f"points{scale}, {text}"


SECTION = Planned("answer", "The answer", "first", build)
