"""Numbers of several claims in one table: a claim a column, so that what repeats from claim to claim is said once.

The page has the same claim by claim, in folds, with standard errors, degrees of freedom and p; so has the CSV.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pipeline.report import attempt_sentences, words
from pipeline.report.attempts import ASIDE, UNSEEN, Tried
from pipeline.report.claims import Claim, Number, number_of
from pipeline.report.counts import model_key
from pipeline.report.material import Material
from pipeline.report.numbers import bracket, listed
from pipeline.report.table import Line, Table, Value
from pipeline.report.tables.claims import NUMBERS, behind_of, level_numbers, withheld_note
from pipeline.vocabulary.checks import CHECKS, label_of_check

ABREAST = 5  # claims beside each other, each with estimate and interval
SIGNS = {
    "held": "✓",
    "broke": "✗",
    "speaks_against": "(✗)",
    "no_difference": "○",
    "not_clear": "?",
    "not_computed": "not computed",
}
KEY = (
    "✓ held; ✗ broke it; (✗) speaks against, does not decide; ○ no difference to explain; (✓) nothing points to it; – told "
    "beside it, does not decide; ? not clear; * decides."
)
SCALE = "In points of the outcome's scale; log-odds for leaving and missed sessions."
Column = Mapping[str, Value]


def claims_abreast(claims: Sequence[Claim], most: int = ABREAST) -> tuple[tuple[Claim, ...], ...]:
    """Claims of one role in groups of about equal size, none larger than `most`."""
    found: list[tuple[Claim, ...]] = []
    for role in ("confirmatory", "exploratory"):
        own = [claim for claim in claims if claim.role == role]
        groups = -(-len(own) // most)
        size = -(-len(own) // groups) if groups else 0
        found += [tuple(own[start : start + size]) for start in range(0, len(own), size or 1)]
    return tuple(found)


def attempts_table(claims: Sequence[Claim]) -> Table | None:
    """Every attempt that applies, of several claims: state, number and interval; those that do not apply are counted."""
    columns = {claim.short: {one.check: _attempt(one) for one in _applied(claim)} for claim in claims}
    order = [*CHECKS, *(one.check for claim in claims for one in claim.attempts)]
    decide = {one.check for claim in claims for one in claim.attempts if one.decides}
    idle = [f"{sum(one.state == 'not_applicable' for one in claim.attempts)} to {claim.short}" for claim in claims]
    note = f"{KEY} {SCALE} Do not apply: {listed(idle)}."
    named = _named(order, lambda check: f"{label_of_check(check)}{' *' if check in decide else ''}")
    return _table("attempts", "Attempts to prove them wrong", claims, columns, named, note)


def coefficients_table(claims: Sequence[Claim], material: Material) -> Table | None:
    """Every coefficient of the main models of several claims, with its 95% interval."""
    columns, thin = {}, 0
    for claim in claims:
        fit = material.fits[claim.name]
        kept = [row for row in fit.coefficients if material.gate.group(row.behind)] if claim.effect else []
        thin += len(fit.coefficients) - len(kept) if claim.effect else 0
        columns[claim.short] = {row.term: _cell(number_of(row, claim.behind, material.gate, "coefficients")) for row in kept}
    order = _named((term for column in columns.values() for term in column), str)
    note = SCALE
    return _table("coefficients", "Coefficients of the main models", claims, columns, order, withheld_note(note, thin > 0))


def facts_table(claims: Sequence[Claim], material: Material) -> Table | None:
    """What the models of several claims rest on and leave over: rows, clients, variances, shares."""
    columns = {claim.short: dict(_facts(claim, material)) for claim in claims}
    order = _named((name for column in columns.values() for name in column), str)
    note = (
        "(Co)variances: of the random part, by group. ICC: share of the variance that fixed effects leave over. R²: share "
    )
    note += "of the whole variance, by fixed effects (marginal), by random ones, too (conditional)."
    return _table("models", "What the models rest on, and what they leave over", claims, columns, order, note)


def details_table(claims: Sequence[Claim], material: Material) -> Table | None:
    """The difference at each level of a moderator and the paths of a mediation, of all claims that have them."""
    lines: list[Line] = []
    thin = False
    for claim in claims:
        caption, rows, left = level_numbers(claim, material)
        thin = thin or left
        if rows:
            lines.append(Line(f"{claim.short}: {caption[:1].lower()}{caption[1:]}", group=True))
            lines += [Line(words.title(name), _cells(number), inner=True) for name, number in rows]
    paths = any(material.fits[claim.name].mediation for claim in claims if claim.effect is not None)
    note = withheld_note(f"{SCALE} {attempt_sentences.DIRECT if paths else ''}".rstrip(), thin)
    return Table("details_all", "By level of a moderator, and by path", NUMBERS, tuple(lines), note) if lines else None


def _applied(claim: Claim) -> tuple[Tried, ...]:
    return tuple(one for one in claim.attempts if one.state != "not_applicable")


def _attempt(one: Tried) -> str:
    if one.estimate is None or one.low is None or one.high is None or one.low.value is None:
        return _sign(one)
    return f"{_sign(one)} {one.estimate} {bracket(one.low, one.high)}"


def _cell(number: Number) -> str:
    return f"{number.estimate} {number.interval}".rstrip()


def _cells(number: Number) -> tuple[Value, ...]:
    return number.estimate, number.interval, number.std_error, number.df, number.p


def _facts(claim: Claim, material: Material) -> Iterator[tuple[str, Value]]:
    """One claim's column, each row with its head: counts at each step, variances, shares of variance."""
    fit, gate = material.fits[claim.name], material.gate
    where = f"hypothesis {claim.name}"
    for step in fit.counts:
        yield f"Ratings: {step.step}", gate.rows(step.rows, step.clients, where)
    for step in fit.counts[-1:]:
        yield "Clients: model", gate.count(model_key(claim.name, step.step), where)
    if claim.effect is None:
        return
    yield "Within-client SD of the outcome", claim.effect.within_sd
    for row in fit.variance:
        terms = " × ".join(dict.fromkeys(term for term in (row.term_1, row.term_2) if term))
        behind = behind_of(row.group, claim)
        yield f"{row.group} {terms}".strip(), gate.variance(row.covariance, behind, "variance")
    for name, share in fit.icc.items():
        yield f"ICC, {words.plain(name)}", gate.portion(share, behind_of(name, claim), "icc")
    if fit.explained:
        yield "R², marginal", gate.portion(fit.explained.marginal, claim.behind, "r2")
        yield "R², conditional", gate.portion(fit.explained.conditional, claim.behind, "r2")


def _named(names: Iterable[str], told: Callable[[str], str]) -> dict[str, str]:
    return {name: told(name) for name in names}


def _table(
    name: str, caption: str, claims: Sequence[Claim], columns: Mapping[str, Column], order: Mapping[str, str], note: str
) -> Table | None:
    lines = [
        Line(told, tuple(columns[claim.short].get(key, "") for claim in claims))
        for key, told in order.items()
        if any(key in columns[claim.short] for claim in claims)
    ]
    shorts = tuple(claim.short for claim in claims)
    if not lines:
        return None
    of = shorts[0] if len(shorts) == 1 else f"{shorts[0]} to {shorts[-1]}"
    return Table(f"{name}_{shorts[0]}_{shorts[-1]}".lower(), f"{caption}: {of}", ("", *shorts), tuple(lines), note)


def _sign(one: Tried) -> str:
    """The sign of an attempt's state; of something found none says that there is nothing."""
    return {UNSEEN: "(✓)", ASIDE: "–"}.get(one.mark, SIGNS[one.state])
