"""A claim's ladder: the result itself, then one row a plain question with a thin bar for every attempt."""

from __future__ import annotations

from pipeline.disclosure.shown import Shown
from pipeline.report.attempts import ORDER, Tried, mark_of, question_by_key, states_in_words
from pipeline.report.claims import Claim
from pipeline.report.plots import scale
from pipeline.report.plots.figures import Group, Mark, Row, Rows
from pipeline.report.plots.forest import claim_mark

TENTH = 0.1  # of the smallest effect that matters: a change below this is hardly one


def ladder_figure(claim: Claim) -> Rows | None:
    """The ladder; None without an attempt that applies or without a number to set them beside."""
    effect = claim.effect
    applied = [one for one in claim.attempts if one.state != "not_applicable"]
    if effect is None or not effect.own.shown or not applied:
        return None
    rows = [
        Row(
            "The result itself",
            (claim_mark(claim, effect.own),),
            effect.own.estimate.text,
            effect.own.interval,
            strong=True,
            told="main model",
        )
    ]
    for key in ORDER:
        own = [one for one in applied if one.question == key]
        rows += [_row(key, own, claim)] if own else []
    ends = [end for row in rows for one in row.marks for end in (one.low, one.high)]
    unit = "Log-odds" if effect.odds else "Scale points"
    axis = scale.linear_axis(ends, band=scale.band_around_zero(effect.least), about=5)
    note = f"{unit}, 95% intervals; hollow: does not decide. Shaded: too small to matter."
    told = "; ".join(f"{row.label} {row.told}" for row in rows[1:])
    alt = f"{ladder_heading(claim)}. {effect.own.estimate} {effect.own.interval} in the main model. {told}."
    return Rows(f"attempts_{claim.name}", ladder_heading(claim), alt, axis, (Group("", tuple(rows)),), note, "ladder")


def ladder_heading(claim: Claim) -> str:
    """What the attempts came to, as a heading."""
    deciding = claim.deciding
    broke = sum(one.state == "broke" for one in deciding)
    held = sum(one.state == "held" for one in deciding)
    if broke:
        return f"Attempts to prove it wrong: {broke} of {len(deciding)} that decide broke it"
    if claim.nothing:
        return "Attempts to find a difference after all"
    if deciding and held == len(deciding):
        every = f"all {held} that decide" if held > 1 else "the one that decides"
        return f"Attempts to prove it wrong: it held against {every}"
    if claim.verdict == "inconclusive" and not claim.decided_by:
        return "Attempts to prove it wrong: nothing clear enough to break"
    if not deciding:
        return "Attempts to prove it wrong: none that decides applies"
    return f"Attempts to prove it wrong: it held against {held} of {len(deciding)} that decide"


def _row(key: str, own: list[Tried], claim: Claim) -> Row:
    state = mark_of(own)
    marks = tuple(_mark(one) for one in own if one.drawn)
    return Row(
        label=question_by_key(key).asked,
        marks=marks,
        number=_numbers([one for one in own if one.drawn]),
        interval=_interval(own) if len(marks) == 1 else "",
        told=_told(own, claim),
        glyph=state.glyph,
        tone=state.tone,
    )


def _told(own: list[Tried], claim: Claim) -> str:
    if all(one.question == "adjusting" for one in own) and (text := _adjusted(own[0], claim)):
        return text
    if all(one.question == "logging" and one.found for one in own) and (text := _logged(own)):
        return text
    more = next((one.more for one in own if one.more is not None), None)
    if more is not None:
        return f"after better ratings, {'more' if more else 'less'} of it; {states_in_words(own)}"
    return states_in_words(own)


def _adjusted(one: Tried, claim: Claim) -> str:
    """Whether leaving the covariates out changes the number by a tenth of the smallest effect that matters, or more."""
    effect = claim.effect
    if effect is None or one.estimate is None or None in (one.estimate.value, effect.own.estimate.value, effect.least.value):
        return ""
    change = abs(float(one.estimate.value or 0.0) - float(effect.own.estimate.value or 0.0))
    limit = TENTH * float(effect.least.value or 0.0)
    return "hardly changes" if change < limit else f"without it {one.estimate}"


def _logged(own: list[Tried]) -> str:
    """What a log written late, or kept better after good sessions, would leave: what is known of both, in a few words."""
    late = next((one.estimate for one in own if one.check == "late_logging" and one.drawn), None)
    told = [f"delay taken out: {late}"] if late is not None else []
    if any(one.check == "differential_logging" and one.drawn for one in own):
        tips = next((one.tips for one in own if one.tips), None)
        told.append(f"{tips} more visits noted would make it" if tips else "no plausible surplus makes it")
    return "; ".join(told)


def _mark(one: Tried) -> Mark:
    nothing = Shown("–")
    estimate, low, high = (end or nothing for end in (one.estimate, one.low, one.high))
    return Mark(estimate, low, high, one.mark.tone, hollow=not one.decides)


def _numbers(own: list[Tried]) -> str:
    values = [one.estimate for one in own if one.estimate is not None and one.estimate.value is not None]
    if not values:
        return ""
    low, high = (pick(values, key=lambda shown: float(shown.value or 0.0)) for pick in (min, max))
    if len(values) == 1:
        return low.text
    return f"{low} each time" if low.text == high.text else f"{low} to {high}"


def _interval(own: list[Tried]) -> str:
    one = next(one for one in own if one.drawn)
    return f"[{one.low}, {one.high}]"
