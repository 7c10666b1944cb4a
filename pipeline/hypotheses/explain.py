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

    from pipeline.params import Compute, Hypothesis, VerdictRules

WIDTH = 100
UNLINKED = "How many rows this rests on is known once the data are linked: run `dvc repro link`, then this again."
OWN_WAY = (
    "This kind of question has a model of its own (docs/hypotheses.md); the battery of checks does not apply to it as such."
)
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
        f"Predicted: {hypothesis.predicted}. Smallest effect that matters: {hypothesis.smallest_effect:g} within-client "
        "SDs. "
        f"Alpha {rules.alpha:g}, adjusted over the {hypothesis.role} family by {correction}."
    )


def _on_rows(hypothesis: Hypothesis, compute: Compute, occasions: pd.DataFrame, ledger: pd.DataFrame) -> list[str]:
    if hypothesis.outcome.kind in ("no_show", "dropout") or hypothesis.mediator:
        start = sample.series(occasions, hypothesis)
        return [f"Rows to start from: {len(start)} ratings of {start['client_id'].nunique()} clients.", OWN_WAY]
    rows = sample.build(hypothesis, occasions, ledger)
    design = terms.build(hypothesis, rows, rows.keep)
    estimability.require(hypothesis, rows, design, compute)
    design, left_out = carried(design, compute.drop_slopes)
    minus = hypothesis.contrast.outcome_minus if hypothesis.contrast else None
    left = outcome_name(hypothesis.outcome.score, hypothesis.outcome.kind, minus)
    workers = int(design.rows.worker.max()) + 1
    counts = [
        f"  {row['step']}: {row['rows']} rows, {row['clients']} clients, {row['workers']} workers" for row in rows.counts
    ]
    fit = f"Fitted by {compute.method} ({compute.engine}); degrees of freedom by {DF[freedom(compute, workers)]}."
    if left_out:
        fit += f" Left out, as there would be as many effects as rows: {', '.join(left_out)}."
    model = [f"Model: {equation(left, design.fixed, design.random)}", f"Tested: {tested_words(design.tested)}", fit]
    setting = Setting(hypothesis, rows, compute, Fit(None, design), of(0.0, 1.0, None))
    return [*model, "Rows:\n" + "\n".join(counts), "Checks:\n" + "\n".join(_checks(setting))]


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
