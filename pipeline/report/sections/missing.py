"""What is missing: rows it costs by column, the imputed analysis, and how much worse it may have been."""

from __future__ import annotations

from pipeline.disclosure.shown import Shown, derived_number
from pipeline.report.blocks import Block, FigureBlock, Heading, Paragraph, TableBlock
from pipeline.report.claims import Claim
from pipeline.report.material import Material
from pipeline.report.numbers import listed
from pipeline.report.plots.figures import Chart, Label
from pipeline.report.plots.figures import Line as Drawn
from pipeline.report.plots.scale import linear_axis
from pipeline.report.section import Built, Planned
from pipeline.report.table import Line, Table
from pipeline.results.missing import Gap, Imputed, Judging, Mechanism, PooledTested
from pipeline.vocabulary.results import reason_text

MECHANISMS: dict[Mechanism, str] = {
    "skipped": "ratings that were skipped in sessions the client came to",
    "after_dropout": "ratings after dropout, had the clients stayed",
}
IMPUTED_HEAD = ("Claim", "Estimate", "Low", "High", "FMI", "Imputations", "It is the", "Auxiliaries")
DONE = (
    "What is missing was drawn again and again from a model of sessions, clients and workers, each completed study was "
    "analysed, and the numbers were pooled. Where the imputed analysis is the check, the headline is that of the observed "
    "rows; where it is the headline, theirs is the check."
)
FMI = (
    "FMI: fraction of the information that is missing. Where a larger number of imputations is named, standard errors of so "
    "many would not change with another set."
)
ASSUMED = (
    "The analysis of observed rows takes what is missing as depending on nothing beyond the ratings and columns in the "
    "model; the imputed one, on nothing beyond these and the auxiliaries. Neither holds where a client stays away, or skips "
    "a rating, because of how that very session felt: no data can show that, and the deltas say how much of it the "
    "result bears. Only the headline is judged again at each delta; the other attempts stay on the observed rows."
)


def build(material: Material) -> Built | None:
    """Gaps that cost rows, the imputed analyses of the claims that ask for one; None where there is neither."""
    blocks: list[Block] = []
    gaps = _gaps(material)
    if gaps:
        blocks.append(TableBlock(gaps))
    asked = [(claim, found) for claim in material.claims if (found := material.fits[claim.name].imputed) is not None]
    blocks += imputed_blocks(asked, material)
    for claim, found in asked:
        turning = material.verdicts.hypotheses[claim.name].turning if claim.effect else ()
        if turning:
            blocks.append(Heading(f"{claim.short}: had it been worse"))
        for judging in turning:
            blocks += _turning(claim, found, judging, material)
    return Built(tuple(blocks), ("STROBE 12c",) if asked else ()) if blocks else None


def imputed_blocks(asked: list[tuple[Claim, Imputed]], material: Material) -> list[Block]:
    """What the imputed analyses are, once; a row for each that has a number; why the others have none."""
    if not asked:
        return []
    rows = [line for claim, found in asked if (line := _imputed_line(claim, found, material)) is not None]
    blocks: list[Block] = [Paragraph(f"{DONE} {ASSUMED}" if rows else ASSUMED)]
    if rows:
        caption = "Analyses of what was drawn for what is missing, pooled"
        blocks.append(TableBlock(Table("missing_imputed", caption, IMPUTED_HEAD, tuple(rows), FMI)))
    lacking: dict[str, list[str]] = {}
    for claim, found in asked:
        why = _no_number(claim, found, material)
        if why:
            lacking.setdefault(why, []).append(claim.short)
    blocks += [Paragraph(f"No imputed analysis of {listed(names)}: {why}.") for why, names in lacking.items()]
    return blocks


def _no_number(claim: Claim, found: Imputed, material: Material) -> str:
    """Why a claim has no imputed number to be shown; empty where it has one."""
    if found.tested is None or found.model is None:
        return reason_text(found.reason, exact=material.gate.rules.exact) if found.reason else "it was not computed"
    if claim.effect is None or cleared_pooled(found.tested, material)[0].value is None:
        return "it was made, and too few people are behind its numbers for them to be shown"
    return ""


def _imputed_line(claim: Claim, found: Imputed, material: Material) -> Line | None:
    if _no_number(claim, found, material) or found.tested is None or found.model is None:
        return None
    lost = material.gate.portion(found.tested.fmi, found.tested.behind, "missing")
    made = f"{found.model.imputations}"
    if found.wanted and found.wanted > found.model.imputations:
        made += f" (better {found.wanted})"
    helpers = listed([one.name for one in found.model.variables if one.auxiliary]) or "none"
    return Line(
        claim.short,
        (*cleared_pooled(found.tested, material), lost, made, "headline" if found.headline else "check", helpers),
    )


def cleared_pooled(number: PooledTested, material: Material) -> tuple[Shown, Shown, Shown]:
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
    shown = [(turn, *cleared_pooled(numbers[turn.delta], material)) for turn in judging.turns]
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
    x = linear_axis([*at.values()], title="within-client SDs lower than predicted")
    y = linear_axis([cell for _, *cells in shown for cell in cells], title="scale points")
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
