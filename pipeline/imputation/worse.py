"""What if it had been worse: imputed ratings lowered by a known amount, and where a conclusion gives way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.imputation.records import Booleans, Floats


@dataclass(frozen=True)
class Tipping:
    """The smallest declared |delta| at which the verdict is another; None where it is the same at all of them.

    `holds_to` is the largest |delta| up to which it was the same at every declared delta.
    """

    delta: float | None
    holds_to: float | None


def lowered_values(values: Floats, drawn: Booleans, delta: float, sd_within: float) -> Floats:
    """Imputed values `delta` within-client SDs lower where `drawn`; the draws themselves stay, so deltas can be compared.

    A pattern mixture: the missing follow the same distribution as the observed, but for its mean (Rubin 1987, ch. 6;
    Carpenter & Kenward 2013, ch. 10).
    """
    return np.where(drawn, values - delta * sd_within, values)


def tipping_points(deltas: Sequence[float], verdicts: Sequence[str], at_zero: str) -> Tipping:
    """Where the verdict first differs from `at_zero`, going outwards from 0; deltas of both signs are taken by size."""
    holds: float | None = None
    for size in sorted({abs(delta) for delta in deltas}):
        at = [verdict for delta, verdict in zip(deltas, verdicts, strict=True) if abs(delta) == size]
        if any(verdict != at_zero for verdict in at):
            return Tipping(size, holds)
        holds = size
    return Tipping(None, holds)
