"""Imputed: the tested number with what is missing imputed. `imputed.attached` puts the pooled number here."""

from __future__ import annotations

from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting
from pipeline.results.reason import Reason, not_estimable, reason


def not_applicable(setting: Setting) -> Reason | None:
    """Only where it was asked for beside the headline."""
    missing = setting.plan.missing
    if missing is None:
        return reason("imputation_not_asked")
    return reason("imputed_is_headline") if missing.method == "headline" else None


def run(setting: Setting) -> Found:
    """What stands here until the imputations are there."""
    del setting
    raise not_estimable("imputed_apart")


CHECK = Check(not_applicable, run)
