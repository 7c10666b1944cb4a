"""From a plan and its sample to the design of its model: focus, the exposure's other parts, background and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.options import EPISODE_FACTS
from pipeline.exposure.latent import MeanReliability, mean_reliability
from pipeline.exposure.visits import Booleans, Floats
from pipeline.hypotheses.design.coder import Coded, code_column, number_of
from pipeline.hypotheses.design.exposures import PARTS, TESTED_PART, Exposure, Part, main_exposures
from pipeline.hypotheses.design.focus import contextual_focus, focus_of, latent_weights
from pipeline.hypotheses.design.sample import Sample
from pipeline.hypotheses.design.terms import (
    IMPLIED,
    Design,
    Focus,
    Rows,
    Term,
    exposure_term,
    plain_term,
    rows_of,
    split_dose,
)
from pipeline.results.fit import Column
from pipeline.results.reason import Note, note

if TYPE_CHECKING:
    from pipeline.base.params import Plan

SAME_DAY = 0.5  # days of a window that ends on the day it began, for its logarithm
LEAST = 0.05  # reliability of means below which nothing is raised by it: params allow no number there either


def support_terms(plan: Plan, sample: Sample, rows: Rows) -> list[Term]:
    """The other parts of the main exposures, and what they leave out, so that the tested part is not mistaken for them."""
    tested = TESTED_PART[plan.effect]
    found: list[Term] = []
    for main in main_exposures(plan):
        found += [exposure_term(main.of_part(part), sample.dose[main], rows) for part in PARTS if part != tested]
    parts: tuple[Part, ...] = ("within", "between") if plan.effect == "contextual" else (tested,)
    return found + [term for part in parts for term in rest_terms(plan, sample.dose, rows, part)]


def rest_terms(plan: Plan, doses: Mapping[Exposure, Floats], rows: Rows, part: Part, *, lead: bool = False) -> list[Term]:
    """One part of the episodes that the main exposures leave out, where there are any: `joint_other_within`."""
    found = [Exposure(main.mode, rest=True) for main in main_exposures(plan)]
    there = [exposure for exposure in found if exposure in doses]
    return [exposure_term(replace(exposure, part=part, lead=lead), doses[exposure], rows) for exposure in there]


def background_terms(plan: Plan, sample: Sample, rows: Rows) -> tuple[list[Term], tuple[Note, ...]]:
    """Time (centered), covariates and the moderator's own effect; constant ones left out, and named."""
    time = sample.time[rows.keep]
    terms = [plain_term("time", time - time.mean(), "time"), *(window_terms(sample, rows) if plan.window_length else ())]
    notes: list[Note] = []
    names = dict.fromkeys((*plan.covariates, *([plan.moderator] if plan.moderator else [])))
    for name in (name for name in names if name not in EPISODE_FACTS):
        coded = code_column(name, sample.frame[name][rows.keep])
        role = "moderator" if name == plan.moderator else "covariate"
        if coded.constant:
            notes.append(note("constant_covariate", column=name))
        elif coded.kind == "code":
            terms.append(Term(name, (Column(column=name, role=role),), coded))
        else:
            terms.append(_number_term(coded, role))
    return terms, tuple(notes)


def window_terms(sample: Sample, rows: Rows) -> list[Term]:
    """Days of the window and their logarithm (centered): ratings may rise and advocacy accrue with the days between.

    A window whose length is not known has the median; columns that do not vary, or follow from one another, are left out.
    """
    days = number_of(sample.frame["day"]) - number_of(sample.frame["previous_day"])
    days = days[rows.keep]
    if not np.isfinite(days).any():
        return []
    days = np.where(np.isfinite(days), days, np.median(days[np.isfinite(days)]))
    shapes = {"window_days": days, "window_log_days": np.log(np.maximum(days, SAME_DAY))}
    kept: list[Term] = []
    for name, values in shapes.items():
        around = values - values.mean()
        size = float(around @ around)
        for term in kept:
            own = np.asarray(term.values)
            around = around - own * float(own @ around) / float(own @ own)
        if float(around @ around) > IMPLIED * size > 0:
            kept.append(plain_term(name, values - values.mean(), "window"))
    return kept


def _number_term(coded: Coded, role: str) -> Term:
    return Term(coded.name, (Column(column=coded.name, role=role),), coded.values - coded.values.mean())


def build_design(
    plan: Plan, sample: Sample, keep: Booleans, *, own: Focus | None = None, extra: Sequence[Term] = ()
) -> Design:
    """The design of a plan over the kept rows; `own` replaces the tested columns, `extra` adds fixed terms."""
    rows = rows_of(sample, keep)
    own = own or focus_of(plan, sample, rows, sample.dose)
    behind, notes = background_terms(plan, sample, rows)
    every = {term.name: term for term in (*own.terms, *support_terms(plan, sample, rows), *extra, *behind)}
    terms = tuple(term for term in every.values() if not term.empty)
    parts = [exposure.of_part(TESTED_PART[plan.effect]) for exposure in main_exposures(plan)]
    tested = contextual_focus(plan, parts, own.tested) if plan.moderator is None else own.tested
    known = means_of(plan, sample, rows, terms) if plan.moderator is None else None
    if known is not None and known.least >= LEAST:
        tested = latent_weights(plan, known.matrix)
    slopes = {main.of_part("within").name: split_dose(sample.dose[main], rows).within for main in main_exposures(plan)}
    return Design(rows, sample.y[keep], terms, slopes, random_terms(plan), replace(own, tested=tested), notes, means=known)


def means_of(
    plan: Plan, sample: Sample, rows: Rows, terms: Sequence[Term], exposures: Sequence[Exposure] = ()
) -> MeanReliability | None:
    """The reliability of clients' mean exposures in a design of these terms; None where no number is about them.

    `exposures`: those whose means are told together (default: those the plan is about).
    """
    main = tuple(exposures) or main_exposures(plan)
    names = {exposure.of_part(part).name for exposure in main for part in PARTS}
    beside = [column for term in terms if term.name not in names for column in term.numeric().values()]
    doses = np.column_stack([sample.dose[exposure][rows.keep] for exposure in main])
    if TESTED_PART[plan.effect] != "between" or not {exposure.of_part("between").name for exposure in main} <= {
        term.name for term in terms
    }:
        return None
    try:
        others = np.array(beside).reshape(-1, rows.n).T
        found = mean_reliability(doses, sample.y[rows.keep], rows.client, rows.worker, others)
        return found if np.isfinite(found.least) else None
    except np.linalg.LinAlgError:
        return None


def random_terms(plan: Plan) -> dict[str, list[str]]:
    """The random terms in the engine's names."""
    exposure = [main.of_part("within").name for main in main_exposures(plan)]
    slopes = {"intercept": ["1"], "time": ["time"], "exposure": exposure}
    return {group: [term for name in names for term in slopes[name]] for group, names in plan.random.items()}
