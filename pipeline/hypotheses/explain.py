"""Explain: before anything is fitted, what would be, and on how many rows."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from pipeline.hypotheses import estimability, sample, terms, words
from pipeline.hypotheses.battery import BATTERY
from pipeline.hypotheses.battery.base import Setting
from pipeline.hypotheses.equation import equation, outcome_name, tested_words
from pipeline.hypotheses.estimate import of
from pipeline.hypotheses.fitting import Fit, carried, freedom
from pipeline.hypotheses.sample import NotEstimable

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Hypothesis, VerdictRules

WIDTH = 100
UNLINKED = "How many rows this rests on is known once the data are linked: run `dvc repro link`, then this again."
PRODUCT = (
    "Tested: the first path times the second, plus the covariance of the clients' own paths; its interval by {draws:,} "
    "random draws."
)
NO_BATTERY = (
    "Checks: none of the battery applies to a product of two paths; read those of each path's own hypothesis beside it."
)
HAZARD = (
    "Fitted as a logistic regression over sessions at risk, errors clustered by worker. {events} events in {rows} rows.\n"
    "Checks: joint minus each control, in log-odds; what ends a series has no exposure after it to test a direction by."
)
CORRECTION = {"holm": "Holm", "benjamini_hochberg": "Benjamini and Hochberg", "none": "nothing (no correction)"}
UNIT = {"score": "within-client SDs", "dyad_gap": "within-client SDs"}
LOG_ODDS = "in log-odds over 1.81"
DF = {"satterthwaite": "Satterthwaite", "kenward_roger": "Kenward and Roger", "none": "the normal distribution"}


def explain(
    name: str,
    hypothesis: Hypothesis,
    compute: Compute,
    rules: VerdictRules,
    occasions: pd.DataFrame | None = None,
    ledger: pd.DataFrame | None = None,
) -> str:
    """The model in words and as an equation, the checks that will apply, the rows and clients it will rest on."""
    blocks = [
        f"{name} ({hypothesis.role})",
        f"Claim: {hypothesis.claim}",
        *words.question(hypothesis),
        _promise(hypothesis, rules),
    ]
    if occasions is None or ledger is None:
        return _text([*blocks, UNLINKED])
    try:
        return _text([*blocks, *_on_rows(hypothesis, compute, occasions, ledger)])
    except NotEstimable as error:
        return _text([*blocks, f"Not estimable as things stand: {error.reason}."])


def _promise(hypothesis: Hypothesis, rules: VerdictRules) -> str:
    correction = rules.confirmatory_correction if hypothesis.role == "confirmatory" else rules.exploratory_correction
    return (
        f"Predicted: {hypothesis.predicted}. Smallest effect that matters: {hypothesis.smallest_effect:g} "
        f"{UNIT.get(hypothesis.outcome.kind, LOG_ODDS)}. "
        f"Alpha {rules.alpha:g}, adjusted over the {hypothesis.role} family by {CORRECTION[correction]}."
    )


def _on_rows(hypothesis: Hypothesis, compute: Compute, occasions: pd.DataFrame, ledger: pd.DataFrame) -> list[str]:
    if hypothesis.mediator:
        return _mediated(hypothesis, compute, occasions, ledger)
    if hypothesis.outcome.kind in ("no_show", "dropout"):
        return _at_risk(hypothesis, compute, occasions, ledger)
    rows = sample.build(hypothesis, occasions, ledger)
    design = terms.build(hypothesis, rows, rows.keep)
    estimability.require(hypothesis, rows, design, compute)
    design, left_out = carried(design, compute.drop_slopes)
    minus = hypothesis.contrast.outcome_minus if hypothesis.contrast else None
    left = outcome_name(hypothesis.outcome.score, hypothesis.outcome.kind, minus)
    fit = _fitted(compute, design)
    if left_out:
        fit += f" Left out, as there would be as many effects as rows: {', '.join(left_out)}."
    model = [f"Model: {equation(left, design.fixed, design.random)}", f"Tested: {tested_words(design.tested)}", fit]
    setting = Setting(hypothesis, rows, compute, Fit(None, design), of(0.0, 1.0, None))
    return [*model, _rows(rows), "Checks:\n" + "\n".join(_checks(setting))]


def _mediated(hypothesis: Hypothesis, compute: Compute, occasions: pd.DataFrame, ledger: pd.DataFrame) -> list[str]:
    from pipeline.hypotheses import mediation

    rows, mediator = mediation.mediated_rows(hypothesis, occasions, ledger)
    first, second = mediation.designs(hypothesis, rows, mediator, compute)
    assert hypothesis.mediator is not None
    paths = [
        f"First path: {equation(hypothesis.mediator.column, first.fixed, first.random)}",
        f"Second path: {equation(hypothesis.outcome.score, second.fixed, second.random)}",
    ]
    return [*paths, PRODUCT.format(draws=compute.draws), _fitted(compute, second), _rows(rows), NO_BATTERY]


def _at_risk(hypothesis: Hypothesis, compute: Compute, occasions: pd.DataFrame, ledger: pd.DataFrame) -> list[str]:
    from pipeline.hypotheses import hazard

    rows, columns = hazard.prepared(hypothesis, occasions, ledger, compute)
    outcome = rows.y[rows.keep]
    tested = tested_words(dict(zip(sample.main_exposures(hypothesis), (1.0, -1.0), strict=False)))
    said = HAZARD.format(events=int(outcome.sum()), rows=len(outcome))
    return [f"Model: {hazard.formula(hypothesis, columns)}", f"Tested: {tested}", said, _rows(rows)]


def _fitted(compute: Compute, design: terms.Design) -> str:
    workers = int(design.rows.worker.max()) + 1
    return f"Fitted by {compute.method} ({compute.engine}); degrees of freedom by {DF[freedom(compute, workers)]}."


def _rows(rows: sample.Sample) -> str:
    lines = [
        f"  {row['step']}: {row['rows']} rows, {row['clients']} clients, {row['workers']} workers" for row in rows.counts
    ]
    return "Rows:\n" + "\n".join(lines)


def _checks(setting: Setting) -> list[str]:
    said = []
    for check in BATTERY:
        reason = check.not_applicable(setting)
        said.append(f"  {check.label}" if reason is None else f"  (not: {check.label}; {reason})")
    return said


def _text(blocks: list[str]) -> str:
    lines = [line for block in blocks for line in block.split("\n")]
    wrapped = [textwrap.fill(line, WIDTH, subsequent_indent="    ", break_on_hyphens=False) for line in lines]
    return "\n".join(wrapped) + "\n"
