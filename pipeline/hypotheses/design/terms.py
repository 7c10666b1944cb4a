"""Terms: from a sample to the columns of a model, and the combination of coefficients that is the tested number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.base.options import EPISODE_FACTS
from pipeline.exposure.latent import MeanReliability, mean_reliability
from pipeline.exposure.parts import Parts, decompose
from pipeline.exposure.visits import Booleans, Floats, Integers
from pipeline.hypotheses.design.coder import Coded, code_column, number_of
from pipeline.hypotheses.design.exposures import PARTS, TESTED_PART, Exposure, Part, main_exposures
from pipeline.hypotheses.design.sample import Sample
from pipeline.results.fit import Column
from pipeline.results.reason import Note, note

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Plan

SAME_DAY = 0.5  # days of a window that ends on the day it began, for its logarithm
SAME = 1e-12  # two columns of doses that differ by less differ by rounding alone
IMPLIED = 1e-7  # a column of which others leave a smaller share unexplained is implied by them
LEAST = 0.05  # reliability of means below which nothing is raised by it: params allow no number there either
Weights = dict[str, float]
AgencyLevel = Literal["fixed", "random"]


@dataclass(frozen=True)
class Rows:
    """The rows of one model: which of the sample's rows; client, worker and (where it is a group) agency numbered anew."""

    keep: Booleans
    client: Integers
    worker: Integers
    agency: Integers | None = None

    @property
    def n(self) -> int:
        """How many."""
        return len(self.client)


@dataclass(frozen=True)
class Term:
    """A fixed column of a model: its printed name, what it is of, its values, and the rows that tell its coefficient.

    `values` is numeric or `Coded` (a code has a coefficient for each level but the first). `told`: rows whose people are
    behind the coefficient, where these are not all (those with any dose, those at a level).
    """

    name: str
    of: tuple[Column, ...]
    values: Floats | Coded
    told: Booleans | None = None

    def numeric(self) -> dict[str, Floats]:
        """Its numeric columns by coefficient."""
        return self.values.numeric() if isinstance(self.values, Coded) else {self.name: self.values}

    def columns_of(self) -> dict[str, tuple[Column, ...]]:
        """What each of its coefficients is of: that of a code, of a level."""
        if not isinstance(self.values, Coded) or self.values.kind != "code":
            return {self.name: self.of}
        levels = [level for level, _ in self.values.flags()[1:]]
        own = [(self.of[0].model_copy(update={"level": level}),) for level in levels]
        return dict(zip(self.numeric(), own, strict=True))

    def engine(self) -> Floats | pd.Series:
        """The column as engines take it."""
        if not isinstance(self.values, Coded):
            return self.values
        import pandas as pd

        return pd.Series(pd.Categorical.from_codes(self.values.codes, categories=pd.Index(self.values.levels)))

    @property
    def empty(self) -> bool:
        """Whether a part of an exposure is zero throughout, as the worker part is where all workers have one mean."""
        return not isinstance(self.values, Coded) and bool(np.ptp(self.values) < SAME)


@dataclass(frozen=True)
class Focus:
    """The terms an effect is read from, and the weights of the tested number over their names.

    `levels`: the weights of the effect at each level of a moderator; `numeric`: these are points along a number;
    `level`: the one tested against the others.
    """

    terms: tuple[Term, ...]
    tested: Weights
    levels: dict[str, Weights] = field(default_factory=dict)
    numeric: bool = False
    level: str | None = None

    @property
    def columns(self) -> dict[str, Floats]:
        """The numeric columns by name."""
        return {name: values for term in self.terms for name, values in term.numeric().items()}


@dataclass(frozen=True)
class Design:
    """What an engine is given: the outcome, fixed terms, further columns for random terms, and the tested combination."""

    rows: Rows
    outcome: Floats
    terms: tuple[Term, ...]
    slopes: dict[str, Floats]
    random: dict[str, list[str]]
    focus: Focus
    notes: tuple[Note, ...] = ()
    uncorrelated: frozenset[str] = frozenset()  # groups whose terms are fitted without correlations
    clock: Floats | None = None  # days, for residuals that forget
    means: MeanReliability | None = None  # of clients' mean exposures, where the tested number is about them
    agency: AgencyLevel | None = None  # how agencies are in it (`design/agency.py`)

    @property
    def fixed(self) -> tuple[str, ...]:
        """The names of the fixed terms."""
        return tuple(term.name for term in self.terms)

    @property
    def tested(self) -> Weights:
        """The weights of the tested number."""
        return self.focus.tested

    def term(self, name: str) -> Term:
        """A fixed term by name; KeyError where there is none."""
        return next(term for term in self.terms if term.name == name)

    def numeric(self) -> dict[str, Floats]:
        """The fixed part as numeric columns by coefficient, without the intercept."""
        return {name: values for term in self.terms for name, values in term.numeric().items()}

    def columns(self) -> dict[str, Floats | Integers | pd.Series]:
        """All columns as engines take them."""
        found: dict[str, Floats | Integers | pd.Series] = {"outcome": self.outcome, **self.slopes}
        found |= {term.name: term.engine() for term in self.terms}
        if self.clock is not None:
            found["clock"] = self.clock
        if self.rows.agency is not None:
            found["agency_id"] = self.rows.agency
        return {**found, "client_id": self.rows.client, "worker_id": self.rows.worker}

    @property
    def levels(self) -> dict[str, int]:
        """How many there are of each group that effects may be by."""
        rows = self.rows
        groups = {"client_id": rows.client, "worker_id": rows.worker, "agency_id": rows.agency}
        return {name: int(codes.max()) + 1 for name, codes in groups.items() if codes is not None}

    def beside(self, term: Term) -> Design:
        """The same design with a further fixed term; as it is where the others imply that one."""
        known = np.column_stack([np.ones(self.rows.n), *self.numeric().values()])
        column = np.asarray(next(iter(term.numeric().values())), dtype=np.float64)
        around = column - column.mean()
        left = column - known @ np.linalg.lstsq(known, column, rcond=None)[0]
        if not float(left @ left) > IMPLIED * float(around @ around):
            return self
        return replace(self, terms=(*self.terms, term))

    def without(self, names: Sequence[str]) -> Design:
        """The same design with some fixed terms left out."""
        return replace(self, terms=tuple(term for term in self.terms if term.name not in names))


def rows_of(sample: Sample, keep: Booleans) -> Rows:
    """Number clients and workers of the kept rows from 0."""
    client = np.unique(sample.client[keep], return_inverse=True)[1]
    return Rows(keep, client, np.unique(sample.worker[keep], return_inverse=True)[1])


def split_dose(values: Floats, rows: Rows) -> Parts:
    """The three parts of a dose over these rows."""
    return decompose(values[rows.keep], rows.client, rows.worker)


def part_of(parts: Parts, part: Part) -> Floats:
    """One of the three parts, by name."""
    return {"within": parts.within, "between": parts.between, "worker": parts.worker}[part]


def exposure_term(exposure: Exposure, values: Floats, rows: Rows) -> Term:
    """The term of one part of an exposure; those with any dose are behind it."""
    assert exposure.part is not None
    return Term(
        exposure.name, (exposure.column(),), part_of(split_dose(values, rows), exposure.part), values[rows.keep] != 0
    )


def plain_term(name: str, values: Floats, role: str) -> Term:
    """The term of a number that is no exposure."""
    return Term(name, (Column(column=name, role=role),), values)


def focus_of(
    plan: Plan,
    sample: Sample,
    rows: Rows,
    doses: Mapping[Exposure, Floats],
    *,
    lead: bool = False,
    back: int | None = None,
) -> Focus:
    """The part of the exposure a hypothesis is about, split by moderator where there is one.

    `doses` may be the window's own, those of another window or detrended ones; `lead` names the columns as those of the
    window after, `back` as those of the window so many ratings before.
    """
    terms: list[Term] = []
    tested: Weights = {}
    levels: dict[str, Weights] = {}
    numeric, level = False, None
    for sign, main in zip((1.0, -1.0), main_exposures(plan), strict=False):
        own = _moderated(plan, sample, rows, doses, replace(main, lead=lead, back=back, part=TESTED_PART[plan.effect]))
        terms += own.terms
        tested |= {name: sign * weight for name, weight in own.tested.items()}
        for label, weights in own.levels.items():
            levels.setdefault(label, {}).update({name: sign * weight for name, weight in weights.items()})
        numeric, level = own.numeric, level or own.level
    return Focus(tuple(terms), tested, levels, numeric, level)


def _moderated(plan: Plan, sample: Sample, rows: Rows, doses: Mapping[Exposure, Floats], exposure: Exposure) -> Focus:
    whole = doses[Exposure(exposure.mode)]
    if plan.moderator is None:
        return Focus((exposure_term(exposure, whole, rows),), {exposure.name: 1.0})
    if plan.moderator in EPISODE_FACTS:
        own = sorted((key for key in doses if key.mode == exposure.mode and key.level), key=lambda key: str(key.level))
        split = [exposure_term(replace(exposure, level=key.level), doses[key], rows) for key in own]
        return _by_levels(split, plan.moderator_level)
    term = exposure_term(exposure, whole, rows)
    moderator = code_column(plan.moderator, sample.frame[plan.moderator][rows.keep])
    if moderator.kind == "number":
        return _by_number(exposure, term, moderator)
    return _by_levels([_at_level(exposure, term, level, flag) for level, flag in moderator.flags()], plan.moderator_level)


def _at_level(exposure: Exposure, term: Term, level: str, flag: Floats) -> Term:
    """The exposure in the rows at one level of a moderator."""
    own = replace(exposure, level=level)
    values, told = term.values, term.told
    assert not isinstance(values, Coded)
    return Term(own.name, (own.column(),), values * flag, (flag > 0) & (told if told is not None else True))


def _by_levels(terms: Sequence[Term], wanted: str | None) -> Focus:
    labels = [str(term.of[0].level) for term in terms]
    chosen = labels.index(wanted) if wanted in labels else len(labels) - 1
    tested = {term.name: 1.0 if i == chosen else -1.0 / max(len(terms) - 1, 1) for i, term in enumerate(terms)}
    levels = {label: {term.name: 1.0} for label, term in zip(labels, terms, strict=True)}
    return Focus(tuple(terms), tested, levels, level=labels[chosen] if terms else None)


def _by_number(exposure: Exposure, term: Term, moderator: Coded) -> Focus:
    values = term.values
    assert not isinstance(values, Coded)
    centered, spread = moderator.values - moderator.values.mean(), float(moderator.values.std())
    product = replace(exposure, by=moderator.name)
    of = (exposure.column(), Column(column=moderator.name, role="moderator"))
    at = {"one SD below": -spread, "at the mean": 0.0, "one SD above": spread}
    levels = {label: {term.name: 1.0, product.name: value} for label, value in at.items()}
    terms = (term, Term(product.name, of, values * centered, term.told))
    return Focus(terms, {product.name: 1.0}, levels, numeric=True)


def support_terms(plan: Plan, sample: Sample, rows: Rows) -> list[Term]:
    """The other parts of the main exposures, and what they leave out, so that the tested part is not mistaken for them."""
    tested = TESTED_PART[plan.effect]
    found: list[Term] = []
    for main in main_exposures(plan):
        found += [exposure_term(main.of_part(part), sample.dose[main], rows) for part in PARTS if part != tested]
    parts: tuple[Part, ...] = ("within", "between") if plan.effect == "contextual" else (tested,)
    return found + [term for part in parts for term in rest_terms(plan, sample.dose, rows, part)]


def rest_terms(plan: Plan, doses: Mapping[Exposure, Floats], rows: Rows, part: Part, *, lead: bool = False) -> list[Term]:
    """One part of the episodes that the main exposures leave out, where there are any: `joint_other_within`."""
    found = [Exposure(main.mode, rest=True) for main in main_exposures(plan)]
    there = [exposure for exposure in found if exposure in doses]
    return [exposure_term(replace(exposure, part=part, lead=lead), doses[exposure], rows) for exposure in there]


def contextual(plan: Plan, exposures: Sequence[Exposure], tested: Weights) -> Weights:
    """Turn a test of between parts into one of between minus within; `exposures` are those tested."""
    if plan.effect != "contextual":
        return tested
    within = {exposure.of_part("within").name: -tested[exposure.name] for exposure in exposures}
    return tested | within


def background_terms(plan: Plan, sample: Sample, rows: Rows) -> tuple[list[Term], tuple[Note, ...]]:
    """Time (centered), covariates and the moderator's own effect; constant ones left out, and named."""
    time = sample.time[rows.keep]
    terms = [plain_term("time", time - time.mean(), "time"), *(window_terms(sample, rows) if plan.window_length else ())]
    notes: list[Note] = []
    names = dict.fromkeys((*plan.covariates, *([plan.moderator] if plan.moderator else [])))
    for name in (name for name in names if name not in EPISODE_FACTS):
        coded = code_column(name, sample.frame[name][rows.keep])
        role = "moderator" if name == plan.moderator else "covariate"
        if coded.constant:
            notes.append(note("constant_covariate", column=name))
        elif coded.kind == "code":
            terms.append(Term(name, (Column(column=name, role=role),), coded))
        else:
            terms.append(_number_term(coded, role))
    return terms, tuple(notes)


def window_terms(sample: Sample, rows: Rows) -> list[Term]:
    """Days of the window and their logarithm (centered): ratings may rise and advocacy accrue with the days between.

    A window whose length is not known has the median; columns that do not vary, or follow from one another, are left out.
    """
    days = number_of(sample.frame["day"]) - number_of(sample.frame["previous_day"])
    days = days[rows.keep]
    if not np.isfinite(days).any():
        return []
    days = np.where(np.isfinite(days), days, np.median(days[np.isfinite(days)]))
    shapes = {"window_days": days, "window_log_days": np.log(np.maximum(days, SAME_DAY))}
    kept: list[Term] = []
    for name, values in shapes.items():
        around = values - values.mean()
        size = float(around @ around)
        for term in kept:
            own = np.asarray(term.values)
            around = around - own * float(own @ around) / float(own @ own)
        if float(around @ around) > IMPLIED * size > 0:
            kept.append(plain_term(name, values - values.mean(), "window"))
    return kept


def _number_term(coded: Coded, role: str) -> Term:
    return Term(coded.name, (Column(column=coded.name, role=role),), coded.values - coded.values.mean())


def build_design(
    plan: Plan, sample: Sample, keep: Booleans, *, own: Focus | None = None, extra: Sequence[Term] = ()
) -> Design:
    """The design of a plan over the kept rows; `own` replaces the tested columns, `extra` adds fixed terms."""
    rows = rows_of(sample, keep)
    own = own or focus_of(plan, sample, rows, sample.dose)
    behind, notes = background_terms(plan, sample, rows)
    every = {term.name: term for term in (*own.terms, *support_terms(plan, sample, rows), *extra, *behind)}
    terms = tuple(term for term in every.values() if not term.empty)
    parts = [exposure.of_part(TESTED_PART[plan.effect]) for exposure in main_exposures(plan)]
    tested = contextual(plan, parts, own.tested) if plan.moderator is None else own.tested
    known = means_of(plan, sample, rows, terms) if plan.moderator is None else None
    if known is not None and known.least >= LEAST:
        tested = latent_weights(plan, known.matrix)
    slopes = {main.of_part("within").name: split_dose(sample.dose[main], rows).within for main in main_exposures(plan)}
    return Design(rows, sample.y[keep], terms, slopes, random_terms(plan), replace(own, tested=tested), notes, means=known)


def means_of(plan: Plan, sample: Sample, rows: Rows, terms: Sequence[Term]) -> MeanReliability | None:
    """The reliability of clients' mean exposures in a design of these terms; None where no number is about them."""
    main = main_exposures(plan)
    names = {exposure.of_part(part).name for exposure in main for part in PARTS}
    beside = [column for term in terms if term.name not in names for column in term.numeric().values()]
    doses = np.column_stack([sample.dose[exposure][rows.keep] for exposure in main])
    if TESTED_PART[plan.effect] != "between" or not {exposure.of_part("between").name for exposure in main} <= {
        term.name for term in terms
    }:
        return None
    try:
        others = np.array(beside).reshape(-1, rows.n).T
        found = mean_reliability(doses, sample.y[rows.keep], rows.client, rows.worker, others)
        return found if np.isfinite(found.least) else None
    except np.linalg.LinAlgError:
        return None


def latent_weights(plan: Plan, reliability: Floats) -> Weights:
    """The weights of a difference between clients' own levels over the coefficients of observed means and within them.

    With c = between - within of the observed means, c / reliability is that of the levels (Luedtke 2008, eq. 12).
    """
    main = main_exposures(plan)
    signs = np.array([1.0, -1.0][: len(main)])
    raised = np.linalg.solve(reliability.T, signs)
    within = -raised if plan.effect == "contextual" else signs - raised
    names = [(exposure.of_part("between").name, exposure.of_part("within").name) for exposure in main]
    found = {between: float(value) for (between, _), value in zip(names, raised, strict=True)}
    return found | {inner: float(value) for (_, inner), value in zip(names, within, strict=True) if value}


def random_terms(plan: Plan) -> dict[str, list[str]]:
    """The random terms in the engine's names."""
    exposure = [main.of_part("within").name for main in main_exposures(plan)]
    slopes = {"intercept": ["1"], "time": ["time"], "exposure": exposure}
    return {group: [term for name in names for term in slopes[name]] for group, names in plan.random.items()}
