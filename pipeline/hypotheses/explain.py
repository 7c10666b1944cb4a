"""Explain: before anything is fitted, what would be, and on how many rows; by the kind of the hypothesis."""

from __future__ import annotations

import importlib
import textwrap
from typing import TYPE_CHECKING, Protocol

from pipeline.hypotheses import words
from pipeline.hypotheses.kinds import kind_of
from pipeline.results.reason import NotEstimable
from pipeline.vocabulary.results import reason_text
from pipeline.vocabulary.units import per

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.options import Role
    from pipeline.base.params import Compute, Hypothesis, Plan, VerdictRules

LOADS = ("pipeline.hypotheses.kinds.*.explain",)
WIDTH = 100
UNLINKED = "How many rows this rests on is known once the data are linked: run `dvc repro link`, then this again."
CORRECTION = {"holm": "Holm", "benjamini_hochberg": "Benjamini and Hochberg", "none": "nothing (no correction)"}


class Explanation(Protocol):
    """A kind's `explain`: the unit of its smallest effect, and what would be fitted to the linked data."""

    UNIT: str

    def explain(self, plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute) -> list[str]:
        """Paragraphs; NotEstimable as the fit would."""
        ...


def explain(
    name: str,
    hypothesis: Hypothesis,
    compute: Compute,
    rules: VerdictRules,
    occasions: pd.DataFrame | None = None,
    ledger: pd.DataFrame | None = None,
    counted_as: Role | None = None,
) -> str:
    """The model in words and as an equation, the checks that will apply, the rows and clients it will rest on.

    `counted_as`: the role it was judged in, where it was; None: as declared.
    """
    kind: Explanation = importlib.import_module(f"pipeline.hypotheses.kinds.{kind_of(hypothesis)}.explain")
    blocks = [
        f"{name} ({_role(hypothesis.role, counted_as)})",
        f"Claim: {hypothesis.claim}",
        *words.question(hypothesis),
        _promise(hypothesis, counted_as or hypothesis.role, rules, kind.UNIT),
    ]
    if occasions is None or ledger is None:
        return _text([*blocks, UNLINKED])
    try:
        return _text([*blocks, *kind.explain(hypothesis, occasions, ledger, compute)])
    except NotEstimable as error:
        return _text([*blocks, f"Not estimable as things stand: {reason_text(error.reason, exact=True)}."])


def _role(declared: Role, counted_as: Role | None) -> str:
    if counted_as is None or counted_as == declared:
        return declared
    return f"declared {declared}; counted as {counted_as}, as it differs from the lock"


def _promise(hypothesis: Hypothesis, role: Role, rules: VerdictRules, unit: str) -> str:
    correction = rules.confirmatory_correction if role == "confirmatory" else rules.exploratory_correction
    return (
        f"Predicted: {hypothesis.predicted}. Smallest effect that matters: {hypothesis.smallest_effect:g} {unit} "
        f"{per(hypothesis)}. "
        f"Alpha {rules.alpha:g}, adjusted over the {role} family by {CORRECTION[correction]}."
    )


def _text(blocks: list[str]) -> str:
    lines = [line for block in blocks for line in block.split("\n")]
    wrapped = [textwrap.fill(line, WIDTH, subsequent_indent="    ", break_on_hyphens=False) for line in lines]
    return "\n".join(wrapped) + "\n"
