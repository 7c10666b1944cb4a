"""What is missing: rows it costs by column, the imputed analysis, and how much worse it may have been."""

from __future__ import annotations

from pipeline.disclosure.shown import Shown, derived_number
from pipeline.report.blocks import Block, FigureBlock, Heading, Paragraph, TableBlock
from pipeline.report.claims import Claim
from pipeline.report.material import Material
from pipeline.report.plots.figures import Chart, Label
from pipeline.report.plots.figures import Line as Drawn
from pipeline.report.plots.scale import linear
from pipeline.report.section import Built, Planned
from pipeline.report.table import Line, Table
from pipeline.results.missing import Gap, Imputed, Judging, Mechanism, PooledTested
from pipeline.vocabulary.results import reason_text

MECHANISMS: dict[Mechanism, str] = {
    "skipped": "ratings that were skipped in sessions the client came to",
    "after_dropout": "ratings after dropout, had the clients stayed",
}
ASSUMED = (
    "The analysis of observed rows takes what is missing as depending on nothing beyond the ratings and columns in the "
    "model; the imputed one, on nothing beyond these and the auxiliaries. Neither holds where a client stays away, or skips "
    "a rating, because of how that very session felt: no data can show that, and the deltas say how much of it the "
    "result bears. Only the headline is judged again at each delta; the other attempts stay on the observed rows."
)


def build(material: Material) -> Built | None:
    """Gaps that cost rows, and for each claim that asks for it the imputed analysis; None where there is neither."""
    blocks: list[Block] = []
    gaps = _gaps(material)
    if gaps:
        blocks.append(TableBlock(gaps))
    asked = [(claim, found) for claim in material.claims if (found := material.fits[claim.name].imputed) is not None]
    for claim, found in asked:
        blocks += [Heading(f"{claim.short}: what is missing, imputed"), Paragraph(sentence(claim, found, material))]
        for judging in material.verdicts.hypotheses[claim.name].turning if claim.effect else ():
            blocks += _turning(claim, found, judging, material)
    if asked:
        blocks.append(Paragraph(ASSUMED))
    return Built(tuple(blocks), ("STROBE 12c",) if asked else ()) if blocks else None


def sentence(claim: Claim, found: Imputed, material: Material) -> str:
    """The pooled number beside that of the observed rows, and what the gaps cost; or why there is none."""
    if found.tested is None or found.model is None:
        why = reason_text(found.reason, exact=material.gate.rules.exact) if found.reason else "it was not computed"
        return f"No imputed analysis: {why}."
    estimate, low, high = cleared(found.tested, material)
    if estimate.value is None or claim.effect is None:
        return "An imputed analysis was made; too few people are behind it for its numbers to be shown."
    lost = material.gate.portion(found.tested.fmi, found.tested.behind, "missing")
    check = "The analysis of the observed rows" if found.headline else "The imputed analysis"
    said = (
        f"{check} is the check beside the headline. Imputed, the number is {estimate} (95% interval {low} to {high}), "
        f"pooled over {found.model.imputations} imputations; the fraction of information missing is {lost}. "
    )
    helpers = [one.name for one in found.model.variables if one.auxiliary]
    said += f"Auxiliaries: {', '.join(helpers)}. " if helpers else "No auxiliaries were named. "
    if found.wanted and found.wanted > found.model.imputations:
        said += f"For standard errors that another set would not change, {found.wanted} imputations are wanted. "
    return said.strip()


def cleared(number: PooledTested, material: Material) -> tuple[Shown, Shown, Shown]:
    """A pooled number and its interval, through the gate."""
    ends = (number.conf_low, number.conf_high)
    estimate, low, high = material.gate.interval(number.estimate, ends, number.std_error, number.behind, "missing")
    return estimate, low, high


def tipping_sentence(judging: Judging) -> str:
    """Up to which delta the conclusion holds."""
    what = MECHANISMS[judging.mechanism]
    if judging.tips is None:
        most = max(turn.delta for turn in judging.turns)
        return f"The conclusion holds at every delta tried: {what} may have been up to {most:g} SD lower than predicted."
    if judging.tips == 0.0:
        return f"The conclusion is another as soon as {what} are imputed, no lower than predicted."
    return f"The conclusion holds until {what} would have been {judging.tips:g} SD lower than predicted."


def _turning(claim: Claim, found: Imputed, judging: Judging, material: Material) -> list[Block]:
    numbers = {one.delta: one.number for one in found.worse if one.mechanism == judging.mechanism}
    shown = [(turn, *cleared(numbers[turn.delta], material)) for turn in judging.turns]
    blocks: list[Block] = [Paragraph(tipping_sentence(judging))]
    if any(cell.value is None for _, *cells in shown for cell in cells):
        return blocks
    at = {turn.delta: derived_number(turn.delta, estimate) for turn, estimate, _, _ in shown}
    line = Drawn(
        points=tuple((at[turn.delta], estimate) for turn, estimate, _, _ in shown),
        tone="held",
        ribbon=tuple((at[turn.delta], low, high) for turn, _, low, high in shown),
    )
    labels = tuple(
        Label((at[turn.delta], estimate), turn.verdict, "open", "over", strong=True)
        for turn, estimate, _, _ in shown
        if turn.delta == judging.tips
    )
    name = f"missing_{judging.mechanism}_{claim.name}"
    caption = f"{claim.short}: the effect if {MECHANISMS[judging.mechanism]} had been lower"
    alt = f"Line chart of the estimate at {len(shown)} deltas, from {shown[0][1]} to {shown[-1][1]}, with 95% intervals."
    x = linear([*at.values()], title="within-client SDs lower than predicted")
    y = linear([cell for _, *cells in shown for cell in cells], title="scale points")
    blocks.append(FigureBlock(Chart(name, caption, alt, x, y, (line,), "Band: 95% interval.", (), labels)))
    rows = tuple(Line(f"{turn.delta:g}", (estimate, low, high, turn.verdict)) for turn, estimate, low, high in shown)
    blocks.append(TableBlock(Table(name, caption, ("SDs lower", "Estimate", "Low", "High", "Verdict"), rows)))
    return blocks


def _gaps(material: Material) -> Table | None:
    """Columns whose gaps cost rows, each claim's in turn."""
    lines = [
        Line(f"{claim.short}: {gap.column}", _gap_cells(gap, material))
        for claim in material.claims
        for gap in material.fits[claim.name].gaps
    ]
    if not lines:
        return None
    head = ("Claim and column", "Its role", "Ratings left out for it alone")
    return Table("missing_gaps", "Rows that missing cells cost", head, tuple(lines))


def _gap_cells(gap: Gap, material: Material) -> tuple[str | Shown, ...]:
    return gap.role, material.gate.rows(gap.rows, gap.clients, "missing")


SECTION = Planned("missing", "What is missing", "appendix", build)
