"""What would be fitted for a hypothesis about ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.hypotheses.battery import battery
from pipeline.hypotheses.battery.shared.setting import Setting
from pipeline.hypotheses.design.agency import with_agencies
from pipeline.hypotheses.design.build import build_design
from pipeline.hypotheses.design.equation import equation, formula_of_tested, left_side
from pipeline.hypotheses.design.estimability import require_estimable
from pipeline.hypotheses.design.sample import Sample, build_sample
from pipeline.hypotheses.design.terms import Design
from pipeline.hypotheses.engines import freedom_of
from pipeline.hypotheses.fitting import FittedDesign, carried_by_rows
from pipeline.results.estimate import Estimate, estimate_of
from pipeline.results.fit import Left
from pipeline.vocabulary.checks import CHECKS, label_of_check
from pipeline.vocabulary.results import note_text, reason_text

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan

UNIT = "within-client SDs"
DF = {"satterthwaite": "Satterthwaite", "kenward_roger": "Kenward and Roger", "none": "the normal distribution"}
# Before a fit there is no number; no check asks for one to see whether it applies.
UNKNOWN: Estimate = estimate_of(0.0, 1.0, None)


def explain(plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute) -> list[str]:
    """Model, tested number, engine, rows and the checks that will apply."""
    sample = build_sample(plan, occasions, ledger)
    design = with_agencies(build_design(plan, sample, sample.keep), plan, sample, compute)
    require_estimable(plan, sample, design, compute)
    design, left_out = carried_by_rows(design, compute.drop_slopes)
    leveled = plan.moderator is not None and not design.focus.numeric
    model = [
        f"Model: {equation(left_side(plan), design.fixed, design.random)}",
        f"Tested: {formula_of_tested(design.tested, levels=leveled)}",
        fitted_by(compute, design) + _left(left_out),
        *(note_text(one, exact=True) for one in design.notes),
    ]
    setting = Setting(plan, sample, compute, FittedDesign(None, design), UNKNOWN)  # type: ignore[arg-type]
    return [*model, rows_of_model(sample), "Checks:\n" + "\n".join(_checks(setting))]


def fitted_by(compute: Compute, design: Design) -> str:
    """The engine and its degrees of freedom."""
    workers = int(design.rows.worker.max()) + 1
    return f"Fitted by {compute.method} ({compute.engine}); degrees of freedom by {DF[freedom_of(compute, workers)]}."


def rows_of_model(sample: Sample) -> str:
    """The counts from ratings to the model's rows."""
    lines = [f"  {row.step}: {row.rows} rows, {row.clients} clients, {row.workers} workers" for row in sample.counts]
    return "Rows:\n" + "\n".join(lines)


def _left(left_out: list[Left]) -> str:
    if not left_out:
        return ""
    named = ", ".join(f"{left.term} by {left.group}" for left in left_out)
    return f" Left out, as there would be as many effects as rows: {named}."


def _checks(setting: Setting) -> list[str]:
    said, found = [], battery()
    for name in sorted(found, key=lambda name: list(CHECKS).index(name) if name in CHECKS else len(CHECKS)):
        reason = found[name].not_applicable(setting)
        said.append(
            f"  {label_of_check(name)}"
            if reason is None
            else f"  (not: {label_of_check(name)}; {reason_text(reason, exact=True)})"
        )
    return said
