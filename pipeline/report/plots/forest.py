"""All claims at a glance: a panel a unit, a dot with its interval a claim, the band of what is too small to matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.disclosure.shown import Shown
from pipeline.disclosure.steps import setting_shown
from pipeline.report import words
from pipeline.report.claims import Claim, Effect, Number
from pipeline.report.clauses import event_clause
from pipeline.report.numbers import listed
from pipeline.report.plots import scale
from pipeline.report.plots.figures import Axis, Group, Mark, Row, Rows, Verdict
from pipeline.report.sentences import verdict_reason
from pipeline.report.verdict_words import CHIPS, chip_of
from pipeline.results.fit import Fit
from pipeline.vocabulary.outcomes import event_of

UNITS = {"count": "further episode", "any": "any against none", "minutes": "further minute"}
PARTS = {
    "within": "",
    "between": "Between clients: ",
    "worker": "Between workers: ",
    "contextual": "Between clients less within: ",
}
SPLIT = {"setting": "by place", "debriefed": "by talking it over", "phase": "by phase", "planned": "by planning"}


@dataclass(frozen=True)
class _Panel:
    """What the claims of a panel have in common."""

    title: str
    unit: str
    lower: str
    higher: str
    least: str
    odds: bool = False


def forest_panels(claims: Sequence[Claim], fits: Mapping[str, Fit], prefix: str = "forest") -> tuple[Rows, ...]:
    """One figure a unit, in the order of the first claim of each; claims without a number last."""
    grouped: dict[_Panel, list[Claim]] = {}
    bare = []
    for claim in claims:
        if claim.effect is None or not _number(claim.effect).shown:
            bare.append(claim)
        else:
            grouped.setdefault(_panel(claim, fits[claim.name], claims, fits), []).append(claim)
    made = [_figure(f"{prefix}_{i}", panel, own) for i, (panel, own) in enumerate(grouped.items(), start=1)]
    return (*made, *([_without_numbers(bare, f"{prefix}_without")] if bare else []))


def claim_mark(claim: Claim, number: Number) -> Mark:
    """A claim's dot: filled where it decides, its 90% interval thick where the verdict rests on it."""
    tone = CHIPS[claim.verdict].tone
    inner = (number.low_90, number.high_90) if claim.nothing and _shown(number.low_90) else None
    return Mark(number.estimate, number.low, number.high, tone, claim.role != "confirmatory", inner)


def verdict_of(claim: Claim) -> Verdict:
    """A claim's verdict beside its row."""
    chip = chip_of(claim)
    return Verdict(chip.word, chip.glyph, chip.tone, chip.gloss)


def _shown(one: Shown) -> bool:
    return one.value is not None


def _number(effect: Effect) -> Number:
    return effect.odds or effect.scaled


def _panel(claim: Claim, fit: Fit, claims: Sequence[Claim], fits: Mapping[str, Fit]) -> _Panel:
    spec = claim.spec
    least = f"{spec.smallest_effect:.2f}"
    shaded = f"Shaded: under {least}, too small to matter."
    if event := event_of(spec.outcome.kind):
        dose = (
            "any against none" if spec.exposure.dose == "any" else f"per {UNITS.get(spec.exposure.dose, 'further episode')}"
        )
        low, high = (claim.effect.least_odds if claim.effect else None) or ("", "")
        unit = f"Odds ratio, log axis: {dose}. Shaded: {low} to {high}."
        return _Panel(event.title, unit, "← less often", "more often →", least, odds=True)
    if spec.mediator:
        return _Panel(
            "The part that runs through a step between", f"Within-client SDs. {shaded}", "← lower", "higher →", least
        )
    if fit.moderation and fit.moderation.numeric:
        title = f"Per further {' or '.join(_numeric(claims, fits))}"
        return _Panel(title, f"Within-client SDs. {shaded}", "← gains less", "gains more →", least)
    if spec.outcome.kind == "dyad_gap":
        title = "Distance between client's and worker's ratings"
        return _Panel(title, f"Within-client SDs. {shaded}", "← closer", "further apart →", least)
    unit = UNITS.get(spec.exposure.dose, "further recent episode")
    title = f"{PARTS[spec.effect]}{unit if spec.exposure.dose == 'any' else f'per {unit}'}"
    told = f"Within-client SDs: 1 is the usual size of one client’s ups and downs. {shaded}"
    return _Panel(title[:1].upper() + title[1:], told, "← rated lower", "rated higher →", least)


def _numeric(claims: Iterable[Claim], fits: Mapping[str, Fit]) -> list[str]:
    own = (claim.spec.moderator for claim in claims if (one := fits[claim.name].moderation) and one.numeric)
    return list(dict.fromkeys(words.one_more(name) for name in own if name))


def _figure(name: str, panel: _Panel, claims: Sequence[Claim]) -> Rows:
    numbers = [_number(claim.effect) for claim in claims if claim.effect]
    ends = [end for one in numbers for end in (one.low, one.high)]
    if panel.odds:
        bounds = next((claim.effect.least_odds for claim in claims if claim.effect and claim.effect.least_odds), None)
        axis = scale.odds_axis(ends, band=bounds, lower=panel.lower, higher=panel.higher)
    else:
        band = scale.band_around_zero(setting_shown(claims[0].spec.smallest_effect, 3))
        axis = scale.linear_axis(ends, band=band, about=5, lower=panel.lower, higher=panel.higher)
    told = [
        f"{claim.short} {number.estimate} {number.interval}, {claim.verdict}"
        for claim, number in zip(claims, numbers, strict=True)
    ]
    alt = f"{panel.title}, estimates with 95% intervals: {'; '.join(told)}."
    return Rows(name, panel.title, alt, axis, _groups(claims), shape="forest", unit=panel.unit)


def _groups(claims: Sequence[Claim]) -> tuple[Group, ...]:
    found: dict[str, list[Row]] = {}
    for claim in claims:
        found.setdefault(_heading(claim, claims), []).append(_row(claim))
    return tuple(Group(title, tuple(rows)) for title, rows in found.items())


def _heading(claim: Claim, claims: Sequence[Claim]) -> str:
    if claim.role == "confirmatory":
        return "Confirmatory"
    if not _by_level(claim):
        return "Exploratory"
    by = [
        SPLIT.get(str(one.spec.moderator), f"by {words.moderator(str(one.spec.moderator))}")
        for one in claims
        if _by_level(one)
    ]
    return f"Exploratory: does it differ {listed(list(dict.fromkeys(by)), 'or')}?"


def _by_level(claim: Claim) -> bool:
    return claim.role != "confirmatory" and claim.effect is not None and claim.effect.level is not None


def _row(claim: Claim) -> Row:
    effect = claim.effect
    assert effect is not None
    number = _number(effect)
    return Row(
        label=claim.text,
        marks=(claim_mark(claim, number),),
        number=number.estimate.text,
        interval=number.interval,
        tag=claim.short,
        quote=True,
        href=claim.anchor,
        tip=_tip(claim, effect),
        tone=CHIPS[claim.verdict].tone,
        verdict=verdict_of(claim),
    )


def _tip(claim: Claim, effect: Effect) -> str:
    unit = f"log-odds of {event_clause(claim.spec)}" if effect.odds else "scale points"
    p = f"p {_p(effect.own.p)}" + (f", adjusted {effect.p_adjusted}" if effect.p_adjusted.value is not None else "")
    return f"{effect.own.estimate} {unit} {effect.own.interval}; {p}. {verdict_reason(claim)}"


def _p(shown: Shown) -> str:
    return shown.text if shown.text[:1] in "<>" else f"= {shown.text}"


def _without_numbers(claims: Sequence[Claim], name: str) -> Rows:
    rows = tuple(
        Row(
            label=claim.text,
            tag=claim.short,
            quote=True,
            href=claim.anchor,
            told=(claim.refused or claim.reason or "no number").rstrip("."),
            tone=CHIPS[claim.verdict].tone,
            verdict=verdict_of(claim),
        )
        for claim in claims
    )
    told = "; ".join(f"{claim.short} {claim.verdict}" for claim in claims)
    axis = Axis(setting_shown(0), setting_shown(1), ())
    return Rows(name, "Without a number", f"Claims without a number: {told}.", axis, (Group("", rows),), shape="forest")
