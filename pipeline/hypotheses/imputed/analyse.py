"""Analyse: a hypothesis on all its imputations, pooled; again with the drawn ratings lower; attached to its fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.base.errors import ModelError
from pipeline.hypotheses.engines import engine_refusal
from pipeline.hypotheses.imputed.fill import filled_grid, lowered_grid
from pipeline.hypotheses.imputed.once import KINDS, Collected, Kind, Once
from pipeline.hypotheses.imputed.pooled import pooled_levels, pooled_paths, pooled_test, tested_of
from pipeline.hypotheses.imputed.tested import as_tested, plain_number
from pipeline.hypotheses.kinds import kind_of
from pipeline.imputation.pooling import imputations_wanted
from pipeline.results.attempt import CheckResult
from pipeline.results.backing import Backing, least_backing
from pipeline.results.estimate import Estimate
from pipeline.results.fit import Fit
from pipeline.results.missing import ImputationFacts, Imputed, Mechanism, Worse
from pipeline.results.reason import NotEstimable, Reason, reason

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan

BESIDE, IN_PLACE = "imputed", "observed_rows"  # the check of the battery that the other analysis is
NOT_ASKED_OF = ("nothing_missing", "kind_not_imputed")


@dataclass(frozen=True)
class Imputations:
    """What `impute` left for a hypothesis: the grid, its ledger, the cells of each imputation, and how they were made."""

    occasions: pd.DataFrame
    ledger: pd.DataFrame
    cells: Iterable[pd.DataFrame]
    facts: ImputationFacts


@dataclass(frozen=True)
class ImputedStudy:
    """The imputations of a hypothesis, and of the grid with leavers where deltas after dropout are asked for, or reasons."""

    main: Imputations | Reason
    leavers: Imputations | Reason | None = None
    added: int = 0  # sessions of leavers


def imputed_of(plan: Plan, study: ImputedStudy, fit: Fit, compute: Compute) -> Imputed:
    """The analysis of the imputed study; a reason in place of numbers where there are none. Never raises for data."""
    assert plan.missing is not None
    headline = plan.missing.method == "headline"
    kind = KINDS.get(kind_of(plan))
    if kind is None:
        return Imputed(headline=headline, reason=reason("kind_not_imputed"))
    if isinstance(study.main, Reason):
        return Imputed(headline=headline, reason=study.main)
    if fit.tested is None:
        return Imputed(headline=headline, reason=reason("no_headline"), model=study.main.facts)
    try:
        return behind_the_rows(_pooled(plan, study, kind, compute, headline), fit.tested.behind)
    except NotEstimable as error:
        return Imputed(headline=headline, reason=error.reason, model=study.main.facts)
    except ModelError as error:
        return Imputed(headline=headline, reason=engine_refusal(error), model=study.main.facts)


def behind_the_rows(found: Imputed, observed: Backing) -> Imputed:
    """The imputed analysis with no more people behind its numbers than have ratings: a drawn rating is nobody's."""

    def rests(number: Estimate) -> dict[str, int | float | None]:
        behind = least_backing(number.behind, observed)
        return {name: getattr(behind, name) for name in ("clients", "workers", "largest", "second")}

    return found.model_copy(
        update={
            "tested": found.tested and found.tested.model_copy(update=rests(found.tested)),
            "levels": tuple(one.model_copy(update=rests(one)) for one in found.levels),
            "paths": {name: one.model_copy(update=rests(one)) for name, one in found.paths.items()},
            "worse": tuple(
                one.model_copy(update={"number": one.number.model_copy(update=rests(one.number))}) for one in found.worse
            ),
        }
    )


def _pooled(plan: Plan, study: ImputedStudy, kind: Kind, compute: Compute, headline: bool) -> Imputed:
    assert plan.missing is not None
    assert isinstance(study.main, Imputations)
    collected, lower = _collect(plan, study.main, kind, compute, plan.missing.skipped, "skipped")
    number = tested_of(collected, compute)
    worse_ones = _worse(lower, "skipped", compute)
    no_leavers = None
    if plan.missing.after_dropout:
        if isinstance(study.leavers, Imputations):
            left, turned = _collect(plan, study.leavers, kind, compute, plan.missing.after_dropout, "after_dropout")
            worse_ones += _worse({0.0: left, **turned}, "after_dropout", compute)
        else:
            no_leavers = study.leavers
    if plan.missing.skipped:
        worse_ones = _worse({0.0: collected}, "skipped", compute) + worse_ones
    return Imputed(
        headline=headline,
        model=study.main.facts,
        tested=number,
        wanted=imputations_wanted(number.fmi),
        levels=pooled_levels(collected),
        homogeneity=pooled_test(collected.apart),
        paths=pooled_paths(collected.paths),
        worse=worse_ones,
        leavers=study.added,
        no_leavers=no_leavers,
    )


def _collect(
    plan: Plan, study: Imputations, kind: Kind, compute: Compute, deltas: Iterable[float], mechanism: Mechanism
) -> tuple[Collected, dict[float, Collected]]:
    """The numbers of every imputation as drawn, and at each delta: the same draws, lower."""
    plain, lower = Collected(), {delta: Collected() for delta in sorted(set(deltas) - {0.0})}
    last: Once | None = None
    for cells in study.cells:
        filled = filled_grid(study.occasions, cells)
        last = kind(plan, filled, study.ledger, compute, last)
        plain.add(last)
        for delta, collected in lower.items():
            down = lowered_grid(plan, filled, study.occasions, delta, mechanism)
            collected.add(kind(plan, down, study.ledger, compute, last))
    return plain, lower


def _worse(lower: dict[float, Collected], mechanism: Mechanism, compute: Compute) -> tuple[Worse, ...]:
    found = []
    for delta, collected in lower.items():
        found.append(Worse(mechanism=mechanism, delta=delta, number=tested_of(collected, compute)))
    return tuple(found)


def with_imputed(fit: Fit, imputed: Imputed) -> Fit:
    """The fit with the imputed analysis: as a check of the battery, or (where so declared) as the headline.

    Then the analysis of the observed rows is the check. Where nothing is missing, or the kind is not imputed, every number
    stays as it is, to the byte.
    """
    check = _check(fit, imputed)
    battery = tuple(check if one.check == check.check else one for one in fit.battery)
    if all(one.check != check.check for one in battery):
        battery = (*battery, check)
    tested = fit.tested
    if imputed.headline and imputed.tested is not None and tested is not None:
        tested = as_tested(tested, imputed.tested)
    return fit.model_copy(update={"imputed": imputed, "battery": battery, "tested": tested})


def _check(fit: Fit, imputed: Imputed) -> CheckResult:
    name = IN_PLACE if imputed.headline else BESIDE
    if imputed.reason is not None and imputed.reason.code in NOT_ASKED_OF:
        return CheckResult(check=name, outcome="not_applicable", reason=imputed.reason)
    if imputed.tested is None or fit.tested is None:
        return CheckResult(check=name, outcome="not_computed", reason=imputed.reason or reason("no_headline"))
    other: Estimate = fit.tested if imputed.headline else imputed.tested
    return CheckResult(check=name, outcome="computed", estimate=plain_number(other))
