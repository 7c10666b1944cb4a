"""A hypothesis for a reviewer who trusts R: the model's own rows, and a script that fits them with lme4 and lmerTest.

The script prints the headline and the check for a curve in time beside the pipeline's own numbers. Rows carry numbers of
clients and workers that were given anew for these files, and no id; they are exact, and so private.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from pipeline.hypotheses.fitting import FittedDesign

if TYPE_CHECKING:
    from pipeline.base.params import Compute
    from pipeline.results.estimate import Estimate
    from pipeline.results.fit import Fit

ROWS, SCRIPT = "rows.csv", "model.R"
DDF = {"satterthwaite": "Satterthwaite", "kenward_roger": "Kenward-Roger"}
CURVE = "quadratic_time"


def r_files(fitted: FittedDesign, fit: Fit, compute: Compute) -> dict[str, str]:
    """The content of both files by name; the design is that of the headline after what the rows did not carry is gone."""
    design = fitted.design
    numeric = design.numeric()
    columns = {"outcome": design.outcome, **design.slopes, **numeric}
    rows = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
    ids = {"client_id": design.rows.client, "worker_id": design.rows.worker}
    if design.rows.agency is not None:
        ids["agency_id"] = design.rows.agency
    random = [
        part for group, terms in design.random.items() for part in _random(group, terms, apart=group in design.uncorrelated)
    ]
    few = int(design.rows.worker.max()) + 1 < compute.kenward_roger_below
    ddf = "Kenward-Roger" if few else DDF.get(compute.df, "Satterthwaite")
    return {ROWS: _csv(rows, ids), SCRIPT: _script(list(numeric), random, dict(design.tested), fit, ddf, compute.method)}


def _csv(columns: Mapping[str, np.ndarray], ids: Mapping[str, np.ndarray]) -> str:
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow([*columns, *ids])
    for row in zip(*columns.values(), *ids.values(), strict=True):
        writer.writerow([repr(float(cell)) for cell in row[: len(columns)]] + [int(cell) for cell in row[len(columns) :]])
    return sink.getvalue()


def _random(group: str, terms: list[str], *, apart: bool) -> list[str]:
    if not apart:
        return [f"({' + '.join('1' if term == '1' else _quoted(term) for term in _with_intercept(terms))} | {group})"]
    return [f"({'1' if term == '1' else '0 + ' + _quoted(term)} | {group})" for term in terms]


def _with_intercept(terms: list[str]) -> list[str]:
    """R puts an intercept where none is named."""
    return terms if "1" in terms else ["0", *terms]


def _quoted(name: str) -> str:
    return name if name in ("0", "1") else f"`{name}`"


def _script(fixed: list[str], random: list[str], tested: dict[str, float], fit: Fit, ddf: str, method: str) -> str:
    formula = " + ".join([*(_quoted(name) for name in fixed), *random])
    weights = ", ".join(f"`{name}` = {weight!r}" for name, weight in tested.items())
    ours = {"headline": fit.tested, "curve in time": _found(fit)}
    known = "\n".join(
        f'cat("pipeline, {label}:", {one.estimate!r}, "SE", {one.std_error!r}, "\\n")' for label, one in ours.items() if one
    )
    curved = "time" in fixed
    return f"""# Made by `python -m pipeline export --r`. Needs lme4, lmerTest, pbkrtest. Run it in this folder:
# Rscript {SCRIPT}
library(lmerTest)
rows <- read.csv("{ROWS}", check.names = FALSE)
told <- function(model, label) {{
  weights <- c({weights})
  l <- setNames(numeric(length(lme4::fixef(model))), names(lme4::fixef(model)))
  names(l) <- gsub("`", "", names(l), fixed = TRUE)
  l[names(weights)] <- weights
  found <- lmerTest::contest1D(model, unname(l), ddf = "{ddf}")
  cat("R, ", label, ": ", format(found[["Estimate"]], digits = 12), " SE ", format(found[["Std. Error"]], digits = 12),
      " df ", format(found[["df"]], digits = 6), "\\n", sep = "")
}}
control <- lme4::lmerControl(optimizer = "bobyqa", calc.derivs = FALSE,
                             optCtrl = list(rhobeg = 0.2, rhoend = 2e-8, maxfun = 1e5))
headline <- lmer(outcome ~ {formula},
                 data = rows, REML = {"TRUE" if method == "REML" else "FALSE"}, control = control)
told(headline, "headline")
{'told(update(headline, . ~ . + I(time^2)), "curve in time")' if curved else ""}
{known}
"""


def _found(fit: Fit) -> Estimate | None:
    return next((one.estimate for one in fit.battery if one.check == CURVE and one.estimate is not None), None)
