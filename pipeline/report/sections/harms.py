"""Did anything get worse: results against the prediction, ratings that fell, ruptures, clients who left early."""

from __future__ import annotations

from pipeline.report.blocks import Block, Columns, FigureBlock, Paragraph
from pipeline.report.claims import Claim
from pipeline.report.material import Material
from pipeline.report.numbers import listed
from pipeline.report.plots.strain import falls_figure
from pipeline.report.section import Built, Planned
from pipeline.report.tables import harms
from pipeline.vocabulary.outcomes import event_of


def build(material: Material) -> Built:
    """What points to harm, in words and one figure; the tables and who is missing behind a fold."""
    description, gate = material.description, material.gate
    said: list[Block] = [
        Paragraph(text) for text in (*harm_sentences(material), *harms.harm_count_sentences(description, gate))
    ]
    figure = falls_figure(description, gate)
    blocks: list[Block] = [Columns((FigureBlock(figure),), tuple(said), "halves")] if figure else said
    met = ("JARS-Quant Adverse events",) if description.harms or description.falls else ()
    return Built(tuple(blocks), met)


def harm_sentences(material: Material) -> tuple[str, ...]:
    """Which results point to harm, or cannot exclude it; claims by their short names."""
    tested = [claim for claim in material.claims if claim.effect]
    if not tested:
        return ("No claim has a number, so nothing is known of differences against the prediction.",)
    opposite = [claim.short for claim in tested if claim.verdict == "opposite"]
    still_open = [claim.short for claim in tested if claim.verdict != "opposite" and harm_open(claim)]
    said = (
        f"Against the prediction: {listed(opposite)}."
        if opposite
        else "No claim was found to be the opposite of what was predicted."
    )
    beyond = (
        f"A difference against the prediction, large enough to matter, is not excluded for {listed(still_open)}."
        if still_open
        else "Differences against the prediction that would matter are excluded for all that have a number."
    )
    return said, beyond


def harm_open(claim: Claim) -> bool:
    """Whether the 95% interval reaches beyond the smallest effect that matters on the side that was not predicted."""
    effect, least = claim.effect, claim.spec.smallest_effect
    if effect is None or effect.scaled.low.value is None or effect.scaled.high.value is None:
        return False
    low, high = float(effect.scaled.low.value), float(effect.scaled.high.value)
    if claim.spec.predicted == "none":
        return low < -least or high > least
    return high > least if claim.spec.predicted == "negative" else low < -least


def event_claims(material: Material) -> tuple[str, ...]:
    """The claims about leaving early and missed sessions, by their short names."""
    return tuple(claim.short for claim in material.claims if event_of(claim.spec.outcome.kind))


SECTION = Planned("harms", "Did anything get worse?", "main", build)
