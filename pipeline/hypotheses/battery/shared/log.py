"""What rows about the log share: of which numbers it can be asked, and the slope within clients they follow."""

from __future__ import annotations

import numpy as np

from pipeline.hypotheses.battery.shared.setting import Setting
from pipeline.hypotheses.lateness import Within
from pipeline.results.reason import Reason, reason


def not_asked(setting: Setting) -> Reason | None:
    """One exposure within clients, counted, not split by a moderator."""
    plan = setting.plan
    single = plan.moderator is None and not (plan.contrast and plan.contrast.minus)
    counted = plan.exposure.dose in ("count", "any")
    return None if setting.within and single and counted else reason("log_not_asked")


def within_residuals(setting: Setting) -> Within:
    """The outcome within clients with everything of the primary model beside the tested column taken out."""
    design = setting.primary.design
    beside = [values for name, values in design.numeric().items() if name not in design.tested]
    return Within.of(design.outcome, design.rows.client, np.column_stack(beside) if beside else None)
