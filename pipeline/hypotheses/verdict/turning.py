"""Where a verdict turns: the headline judged again as drawn ratings get lower, the attempts left as they are."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.hypotheses.imputed.tested import as_tested
from pipeline.hypotheses.verdict.case import Case
from pipeline.hypotheses.verdict.decisions import decide
from pipeline.imputation.worse import tipping_points
from pipeline.results.fit import Fit
from pipeline.results.missing import Judging, Mechanism, Turn

MECHANISMS: tuple[Mechanism, ...] = ("skipped", "after_dropout")


def turning_points(case: Case, adjusted: Callable[[Fit], float]) -> tuple[Judging, ...]:
    """For each mechanism that was asked for, the verdict at each delta and the smallest at which it is another.

    `adjusted` gives the p-value adjusted over the family with this fit in the place of the hypothesis' own. The battery ran
    on observed rows and is not run again.
    """
    fit = case.fit
    if fit.imputed is None or fit.tested is None:
        return ()
    now = decide(case).verdict
    found = []
    for mechanism in MECHANISMS:
        turns = []
        for one in (one for one in fit.imputed.worse if one.mechanism == mechanism):
            other = fit.model_copy(update={"tested": as_tested(fit.tested, one.number)})
            p_adjusted = adjusted(other)
            verdict = decide(Case(case.hypothesis, case.role, other, case.attempts, p_adjusted, case.rules)).verdict
            turns.append(Turn(delta=one.delta, verdict=verdict, p_adjusted=p_adjusted))
        if turns:
            point = tipping_points([turn.delta for turn in turns], [turn.verdict for turn in turns], now)
            found.append(Judging(mechanism=mechanism, turns=tuple(turns), tips=point.delta, holds_to=point.holds_to))
    return tuple(found)
