"""The same models through statsmodels: an independent second opinion, and `engine: statsmodels` in params.

Same arguments, same tables as the engine's own fit; inference is by the normal distribution (df="none"), as statsmodels
knows no small-sample degrees of freedom, and residuals are independent. Slow: for some thousands of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from pipeline.errors import ModelError, Problem
from pipeline.multilevel.columns import INTERCEPT
from pipeline.multilevel.design import Design, build
from pipeline.multilevel.inference import Contrast, t_test
from pipeline.multilevel.mixedlm import AGREEMENT, Parts, TwoOptimizers, evaluate, parts_of, search
from pipeline.multilevel.options import Method, Random, Specification, blocks_of
from pipeline.multilevel.segments import Floats


@dataclass(frozen=True)
class SecondOpinion:
    """A fit by statsmodels under the names of the engine's model."""

    spec: Specification
    fixed: Any
    covariance: Any
    variance: Any
    residual_sd: float
    log_likelihood: float
    deviance: float
    aic: float
    bic: float
    n_obs: int
    n_groups: dict[str, int]
    converged: bool
    singular: bool
    optimizer: TwoOptimizers
    engine: str = "statsmodels"

    def contrast(self, weights: Mapping[str, float], *, level: float = 0.95, null: float = 0.0) -> Contrast:
        """A weighted sum of coefficients with its normal test and interval; ModelError for unknown terms."""
        unknown = [name for name in weights if name not in self.fixed.index]
        if unknown:
            raise ModelError(Problem("contrast", f"{len(unknown)} names are not terms of the model", "see model.fixed"))
        vector = np.array([float(weights.get(name, 0.0)) for name in self.fixed.index])
        error = float(np.sqrt(vector @ self.covariance.to_numpy() @ vector))
        return t_test(float(vector @ self.fixed["estimate"]), error, np.inf, level=level, null=null)

    def icc(self) -> dict[str, float]:
        """Each grouping column's share of the variance that random intercepts and residual make up."""
        rows = self.variance
        own = rows[(rows["term_1"] == INTERCEPT) & (rows["term_2"] == INTERCEPT)].set_index("group")["covariance"]
        total = float(own.sum()) + self.residual_sd**2
        return {str(group): float(value) / total for group, value in own.items()}


def fit_statsmodels(
    data: Any,
    outcome: str,
    fixed: Sequence[str],
    random: Random,
    method: Method = "REML",
    df: str = "none",
    residual: str = "independent",
    time: str | None = None,
    weights: str | None = None,
) -> SecondOpinion:
    """Fit the engine's model with statsmodels' MixedLM likelihood; same arguments, same tables.

    Raises ModelError for what `fit` refuses and for what statsmodels has not: small-sample df, CAR(1) residuals.
    """
    _refuse_unsupported(df, residual)
    spec = Specification(outcome, tuple(fixed), blocks_of(random), method, "none", "independent", time, weights)
    parts = parts_of(build(data, spec))
    theta, record = search(parts)
    return _result(parts, theta, record)


def _refuse_unsupported(df: str, residual: str) -> None:
    problems = []
    if df != "none":
        problems.append(Problem("df", "statsmodels has no small-sample degrees of freedom", "use df: none"))
    if residual != "independent":
        problems.append(Problem("residual", "statsmodels has no CAR(1) residuals", "use residual: independent"))
    if problems:
        raise ModelError(problems)


def _result(parts: Parts, theta: Floats, record: TwoOptimizers) -> SecondOpinion:
    design, at = parts.design, evaluate(parts, theta)
    back = _to_raw(design)
    estimate, covariance = back @ at.coefficients, back @ at.covariance @ back.T
    estimate[0] += design.outcome_mean
    names = design.fixed_names
    size = len(names) + parts.parameters.size + 1
    residual_sd = float(np.sqrt(at.scale)) * design.outcome_scale
    return SecondOpinion(
        spec=design.spec,
        fixed=_fixed_table(names, estimate, np.sqrt(np.diag(covariance))),
        covariance=_frame(covariance, names),
        variance=_variance_table(parts, theta, residual_sd),
        residual_sd=residual_sd,
        log_likelihood=-at.criterion / 2.0,
        deviance=at.criterion,
        aic=at.criterion + 2.0 * size,
        bic=at.criterion + float(np.log(design.n_obs)) * size,
        n_obs=design.n_obs,
        n_groups={name: next(f.n_levels for f in design.factors if f.name == name) for name in design.spec.groups},
        converged=record.disagreement <= AGREEMENT,
        singular=parts.parameters.singular(theta),
        optimizer=record,
    )


def _to_raw(design: Design) -> Floats:
    """Coefficients of centered, scaled columns -> coefficients of the columns themselves."""
    chosen = list(design.fixed)
    scales, means = design.base.scales[chosen], design.base.means[chosen]
    back = np.diag(design.outcome_scale / scales)
    back[0, 1:] = -design.outcome_scale * means[1:] / scales[1:]
    return back


def _frame(values: Floats, names: Sequence[str]) -> Any:
    import pandas as pd

    return pd.DataFrame(values, index=list(names), columns=list(names))


def _fixed_table(names: Sequence[str], estimate: Floats, error: Floats) -> Any:
    import pandas as pd

    rows = [asdict(t_test(float(b), float(se), np.inf, level=0.95, null=0.0)) for b, se in zip(estimate, error, strict=True)]
    return pd.DataFrame(rows, index=pd.Index(list(names), name="term"))


def _variance_table(parts: Parts, theta: Floats, residual_sd: float) -> Any:
    import pandas as pd

    rows: list[tuple[str, str, str, float, float]] = []
    triangles = parts.parameters.raw_triangles(theta)
    for block, triangle in zip(parts.parameters.blocks, triangles, strict=True):
        group = parts.design.factors[block.factor].name
        covariance = residual_sd**2 * triangle @ triangle.T
        sd = np.sqrt(np.diag(covariance))
        for i, term in enumerate(block.names):
            for j in range(i + 1):
                product = sd[i] * sd[j]
                correlation = float(covariance[i, j] / product) if product > 0 else float("nan")
                rows.append((group, block.names[j], term, float(covariance[i, j]), correlation))
    rows.append(("residual", "", "", residual_sd**2, 1.0))
    return pd.DataFrame(rows, columns=["group", "term_1", "term_2", "covariance", "correlation"])
