"""The falsification battery: one small file a check, found by being here.

To add a check, write a module with a `CHECK` beside these and give it its line in `vocabulary.checks.CHECKS`; where it
shall decide, name it in one of the lists of `verdict:` in params.yaml. Subfolders hold what checks share.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection
from functools import partial

from pipeline.base.at_once import at_once
from pipeline.base.errors import ModelError
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting
from pipeline.hypotheses.engines import engine_refusal
from pipeline.hypotheses.faults import defect_reason
from pipeline.results.attempt import CheckResult
from pipeline.results.reason import NotEstimable, Reason

LOADS = ("pipeline.hypotheses.battery.*",)  # modules found by being there: tests/dvc_deps.py reads this


def battery() -> dict[str, Check]:
    """Every check by name."""
    names = [found.name for found in pkgutil.iter_modules(__path__) if not found.ispkg]
    return {name: importlib.import_module(f"{__name__}.{name}").CHECK for name in sorted(names)}


def run_battery(setting: Setting, only: Collection[str] | None = None) -> tuple[CheckResult, ...]:
    """Every check (or those in `only`), each with its number or its reason; what goes wrong in one is that one's own."""
    asked = [(name, check) for name, check in battery().items() if only is None or name in only]
    begun = sorted(asked, key=lambda one: not one[1].long)
    return tuple(sorted(at_once([partial(run_check, *one, setting) for one in begun]), key=lambda found: found.check))


def run_check(name: str, check: Check, setting: Setting) -> CheckResult:
    """One check's result."""
    return check_result(name, partial(check.not_applicable, setting), partial(check.run, setting))


def check_result(name: str, not_applicable: Callable[[], Reason | None], run: Callable[[], Found]) -> CheckResult:
    """How a check ended: it does not apply, its number, or why there is none."""
    try:
        reason = not_applicable()
        if reason is not None:
            return CheckResult(check=name, outcome="not_applicable", reason=reason)
        found = run()
    except Exception as error:
        return CheckResult(check=name, outcome="not_computed", reason=why_not(error))
    return CheckResult(
        check=name, outcome="computed", estimate=found.estimate, beside=found.beside, facts=found.facts, names=found.names
    )


def why_not(error: Exception) -> Reason:
    """The reason of an error: a finding about the data, an engine's refusal, or a defect by its place in the code."""
    if isinstance(error, NotEstimable):
        return error.reason
    return engine_refusal(error) if isinstance(error, ModelError) else defect_reason(error)
