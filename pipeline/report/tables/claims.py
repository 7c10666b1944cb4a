"""The tables behind a claim: tested number, attempts, coefficients, variances, counts; what the gate refuses is left out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pipeline.base.claim_numbers import ROLES
from pipeline.report import attempt_sentences, words
from pipeline.report.claims import NONE, Claim, Number, number_of
from pipeline.report.counts import model_key
from pipeline.report.material import Material
from pipeline.report.numbers import bracket, listed
from pipeline.report.table import Line, Table, Value
from pipeline.report.tables.people import RARE
from pipeline.results.backing import Backing
from pipeline.vocabulary.outcomes import event_of
from pipeline.vocabulary.results import CEILINGS, note_text
from pipeline.vocabulary.units import per

NUMBERS = ("", "Estimate", "95% CI", "SE", "df", "p")
ABOVE_CLIENTS = ("worker_id", "agency_id")  # whose shares rest on workers
SILENT = ("converged",)  # the optimizer's own story stays in the record
PATHS = {"a": "Exposure to mediator", "b": "Mediator to outcome", "direct": "Exposure to outcome, beside the mediator"}


def tested_table(claims: Sequence[Claim]) -> Table:
    """Verdict and tested number of every claim: what the forest draws."""
    lines = []
    for claim in claims:
        effect = claim.effect
        numbers: tuple[Value, ...] = (NONE, "", NONE, "", NONE, NONE)
        if effect is not None:
            own = effect.own
            numbers = (own.estimate, own.interval, effect.scaled.estimate, effect.scaled.interval, own.p, effect.p_adjusted)
        lines.append(Line(f"{claim.short}. {claim.text}", (claim.verdict, claim.role, *numbers)))
    head = ("Claim", "Verdict", "Role", "Estimate", "95% CI", "In SDs", "95% CI in SDs", "p", "Adjusted p")
    note = (
        "Estimates in points of the outcome's scale (log-odds for leaving and missed sessions), then in within-client SDs."
    )
    return Table("tested", "The tested numbers", head, tuple(lines), note)


def tested_in_brief_table(claims: Sequence[Claim]) -> Table:
    """The same in as few columns as a page upright holds: odds as odds, claims by role, their words once."""
    lines = []
    for role in ROLES:
        own = [claim for claim in claims if claim.role == role]
        lines += [Line(role.capitalize(), (), group=True)] if own else []
        lines += [Line(f"{claim.short}. {claim.text}", (*_in_brief(claim), claim.verdict)) for claim in own]
    head = ("Claim", "Estimate [95% CI]", "In SDs [95% CI]", "Adjusted p", "Verdict")
    note = "Estimates in points of the outcome’s scale, or odds ratios where it says so; then in within-client SDs."
    return Table("tested_in_brief", "The tested numbers", head, tuple(lines), note)


def _in_brief(claim: Claim) -> tuple[Value, ...]:
    effect = claim.effect
    if effect is None:
        return NONE, NONE, NONE
    number = effect.odds or effect.own
    own = f"{'odds ' if effect.odds else ''}{number.estimate} {number.interval}".rstrip()
    scaled = NONE.text if effect.odds else f"{effect.scaled.estimate} {effect.scaled.interval}".rstrip()
    return own, scaled, effect.p_adjusted


def effect_table(claim: Claim, material: Material) -> Table | None:
    """The tested number on its own scale, as odds ratio where it is one, and standardized."""
    found = claim.effect
    if found is None:
        return None
    own, scaled = ("In log-odds", "Standardized log-odds") if found.odds else ("In scale points", "In within-client SDs")
    lines = [Line(own, _cells(found.own))]
    if found.odds:
        lines.append(Line("As odds ratio", (found.odds.estimate, found.odds.interval, "", "", "")))
    lines.append(Line(scaled, (found.scaled.estimate, found.scaled.interval, "", "", "")))
    said = []
    if found.p_adjusted.value is not None:
        p = found.p_adjusted.text
        said.append(f"p {p if p[:1] in '<>' else f'= {p}'} after correction over the {claim.role} claims.")
    said.append(
        f"Smallest difference that would matter: {_least(claim)}. Within-client SD of the outcome: {found.within_sd}."
    )
    fitted = material.fits[claim.name]
    if fitted.tested is not None and fitted.tested.sensitivity.e_value and claim.finding:
        said.append(e_value_text(claim, material))
        said.append(as_strong(claim, material))
    said.append(own_effects(claim, material))
    return Table(f"effect_{claim.name}", "The tested number", NUMBERS, tuple(lines), " ".join(filter(None, said)))


def own_effects(claim: Claim, material: Material) -> str:
    """How much clients differ in the difference itself, and what it is for the average client where that is another one."""
    fit, gate, effect = material.fits[claim.name], material.gate, claim.effect
    if effect is None:
        return ""
    found, said = fit.own_effects, []
    if found is not None:
        people = Backing(claim.behind.clients)
        sd, low, high = (gate.spread(one, people, "own effects") for one in (found.sd, found.conf_low, found.conf_high))
        up = {"positive": True, "negative": False}.get(claim.spec.predicted, effect.own.positive)
        share = gate.portion(found.share_above if up else 1.0 - found.share_above, people, "own effects")
        if None not in (sd.value, low.value, high.value, share.value):
            side = "above" if up else "below"
            said.append(
                attempt_sentences.client_spread_sentence(
                    sd.text, low.text, high.text, f"{100 * float(share.value or 0):.0f}", side
                )
            )
    average = next((one for one in claim.attempts if one.check == "average_client" and one.differs), None)
    if average is not None and average.drawn and average.low is not None and average.high is not None:
        said.append(
            attempt_sentences.average_client_sentence(
                f"{average.estimate}", bracket(average.low, average.high), f"{effect.own.estimate}"
            )
        )
    return " ".join(said)


def as_strong(claim: Claim, material: Material) -> str:
    """What something as strong as an observed covariate would leave of the number, the worst of them; empty without one."""
    fit, gate = material.fits[claim.name], material.gate
    if fit.tested is None or not fit.yardsticks:
        return ""
    worst = min(fit.yardsticks, key=lambda one: one.estimate * (1.0 if fit.tested and fit.tested.estimate >= 0 else -1.0))
    left = gate.statistic(worst.estimate, worst.std_error, claim.behind, "yardsticks")
    return "" if left.value is None else attempt_sentences.as_strong(words.phrase(worst.column), left.text)


def e_value_text(claim: Claim, material: Material, whole: bool = True) -> str:
    """How strong something unmeasured would have to be (`whole`: by both measures); empty where that is not shown."""
    fit, gate = material.fits[claim.name], material.gate
    if fit.tested is None or claim.effect is None:
        return ""
    facts = fit.tested.sensitivity
    value = gate.statistic(
        facts.e_value, abs(facts.e_value - (facts.e_value_interval or facts.e_value)) / 2 or None, claim.behind
    )
    if value.value is None:
        return ""
    if not whole:
        return attempt_sentences.e_value_sentence(value.text, "")
    of_estimate, of_interval = (
        gate.portion(one, claim.behind) for one in (facts.robustness_value, facts.robustness_value_interval)
    )
    percent, end = ("" if one.value is None else f"{100 * float(one.value):.0f}" for one in (of_estimate, of_interval))
    return attempt_sentences.e_value_sentence(value.text, percent, end)


def details_table(claim: Claim, material: Material) -> Table | None:
    """The difference at each level of a moderator, or the paths of a mediation; None where there are neither."""
    caption, rows, thin = level_numbers(claim, material)
    if not rows:
        return None
    lines = tuple(Line(words.title(title), _cells(number)) for title, number in rows)
    note = attempt_sentences.DIRECT if material.fits[claim.name].mediation else ""
    return Table(f"details_{claim.name}", caption, NUMBERS, lines, withheld_note(note, thin))


def level_numbers(claim: Claim, material: Material) -> tuple[str, list[tuple[str, Number]], bool]:
    """What the numbers are by, each with its name, and whether some are withheld."""
    fit, gate = material.fits[claim.name], material.gate
    if claim.effect is None:
        return "", [], False
    if fit.moderation:
        name, thin = fit.moderation.moderator, thin_levels(claim, material)
        kept = [one for one in fit.moderation.levels if fit.moderation.numeric or one.level not in thin]
        rows = [(words.moderator_level(name, one.level), number_of(one, claim.behind, gate, "levels")) for one in kept]
        return f"The difference by {words.moderator(name)}", rows, len(kept) < len(fit.moderation.levels)
    if fit.mediation:
        paths = {"a": fit.mediation.a, "b": fit.mediation.b, "direct": fit.mediation.direct}
        return (
            "The paths",
            [(PATHS[name], number_of(one, claim.behind, gate, "paths")) for name, one in paths.items()],
            False,
        )
    return "", [], False


def withheld_note(note: str, thin: bool) -> str:
    """A note with what is said where levels held by few are left out."""
    return f"{note} {RARE.format('levels')}".strip() if thin else note


def attempts_table(claim: Claim) -> Table | None:
    """Every attempt with its number, its one state, and whether the verdict hangs on it."""
    if not claim.attempts:
        return None
    lines = []
    applied = [one for one in claim.attempts if one.state != "not_applicable"]
    for one in applied:
        estimate, p = one.estimate or NONE, one.p or NONE
        interval = (
            bracket(one.low, one.high) if one.low is not None and one.high is not None and one.low.value is not None else ""
        )
        cells = (
            one.mark.word,
            "yes" if one.decides else "no",
            estimate,
            interval,
            p,
            attempt_sentences.attempt_sentence(one, claim),
        )
        lines.append(Line(one.label, cells))
    head = ("Attempt", "State", "Decides", "Estimate", "95% CI", "p", "What it says")
    others = [one.label for one in claim.attempts if one.state == "not_applicable"]
    note = f"Estimates {unit_of(claim)}. The verdict hangs on the attempts that decide."
    note += f" See “{attempt_sentences.CHARACTERISTICS}”."
    note += f" {len(others)} do not apply to this claim: {'; '.join(others)}." if others else ""
    return Table(f"checks_{claim.name}", "Attempts to prove it wrong", head, tuple(lines), note)


def coefficients_table(claim: Claim, material: Material) -> Table | None:
    """Every coefficient of the main model; levels held by too few are withheld."""
    fit, gate = material.fits[claim.name], material.gate
    if claim.effect is None or not fit.coefficients:
        return None
    kept = [row for row in fit.coefficients if gate.group(row.behind)]
    gate.held_back[f"hypothesis {claim.name}", "number over too few"] += len(fit.coefficients) - len(kept)
    lines = tuple(Line(row.term, _cells(number_of(row, claim.behind, gate, "coefficients"))) for row in kept)
    note = withheld_note(
        f"Estimates {unit_of(claim)}, for one more of a term, or against its first level.", len(kept) < len(fit.coefficients)
    )
    head = ("Term", *NUMBERS[1:])
    return Table(f"coefficients_{claim.name}", "All coefficients of the main model", head, lines, note)


def variance_table(claim: Claim, material: Material) -> Table | None:
    """The random effects: variances and covariances as the engine reports them."""
    fit, gate = material.fits[claim.name], material.gate
    if claim.effect is None or not fit.variance:
        return None
    lines = []
    for row in fit.variance:
        terms = [term for term in (row.term_1, row.term_2) if term]
        people = Backing(claim.behind.clients, claim.behind.workers if row.group in ABOVE_CLIENTS else None)
        covariance = gate.variance(row.covariance, people, "variance")
        correlation = gate.correlation(row.correlation, claim.behind, "variance")
        lines.append(Line(row.group, (" × ".join(dict.fromkeys(terms)), covariance, correlation)))
    head = ("Group", "Term", "(Co)variance", "Correlation")
    shares = [f"{_group(name)} {gate.portion(share, behind_of(name, claim), 'icc')}" for name, share in fit.icc.items()]
    said = [f"Share of variance (ICC): {', '.join(shares)}."] if shares else []
    if fit.explained:
        marginal, conditional = (
            gate.portion(share, claim.behind, "r2") for share in (fit.explained.marginal, fit.explained.conditional)
        )
        said.append(f"R²: {marginal} by the fixed part (marginal), {conditional} by fixed and random parts (conditional).")
    note = " ".join([*said, *_spread_of_slopes(claim, material)])
    return Table(f"variance_{claim.name}", "Variance components", head, tuple(lines), note)


def _spread_of_slopes(claim: Claim, material: Material) -> list[str]:
    """How much clients and workers differ in the association itself: the SD of their slopes, from variances as shown."""
    fit, gate = material.fits[claim.name], material.gate
    tested = set(fit.tested.weights) if fit.tested else set()
    found = []
    for row in fit.variance:
        if row.term_1 == row.term_2 and row.term_1 in tested:
            shown = gate.variance(row.covariance, behind_of(row.group, claim), "variance")
            if shown.value:
                of = f" ({row.term_1})" if len(tested) > 1 else ""
                found.append(f"{_group(row.group)}{of} with an SD of {math.sqrt(float(shown.value)):.2g} points")
    return [f"The number differs between {listed(found)} for one more of the dose."] if found else []


def rows_table(claim: Claim, material: Material) -> Table | None:
    """Ratings and clients from the linked ratings to the model's rows."""
    fit, gate = material.fits[claim.name], material.gate
    if not fit.counts:
        return None
    where = f"hypothesis {claim.name}"
    lines = [
        Line(
            words.title(step.step),
            (gate.rows(step.rows, step.clients, where), gate.count(model_key(claim.name, step.step), where)),
        )
        for step in fit.counts
    ]
    return Table(f"counts_{claim.name}", "From ratings to the model", ("Step", "Ratings", "Clients"), tuple(lines))


def listwise_note(claim: Claim, material: Material) -> str:
    """Which columns' gaps cost the claim's model ratings, and the line of params that would keep them; else nothing."""
    fit = material.fits[claim.name]
    gaps = [one for one in fit.gaps if one.role != "outcome" and one.rows]
    if not gaps:
        return ""
    said = [f"{words.plain(one.column)} ({material.gate.rows(one.rows, one.clients, 'missing')})" for one in gaps]
    kept = "" if fit.imputed else "; “missing: {method: beside}” in params.yaml draws what is missing"
    return f"Left out for want of a value alone (ratings): {listed(said)}{kept}."


def fit_notes(claim: Claim, material: Material) -> tuple[str, ...]:
    """What a reader must know of the fit."""
    fit, exact = material.fits[claim.name], material.gate.rules.exact
    if claim.effect is None:
        return ()
    said = [note_text(one, exact=exact) for one in fit.notes if one.code not in SILENT]
    return (*said, *([f"Suggestive at most: {CEILINGS[fit.ceiling]}."] if fit.ceiling else []))


def thin_levels(claim: Claim, material: Material) -> frozenset[str]:
    """The levels of a claim's moderator that too few people have for a number of their own."""
    fit = material.fits[claim.name]
    if fit.moderation is None or fit.moderation.numeric:
        return frozenset()
    return frozenset(one.level for one in fit.moderation.levels if not material.gate.group(one.behind))


def _cells(number: Number) -> tuple[Value, ...]:
    return number.estimate, number.interval, number.std_error, number.df, number.p


def _least(claim: Claim) -> str:
    found = claim.effect
    if found is None:
        return ""
    if found.least_odds:
        return f"odds {found.least_odds[0]} or {found.least_odds[1]} times as high"
    return f"{found.least} points ({claim.spec.smallest_effect:g} within-client SDs) {per(claim.spec, told=True)}"


def unit_of(claim: Claim) -> str:
    """What a claim's estimates are in."""
    return "in log-odds" if event_of(claim.spec.outcome.kind) else "in points of the outcome's scale"


def _group(name: str) -> str:
    return {"client_id": "clients", "worker_id": "workers", "agency_id": "agencies"}.get(name, words.plain(name))


def behind_of(name: str, claim: Claim) -> Backing:
    """The people a share or a variance of this grouping rests on."""
    return Backing(claim.behind.clients, claim.behind.workers if name in ABOVE_CLIENTS else None)
