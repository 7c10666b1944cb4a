"""One specification made ready for shifts: its rows, its variance parameters without the exposure, its arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.errors import ModelError
from pipeline.base.params import Compute
from pipeline.curve.axes import Specific, Way
from pipeline.curve.inference import own_lines
from pipeline.curve.shifts import Floats, NotTestableError, SpecificationRows, shift_tests
from pipeline.exposure.parts import sd_within
from pipeline.exposure.visits import Integers
from pipeline.hypotheses.battery.car1 import rising_clock
from pipeline.hypotheses.design.agency import with_agencies
from pipeline.hypotheses.design.build import build_design
from pipeline.hypotheses.design.episodes import Doses
from pipeline.hypotheses.design.sample import Sample, build_sample
from pipeline.hypotheses.design.terms import Design, plain_term
from pipeline.hypotheses.engines import fit_design
from pipeline.hypotheses.fitting import FittedDesign, covariance_of, fit_dropping

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class FittedWay:
    """A specification's rows, ready for shifts, with what refits it and the within-client SD of its outcome."""

    one: Specific
    arrays: SpecificationRows
    design: Design
    dose: str
    sd: float
    doses: Doses  # of all ratings, for specifications that share the windows

    @property
    def mark(self) -> bytes:
        """Equal for specifications that are the same model of the same rows."""
        parts = (self.arrays.y, self.arrays.exposure, self.arrays.fixed, self.arrays.client_terms, self.arrays.carried)
        told = b"".join(np.ascontiguousarray(part).tobytes() for part in parts if part is not None)
        return hashlib.sha256(told + str(self.one.way.apart).encode()).digest()

    @property
    def behind(self) -> tuple[int, int]:
        """How many clients have any of the dose, and how many workers there are."""
        told_by = self.design.rows.client[np.abs(self.design.numeric()[self.dose]) > 0]
        return len(np.unique(told_by)), int(self.arrays.worker.max()) + 1

    @property
    def df(self) -> float:
        """Rows less fixed coefficients."""
        return float(len(self.arrays.y) - self.arrays.fixed.shape[1] - 1)


def fitted_specification(
    one: Specific, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute, doses: Doses | None = None
) -> FittedWay:
    """The rows of a specification and its variance parameters without the exposure; NotEstimable or ModelError.

    `doses` are those of another specification with the same windows, so that they need not be counted again.
    """
    sample = build_sample(one.way.plan, occasions, ledger, doses=doses)
    keep = _kept(sample, one.way)
    extra = []
    if one.way.form_of_time == "quadratic":
        time = build_design(one.way.plan, sample, keep).numeric()["time"]
        extra = [plain_term("time_squared", time * time, "time")]
    fixed = compute if compute.agency == "none" else compute.model_copy(update={"agency": "fixed"})
    design = with_agencies(build_design(one.way.plan, sample, keep, extra=extra), one.way.plan, sample, fixed)
    if one.way.residual == "car1":
        design = replace(design, clock=rising_clock(sample)[0][keep])
    dose = next(iter(design.tested))
    null = _null(design, dose, one.way, compute)
    known = Doses(sample.dose, sample.lead, sample.episodes)
    return FittedWay(one, _arrays(design, dose, null), design, dose, sd_within(design.outcome, design.rows.client), known)


def refit(one: FittedWay, compute: Compute) -> tuple[float, float, float] | None:
    """Estimate, standard error and df of a whole fit of the specification; None where it does not settle."""
    try:
        model = _settled(one.design, one.one.way, compute).model
    except (ModelError, NotTestableError):
        return None
    table = model.fixed.loc[[one.dose], ["estimate", "std_error", "df"]].to_numpy(dtype=np.float64)[0]
    return float(table[0]), float(table[1]), float(table[2])


def refit_difference(one: FittedWay, compute: Compute) -> float | None:
    """How far the statistic with variances held lies from that of a whole refit; None where that does not settle."""
    exact = refit(one, compute)
    if exact is None:
        return None
    still = np.zeros((int(one.arrays.client.max()) + 1, 1), dtype=np.int64)
    return abs(exact[0] / exact[1] - shift_tests(one.arrays, still).statistic)


def _kept(sample: Sample, way: Way) -> np.ndarray:
    keep = sample.keep.copy()
    if way.gaps == "drop" and "gap" in sample.frame:
        keep &= ~sample.frame["gap"].fillna(False).to_numpy(dtype=bool)
    enough = np.bincount(sample.client[keep], minlength=int(sample.client.max()) + 1) >= way.min_ratings
    return keep & enough[sample.client]


def _null(design: Design, dose: str, way: Way, compute: Compute) -> FittedDesign:
    slim = design.without([dose])
    random = {group: [term for term in terms if term != dose] for group, terms in design.random.items()}
    return _settled(replace(slim, random=random), way, compute)


def _settled(design: Design, way: Way, compute: Compute) -> FittedDesign:
    """A fit with slopes dropped as declared and the way's residuals; NotTestableError where it does not settle."""
    found = fit_dropping(design, compute, compute.drop_slopes)
    if way.residual == "car1":
        model = fit_design(found.design, compute, residual="car1", near=found.model)
        found = replace(found, model=model)
    if not found.model.converged:
        raise NotTestableError
    return found


def _arrays(design: Design, dose: str, null: FittedDesign) -> SpecificationRows:
    """The design as arrays, rows of a client together and in order; terms that vary multiplied by their relative factor."""
    order = np.lexsort((np.arange(design.rows.n), design.rows.client))
    numeric = design.numeric()
    columns = {**design.slopes, **numeric, "1": np.ones(design.rows.n)}
    fixed = np.column_stack([columns["1"], *(values for name, values in numeric.items() if name != dose)])
    effects = {group: _scaled(group, null, columns)[order] for group in ("client_id", "worker_id")}
    client, worker, exposure = design.rows.client[order], design.rows.worker[order], numeric[dose][order]
    held = None
    if "time" in null.design.random.get("client_id", []):
        held = own_lines(exposure, columns["time"][order], client)
    return SpecificationRows(
        design.outcome[order],
        exposure if held is None else exposure - held,
        fixed[order],
        client,
        worker,
        effects["client_id"],
        effects["worker_id"],
        held,
        _carried(design, null, order),
    )


def _carried(design: Design, null: FittedDesign, order: Integers) -> Floats | None:
    """What a residual shares with the one before; from one worker to the next it is taken to begin anew."""
    if design.clock is None or null.model.phi is None:
        return None
    client, worker, clock = design.rows.client[order], design.rows.worker[order], design.clock[order]
    again = (np.diff(client, prepend=-1) == 0) & (np.diff(worker, prepend=-1) == 0)
    return np.where(again, null.model.phi ** np.maximum(np.diff(clock, prepend=clock[0]), 0.0), 0.0)


def _scaled(group: str, null: FittedDesign, columns: Mapping[str, Floats]) -> Floats:
    terms = null.design.random.get(group, [])
    if not terms:
        return np.zeros((len(columns["1"]), 1))
    _, matrix = covariance_of(null.model, group, terms)
    values, vectors = np.linalg.eigh(matrix)
    factor = vectors * np.sqrt(np.maximum(values, 0.0)) / null.model.residual_sd
    return np.asarray(np.column_stack([columns[term] for term in terms]) @ factor)
