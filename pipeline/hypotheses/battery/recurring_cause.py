"""Recurring cause: what comes and goes in a rhythm of few sessions shows in the windows around with the other sign.

The check of a lasting cause asks for one that is still there a window later. A cause that is there every second session, or
at the end of each month, is gone by then and comes back: its memory from window to window is zero or less, and it passes.
But whatever comes back in a rhythm of two to five windows goes the other way one or two windows from its peak, before and
after it alike, which an effect does not (ours: the autocorrelation of a cycle of p windows, cos(2 pi k / p), is at most -.5
at k of one or two). Ratings that bring the advocacy turn the windows after alone. The state is read in `verdict/states`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.exposure.visits import Floats
from pipeline.hypotheses.battery.hidden_cause import filled_doses, missing_window_flag
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, combined_estimate, within_only
from pipeline.hypotheses.design.exposures import Exposure
from pipeline.hypotheses.design.focus import focus_of
from pipeline.hypotheses.design.sample import Sample
from pipeline.hypotheses.design.terms import Focus, rows_of
from pipeline.results.attempt import FurtherNumbers
from pipeline.results.estimate import Estimate
from pipeline.results.reason import Reason, reason

LAGS = (0, 1)  # with a longer one the windows after the exposure's own lie before the rating, too

Place = Literal["after", "earlier", "after_next", "earlier_still"]  # one and two windows from the exposure's own


@dataclass(frozen=True)
class Window:
    """Another window: where it lies, its doses, and how its columns are named."""

    place: Place
    doses: Mapping[Exposure, Floats]
    lead: bool = False
    back: int | None = None


def not_applicable(setting: Setting) -> Reason | None:
    """Change within clients, by the exposure of this window or the one before."""
    if setting.plan.exposure.lag not in LAGS:
        return reason("no_path_of_that_lag", lag=str(setting.plan.exposure.lag))
    return within_only(setting)


def run(setting: Setting) -> Found:
    """Add the windows one and two away from the exposure's own, on either side; the tested number beside them.

    Beside it the numbers of those windows; none of a window that says nothing within clients, as of series too short.
    """
    plan, sample = setting.plan, setting.sample
    rows = rows_of(sample, sample.keep)
    asked: dict[Place, tuple[Window, Focus]] = {}
    for window in _windows(sample, plan.exposure.lag, decays=plan.exposure.decays):
        focus = focus_of(plan, sample, rows, filled_doses(sample, window.doses), lead=window.lead, back=window.back)
        if not any(term.empty for term in focus.terms):
            asked[window.place] = (window, focus)
    design = setting.design(sample.keep, extra=[term for _, focus in asked.values() for term in focus.terms])
    for window, _ in asked.values():
        design = design.beside(missing_window_flag(sample, window.doses, f"no_window_{window.place}"))
    model = setting.fit(design)
    beside: dict[Place, Estimate] = {
        place: combined_estimate(model, design, focus.tested) for place, (_, focus) in asked.items()
    }
    return Found(combined_estimate(model, design, design.tested), FurtherNumbers(**beside))


def _windows(sample: Sample, lag: int, *, decays: bool) -> list[Window]:
    """Those that cannot have moved the rating, and the earlier ones; a dose that decays holds the latter itself.

    With a lag of one the window after the exposure's own ends with the rating: the next is two away.
    """
    following = {exposure: sample.before(values, -1) for exposure, values in sample.lead.items()}
    ahead = [Window("after", sample.lead, lead=True), Window("after_next", following, lead=True, back=2)]
    if lag:
        ahead = [Window("after_next", sample.lead, lead=True)]
    if decays:
        return ahead
    behind: list[tuple[Place, int]] = [("earlier", 1), ("earlier_still", 2)]
    shifted = [(place, {own: sample.before(values, by) for own, values in sample.dose.items()}, by) for place, by in behind]
    return ahead + [Window(place, doses, back=lag + by) for place, doses, by in shifted]


CHECK = Check(not_applicable, run)
