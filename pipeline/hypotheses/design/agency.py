"""Agencies as a level above workers: fixed differences where there are few, a random effect where there are enough.

The rule is that of `compute.agency` and `compute.random_agencies`. Numbers within clients are not touched by agencies, which
do not change within them; errors between workers are, and so is a number about workers: beside agencies it is one about
workers of one agency, as their part of the exposure stands in the model as well (Mundlak 1978).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.exposure.parts import group_means
from pipeline.exposure.visits import Integers
from pipeline.hypotheses.design.estimability import saturated_reason
from pipeline.hypotheses.design.exposures import main_exposures
from pipeline.hypotheses.design.grouping import TELLING, one_grouping
from pipeline.hypotheses.design.sample import Sample
from pipeline.hypotheses.design.terms import AgencyLevel, Design, Rows, Term
from pipeline.results.fit import Column
from pipeline.results.reason import Note, note

if TYPE_CHECKING:
    from pipeline.base.params import Compute, Plan

AGENCY = "agency_id"
COLUMNS = ("worker_agency_id", AGENCY)  # where clients and workers both name one, the worker's own
ROLE = "agency"


def with_agencies(design: Design, plan: Plan, sample: Sample, compute: Compute) -> Design:
    """The design with agencies by the rule, and a note of what was done; as it is where they cannot differ.

    That is where no agency or one alone is known, where a covariate or moderator is the agency, and where params say so.
    """
    codes = agencies_of(plan, sample, design.rows)
    if codes is None or compute.agency == "none":
        return design
    number = int(codes.max()) + 1
    fixed = compute.agency == "fixed" or (compute.agency == "by_number" and number < compute.random_agencies)
    level: AgencyLevel = "fixed" if fixed else "random"
    if not fixed and one_grouping(design.rows.worker, codes):
        return _noted(design, note("agency_is_worker"))
    found = agencies_held(design, plan, sample, level)
    left = int(design.rows.worker.max()) + 1 - number
    if fixed and (left < TELLING or (saturated_reason(found) and not saturated_reason(design))):
        return _noted(design, note("agency_leaves_nothing"))
    unknown = [note("agency_unknown")] if _column(sample, design.rows)[1] else []
    return _noted(found, _said(level, number, compute), *unknown)


def agencies_held(design: Design, plan: Plan, sample: Sample, level: AgencyLevel | None) -> Design:
    """The design with agencies in it in a given way, for checks of a headline that has them so."""
    codes = agencies_of(plan, sample, design.rows) if level else None
    if codes is None:
        return design
    if level == "fixed":
        for term in _differences(codes):
            design = design.beside(term)
        return replace(design, agency=level)
    design = replace(design, rows=replace(design.rows, agency=codes), agency=level)
    for term in _their_part(plan, sample, design.rows, codes) if plan.effect == "worker" else ():
        design = design.beside(term)
    return replace(design, random={**design.random, AGENCY: ["1"]})


def agencies_of(plan: Plan, sample: Sample, rows: Rows) -> Integers | None:
    """The agency of each row, numbered from 0; None where there is one at most, or the plan has a use of its own for it."""
    if {*plan.covariates, plan.moderator} & set(COLUMNS):
        return None
    codes, _ = _column(sample, rows)
    return codes if codes is not None and codes.max() > 0 else None


def _column(sample: Sample, rows: Rows) -> tuple[Integers | None, bool]:
    """Agencies of the rows by number, those that are not known as one more, and whether there are such."""
    for name in COLUMNS:
        if name in sample.frame:
            column = sample.frame[name][rows.keep]
            known = column.notna().to_numpy(dtype=bool)
            if known.any():
                names = np.where(known, column.astype("object").to_numpy(), "").astype(str)
                return np.unique(names, return_inverse=True)[1].astype(np.int64), not known.all()
    return None, False


def _differences(codes: Integers) -> list[Term]:
    """Agencies against the first, centered, so that the intercept stays that of all rows; told by number, never by name."""
    flags = [(codes == one).astype(np.float64) for one in range(1, int(codes.max()) + 1)]
    return [
        Term(f"agency_{i}", (Column(column="agency", level=str(i), role=ROLE),), flag - flag.mean())
        for i, flag in enumerate(flags, start=2)
    ]


def _their_part(plan: Plan, sample: Sample, rows: Rows, codes: Integers) -> list[Term]:
    """The agencies' own part of the exposures, beside which the workers' part is one between workers of an agency."""
    found = []
    for main in main_exposures(plan):
        dose = sample.dose[main][rows.keep]
        values = group_means(dose, codes)[codes] - dose.mean()
        of = main.of_part("worker").column().model_copy(update={"part": "agency"})
        found.append(Term(f"{main.name}_agency", (of,), values))
    return found


def _said(level: AgencyLevel, number: int, compute: Compute) -> Note:
    limits = {"random_agencies": float(compute.random_agencies)}
    if compute.agency == "by_number":
        return note(f"agency_{level}", agencies=number, limits=limits)
    return note(f"agency_{level}_asked", agencies=number)


def _noted(design: Design, *said: Note) -> Design:
    return replace(design, notes=(*design.notes, *said))
