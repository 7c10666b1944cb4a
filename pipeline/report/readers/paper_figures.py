"""Figures of the PDF, as data for its template: rows, charts and bars, each on its axes."""

from __future__ import annotations

from pipeline.disclosure.neutral import visible_text
from pipeline.disclosure.shown import Shown
from pipeline.report.blocks import Chip
from pipeline.report.plots.figures import Axis, Bars, Chart, Figure, Mark, Multiples, Rows, Verdict

Data = None | str | float | bool | list["Data"] | dict[str, "Data"]


def figure_data(figure: Figure) -> dict[str, Data]:
    """One figure as the template takes it."""
    head: dict[str, Data] = {
        "name": figure.name,
        "caption": visible_text(figure.caption),
        "note": visible_text(figure.note),
        "alt": visible_text(figure.alt),
    }
    match figure:
        case Rows():
            return {"kind": "rows", **head, **_rows(figure)}
        case Chart():
            return {"kind": "chart", **head, **_chart(figure)}
        case Multiples():
            return {
                "kind": "multiples",
                **head,
                "charts": [{"caption": one.caption, **_chart(one)} for one in figure.charts],
            }
        case Bars():
            return {"kind": "bars", **head, **_bars(figure)}


def chip_data(one: Chip | Verdict) -> dict[str, Data]:
    """A verdict or a state as the template takes it."""
    return {"word": one.word, "glyph": one.glyph, "tone": one.tone, "gloss": one.gloss}


def _rows(figure: Rows) -> dict[str, Data]:
    groups: list[Data] = []
    for group in figure.groups:
        rows: list[Data] = [
            {
                "label": visible_text(row.label),
                "tag": row.tag,
                "quote": row.quote,
                "strong": row.strong,
                "number": visible_text(row.number),
                "interval": visible_text(row.interval),
                "told": visible_text(row.told),
                "glyph": row.glyph,
                "tone": row.tone,
                "chip": chip_data(row.verdict) if row.verdict else None,
                "marks": [_mark(figure.axis, one) for one in row.marks],
            }
            for row in group.rows
        ]
        groups.append({"title": visible_text(group.title), "rows": rows})
    return {"shape": figure.shape, "unit": visible_text(figure.unit), "axis": _axis(figure.axis), "groups": groups}


def _mark(axis: Axis, one: Mark) -> dict[str, Data]:
    inner: Data = None if one.inner is None else [axis.place(one.inner[0]), axis.place(one.inner[1])]
    places = {"at": axis.place(one.estimate), "low": axis.place(one.low), "high": axis.place(one.high)}
    return {**places, "inner": inner, "tone": one.tone, "hollow": one.hollow}


def _axis(axis: Axis) -> dict[str, Data]:
    band: Data = None if axis.band is None else [axis.place(axis.band[0]), axis.place(axis.band[1])]
    return {
        "ticks": [{"at": axis.place(tick.at), "label": visible_text(tick.label)} for tick in axis.ticks],
        "zero": None if axis.zero is None else axis.place(axis.zero),
        "band": band,
        "title": visible_text(axis.title),
        "lower": axis.lower,
        "higher": axis.higher,
    }


def _chart(figure: Chart) -> dict[str, Data]:
    def at(point: tuple[Shown, Shown]) -> list[Data]:
        return [figure.x.place(point[0]), 100 - figure.y.place(point[1])]

    lines: list[Data] = [
        {
            "points": [at(point) for point in line.points],
            "ribbon": [[*at((x, low)), *at((x, high))] for x, low, high in line.ribbon],
            "whiskers": line.whiskers,
            "dots": [at(point) for point in line.dots],
            "dashed": line.dashed,
            "tone": line.tone,
        }
        for line in figure.lines
    ]
    labels: list[Data] = [
        {"at": at(one.at), "text": visible_text(one.text), "tone": one.tone, "side": one.side, "strong": one.strong}
        for one in figure.labels
    ]
    level: Data = None if figure.level is None else 100 - figure.y.place(figure.level)
    wedge: list[Data] = [at(point) for point in figure.wedge]
    strips: list[Data] = [
        {
            "label": visible_text(one.label),
            "head": visible_text(one.head),
            "strong": one.strong,
            "at": [figure.x.place(place) for place in one.at],
        }
        for one in figure.strips
    ]
    axes: dict[str, Data] = {"x": _axis(figure.x), "y": _axis(figure.y)}
    return {**axes, "lines": lines, "labels": labels, "level": level, "wedge": wedge, "strips": strips}


def _bars(figure: Bars) -> dict[str, Data]:
    most = float(figure.most.value or 1.0)
    bars: list[Data] = [
        {
            "label": visible_text(bar.label),
            "text": visible_text(bar.text),
            "head": bar.head,
            "parts": [
                {"share": 100 * float(part.value.value or 0.0) / most, "tone": part.tone, "faint": part.faint}
                for part in bar.parts
            ],
        }
        for bar in figure.bars
    ]
    legend: list[Data] = [{"word": word, "tone": tone, "faint": bool(faint)} for word, tone, faint in figure.legend]
    return {"bars": bars, "legend": legend}
