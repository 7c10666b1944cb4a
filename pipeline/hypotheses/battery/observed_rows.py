"""Observed rows: the number without imputation where the imputed one is the headline; `imputed.attached` puts it here."""

from __future__ import annotations

from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting
from pipeline.results.reason import Reason, not_estimable, reason


def not_applicable(setting: Setting) -> Reason | None:
    """Only where the imputed analysis is the headline."""
    missing = setting.plan.missing
    if missing is None:
        return reason("imputation_not_asked")
    return None if missing.method == "headline" else reason("observed_is_headline")


def run(setting: Setting) -> Found:
    """What stands here until the imputations are there."""
    del setting
    raise not_estimable("imputed_apart")


CHECK = Check(not_applicable, run)
