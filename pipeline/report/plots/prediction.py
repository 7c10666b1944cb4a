"""The figure of one claim: what its model says, from cleared numbers only, never from rows.

A dose is drawn as a line with its ribbon and the wedge of what is too small to matter; levels, paths and odds as dots with
intervals; a contrast of exposures as two lines in one panel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown, derived_number
from pipeline.report import words
from pipeline.report.claims import Claim, Effect, Number, number_of
from pipeline.report.clauses import event_clause, outcome_clause
from pipeline.report.plots import scale
from pipeline.report.plots.figures import Chart, Figure, Group, Label, Line, Mark, Point, Row, Rows, Tick
from pipeline.report.plots.forest import claim_mark
from pipeline.report.plots.palette import Tone
from pipeline.report.verdict_words import CHIPS
from pipeline.results.backing import Backing
from pipeline.results.fit import Coefficient, Fit
from pipeline.vocabulary.outcomes import event_of

DOSES = (-1.0, 0.0, 1.0, 2.0)
HOUR = 60.0
STEPS = {
    "count": ("one fewer", "as usual", "one more", "two more"),
    "minutes": ("an hour less", "as usual", "an hour more", "two more"),
}
PATHS = {"a": "Exposure to the step between", "b": "The step between to rating", "direct": "Exposure to rating, beside it"}
POINTS = {"-1 SD": "one SD below the mean", "mean": "at the mean", "+1 SD": "one SD above the mean"}


def prediction_figure(
    claim: Claim, fit: Fit, gate: Gate, ranges: Mapping[str, Mapping[str, tuple[float, float]]], thin: frozenset[str]
) -> Figure | None:
    """The figure; `ranges` are those of the scores, `thin` levels that too few clients have. None without a number."""
    effect = claim.effect
    if effect is None or not effect.own.shown:
        return None
    spec = claim.spec
    if fit.moderation:
        return _levels(claim, effect, fit, gate, thin)
    if fit.mediation:
        return _paths(claim, effect, fit, gate)
    if event_of(spec.outcome.kind):
        return _odds(claim, effect)
    is_dose = spec.effect == "within" and spec.exposure.dose != "any" and spec.outcome.kind == "score"
    if is_dose and not (spec.contrast and spec.contrast.outcome_minus):
        return _dose(claim, effect, fit, gate, ranges.get(spec.outcome.instrument, {}).get(spec.outcome.score))
    return _single(claim, effect)


def card_figure(claim: Claim, others: Iterable[Claim]) -> Rows | None:
    """The dot of a card, on one axis with the other cards in its unit."""
    effect = claim.effect
    if effect is None or not (effect.odds or effect.own).shown:
        return None
    same = [
        one.effect for one in others if one.effect and bool(one.effect.odds) == bool(effect.odds) and one.effect.own.shown
    ]
    number = effect.odds or effect.own
    ends = [end for one in same for end in ((one.odds or one.own).low, (one.odds or one.own).high)]
    if effect.odds:
        axis = scale.odds_axis(ends, band=effect.least_odds)
    else:
        axis = scale.linear_axis(
            [*ends, *(_bounds(same))], band=scale.band_around_zero(effect.least), about=3, tell=scale.signed_tick_label
        )
    alt = f"{number.estimate}, {number.spoken}; too small to matter: within ±{effect.least}."
    return Rows(
        f"card_{claim.name}",
        claim.short,
        alt,
        axis,
        (Group("", (Row(claim.short, (claim_mark(claim, number),)),)),),
        shape="mini",
    )


def _dose(claim: Claim, effect: Effect, fit: Fit, gate: Gate, ends: tuple[float, float] | None) -> Figure:
    spec, tone = claim.spec, CHIPS[claim.verdict].tone
    unit = HOUR if spec.exposure.dose == "minutes" else 1.0
    base = _base(fit, claim.behind, gate)
    numbers: list[tuple[str, Number, Tone]] = [(words.mode(spec.exposure.mode), effect.own, tone)]
    if spec.contrast and spec.contrast.minus:
        numbers = _pair(claim, fit, gate) or numbers
    lines = tuple(_line(label, number, own, base, unit) for label, number, own in numbers)
    wedge = _wedge(effect.least, base, unit)
    known = [at for line in lines for _, low, high in line.ribbon for at in (low, high)] + [at for _, at in wedge]
    x_ticks = tuple(
        Tick(derived_number(at, effect.own.estimate), text)
        for at, text in zip(DOSES, STEPS.get(spec.exposure.dose, STEPS["count"]), strict=True)
    )
    noun = "advocacy" if len(numbers) > 1 else words.exposure(spec.exposure)
    along = {"minutes": "Hours"}.get(spec.exposure.dose, "Episodes")
    x = scale.linear_axis(
        [tick.at for tick in x_ticks], title=f"{along} of {noun}, compared with what is usual for the client"
    )
    x = x.__class__(x_ticks[0].at, x_ticks[-1].at, x_ticks, x.title)
    y = scale.linear_axis(known, zero=base is None, about=5)
    shown = f"{y.ticks[0].label} to {y.ticks[-1].label}" if y.ticks else ""
    whole = f", {ends[0]:g} to {ends[1]:g}" if ends else ""
    told = f"{words.instrument(spec.outcome.instrument)}{whole}; shown: {shown}"
    what = f"Predicted {'rating' if base else 'difference'} ({told})"
    y = y.__class__(y.low, y.high, y.ticks, what)
    level = base or derived_number(0.0, effect.own.estimate)
    caption, note = _captions(claim, len(numbers) > 1)
    slopes = "; ".join(f"{label} {number.estimate} {number.interval}" for label, number, _ in numbers)
    alt = f"Line chart. {caption} Points for one more: {slopes}. Verdict: {claim.verdict}."
    return Chart(
        f"prediction_{claim.name}", caption, alt, x, y, lines, note, wedge, _labels(numbers, lines, effect, wedge), level
    )


def _pair(claim: Claim, fit: Fit, gate: Gate) -> list[tuple[str, Number, Tone]]:
    """The two exposures of a contrast; none where the model has no term of its own for one of them."""
    contrast = claim.spec.contrast
    modes = (claim.spec.exposure.mode, contrast.minus if contrast else None)
    rows = [_coefficient(fit, str(mode), claim.spec.effect) for mode in modes]
    if None in rows:
        return []
    tones: tuple[Tone, Tone] = (CHIPS[claim.verdict].tone, "open")
    return [
        (words.mode(str(mode)), number_of(row, claim.behind, gate, "figures"), tone)
        for mode, row, tone in zip(modes, rows, tones, strict=True)
        if row is not None
    ]


def _coefficient(fit: Fit, mode: str, part: str) -> Coefficient | None:
    for row in fit.coefficients:
        if len(row.of) == 1 and row.of[0].column == mode and row.of[0].part == part and row.of[0].level is None:
            return row
    return None


def _base(fit: Fit, behind: Backing, gate: Gate) -> Shown | None:
    """The rating the model predicts at the usual dose."""
    row = next((row for row in fit.coefficients if row.of and row.of[0].role == "intercept"), None)
    if row is None:
        return None
    shown = gate.statistic(row.estimate, row.std_error, behind if row.clients is None else row.behind, "figures")
    return shown if shown.value is not None else None


def _line(label: str, number: Number, tone: Tone, base: Shown | None, unit: float) -> Line:
    start = float(base.value or 0.0) if base else 0.0
    of = (number.estimate, number.low, number.high, *([base] if base else []))

    def at(slope: Shown, x: float) -> Shown:
        return derived_number(start + float(slope.value or 0.0) * x * unit, *of)

    places = [derived_number(x, number.estimate) for x in DOSES]
    points = tuple((place, at(number.estimate, x)) for place, x in zip(places, DOSES, strict=True))
    ribbon = tuple(
        (place, *sorted((at(number.low, x), at(number.high, x)), key=lambda shown: float(shown.value or 0.0)))
        for place, x in zip(places, DOSES, strict=True)
    )
    return Line(points, tone, label, tuple((a, b, c) for a, b, c in ribbon), dots=points[1:3])


def _wedge(least: Shown, base: Shown | None, unit: float) -> tuple[Point, ...]:
    if least.value is None:
        return ()
    start, half = float(base.value or 0.0) if base else 0.0, float(least.value) * unit
    of = (least, *([base] if base else []))
    first, last = DOSES[0], DOSES[-1]
    corners = ((first, -half), (last, half), (last, -half), (first, half))
    around = [(x, start + side * x) for x, side in corners]
    return tuple((derived_number(x, least), derived_number(y, *of)) for x, y in around)


def _labels(
    numbers: list[tuple[str, Number, Tone]], lines: tuple[Line, ...], effect: Effect, wedge: tuple[Point, ...]
) -> tuple[Label, ...]:
    found = []
    if len(numbers) == 1:
        sign = "+" if effect.own.positive else ""
        side = "left" if effect.own.positive else "under"
        told = f"{sign}{effect.own.estimate} for one more"
        found.append(Label(lines[0].points[2], told, lines[0].tone, side, strong=True))
    else:
        from_top = sorted(lines, key=lambda line: -float(line.points[-1][1].value or 0.0))
        for line, side in zip(from_top, ("left", "under"), strict=False):
            found.append(Label(line.points[3], line.label, line.tone, side, strong=True))
    if wedge and len(numbers) == 1:
        corner, side = (wedge[2], "left") if effect.own.positive else (wedge[1], "under")
        found.append(Label(corner, "too small to matter", "open", side))
    return tuple(found)


def _captions(claim: Claim, pair: bool) -> tuple[str, str]:
    spec = claim.spec
    if pair and spec.contrast and spec.contrast.minus:
        effect = claim.effect
        caption = f"{words.mode(spec.exposure.mode).capitalize()}, against {words.mode(spec.contrast.minus)}."
        number = effect.own.estimate if effect else ""
        return (
            caption,
            f"Both lines come from one model. The tested number is the difference between their slopes, {number}.",
        )
    caption = f"Predicted rating by how much {words.exposure(spec.exposure)} came before it."
    coded = [words.phrase(name) for name in spec.covariates if words.is_code(name)]
    where = f", at the first level of {' and '.join(coded)}" if coded else ""
    note = f"Line and ribbon: model and 95% interval, for an average client{where}. Shaded wedge: too small to matter."
    return caption, note


def _single(claim: Claim, effect: Effect) -> Figure:
    row = Row(
        outcome_clause(claim.spec).capitalize(),
        (claim_mark(claim, effect.own),),
        effect.own.estimate.text,
        effect.own.interval,
        strong=True,
    )
    return _rows(claim, effect, [row], f"Difference in {outcome_clause(claim.spec)}.", "Scale points")


def _odds(claim: Claim, effect: Effect) -> Figure:
    number = effect.odds or effect.own
    row = Row(
        event_clause(claim.spec).capitalize(),
        (claim_mark(claim, number),),
        number.estimate.text,
        number.interval,
        strong=True,
    )
    axis = scale.odds_axis([number.low, number.high], band=effect.least_odds, lower="← less often", higher="more often →")
    caption = (
        f"Odds of {event_clause(claim.spec)}, {'any against none' if claim.spec.exposure.dose == 'any' else 'for one more'}."
    )
    alt = f"{caption} {number.estimate} {number.interval}; 1 is the same. Verdict: {claim.verdict}."
    note = "Odds ratio on a log axis, 95% interval; 1 is the same. Shaded: too small to matter."
    return Rows(f"prediction_{claim.name}", caption, alt, axis, (Group("", (row,)),), note)


def _levels(claim: Claim, effect: Effect, fit: Fit, gate: Gate, thin: frozenset[str]) -> Figure | None:
    moderation = fit.moderation
    assert moderation is not None
    name, tone = moderation.moderator, CHIPS[claim.verdict].tone
    rows = []
    for one in moderation.levels:
        if one.level in thin and not moderation.numeric:
            continue
        number = number_of(one, claim.behind, gate, "figures")
        chosen = not moderation.numeric and one.level == (effect.level or claim.spec.moderator_level)
        label = (
            POINTS.get(one.level, one.level) if moderation.numeric else words.moderator_level(name, one.level).capitalize()
        )
        if number.shown:
            dot = Mark(number.estimate, number.low, number.high, tone if chosen else "open", hollow=not chosen)
            rows.append((one.estimate, Row(label, (dot,), number.estimate.text, number.interval, strong=chosen)))
    if not rows:
        return None
    ordered = name == "phase" or moderation.numeric
    kept = [row for _, row in (rows if ordered else sorted(rows, key=lambda pair: -pair[0]))]
    by = "along" if moderation.numeric else "by"
    what = f"Difference in the rating after one more episode, {by} {words.moderator(name)}."
    tested = "slope along it" if moderation.numeric else "tested level against the mean of the others"
    return _rows(claim, effect, kept, what, "Scale points", f" Tested: the {tested}, {effect.own.estimate}.")


def _paths(claim: Claim, effect: Effect, fit: Fit, gate: Gate) -> Figure:
    paths = fit.mediation
    assert paths is not None
    rows = [
        Row(
            "Through the step between",
            (claim_mark(claim, effect.own),),
            effect.own.estimate.text,
            effect.own.interval,
            strong=True,
        )
    ]
    for name, one in (("direct", paths.direct),):
        number = number_of(one, claim.behind, gate, "figures")
        if number.shown:
            dot = Mark(number.estimate, number.low, number.high, "open", hollow=True)
            rows.append(Row(PATHS[name], (dot,), number.estimate.text, number.interval))
    through = words.session_column(claim.spec.mediator.column) if claim.spec.mediator else "the step between"
    beside = " What lies beside it is no effect of its own (see the table of the paths)." if len(rows) > 1 else ""
    return _rows(claim, effect, rows, f"What runs through {through}, and what does not.", "Scale points", beside)


def _rows(claim: Claim, effect: Effect, rows: list[Row], caption: str, unit: str, more: str = "") -> Rows:
    ends = [end for row in rows for one in row.marks for end in (one.low, one.high)]
    axis = scale.linear_axis(ends, band=scale.band_around_zero(effect.least))
    thick = (
        " Thick: the 90% interval, on which this verdict rests."
        if any(one.inner for row in rows for one in row.marks)
        else ""
    )
    note = f"{unit}, 95% intervals; shaded: ±{effect.least}, too small to matter.{thick}{more}"
    told = "; ".join(f"{row.label} {row.number} {row.interval}" for row in rows)
    return Rows(
        f"prediction_{claim.name}",
        caption,
        f"{caption} {told}. Verdict: {claim.verdict}.",
        axis,
        (Group("", tuple(rows)),),
        note,
    )


def _bounds(effects: Iterable[Effect]) -> list[Shown]:
    """The widest band among the cards, so that their axes are one."""
    shown = [one.least for one in effects if one.least.value is not None]
    widest = max(shown, key=lambda one: float(one.value or 0.0), default=None)
    return list(scale.band_around_zero(widest) or ()) if widest else []
