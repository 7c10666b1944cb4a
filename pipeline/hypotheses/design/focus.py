"""The part of the exposure a hypothesis is about, by moderator, and the weights that make the tested number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.options import EPISODE_FACTS
from pipeline.exposure.visits import Floats
from pipeline.hypotheses.design.coder import Coded, code_column
from pipeline.hypotheses.design.exposures import TESTED_PART, Exposure, main_exposures
from pipeline.hypotheses.design.sample import Sample
from pipeline.hypotheses.design.terms import Focus, Rows, Term, Weights, exposure_term
from pipeline.results.fit import Column

if TYPE_CHECKING:
    from pipeline.base.params import Plan


def focus_of(
    plan: Plan,
    sample: Sample,
    rows: Rows,
    doses: Mapping[Exposure, Floats],
    *,
    lead: bool = False,
    back: int | None = None,
) -> Focus:
    """The part of the exposure a hypothesis is about, split by moderator where there is one.

    `doses` may be the window's own, those of another window or detrended ones; `lead` names the columns as those of the
    window after, `back` as those of the window so many ratings before.
    """
    terms: list[Term] = []
    tested: Weights = {}
    levels: dict[str, Weights] = {}
    numeric, level = False, None
    for sign, main in zip((1.0, -1.0), main_exposures(plan), strict=False):
        own = _moderated(plan, sample, rows, doses, replace(main, lead=lead, back=back, part=TESTED_PART[plan.effect]))
        terms += own.terms
        tested |= {name: sign * weight for name, weight in own.tested.items()}
        for label, weights in own.levels.items():
            levels.setdefault(label, {}).update({name: sign * weight for name, weight in weights.items()})
        numeric, level = own.numeric, level or own.level
    return Focus(tuple(terms), tested, levels, numeric, level)


def _moderated(plan: Plan, sample: Sample, rows: Rows, doses: Mapping[Exposure, Floats], exposure: Exposure) -> Focus:
    whole = doses[Exposure(exposure.mode)]
    if plan.moderator is None:
        return Focus((exposure_term(exposure, whole, rows),), {exposure.name: 1.0})
    if plan.moderator in EPISODE_FACTS:
        own = sorted((key for key in doses if key.mode == exposure.mode and key.level), key=lambda key: str(key.level))
        split = [exposure_term(replace(exposure, level=key.level), doses[key], rows) for key in own]
        return _by_levels(split, plan.moderator_level)
    term = exposure_term(exposure, whole, rows)
    moderator = code_column(plan.moderator, sample.frame[plan.moderator][rows.keep])
    if moderator.kind == "number":
        return _by_number(exposure, term, moderator)
    return _by_levels([_at_level(exposure, term, level, flag) for level, flag in moderator.flags()], plan.moderator_level)


def _at_level(exposure: Exposure, term: Term, level: str, flag: Floats) -> Term:
    """The exposure in the rows at one level of a moderator."""
    own = replace(exposure, level=level)
    values, told = term.values, term.told
    assert not isinstance(values, Coded)
    return Term(own.name, (own.column(),), values * flag, (flag > 0) & (told if told is not None else True))


def _by_levels(terms: Sequence[Term], wanted: str | None) -> Focus:
    labels = [str(term.of[0].level) for term in terms]
    chosen = labels.index(wanted) if wanted in labels else len(labels) - 1
    tested = {term.name: 1.0 if i == chosen else -1.0 / max(len(terms) - 1, 1) for i, term in enumerate(terms)}
    levels = {label: {term.name: 1.0} for label, term in zip(labels, terms, strict=True)}
    return Focus(tuple(terms), tested, levels, level=labels[chosen] if terms else None)


def _by_number(exposure: Exposure, term: Term, moderator: Coded) -> Focus:
    values = term.values
    assert not isinstance(values, Coded)
    centered, spread = moderator.values - moderator.values.mean(), float(moderator.values.std())
    product = replace(exposure, by=moderator.name)
    of = (exposure.column(), Column(column=moderator.name, role="moderator"))
    at = {"one SD below": -spread, "at the mean": 0.0, "one SD above": spread}
    levels = {label: {term.name: 1.0, product.name: value} for label, value in at.items()}
    terms = (term, Term(product.name, of, values * centered, term.told))
    return Focus(terms, {product.name: 1.0}, levels, numeric=True)


def contextual_focus(plan: Plan, exposures: Sequence[Exposure], tested: Weights) -> Weights:
    """Turn a test of between parts into one of between minus within; `exposures` are those tested."""
    if plan.effect != "contextual":
        return tested
    within = {exposure.of_part("within").name: -tested[exposure.name] for exposure in exposures}
    return tested | within


def latent_weights(plan: Plan, reliability: Floats) -> Weights:
    """The weights of a difference between clients' own levels over the coefficients of observed means and within them."""
    main = main_exposures(plan)
    return level_weights(plan, main, (1.0, -1.0)[: len(main)], reliability)


def level_weights(plan: Plan, exposures: Sequence[Exposure], signs: Sequence[float], reliability: Floats) -> Weights:
    """Those of any sum of effects of several exposures, `reliability` [k, k] being that of their means together.

    With c = between - within of the observed means, c / reliability is that of the levels (Luedtke 2008, eq. 12).
    """
    raised = np.linalg.solve(reliability.T, np.asarray(signs))
    within = -raised if plan.effect == "contextual" else np.asarray(signs) - raised
    names = [(exposure.of_part("between").name, exposure.of_part("within").name) for exposure in exposures]
    found = {between: float(value) for (between, _), value in zip(names, raised, strict=True)}
    return found | {inner: float(value) for (_, inner), value in zip(names, within, strict=True) if value}
