"""Unadjusted: by how much the declared covariates move the estimate, which tells what they confound."""

from __future__ import annotations

from dataclasses import replace

from pipeline.hypotheses.battery.base import Check, Finding, Setting
from pipeline.hypotheses.estimate import contrast

SAID = "Without {names} in the model, on the same rows, the estimate is {without:.3g} instead of {whole:.3g}."


def not_applicable(setting: Setting) -> str | None:
    """Only declared covariates can be left out; a moderator's own effect stays."""
    return None if covariates(setting) else "no covariates were declared"


def run(setting: Setting) -> Finding:
    """Leave the covariates out of the fixed terms; reported, does not decide."""
    names = covariates(setting)
    design = setting.primary.design
    design = replace(design, fixed=tuple(name for name in design.fixed if name not in names))
    found = contrast(setting.fit(design), design.tested)
    listed = " and ".join(f"`{name}`" for name in names)
    return Finding(found, None, SAID.format(names=listed, without=found.estimate, whole=setting.tested.estimate))


def covariates(setting: Setting) -> list[str]:
    """The covariates that are in the primary model."""
    kept = setting.primary.design.fixed
    return [name for name in setting.plan.covariates if name in kept and name != setting.plan.moderator]


CHECK = Check("unadjusted", "Without the declared covariates", not_applicable, run)
