"""The rules of verdicts as a table: what was found, what is said, and by which rule."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.base.params import VerdictRules
from pipeline.hypotheses.verdict.judge import judge_study
from pipeline.hypotheses.verdict.multiplicity import benjamini_hochberg, holm
from pipeline.results.attempt import CheckResult, FurtherNumbers
from pipeline.results.estimate import estimate_of
from pipeline.results.fit import Fit
from pipeline.results.reason import Reason
from pipeline.results.verdict import Family
from pipeline.vocabulary import results
from tests.hypotheses.studies import hypothesis
from tests.results import make

EXACT = 1e-12  # adjusted p-values are products of small whole numbers and the p-values themselves
RULES = VerdictRules()
SD = 0.5  # within-client SD of the outcome in these cases; the smallest effect is 0.1 SD, 0.05 points


def check(name: str, value: float | None, error: float = 0.02, control: float | None = None) -> CheckResult:
    """A check with a number (and its control's), or one that applies and could not be computed."""
    beside = FurtherNumbers(control=None if control is None else estimate_of(control, 0.02, None))
    return make.check(name, value, error, beside=beside)


def result(value: float, error: float = 0.02, battery: list[CheckResult] | None = None, ceiling: str | None = None) -> Fit:
    own = {row.check: row for row in battery or []}
    held = [make.check(name, value, error) for name in HELD if name not in own]
    if "hidden_cause" not in own:
        held.append(make.hidden_cause(value, 0.0, error))
    tested = make.number_tested(value, error, sd=SD)
    return make.fit(tested=tested, battery=(*held, *own.values()), ceiling=ceiling)


NOTHING = make.nothing()
BROKEN = make.nothing("defect", "not_computed")
HELD = ("feedback", "specificity", "lagged_outcome", "detrended", "time_slope", "car1", "average_client")
ORDER = "no_order_in_time"
CONTROLS = ("control_worker_solo", "control_client_solo", "control_concrete")

SHARED = check("control_worker_solo", 0.01, control=0.2)


def lead(other: float, value: float = 0.2, error: float = 0.02) -> CheckResult:
    return make.hidden_cause(value, other, error)


SURE = lead(0.0, 0.03, 0.002)


def average(value: float, product: float) -> CheckResult:
    return make.check("average_client", value, beside=FurtherNumbers(product=estimate_of(product, 0.02, None)))


def moot() -> CheckResult:
    return CheckResult(check="specificity", outcome="not_applicable", reason=Reason(code="in_the_contrast"))


CASES: list[tuple[str, Fit, dict[str, Any], str]] = [
    ("all is well", result(0.2), {}, "supported"),
    ("the other sign", result(-0.2), {}, "opposite"),
    ("predicted to be negative", result(-0.2), {"predicted": "negative"}, "supported"),
    ("predicted to be negative, is positive", result(0.2), {"predicted": "negative"}, "opposite"),
    ("exploratory", result(0.2), {"role": "exploratory"}, "suggestive"),
    ("exploratory, other sign", result(-0.2), {"role": "exploratory"}, "opposite"),
    ("a kind of number with a ceiling", result(0.2, ceiling=ORDER), {}, "suggestive"),
    ("no number", NOTHING, {}, "not estimable"),
    ("a defect", BROKEN, {}, "could not be computed"),
    ("too wide to tell", result(0.05, 0.05), {}, "inconclusive"),
    ("not significant, within the smallest effect", result(0.005, 0.01), {}, "practically zero"),
    ("significant, within the smallest effect", result(0.03, 0.01, battery=[SURE]), {}, "practically zero"),
    ("the interval just reaches the smallest effect", result(0.04, 0.01), {}, "supported"),
    ("predicted none, tight", result(0.0, 0.01), {"predicted": "none"}, "supported"),
    ("predicted none, tight, exploratory", result(0.0, 0.01), {"predicted": "none", "role": "exploratory"}, "suggestive"),
    ("predicted none, tight, with a ceiling", result(0.0, 0.01, ceiling=ORDER), {"predicted": "none"}, "suggestive"),
    ("predicted none, wide", result(0.0, 0.1), {"predicted": "none"}, "inconclusive"),
    ("predicted none, something", result(0.2), {"predicted": "none"}, "opposite"),
    ("a lasting cause could make it", result(0.2, battery=[lead(0.08)]), {}, "no direction can be claimed"),
    ("a lasting cause is excluded", result(0.2, battery=[lead(0.02)]), {}, "supported"),
    ("the windows around say as much", result(0.2, battery=[lead(0.2)]), {}, "no direction can be claimed"),
    ("no cause could be looked for", result(0.2, battery=[check("hidden_cause", None)]), {}, "inconclusive"),
    ("no cause can be asked for", result(0.2, battery=[make.absent("hidden_cause")]), {}, "suggestive"),
    ("a cause, and not significant", result(0.01, 0.05, battery=[lead(0.0)]), {}, "inconclusive"),
    ("a cause, on the other side", result(-0.2, battery=[lead(-0.15, -0.2)]), {}, "no direction can be claimed"),
    ("feedback turns it", result(0.2, battery=[check("feedback", -0.2)]), {}, "no direction can be claimed"),
    ("feedback takes it", result(0.2, battery=[check("feedback", 0.01)]), {}, "inconclusive"),
    ("feedback could not be fitted", result(0.2, battery=[check("feedback", None)]), {}, "inconclusive"),
    ("feedback cannot be asked", result(0.2, battery=[make.absent("feedback")]), {}, "suggestive"),
    (
        "feedback goes before controls",
        result(0.2, battery=[check("feedback", -0.2), SHARED]),
        {},
        "no direction can be claimed",
    ),
    ("nothing shown against the controls", result(0.2, battery=[check("specificity", 0.01)]), {}, "inconclusive"),
    ("no controls in the log", result(0.2, battery=[make.absent("specificity")]), {}, "suggestive"),
    ("the contrast holds the control", result(0.2, battery=[moot()]), {}, "supported"),
    ("frequent clients alone", result(0.2, battery=[average(0.01, 0.2)]), {}, "fragile"),
    ("frequent clients more, all some", result(0.2, battery=[average(0.1, 0.2)]), {}, "supported"),
    ("small, and feedback finds something", result(0.005, 0.01, battery=[check("feedback", 0.2)]), {}, "inconclusive"),
    ("small, and a control is clear", result(0.005, 0.01, battery=[SHARED]), {}, "inconclusive"),
    ("small, and the lead is clear", result(0.005, 0.01, battery=[lead(-0.2, 0.005, 0.01)]), {}, "inconclusive"),
    ("small, and controls are left behind", result(0.005, 0.01, battery=[check("specificity", 0.2)]), {}, "inconclusive"),
    (
        "predicted none, and a cause could hide it",
        result(0.0, 0.01, battery=[lead(0.015, 0.0, 0.01)]),
        {"predicted": "none"},
        "inconclusive",
    ),
    (
        "predicted none, and feedback could hide it",
        result(0.0, 0.01, battery=[check("feedback", 0.2)]),
        {"predicted": "none"},
        "inconclusive",
    ),
    (
        "predicted none, something, and a cause could make it",
        result(0.2, battery=[lead(0.2)]),
        {"predicted": "none"},
        "no direction can be claimed",
    ),
    (
        "the control shows the same, no difference",
        result(0.2, battery=[check("control_worker_solo", 0.01, control=0.2)]),
        {},
        "not specific to being there",
    ),
    (
        "the control shows the same, joint more",
        result(0.2, battery=[check("control_worker_solo", 0.1, control=0.2)]),
        {},
        "supported",
    ),
    ("the control shows nothing", result(0.2, battery=[check("control_worker_solo", 0.01, control=0.01)]), {}, "supported"),
    ("the control shows the opposite", result(0.2, battery=[check("control_concrete", 0.4, control=-0.2)]), {}, "supported"),
    (
        "a negative effect that a control shares",
        result(
            -0.2,
            battery=[check("control_concrete", -0.01, control=-0.2)],
        ),
        {},
        "not specific to being there",
    ),
    (
        "not specific goes before practically zero",
        result(0.03, 0.01, battery=[SURE, check("control_client_solo", 0.001, control=0.2)]),
        {},
        "not specific to being there",
    ),
    (
        "no direction goes before not specific",
        result(0.2, battery=[lead(0.2), check("control_worker_solo", 0.01, control=0.2)]),
        {},
        "no direction can be claimed",
    ),
    ("lagged outcome takes it", result(0.2, battery=[check("lagged_outcome", 0.03)]), {}, "fragile"),
    ("detrending turns it", result(0.2, battery=[check("detrended", -0.2)]), {}, "fragile"),
    ("time slopes take it", result(0.2, battery=[check("time_slope", 0.03)]), {}, "fragile"),
    ("autocorrelation takes it", result(0.2, battery=[check("car1", 0.03)]), {}, "fragile"),
    ("a robust error takes it", result(0.2, battery=[check("cluster_robust", 0.2, 0.15)]), {}, "fragile"),
    ("CAR(1) could not be fitted", result(0.2, battery=[check("car1", None)]), {}, "inconclusive"),
    ("no control could be fitted", result(0.2, battery=[check(name, None) for name in CONTROLS]), {}, "inconclusive"),
    (
        "a control could not be fitted, another shows the same",
        result(0.2, battery=[check(CONTROLS[0], None), check(CONTROLS[1], 0.01, control=0.2)]),
        {},
        "not specific to being there",
    ),
    ("what does not decide may fail to be fitted", result(0.2, battery=[check("quadratic_time", None)]), {}, "supported"),
    ("CAR(1) cannot be asked", result(0.2, battery=[make.absent("car1")]), {}, "suggestive"),
    ("nearer windows are moot", result(0.2, battery=[make.absent("nearer_windows", "nearest_already")]), {}, "supported"),
    ("curved time does not decide", result(0.2, battery=[check("quadratic_time", 0.0)]), {}, "supported"),
    ("fragile, on the other side", result(-0.2, battery=[check("car1", 0.0)]), {}, "fragile"),
    ("fragile, exploratory", result(0.2, battery=[check("car1", 0.0)]), {"role": "exploratory"}, "fragile"),
]


@pytest.mark.parametrize(
    ("title", "found", "declared", "verdict"), CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_rule(title: str, found: Fit, declared: dict[str, Any], verdict: str) -> None:
    entry = judge_study({"h": found}, {"h": hypothesis(**declared)}, RULES).hypotheses["h"]
    assert entry.verdict == verdict
    assert entry.rule in results.RULES


def test_family_correction_decides() -> None:
    found = {name: result(0.2, 0.09) for name in ("a", "b", "c")}  # p = 0.026 each
    declared = {name: hypothesis() for name in found}
    assert judge_study({"a": found["a"]}, {"a": declared["a"]}, RULES).hypotheses["a"].verdict != "inconclusive"
    together = judge_study(found, declared, RULES)
    assert {entry.verdict for entry in together.hypotheses.values()} == {"inconclusive"}
    assert together.family["confirmatory"] == Family(size=3, correction="holm", names=("a", "b", "c"))


def test_a_hypothesis_without_a_number_counts_in_its_family() -> None:
    found = {"a": result(0.2, 0.09), "b": NOTHING}
    entries = judge_study(found, {name: hypothesis() for name in found}, RULES).hypotheses
    assert entries["a"].p_adjusted == pytest.approx(2 * entries["a"].p_value, rel=EXACT)
    assert entries["b"].p_adjusted is None


def test_roles_are_separate_families() -> None:
    found = {"a": result(0.2, 0.09), "b": result(0.2, 0.09)}
    entries = judge_study(found, {"a": hypothesis(), "b": hypothesis(role="exploratory")}, RULES).hypotheses
    assert entries["a"].p_adjusted == entries["a"].p_value


def test_demoted_hypotheses_are_suggestive_at_most_and_say_why() -> None:
    entry = judge_study(
        {"h": result(0.2)}, {"h": hypothesis()}, RULES, {"h": ["exposure.first_window: 14 -> 7"]}
    ).hypotheses["h"]
    assert (entry.verdict, entry.role, entry.declared_role) == ("suggestive", "exploratory", "confirmatory")
    assert "first_window" in entry.deviations[-1]


def test_which_checks_decide_is_the_rules_own() -> None:
    found = result(0.2, battery=[check("car1", 0.0)])
    lenient = VerdictRules(fragile_checks=("detrended",))
    assert judge_study({"h": found}, {"h": hypothesis()}, lenient).hypotheses["h"].verdict == "supported"


def test_alpha_reaches_the_checks() -> None:
    found = result(0.2, battery=[check("car1", 0.05, 0.02)])  # z = 2.5
    strict = VerdictRules(alpha=0.01)
    assert judge_study({"h": found}, {"h": hypothesis()}, strict).hypotheses["h"].verdict == "fragile"
    assert judge_study({"h": found}, {"h": hypothesis()}, RULES).hypotheses["h"].verdict == "supported"


def test_adjustments_as_in_r() -> None:
    """R: p.adjust(c(.01, .04, .03, .5), "holm") and "BH"."""
    values = {"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.5}
    assert holm(values) == pytest.approx({"a": 0.04, "b": 0.09, "c": 0.09, "d": 0.5}, rel=EXACT)
    wanted = {"a": 0.04, "b": 0.16 / 3, "c": 0.16 / 3, "d": 0.5}
    assert benjamini_hochberg(values) == pytest.approx(wanted, rel=EXACT)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"moderator": "debriefed"}, "inconclusive"),
        ({"exposure": {"mode": "joint", "debriefed": True}}, "inconclusive"),
        ({"exposure": {"mode": "joint", "debriefed": True, "lag": 1}}, "supported"),
        ({"moderator": "setting"}, "supported"),
    ],
)
def test_what_the_rated_session_decides_is_no_effect(changes: dict[str, Any], verdict: str) -> None:
    """Visits are talked over in the session that is rated; one rating later the order is given."""
    found = judge_study({"h": result(0.2)}, {"h": hypothesis(**changes)}, RULES).hypotheses["h"]
    assert found.verdict == verdict
