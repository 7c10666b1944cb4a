"""Traces as a picture: the parameters that moved worst, a line a chain, for whoever doubts the draws. Private."""

from __future__ import annotations

import io

import numpy as np

from pipeline.imputation.records import Diagnostics

SHOWN = 12  # parameters, the least mixed first
ACROSS = 3
DPI = 80


def traces_png(found: Diagnostics) -> bytes:
    """Small multiples of the least mixed parameters as PNG; equal diagnostics give equal bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    worst = np.argsort([one.effective for one in found.mixing], kind="stable")[:SHOWN]
    down = -(-len(worst) // ACROSS)
    figure = Figure(figsize=(3.4 * ACROSS, 1.5 * down), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    for place, parameter in enumerate(worst):
        axes = figure.add_subplot(down, ACROSS, place + 1)
        axes.plot(found.traces[:, :, parameter].T, linewidth=0.5)
        mixing = found.mixing[parameter]
        axes.set_title(f"{mixing.parameter}: R-hat {mixing.r_hat:.2f}, {mixing.effective:.0f} draws", fontsize=6)
        axes.tick_params(labelsize=5)
    sink = io.BytesIO()
    figure.savefig(sink, format="png", metadata={"Software": None})
    return sink.getvalue()
