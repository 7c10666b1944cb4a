"""Unadjusted: by how much the declared covariates move the estimate, which tells what they confound."""

from __future__ import annotations

from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, tested_again
from pipeline.results.attempt import CheckCodes
from pipeline.results.reason import Reason, reason


def not_applicable(setting: Setting) -> Reason | None:
    """Only declared covariates can be left out; a moderator's own effect stays."""
    return None if fitted_covariates(setting) else reason("no_covariates")


def run(setting: Setting) -> Found:
    """Leave the covariates out of the fixed terms, on the same rows; reported, does not decide."""
    names = fitted_covariates(setting)
    design = setting.primary.design.without(names)
    return Found(tested_again(setting.fit(design), design), names=CheckCodes(columns=",".join(names)))


def fitted_covariates(setting: Setting) -> list[str]:
    """The covariates that are in the primary model."""
    kept = setting.primary.design.fixed
    return [name for name in setting.plan.covariates if name in kept and name != setting.plan.moderator]


CHECK = Check(not_applicable, run)
