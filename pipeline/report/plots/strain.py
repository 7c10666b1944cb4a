"""Ratings that fell by more than a client's usual ups and downs, after joint advocacy and without it."""

from __future__ import annotations

from pipeline.disclosure.gate import Gate
from pipeline.report import words
from pipeline.report.plots import scale
from pipeline.report.plots.figures import Group, Mark, Row, Rows
from pipeline.report.strain_counts import fall_keys
from pipeline.results.description import Description

LABELS = {True: "After joint advocacy", False: "Without it"}


def falls_figure(description: Description, gate: Gate) -> Rows | None:
    """A dot a kind of window and series, from rounded counts; None where they are withheld."""
    groups: dict[str, list[Row]] = {}
    counts = []
    for row in description.falls:
        every, fell = fall_keys(row)
        share, whole, part = gate.share(fell, every), gate.count(every), gate.count(fell)
        if share.value is None:
            continue
        dot = Mark(share, share, share, "held" if row.joint else "open", hollow=not row.joint)
        own = groups.setdefault(words.series(row.instrument, row.rater), [])
        own.append(Row(LABELS[row.joint], (dot,), share.text, f"{part} of {whole}"))
        counts.append(share)
    if not counts:
        return None
    axis = scale.linear_axis(counts, about=3, tell=lambda value: f"{value:.0f}%")
    caption = "Ratings that fell by more than a client's usual ups and downs."
    note = "Against the client's rating before. Counted as they come, adjusted for nothing."
    told = "; ".join(f"{name}, {row.label.lower()} {row.number}" for name, rows in groups.items() for row in rows)
    made = tuple(Group(name if len(groups) > 1 else "", tuple(rows)) for name, rows in groups.items())
    return Rows("falls", caption, f"{caption} {told}.", axis, made, note)
