"""Detrended exposure: what is left when each client's own line in time is taken out of the exposure."""

from __future__ import annotations

import numpy as np

from pipeline.exposure.parts import detrended
from pipeline.exposure.visits import Floats
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, tested_again, within_only
from pipeline.hypotheses.design.exposures import main_modes
from pipeline.hypotheses.design.focus import focus_of
from pipeline.hypotheses.design.terms import Rows, rows_of


def run(setting: Setting) -> Found:
    """Replace the exposure by its residual from each client's least-squares line in time (Wang & Maxwell 2015)."""
    plan, sample = setting.plan, setting.sample
    rows = rows_of(sample, sample.keep)
    own = {exposure: values for exposure, values in sample.dose.items() if exposure.mode in main_modes(plan)}
    doses = {exposure: _flat(values, sample.time, rows) for exposure, values in own.items() if not exposure.rest}
    design = setting.design(sample.keep, own=focus_of(plan, sample, rows, doses))
    return Found(tested_again(setting.fit(design), design))


def _flat(values: Floats, time: Floats, rows: Rows) -> Floats:
    out = np.full(len(values), np.nan)
    out[rows.keep] = detrended(values[rows.keep], time[rows.keep], rows.client)
    return out


CHECK = Check(within_only, run)
