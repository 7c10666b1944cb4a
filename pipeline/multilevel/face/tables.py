"""The tables of a fitted model, in the data's units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pipeline.multilevel.design.base import gram_matrix
from pipeline.multilevel.design.columns import INTERCEPT
from pipeline.multilevel.design.identified import Identification
from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.inference.coordinates import raw_map
from pipeline.multilevel.inference.effects import Modes
from pipeline.multilevel.likelihood.parameters import SINGULAR, lower_factor
from pipeline.multilevel.search.fitting import Fitted

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.multilevel.inference.view import FittedView

RESIDUAL = "residual"

Covariances = dict[str, tuple[tuple[tuple[str, ...], Floats], ...]]


def covariances(fitted: Fitted, residual_sd: float) -> Covariances:
    """The covariance matrix of each block of random effects, by grouping column in the order given."""
    parameters = fitted.deviance.parameters
    triangles = parameters.raw_triangles(fitted.optimum.theta)
    found: dict[str, list[tuple[tuple[str, ...], Floats]]] = {group: [] for group in fitted.design.spec.groups}
    for block, triangle in zip(parameters.blocks, triangles, strict=True):
        group = fitted.design.factors[block.factor].name
        found[group].append((block.names, residual_sd**2 * triangle @ triangle.T))
    return {group: tuple(blocks) for group, blocks in found.items()}


def theta(fitted: Fitted) -> Floats:
    """Raw relative factors, column by column, in the order of `random`."""
    parameters = fitted.deviance.parameters
    triangles = parameters.raw_triangles(fitted.optimum.theta)
    out = []
    for group in fitted.design.spec.groups:
        for block, triangle in zip(parameters.blocks, triangles, strict=True):
            if fitted.design.factors[block.factor].name == group:
                out.append(triangle.T[np.triu_indices(block.width)])
    return np.concatenate(out)


def variance(model: FittedView) -> pd.DataFrame:
    """Variances and covariances, long; the correlation of a term with itself is 1."""
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    known = model.identification
    for group, blocks in model.covariances.items():
        for names, matrix in blocks:
            told = np.array([[known.tells(group, one, other) for other in names] for one in names])
            rows.extend(_block_rows(group, names, np.where(told, matrix, np.nan)))
    rows.append((RESIDUAL, "", "", model.residual_sd**2 if known.tells(RESIDUAL, "", "") else np.nan, 1.0))
    return pd.DataFrame(rows, columns=["group", "term_1", "term_2", "covariance", "correlation"])


def _block_rows(group: str, names: tuple[str, ...], matrix: Floats) -> list[tuple[Any, ...]]:
    spread = np.sqrt(np.diag(matrix))
    rows: list[tuple[Any, ...]] = [(group, name, name, float(matrix[i, i]), 1.0) for i, name in enumerate(names)]
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            both = spread[i] * spread[j]
            rows.append((group, names[i], names[j], float(matrix[j, i]), float(matrix[j, i] / both) if both > 0 else np.nan))
    return rows


def effects(fitted: Fitted, modes: Modes, f: int) -> pd.DataFrame:
    """Conditional modes and variances of one factor's raw terms."""
    import pandas as pd

    design = fitted.design
    part, factor = design.random[f], design.factors[f]
    raw = raw_map(part)
    values = raw @ modes.modes[f] * design.outcome_scale
    scale = fitted.optimum.sigma2 * design.outcome_scale**2
    spread = np.einsum("ia,abn,ib->in", raw, modes.covariances[f], raw) * scale
    columns = dict(zip(part.names, values, strict=True))
    columns |= {f"variance[{name}]": row for name, row in zip(part.names, spread, strict=True)}
    table = pd.DataFrame(columns, index=pd.Index(factor.labels, name=factor.name))
    return table.sort_index()


def by_level(fitted: Fitted, f: int, values: Floats, names: Sequence[str]) -> pd.DataFrame:
    """Values [level, name] of one factor, sorted by level."""
    import pandas as pd

    factor = fitted.design.factors[f]
    return pd.DataFrame(values, index=pd.Index(factor.labels, name=factor.name), columns=list(names)).sort_index()


def cooks_distance(model: FittedView, without: pd.DataFrame) -> pd.Series:
    """The change of all coefficients at once when a level leaves, in units of their covariance."""
    import pandas as pd

    change = without.to_numpy() - model.beta
    distance = np.einsum("ja,ab,jb->j", change, np.linalg.inv(model.vcov), change) / len(model.beta)
    return pd.Series(distance, index=without.index, name="cooks_distance")


def mean_variances(model: FittedView) -> dict[str, float]:
    """The variance each grouping column adds to a row, averaged over rows: trace(Z S Z') / n (Johnson 2014)."""
    fitted = model.fitted
    out = {}
    scale = fitted.optimum.sigma2 * fitted.design.outcome_scale**2
    for f, factor in enumerate(fitted.design.factors):
        relative = fitted.optimum.here.factors[f]
        out[factor.name] = scale * float(np.sum(_second_moments(fitted, f) * (relative @ relative.T)))
    return {group: out[group] for group in model.spec.groups}


def _second_moments(fitted: Fitted, f: int) -> Floats:
    """Z'Z / n of one factor's base terms, over unweighted rows."""
    design = fitted.design
    return gram_matrix(design.base, design.random[f].base, None, design.n_obs) / design.n_obs


def icc(model: FittedView) -> pd.Series:
    """The share of each grouping column in the variance not explained by fixed effects."""
    import pandas as pd

    parts, known = mean_variances(model), model.identification
    total = sum(parts.values()) + model.residual_sd**2
    told = {group: all(_told(known, group, names) for names, _ in model.covariances[group]) for group in parts}
    shares = {group: value / total if told[group] else np.nan for group, value in parts.items()}
    return pd.Series(shares, name="icc", dtype=float)


def _told(known: Identification, group: str, names: Sequence[str]) -> bool:
    return all(known.tells(group, one, other) for one in names for other in names)


@dataclass(frozen=True)
class VarianceExplained:
    """Shares of the variance that the fixed part explains (marginal), and fixed and random parts (conditional)."""

    marginal: float
    conditional: float


def r2(model: FittedView) -> VarianceExplained:
    """Marginal and conditional R2 (Nakagawa & Schielzeth 2013; with random slopes Johnson 2014)."""
    fixed = float(np.var(model.predict(effects=False), ddof=1))
    random = sum(mean_variances(model).values())
    total = fixed + random + model.residual_sd**2
    return VarianceExplained(float(fixed / total), float((fixed + random) / total))


@dataclass(frozen=True)
class Remark:
    """What a reader must know of how a fit came out: a code and its facts."""

    code: Literal[
        "equal_groupings",
        "saturated_grouping",
        "filled_slope",
        "constant_slope",
        "flat_variances",
        "converged",
        "not_converged",
        "zero_variance",
        "perfect_correlation",
    ]
    facts: Mapping[str, int | str]


def remarks(model: FittedView) -> tuple[Remark, ...]:
    """What cannot be told, whether the fit converged, and which variances are zero or correlations one."""
    record, untold = model.optimizer, model.identification
    out = [Remark("equal_groupings", {"one": one, "other": other}) for one, other in untold.equal]
    for group, terms in (untold.saturated or {}).items():
        out.append(Remark("saturated_grouping", {"terms": len(terms), "group": group}))
    for group, term, terms in untold.filled:
        out.append(Remark("filled_slope", {"terms": len(terms), "group": group, "term": term}))
    for group, term in untold.constant:
        out.append(Remark("constant_slope", {"group": group, "term": term}))
    for same in untold.flat:
        out.append(Remark("flat_variances", {"names": "; ".join(_variance_label(*name) for name in same)}))
    first = Remark("converged", {"evaluations": record.evaluations})
    out.append(first if model.converged else Remark("not_converged", {"why": record.reason}))
    for group, blocks in model.covariances.items():
        for names, matrix in blocks:
            out.extend(_singular_remarks(model, group, names, matrix))
    return tuple(out)


def _singular_remarks(model: FittedView, group: str, names: tuple[str, ...], matrix: Floats) -> list[Remark]:
    spread = np.sqrt(np.diag(matrix)) / model.residual_sd
    zero = [name for name, size in zip(names, spread, strict=True) if size < SINGULAR]
    found = [Remark("zero_variance", {"term": _label(name), "group": group}) for name in zero]
    rest = [i for i in range(len(names)) if names[i] not in zero]
    if len(rest) > 1:
        values, vectors = np.linalg.eigh(matrix[np.ix_(rest, rest)])
        triangle = lower_factor(vectors * np.sqrt(np.maximum(values, 0.0))) / model.residual_sd
        if (np.diag(triangle) < SINGULAR).any():
            found.append(Remark("perfect_correlation", {"terms": ", ".join(_label(names[i]) for i in rest), "group": group}))
    return found


def sentences(found: Sequence[Remark]) -> tuple[str, ...]:
    """Remarks in words."""
    return tuple(_SAID[remark.code].format(**remark.facts) for remark in found)


_SAID = {
    "equal_groupings": "{one} and {other} form the same groups: their variances cannot be told apart, and none is given.",
    "saturated_grouping": "{terms} fixed terms, the intercept with them, differ between the levels of {group} alone, which "
    "are no more than that: neither its variance nor the errors of those terms can be told, and none is given.",
    "filled_slope": "As many fixed terms are made of {term} by {group} as there are levels of {group}: neither the variance "
    "of its effects nor the errors of those terms can be told, and none is given.",
    "constant_slope": "{term} does not change within any level of {group}: how its effect differs between them cannot be "
    "told, and no variance by {group} is given.",
    "flat_variances": "Only their sum is told by these data, whatever the ratings, and none is given alone: {names}.",
    "converged": "The fit converged after {evaluations} evaluations of the likelihood.",
    "not_converged": "The fit did not converge ({why}); its numbers must not be relied on.",
    "zero_variance": "The variance of {term} between levels of {group} is estimated as zero.",
    "perfect_correlation": "The effects of {terms} by {group} are estimated as perfectly correlated.",
}


def _variance_label(group: str, one: str, other: str) -> str:
    if group == RESIDUAL:
        return "the residual variance"
    if one == other:
        return f"the variance of {_label(one)} by {group}"
    return f"the covariance of {_label(one)} and {_label(other)} by {group}"


def _label(name: str) -> str:
    return "the intercept" if name == INTERCEPT else name
