"""Records for tests, each sound by itself; say only what the test is about."""

from __future__ import annotations

from typing import Any

from pipeline.base.params import Plan
from pipeline.results.attempt import CheckFacts, CheckResult, FurtherNumbers
from pipeline.results.backing import Backing
from pipeline.results.estimate import Estimate, estimate_of
from pipeline.results.fit import (
    Coefficient,
    Column,
    Engine,
    Fit,
    ModelFacts,
    OptimizerRecord,
    Sensitivity,
    Standardized,
    Tested,
    VarianceRow,
)
from pipeline.results.reason import Reason, Step

PLAN = Plan.model_validate_json('{"outcome": {"instrument": "wai_sr"}, "exposure": {"mode": "joint"}}')
SD = 0.5


def estimate(value: float = 0.2, error: float = 0.02, df: float | None = None, clients: int = 140) -> Estimate:
    return estimate_of(value, error, df).backed(Backing(clients, 15))


def number_tested(value: float = 0.2, error: float = 0.02, df: float | None = None, sd: float = SD, **more: Any) -> Tested:
    number = estimate(value, error, df)
    low, high = number.interval(0.90)
    scaled = Standardized(
        estimate=value / sd,
        conf_low=number.conf_low / sd,
        conf_high=number.conf_high / sd,
        outcome_sd_within=sd,
        dose="episode",
    )
    facts: dict[str, Any] = {
        "term": "joint_within",
        "weights": {"joint_within": 1.0},
        "conf_low_90": low,
        "conf_high_90": high,
        "standardized": scaled,
        "sensitivity": Sensitivity(e_value=1.5),
    }
    return Tested(**number.model_dump(), **(facts | more))


def check(name: str, value: float | None = 0.2, error: float = 0.02, **more: Any) -> CheckResult:
    """A check with a number, or (`value` None) one that applies and could not be computed."""
    if value is None:
        return CheckResult(check=name, outcome="not_computed", reason=Reason(code="not_converged"), **more)
    return CheckResult(check=name, outcome="computed", estimate=estimate(value, error), **more)


def hidden_cause(value: float = 0.2, other: float = 0.0, error: float = 0.02) -> CheckResult:
    """The check of a hidden cause: the number before the rating, and `other` in the windows after and before."""
    beside = FurtherNumbers(before=estimate(value, error), after=estimate(other, error), earlier=estimate(other, error))
    facts = CheckFacts(cov_before_after=0.0, cov_before_earlier=0.0, cov_after_earlier=0.0)
    return check("hidden_cause", value - other, error * 2**0.5, beside=beside, facts=facts)


def absent(name: str, code: str = "no_order_in_time") -> CheckResult:
    return CheckResult(check=name, outcome="not_applicable", reason=Reason(code=code))


def steps(rows: int = 990, clients: int = 140, workers: int = 15) -> tuple[Step, ...]:
    return (
        Step(step="ratings", rows=1007, clients=150, workers=15),
        Step(step="exposure known", rows=1000, clients=148, workers=15),
        Step(step="model", rows=rows, clients=clients, workers=workers),
    )


def fit(**more: Any) -> Fit:
    """An estimated fit of every part a real one has."""
    counts = more.pop("counts", steps())
    last = counts[-1]
    facts: dict[str, Any] = {
        "hypothesis": "h",
        "kind": "multilevel",
        "spec": PLAN,
        "engine": Engine(name="multilevel", version="numpy 2"),
        "inputs": {"plan": "0" * 64},
        "status": "estimated",
        "tested": number_tested(),
        "models": (
            ModelFacts(
                model="main", rows=last.rows, clients=last.clients, workers=last.workers, coefficients=3, max_leverage=0.2
            ),
        ),
        "coefficients": (
            Coefficient(term="Intercept", of=(Column(column="intercept", role="intercept"),), **estimate(3.61).model_dump()),
            Coefficient(
                term="joint_within",
                of=(Column(column="joint", part="within", role="exposure"),),
                **estimate().model_dump(),
            ),
            Coefficient(
                term="phase[evaluation]", of=(Column(column="phase", level="evaluation"),), **estimate(0.1).model_dump()
            ),
        ),
        "variance": (
            VarianceRow(group="client_id", term_1="Intercept", term_2="Intercept", covariance=0.25, correlation=1.0),
            VarianceRow(group="residual", covariance=0.16),
        ),
        "icc": {"client_id": 0.6},
        "residual_sd": 0.4,
        "deviance": 1234.5,
        "optimizer": OptimizerRecord(
            name="trust region", start=(1.0,), end=(0.5,), evaluations=20, reason="gradient vanishes"
        ),
        "converged": True,
        "formula": "total = b0 + b1*joint_within + residual",
        "battery": (hidden_cause(), check("feedback"), check("lagged_outcome"), absent("nearer_windows")),
        "counts": counts,
        "episodes": {"joint": 300},
    }
    return Fit(**(facts | more))


def nothing(code: str = "no_log", status: str = "not_estimable") -> Fit:
    """A fit without a number."""
    return Fit(hypothesis="h", kind="multilevel", spec=PLAN, status=status, reason=Reason(code=code), counts=steps()[:1])  # type: ignore[arg-type]
