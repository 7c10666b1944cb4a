"""The panel with feedback for a reviewer who trusts R: its series, and a script that fits them with lavaan.

The model is that of pipeline/dynamic (METHODS.md, "Feedback"): a random-intercept cross-lagged panel with a path inside the
window, a stationary start and a fixed error variance of the rating; maximum likelihood, missing ratings by full information.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from pipeline.dynamic import Series
from pipeline.results.estimate import Estimate

SCRIPT = "feedback.R"
PATHS = {0: "beta", 1: "lambda + phi * beta"}  # as feedback.PATHS: the number of the panel that a lag is about


def panel_files(asked: Sequence[tuple[float, Series, float]], lag: int, ours: Estimate) -> dict[str, str]:
    """The files by name: a CSV a panel (rows: ratings, in within-client SDs), and the script that combines the panels."""
    files = {f"panel_{place}.csv": _csv(series) for place, (_, series, _) in enumerate(asked, 1)}
    calls = [_call(place, weight, series, reliability) for place, (weight, series, reliability) in enumerate(asked, 1)]
    return {**files, SCRIPT: _script(calls, PATHS[lag], ours)}


def _csv(series: Series) -> str:
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(["client", "occasion", "x", "y"])
    for row, place in zip(*np.nonzero(np.isfinite(series.x) | np.isfinite(series.y)), strict=True):
        x, y = series.x[row, place], series.y[row, place]
        writer.writerow([int(row), int(place) + 1, _cell(float(x)), _cell(float(y))])
    return sink.getvalue()


def _cell(value: float) -> str:
    return repr(value) if np.isfinite(value) else "NA"


def _call(place: int, weight: float, series: Series, reliability: float) -> str:
    error = (1.0 - reliability) * series.rating_variance / float(series.scale[1]) ** 2
    factor = weight * float(series.scale[1]) / float(series.scale[0])
    return f'{factor!r} * panel("panel_{place}.csv", {error!r})'


def _script(calls: Sequence[str], path: str, ours: Estimate) -> str:
    return f"""# Made by `python -m pipeline export --r`. Needs lavaan. Run it in this folder; long series take minutes:
# Rscript {SCRIPT}
suppressMessages(library(lavaan))
syntax <- function(T, error) {{
  each <- function(f, from = 1) paste(sapply(from:T, f), collapse = "\n")
  load <- function(v) paste0("1*", v, 1:T, collapse = " + ")
  paste(sep = "\n", paste("g =~", load("x")), paste("m =~", load("y")),
    each(function(t) sprintf("xw%d =~ 1*x%d\nyw%d =~ 1*y%d\nx%d ~~ 0*x%d\ny%d ~~ %.15f*y%d\nx%d ~ mx*1\ny%d ~ my*1",
                             t, t, t, t, t, t, t, error, t, t, t)),
    each(function(t) sprintf("xw%d ~ start(.2)*xw%d + rho*xw%d + gamma*yw%d\nyw%d ~ beta*xw%d + lambda*xw%d + phi*yw%d",
                             t, t - 1, t - 1, t - 1, t, t, t - 1, t - 1), 2),
    each(function(t) sprintf("xw%d ~~ u*xw%d\nyw%d ~~ e*yw%d", t, t, t, t), 2),
    "xw1 ~~ start(1)*xw1 + p11*xw1\nyw1 ~~ start(.7)*yw1 + p22*yw1\nxw1 ~~ p12*yw1",
    "g ~~ pg*g\nm ~~ pm*m\ng ~~ pgm*m\ng ~~ 0*xw1 + 0*yw1\nm ~~ 0*xw1 + 0*yw1",
    "p11 == rho^2*p11 + 2*rho*gamma*p12 + gamma^2*p22 + u",
    paste0("p12 == rho*(beta*rho+lambda)*p11 + (rho*(beta*gamma+phi) + gamma*(beta*rho+lambda))*p12 + ",
           "gamma*(beta*gamma+phi)*p22 + beta*u"),
    paste0("p22 == (beta*rho+lambda)^2*p11 + 2*(beta*rho+lambda)*(beta*gamma+phi)*p12 + ",
           "(beta*gamma+phi)^2*p22 + beta^2*u + e"))
}}
panel <- function(file, error) {{
  d <- read.csv(file)
  w <- reshape(d, idvar = "client", timevar = "occasion", direction = "wide", sep = "")
  fit <- lavaan(syntax(max(d$occasion), error), w, meanstructure = TRUE, estimator = "ML", missing = "fiml", se = "none",
                control = list(rel.tol = 1e-10, iter.max = 10000))
  stopifnot(lavInspect(fit, "converged"))
  found <- parameterEstimates(fit, se = FALSE)
  own <- as.list(tapply(found$est, found$label, function(values) values[1]))
  with(own, {path})
}}
found <- {" + ".join(calls)}
cat("R, feedback: ", format(found, digits = 12), "\n", sep = "")
cat("pipeline, feedback:", {ours.estimate!r}, "SE", {ours.std_error!r}, "\n")
"""
