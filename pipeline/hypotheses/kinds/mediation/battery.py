"""The checks of a mediation: of the order in time (`order`), and of the indirect effect told again (`again`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from pipeline.base.at_once import at_once
from pipeline.hypotheses.battery import check_result
from pipeline.hypotheses.kinds.mediation.again import LAGGED_OUTCOME, OTHER_RATER, SESSION_RATING
from pipeline.hypotheses.kinds.mediation.order import FIRST_PATH, HIDDEN_CAUSE, REVERSED_ORDER
from pipeline.hypotheses.kinds.mediation.question import FittedPaths, PathCheck
from pipeline.results.attempt import CheckResult

CHECKS: Mapping[str, PathCheck] = {
    "hidden_cause": HIDDEN_CAUSE,
    "first_path": FIRST_PATH,
    "reversed_order": REVERSED_ORDER,
    "session_rating": SESSION_RATING,
    "lagged_outcome": LAGGED_OUTCOME,
    "other_rater": OTHER_RATER,
}


def run_battery(fitted: FittedPaths) -> tuple[CheckResult, ...]:
    """Every check, each with its number or its reason; what goes wrong in one is that one's own."""
    asked = fitted.question
    return tuple(
        at_once(
            [
                partial(check_result, name, partial(check.not_applicable, asked), partial(check.run, fitted))
                for name, check in CHECKS.items()
            ]
        )
    )
