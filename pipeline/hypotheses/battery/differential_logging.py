"""Differential logging: how many more good sessions than bad would have to have had their visit noted to make the number.

A log that depends on how the session went leaves no trace in the data; how much of it would be needed can be told. It does
not decide.
"""

from __future__ import annotations

from pipeline.hypotheses.battery.shared.log import not_asked, within_residuals
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting
from pipeline.hypotheses.design.exposures import main_exposures
from pipeline.hypotheses.lateness import tipping_of
from pipeline.results.attempt import CheckFacts

# The tested number itself stands as the estimate; `share` is how many more, and is not there where no share would do.


def run(setting: Setting) -> Found:
    """The share by which doses before good sessions must be too high for the slope within clients to vanish without it."""
    design = setting.primary.design
    dose = setting.sample.dose[main_exposures(setting.plan)[0]][setting.sample.keep]
    share = tipping_of(within_residuals(setting), dose, design.outcome)
    return Found(setting.tested, facts=CheckFacts(share=share))


CHECK = Check(not_asked, run)
