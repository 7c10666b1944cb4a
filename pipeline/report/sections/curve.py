"""All defensible choices at once: every specification of a claim against what shifts of the exposure would show."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.disclosure.shown import Shown, derived_number
from pipeline.report.blocks import Block, FigureBlock, Heading, Paragraph, TableBlock
from pipeline.report.material import Material
from pipeline.report.plots.figures import Chart, Label, Strip
from pipeline.report.plots.figures import Line as Drawn
from pipeline.report.plots.scale import linear_axis
from pipeline.report.section import Built, Planned
from pipeline.report.table import Line, Table
from pipeline.results.curve import Against, Curve, Panel, Specified
from pipeline.vocabulary.curve import AXIS_WORDS, CHOICE_WORDS

MOST = 120  # points of a line: more are not told apart
NOT_A_CHOICE = (
    "The verdict stays with the declared specification; a curve is no basis for choosing another. It tests whether there is "
    "any association under these choices: ratings that bring the advocacy would show the same."
)


@dataclass(frozen=True)
class Cleared:
    """A specification with its estimate and interval as they may be shown."""

    one: Specified
    estimate: Shown
    low: Shown
    high: Shown


def build(material: Material) -> Built | None:
    """A figure, a paragraph and two tables for each curve; None where params ask for none."""
    blocks: list[Block] = []
    for claim in material.claims:
        curve = material.curves.curves.get(claim.name)
        if curve is None:
            continue
        blocks.append(Heading(f"{claim.short}: {_number(curve.fitted)} ways to analyse it"))
        for panel in curve.panels:
            blocks += _panel(claim.name, claim.short, panel, material)
        blocks.append(Paragraph(_counted(curve), "small"))
    return Built((*blocks, Paragraph(NOT_A_CHOICE)), ("JARS-Quant Sensitivity analyses",)) if blocks else None


def _panel(name: str, short: str, panel: Panel, material: Material) -> list[Block]:
    shown = shown_specifications(panel, material)
    if len(shown) < 2:
        return [Paragraph("Too few clients stand behind these specifications for them to be shown.")]
    tag = "_".join([name, *(f"{axis}_{choice}" for axis, choice in panel.question.items())])
    head = _question(panel)
    return [
        *([Paragraph(f"{head}.", "lede")] if head else []),
        Paragraph(panel_sentence(panel, shown, material)),
        FigureBlock(panel_figure(tag, short, panel, shown, material)),
        TableBlock(_statistics(tag, panel, shown, material)),
        TableBlock(_choices(tag, panel, shown)),
    ]


def shown_specifications(panel: Panel, material: Material) -> list[Cleared]:
    """The specifications that may be shown, from the lowest estimate to the highest."""
    found = []
    for one in panel.specified:
        own = one.estimate
        ends = (own.conf_low, own.conf_high)
        estimate, low, high = material.gate.interval(own.estimate, ends, own.std_error, own.behind, "curve")
        if estimate.value is not None and low.value is not None and high.value is not None:
            found.append(Cleared(one, estimate, low, high))
    return sorted(found, key=lambda one: (float(one.estimate.value or 0.0), sorted(one.one.choices.items())))


def panel_sentence(panel: Panel, shown: list[Cleared], material: Material) -> str:
    """The panel in one paragraph: direction, median, what shifts would show, and which choice matters."""
    clear = sum(_is_clear(one) for one in shown)
    middle = shown_statistic(panel.median.observed, shown, material)
    rare = "seldom" if panel.median.p_value < 0.05 else "not seldom"
    matters = max(panel.variance.items(), key=lambda item: item[1], default=None)
    said = (
        f"{_number(len(shown))} specifications: the median is {middle} within-client SDs in the predicted "
        f"direction, {100 * panel.share.observed:.0f}% lie on that side, the interval of {_number(clear)} excludes zero. "
        f"When each client's advocacy is shifted in time, which keeps all but its timing, a median as large comes up {rare} "
        f"(p = {panel.median.p_value:.3f})."
    )
    if matters and matters[1] >= 0.1:
        said += f" The choice that matters most is {in_words(matters[0])}."
    return said


def panel_figure(tag: str, short: str, panel: Panel, shown: list[Cleared], material: Material) -> Chart:
    """Sorted estimates with their intervals, the band of what shifts show, and the declared specification marked."""
    step = max(1, len(shown) // MOST)
    kept = [(rank, one) for rank, one in enumerate(shown, 1) if one.one.declared or rank % step == 0 or rank == 1]
    at = {rank: derived_number(float(rank), one.estimate) for rank, one in kept}
    line = Drawn(
        points=tuple((at[rank], one.estimate) for rank, one in kept),
        tone="held",
        ribbon=tuple((at[rank], one.low, one.high) for rank, one in kept),
        dots=tuple((at[rank], one.estimate) for rank, one in kept if one.one.declared),
    )
    band = _band(panel, shown, kept, at, material)
    values = [
        *(one.low for _, one in kept),
        *(one.high for _, one in kept),
        *(value for _, low, high in band for value in (low, high)),
    ]
    labels = tuple(
        Label((at[rank], one.estimate), "declared", "held", "over", strong=True) for rank, one in kept if one.one.declared
    )
    lines = (Drawn(points=(), tone="open", ribbon=band), line) if band else (line,)
    caption = f"Every way to analyse {short}, from the lowest estimate to the highest" + (
        f" ({_question(panel)})" if _question(panel) else ""
    )
    alt = (
        f"Line chart of {len(shown)} sorted estimates in SDs, from {shown[0].estimate} to {shown[-1].estimate}, with 95% "
        "intervals; the grey band is where 95% of estimates lie when advocacy is shifted in time."
    )
    x = linear_axis([*at.values()], zero=False, title="specification, by size of its estimate")
    y = linear_axis(values, title="within-client SDs")
    note = "Grey: 95% of estimates under shifts in time. Below: a tick where a choice was made; bold: as declared."
    strips = _strips(panel, [(at[rank], one) for rank, one in kept])
    return Chart(f"curve_{tag}", caption, alt, x, y, lines, note, (), labels, None, strips)


def _strips(panel: Panel, kept: list[tuple[Shown, Cleared]]) -> tuple[Strip, ...]:
    """Which choices each point of the curve is made of: a line of ticks for each choice, axis by axis."""
    declared = next((one.one.choices for _, one in kept if one.one.declared), {})
    found = []
    for axis in panel.variance:
        choices = dict.fromkeys(one.choices[axis] for one in panel.specified)
        for number, choice in enumerate(choices):
            at = tuple(place for place, one in kept if one.one.choices[axis] == choice)
            head = in_words(axis)[:1].upper() + in_words(axis)[1:] if number == 0 else ""
            found.append(Strip(CHOICE_WORDS.get(choice, choice), at, head, declared.get(axis) == choice))
    return tuple(found)


def in_words(axis: str) -> str:
    """An axis as a reader calls it."""
    return AXIS_WORDS.get(axis, axis)


def _band(
    panel: Panel, shown: list[Cleared], kept: list[tuple[int, Cleared]], at: Mapping[int, Shown], material: Material
) -> tuple[tuple[Shown, Shown, Shown], ...]:
    under = [one for one in shown if not one.one.apart]
    if len(panel.band_low) != len(under):
        return ()
    places = {id(one): place for place, one in enumerate(under)}
    found = []
    for rank, one in kept:
        if one.one.apart:
            continue
        own = one.one.estimate
        ends = (panel.band_low[places[id(one)]], panel.band_high[places[id(one)]])
        low, high = (material.gate.statistic(value, own.std_error, own.behind, "curve") for value in ends)
        if low.value is not None and high.value is not None:
            found.append((at[rank], low, high))
    return tuple(found)


def _statistics(tag: str, panel: Panel, shown: list[Cleared], material: Material) -> Table:
    apart = sum(one.apart for one in panel.specified)
    over = f"the {_number(len(panel.specified) - apart)} without effects that vary" if apart else "all specifications"
    rows: tuple[tuple[str, Against, Callable[[float], Shown | str]], ...] = (
        ("Median estimate, SD", panel.median, lambda value: shown_statistic(value, shown, material)),
        ("In the predicted direction", panel.share, lambda value: f"{100 * value:.0f}%"),
        ("Clear of zero in that direction", panel.clear, lambda value: f"{value:.0f}"),
        ("Stouffer's z", panel.stouffer, lambda value: f"{value:.1f}"),
    )
    lines = tuple(Line(label, (tell(one.observed), tell(one.median), tell(one.upper), _p(one))) for label, one, tell in rows)
    head = (f"Over {over}", "Observed", "Under shifts: median", "95% point", "p")
    return Table(f"curve_statistics_{tag}", "What the curve says against shifts of advocacy in time", head, lines)


def shown_statistic(value: float, shown: list[Cleared], material: Material) -> Shown:
    """A statistic in SDs, no finer than a typical specification's."""
    typical = shown[len(shown) // 2].one.estimate
    return material.gate.statistic(value, typical.std_error, typical.behind, "curve")


def _choices(tag: str, panel: Panel, shown: list[Cleared]) -> Table:
    lines = []
    for axis, share in panel.variance.items():
        lines.append(Line(f"{in_words(axis)} ({100 * share:.0f}% of the variance)", group=True))
        for choice in dict.fromkeys(one.one.choices[axis] for one in shown):
            own = [one for one in shown if one.one.choices[axis] == choice]
            clear = sum(_is_clear(one) for one in own)
            lines.append(
                Line(CHOICE_WORDS.get(choice, choice), (_number(len(own)), _median(own), _number(clear)), inner=True)
            )
    head = ("Choice", "Specifications", "Median estimate, SD", "Interval excludes zero")
    return Table(f"curve_choices_{tag}", "Which choice matters", head, tuple(lines))


def _median(shown: list[Cleared]) -> Shown:
    middle = statistics.median_low([float(one.estimate.value or 0.0) for one in shown])
    return next(one.estimate for one in shown if float(one.estimate.value or 0.0) == middle)


def _is_clear(one: Cleared) -> bool:
    return float(one.low.value or 0.0) > 0 or float(one.high.value or 0.0) < 0


def _question(panel: Panel) -> str:
    return ", ".join(f"{in_words(axis)}: {choice}" for axis, choice in panel.question.items())


def _p(one: Against) -> str:
    return f"{one.p_value:.3f}".replace("0.", ".", 1)


def _counted(curve: Curve) -> str:
    largest = curve.largest_difference
    held = (
        f" In {curve.held} whole refits t differed by at most {largest:.2f} from the quick test."
        if largest is not None
        else ""
    )
    return (
        f"{_number(curve.declared)} specifications, {_number(curve.duplicates)} of them equal to another, "
        f"{_number(curve.not_estimable)} not estimable; {_number(curve.shifts)} shifts.{held}"
    )


def _number(value: int) -> str:
    return f"{value:,}"


SECTION = Planned("curve", "All defensible choices at once", "appendix", build)
