"""Detrended exposure: what is left when each client's own line in time is taken out of the exposure."""

from __future__ import annotations

import numpy as np

from pipeline.exposure.parts import detrended
from pipeline.exposure.visits import Floats
from pipeline.hypotheses import terms
from pipeline.hypotheses.battery.base import Check, Finding, Setting, holds, verdict_words, within_only
from pipeline.hypotheses.sample import main_exposures


def run(setting: Setting) -> Finding:
    """Replace the exposure by its residual from each client's least-squares line in time."""
    plan, sample = setting.plan, setting.sample
    rows = terms.rows_of(sample, sample.keep)
    doses = {name: _flat(values, sample.time, rows) for name, values in sample.dose.items() if _wanted(setting, name)}
    own = terms.focus(plan, sample, rows, doses)
    design = setting.design(sample.keep, own=own)
    found, passed = holds(setting, design, setting.fit(design))
    return Finding(
        found, passed, f"With each client's own trend taken out of the exposure, {verdict_words(setting, passed)}."
    )


def _wanted(setting: Setting, name: str) -> bool:
    return name.split("[")[0] in main_exposures(setting.plan)


def _flat(values: Floats, time: Floats, rows: terms.Rows) -> Floats:
    out = np.full(len(values), np.nan)
    out[rows.keep] = detrended(values[rows.keep], time[rows.keep], rows.client)
    return out


CHECK = Check("detrended", "Exposure detrended within clients", within_only, run)
