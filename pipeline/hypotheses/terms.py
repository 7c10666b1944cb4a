"""Terms: from a sample to the columns of a model, and the combination of coefficients that is the tested number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.exposure.parts import Parts, decompose
from pipeline.exposure.visits import Booleans, Floats, Integers
from pipeline.hypotheses.sample import EPISODE_FACTS, OTHER, Sample, is_number, main_exposures, number_of

if TYPE_CHECKING:
    from pipeline.base.params import Plan

PART = {"within": "within", "between": "between", "worker": "worker", "contextual": "between"}
SAME = 1e-12  # two columns of doses that differ by less differ by rounding alone


@dataclass(frozen=True)
class Rows:
    """The rows of one model: which of the sample's rows, with client and worker numbered anew."""

    keep: Booleans
    client: Integers
    worker: Integers

    @property
    def n(self) -> int:
        """How many."""
        return len(self.client)


@dataclass(frozen=True)
class Focus:
    """The columns an effect is read from: `columns`, and the weights of the tested number over their names."""

    columns: dict[str, Floats]
    tested: dict[str, float]
    levels: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Design:
    """What the engine is given: columns by name, fixed terms, random terms, and the tested combination."""

    rows: Rows
    columns: dict[str, Any]
    fixed: tuple[str, ...]
    random: dict[str, list[str]]
    focus: Focus
    notes: tuple[str, ...] = ()
    uncorrelated: frozenset[str] = frozenset()  # groups whose terms are fitted without correlations

    @property
    def tested(self) -> dict[str, float]:
        """The weights of the tested number."""
        return self.focus.tested


def rows_of(sample: Sample, keep: Booleans) -> Rows:
    """Number clients and workers of the kept rows from 0."""
    client = np.unique(sample.client[keep], return_inverse=True)[1]
    return Rows(keep, client, np.unique(sample.worker[keep], return_inverse=True)[1])


def split(values: Floats, rows: Rows) -> Parts:
    """The three parts of an exposure over these rows."""
    return decompose(values[rows.keep], rows.client, rows.worker)


def focus(plan: Plan, sample: Sample, rows: Rows, doses: Mapping[str, Floats], tag: str = "") -> Focus:
    """The part of the exposure a hypothesis is about, split by moderator where there is one.

    `doses` may be the window's own, the lead's or a detrended one; `tag` keeps their names apart.
    """
    part = PART[plan.effect]
    columns: dict[str, Floats] = {}
    tested: dict[str, float] = {}
    levels: dict[str, dict[str, float]] = {}
    for sign, mode in zip((1.0, -1.0), main_exposures(plan), strict=False):
        own = _moderated(plan, sample, rows, doses, mode, f"{mode}{tag}_{part}", part)
        columns |= own.columns
        tested |= {name: sign * weight for name, weight in own.tested.items()}
        for level, weights in own.levels.items():
            levels.setdefault(level, {}).update({name: sign * weight for name, weight in weights.items()})
    return Focus(columns, tested, levels)


def _moderated(
    plan: Plan, sample: Sample, rows: Rows, doses: Mapping[str, Floats], mode: str, name: str, part: str
) -> Focus:
    if plan.moderator is None:
        return Focus({name: getattr(split(doses[mode], rows), part)}, {name: 1.0})
    if plan.moderator in EPISODE_FACTS:
        names = sorted(key for key in doses if key.startswith(f"{mode}["))
        columns = {f"{name}{key.removeprefix(mode)}": getattr(split(doses[key], rows), part) for key in names}
        return _by_levels(columns, plan.moderator_level)
    values = getattr(split(doses[mode], rows), part)
    column = sample.frame[plan.moderator][rows.keep]
    if is_number(column) and not _yes_or_no(number_of(column)):
        return _by_number(name, values, plan.moderator, number_of(column))
    return _by_levels({f"{name}[{level}]": values * flag for level, flag in levels_of(column)}, plan.moderator_level)


def _by_levels(columns: dict[str, Floats], wanted: str | None) -> Focus:
    names = list(columns)
    chosen = next((name for name in names if wanted is not None and name.endswith(f"[{wanted}]")), names[-1])
    tested = {name: 1.0 if name == chosen else -1.0 / max(len(names) - 1, 1) for name in names}
    levels = {name[name.index("[") + 1 : -1]: {name: 1.0} for name in names}
    return Focus(columns, tested, levels)


def _by_number(name: str, values: Floats, moderator: str, by: Floats) -> Focus:
    centered, spread = by - by.mean(), float(by.std())
    product = f"{name}_by_{moderator}"
    at = {"one SD below": -spread, "at the mean": 0.0, "one SD above": spread}
    levels = {label: {name: 1.0, product: value} for label, value in at.items()}
    return Focus({name: values, product: values * centered}, {product: 1.0}, levels)


def _yes_or_no(values: Floats) -> bool:
    return set(np.unique(values).tolist()) <= {0.0, 1.0}


def levels_of(column: Any) -> list[tuple[str, Floats]]:
    """The levels of a category in their declared order (else sorted), each with its 0/1 column; yes/no as no, yes."""
    if is_number(column):
        values = number_of(column)
        low, high = values.min(), values.max()
        if low == high:
            return [("yes" if high else "no", np.ones(len(values)))]
        return [("no", (values == low).astype(np.float64)), ("yes", (values == high).astype(np.float64))]
    declared = list(column.cat.categories) if hasattr(column, "cat") else sorted(set(column.dropna()))
    return [(str(level), (column == level).to_numpy(dtype=np.float64, na_value=0.0)) for level in declared]


def support(plan: Plan, sample: Sample, rows: Rows) -> dict[str, Floats]:
    """The other parts of the main exposures, and what they leave out, so that the tested part is not mistaken for them."""
    columns: dict[str, Floats] = {}
    for mode in main_exposures(plan):
        parts = split(sample.dose[mode], rows)
        for part in ("within", "between", "worker"):
            if part != PART[plan.effect]:
                columns[f"{mode}_{part}"] = getattr(parts, part)
    for part in ("within", "between") if plan.effect == "contextual" else (PART[plan.effect],):
        columns |= others(plan, sample.dose, rows, part)
    return columns


def others(plan: Plan, doses: Mapping[str, Floats], rows: Rows, part: str, tag: str = "") -> dict[str, Floats]:
    """One part of the episodes that the main exposures leave out, where there are any: `joint_other_within`."""
    names = [mode + OTHER for mode in main_exposures(plan) if mode + OTHER in doses]
    return {f"{name}{tag}_{part}": getattr(split(doses[name], rows), part) for name in names}


def contextual(plan: Plan, tested: dict[str, float]) -> dict[str, float]:
    """Turn a test of the between part into one of between minus within."""
    if plan.effect != "contextual":
        return tested
    return tested | {name.removesuffix("between") + "within": -weight for name, weight in tested.items()}


def background(plan: Plan, sample: Sample, rows: Rows) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Time (centered), covariates and the moderator's own effect; constant ones left out, and named."""
    time = sample.time[rows.keep]
    columns: dict[str, Any] = {"time": time - time.mean()}
    notes: list[str] = []
    names = dict.fromkeys((*plan.covariates, *([plan.moderator] if plan.moderator else [])))
    for name in (name for name in names if name not in EPISODE_FACTS):
        column = sample.frame[name][rows.keep]
        if column.nunique() < 2:
            notes.append(f"`{name}` has one value only in the model's rows and was left out.")
        elif is_number(column):
            columns[name] = number_of(column) - number_of(column).mean()
        else:
            columns[name] = column
    return columns, tuple(notes)


def build(
    plan: Plan,
    sample: Sample,
    keep: Booleans,
    *,
    own: Focus | None = None,
    extra: Mapping[str, Floats] | None = None,
) -> Design:
    """The design of a plan over the kept rows; `own` replaces the tested columns, `extra` adds fixed columns."""
    rows = rows_of(sample, keep)
    own = own or focus(plan, sample, rows, sample.dose)
    behind, notes = background(plan, sample, rows)
    fixed = {**own.columns, **support(plan, sample, rows), **dict(extra or {}), **behind}
    fixed = {name: column for name, column in fixed.items() if not _empty(column)}
    own = Focus(own.columns, contextual(plan, own.tested), own.levels)
    ids = {"client_id": rows.client, "worker_id": rows.worker}
    columns = {"outcome": sample.y[keep], **_slope_columns(plan, sample, rows), **fixed, **ids}
    return Design(rows, columns, tuple(fixed), random_of(plan), own, notes)


def _empty(column: Any) -> bool:
    """Whether a part of an exposure is zero throughout, as the worker part is where all workers have one mean."""
    return isinstance(column, np.ndarray) and bool(np.ptp(column) < SAME)


def _slope_columns(plan: Plan, sample: Sample, rows: Rows) -> dict[str, Floats]:
    return {f"{mode}_within": split(sample.dose[mode], rows).within for mode in main_exposures(plan)}


def random_of(plan: Plan) -> dict[str, list[str]]:
    """The random terms in the engine's names."""
    slopes = {"intercept": ["1"], "time": ["time"], "exposure": [f"{mode}_within" for mode in main_exposures(plan)]}
    return {group: [term for name in names for term in slopes[name]] for group, names in plan.random.items()}


def numeric(design: Design) -> dict[str, Floats]:
    """The fixed columns as numbers: categories as 0/1 columns against their first used level."""
    found: dict[str, Floats] = {}
    for name in design.fixed:
        column = design.columns[name]
        if isinstance(column, np.ndarray) or is_number(column):
            found[name] = np.asarray(column, dtype=np.float64)
        else:
            used = [(level, flag) for level, flag in levels_of(column) if flag.any()]
            found |= {f"{name}[{level}]": flag for level, flag in used[1:]}
    return found
