"""Generalizability of ratings over persons, times and items, and the reliability of within-person change.

Seven variance components of x_pti = mean + p + t + i + pt + pi + ti + residual (Cranford et al. 2006; Shrout & Lane 2012).
Ratings are complete in their items but persons may have different numbers of times, so the components come from Henderson's
method 1 (Searle, Casella & McCulloch 1992, ch. 5): sums of squares set equal to their expectations. Ratings are split into
their item mean, which carries p, t, pt + pi/m, ti/m, residual/m, and m - 1 orthogonal item contrasts, which carry i, pi, ti
and the residual. In a balanced design the result is the usual analysis of variance.

Where a time is no common occasion (the third session of one client has nothing to do with another's), times are nested in
persons, and the nested pair r_krn, r_cn is the one to read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.measures.alpha import Matrix

Groups = NDArray[np.int64]


@dataclass(frozen=True)
class Components:
    """Variance components; unbiased, so one whose truth is near 0 may be below it."""

    person: float
    time: float
    item: float
    person_time: float
    person_item: float
    time_item: float
    residual: float


@dataclass(frozen=True)
class GCoefficients:
    """Coefficients for `items` items and `times` times.

    r_kf: between persons, mean over fixed times; r_1r, r_kr: between persons, one random time and the mean of k of them;
    r_c: within-person change; r_krn, r_cn: as r_kr and r_c with times nested in persons. NaN where a component below 0
    leaves nothing to divide.
    """

    components: Components
    persons: int
    times: float
    items: int
    r_kf: float
    r_1r: float
    r_kr: float
    r_c: float
    r_krn: float
    r_cn: float
    note: str = ""


@dataclass(frozen=True)
class _TwoWay:
    """Variances of one crossed two-way layout, and the expected squared mean beyond the true one."""

    rows: float
    columns: float
    residual: float
    mean_square: float


def generalizability(answers: Matrix, persons: Groups, times: Groups) -> GCoefficients:
    """Estimate the components and coefficients.

    `answers`: complete keyed ratings x items; `persons`, `times`: codes from 0, at most one rating for each pair. The
    number of times k is the harmonic mean of the persons' numbers of ratings.
    """
    n, m = answers.shape
    if (
        m < 2
        or len(np.unique(persons)) < 2
        or len(np.unique(times)) < 2
        or n <= len(np.unique(persons)) + len(np.unique(times))
    ):
        return _nothing(persons, m, "too few ratings, times or items")
    parts = variance_components(answers, persons, times)
    sizes = np.bincount(persons)
    k = float(len(sizes) / (1 / sizes).sum())
    universe, error = parts.person + parts.person_item / m, parts.residual / m
    wander = parts.time + parts.person_time
    nested_person, nested_time, nested_error = nested_components(answers, persons)
    return GCoefficients(
        components=parts,
        persons=len(sizes),
        times=k,
        items=m,
        r_kf=_share(universe, error / k),
        r_1r=_share(universe, wander + error),
        r_kr=_share(universe, (wander + error) / k),
        r_c=_share(parts.person_time, error),
        r_krn=_share(nested_person, (nested_time + nested_error / m) / k),
        r_cn=_share(nested_time, nested_error / m),
        note="a component is estimated below zero" if min(vars(parts).values()) < 0 else "",
    )


def variance_components(answers: Matrix, persons: Groups, times: Groups) -> Components:
    """The seven variance components."""
    m = answers.shape[1]
    contrasts = answers @ _contrasts(m)
    item = _two_way(contrasts, persons, times)
    mean = _two_way(answers.mean(axis=1, keepdims=True), persons, times)
    return Components(
        person=mean.rows - item.rows / m,
        time=mean.columns - item.columns / m,
        item=item.mean_square,
        person_time=mean.residual - item.residual / m,
        person_item=item.rows,
        time_item=item.columns,
        residual=item.residual,
    )


def nested_components(answers: Matrix, persons: Groups) -> tuple[float, float, float]:
    """Variances of persons, of times within persons and of items within ratings (analysis of variance)."""
    n, m = answers.shape
    sizes, means = np.bincount(persons), answers.mean(axis=1)
    own = _sums(means[:, None], persons)[:, 0] / sizes
    between = float((sizes * (own - means.mean()) ** 2).sum()) / (len(sizes) - 1)
    within = float(((means - own[persons]) ** 2).sum()) / (n - len(sizes))
    error = float(((answers - means[:, None]) ** 2).sum()) / (n * (m - 1))
    times = (n - (sizes**2).sum() / n) / (len(sizes) - 1)
    return (between - within) / times, within - error / m, error


def _two_way(values: Matrix, rows: Groups, columns: Groups) -> _TwoWay:
    """Henderson's method 1 for a two-way layout with at most one value a cell, pooled over the columns of `values`."""
    n, responses = values.shape
    row_sizes, column_sizes = np.bincount(rows), np.bincount(columns)
    row_sums, column_sums = _sums(values, rows), _sums(values, columns)
    squares = np.array(
        [
            (row_sums**2 / row_sizes[:, None]).sum(),
            (column_sums**2 / column_sizes[:, None]).sum(),
            (values**2).sum(),
            (values.sum(axis=0) ** 2 / n).sum(),
        ]
    )
    # Expectations as multiples of: N mean^2, the row variance, the column variance, the residual variance.
    expected = np.array(
        [
            [1, n, len(row_sizes), len(row_sizes)],
            [1, len(column_sizes), n, len(column_sizes)],
            [1, n, n, n],
            [1, (row_sizes**2).sum() / n, (column_sizes**2).sum() / n, 1],
        ]
    )
    mean_square, row, column, residual = np.linalg.solve(expected, squares / responses)
    return _TwoWay(float(row), float(column), float(residual), float(mean_square) / n)


def _sums(values: Matrix, groups: Groups) -> Matrix:
    sums = np.zeros((int(groups.max()) + 1, values.shape[1]))
    np.add.at(sums, groups, values)
    return sums


def _contrasts(m: int) -> Matrix:
    """Helmert's orthonormal contrasts, items x (m - 1)."""
    matrix = np.zeros((m, m - 1))
    for column in range(1, m):
        matrix[:column, column - 1] = 1
        matrix[column, column - 1] = -column
        matrix[:, column - 1] /= np.sqrt(column * (column + 1))
    return matrix


def _share(part: float, rest: float) -> float:
    return part / (part + rest) if part + rest > 0 else np.nan


def _nothing(persons: Groups, items: int, note: str) -> GCoefficients:
    nan = float("nan")
    return GCoefficients(
        Components(nan, nan, nan, nan, nan, nan, nan),
        len(np.unique(persons)),
        nan,
        items,
        nan,
        nan,
        nan,
        nan,
        nan,
        nan,
        note,
    )
