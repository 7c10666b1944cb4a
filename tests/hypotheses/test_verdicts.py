"""The rules of verdicts as a table: what was found, what is said, and by which rule."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.base.params import VerdictRules
from pipeline.hypotheses import estimate
from pipeline.hypotheses.multiplicity import benjamini_hochberg, holm
from pipeline.hypotheses.verdicts import judge
from tests.hypotheses.studies import hypothesis

EXACT = 1e-12  # adjusted p-values are products of small whole numbers and the p-values themselves
RULES = VerdictRules()
SD = 0.5  # within-client SD of the outcome in these cases; the smallest effect is 0.1 SD, 0.05 points


def check(name: str, value: float | None, error: float = 0.02, **more: Any) -> dict[str, Any]:
    numbers = {"estimate": value, "std_error": None if value is None else error, "df": None}
    return {
        "check": name,
        "label": name,
        "applies": True,
        "passed": None,
        "sentence": "s",
        "reason": None,
        **numbers,
        **more,
    }


def scaled(value: float, error: float) -> dict[str, float]:
    found = estimate.of(value, error, None)
    numbers = {name: getattr(found, name) / SD for name in ("estimate", "conf_low", "conf_high")}
    return {**numbers, "outcome_sd_within": SD}


def absent(name: str) -> dict[str, Any]:
    return {**check(name, None), "applies": False}


def result(
    value: float, error: float = 0.02, battery: list[dict[str, Any]] | None = None, ceiling: str | None = None
) -> dict[str, Any]:
    tested = {**estimate.of(value, error, None).__dict__, "standardized": scaled(value, error)}
    rows = [check(name, value, error) for name in ("lead_placebo", "lagged_outcome", "detrended", "time_slope", "car1")]
    rows = [row for row in rows if row["check"] not in {b["check"] for b in battery or []}]
    return {
        "status": "estimated",
        "reason": None,
        "tested": tested,
        "battery": [*rows, *(battery or [])],
        "ceiling": ceiling,
    }


NOTHING = {"status": "not_estimable", "reason": "no advocacy log", "tested": None, "battery": [], "ceiling": None}
SAME = {"details": {"control": {"estimate": 0.2, "std_error": 0.02, "df": None}}}
NONE_SEEN = {"details": {"control": {"estimate": 0.01, "std_error": 0.02, "df": None}}}
OTHER = {"details": {"control": {"estimate": -0.2, "std_error": 0.02, "df": None}}}

CASES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("all is well", result(0.2), {}, "supported"),
    ("the other sign", result(-0.2), {}, "opposite"),
    ("predicted to be negative", result(-0.2), {"predicted": "negative"}, "supported"),
    ("predicted to be negative, is positive", result(0.2), {"predicted": "negative"}, "opposite"),
    ("exploratory", result(0.2), {"role": "exploratory"}, "suggestive"),
    ("exploratory, other sign", result(-0.2), {"role": "exploratory"}, "opposite"),
    ("a kind of number with a ceiling", result(0.2, ceiling="no order in time"), {}, "suggestive"),
    ("no number", NOTHING, {}, "not estimable"),
    ("too wide to tell", result(0.05, 0.05), {}, "inconclusive"),
    ("not significant, within the smallest effect", result(0.005, 0.01), {}, "practically zero"),
    ("significant, within the smallest effect", result(0.03, 0.01), {}, "practically zero"),
    ("the interval just reaches the smallest effect", result(0.04, 0.01), {}, "supported"),
    ("predicted none, tight", result(0.0, 0.01), {"predicted": "none"}, "supported"),
    ("predicted none, tight, exploratory", result(0.0, 0.01), {"predicted": "none", "role": "exploratory"}, "suggestive"),
    ("predicted none, tight, with a ceiling", result(0.0, 0.01, ceiling="x"), {"predicted": "none"}, "suggestive"),
    ("predicted none, wide", result(0.0, 0.1), {"predicted": "none"}, "inconclusive"),
    ("predicted none, something", result(0.2), {"predicted": "none"}, "opposite"),
    ("lead as large as lag", result(0.2, battery=[check("lead_placebo", 0.01)]), {}, "no direction can be claimed"),
    ("lead larger than lag", result(0.2, battery=[check("lead_placebo", -0.2)]), {}, "no direction can be claimed"),
    ("lead could not be fitted", result(0.2, battery=[check("lead_placebo", None)]), {}, "no direction can be claimed"),
    ("lead does not apply", result(0.2, battery=[absent("lead_placebo")]), {}, "supported"),
    ("lead fails, and not significant", result(0.01, 0.05, battery=[check("lead_placebo", 0.0)]), {}, "inconclusive"),
    ("lead fails, on the other side", result(-0.2, battery=[check("lead_placebo", 0.0)]), {}, "no direction can be claimed"),
    (
        "the control shows the same, no difference",
        result(0.2, battery=[check("control_worker_solo", 0.01, **SAME)]),
        {},
        "not specific to being there",
    ),
    (
        "the control shows the same, joint more",
        result(0.2, battery=[check("control_worker_solo", 0.1, **SAME)]),
        {},
        "supported",
    ),
    ("the control shows nothing", result(0.2, battery=[check("control_worker_solo", 0.01, **NONE_SEEN)]), {}, "supported"),
    ("the control shows the opposite", result(0.2, battery=[check("control_concrete", 0.4, **OTHER)]), {}, "supported"),
    (
        "a negative effect that a control shares",
        result(
            -0.2,
            battery=[
                check("control_concrete", -0.01, details={"control": {"estimate": -0.2, "std_error": 0.02, "df": None}})
            ],
        ),
        {},
        "not specific to being there",
    ),
    (
        "not specific goes before practically zero",
        result(0.03, 0.01, battery=[check("control_client_solo", 0.001, **SAME)]),
        {},
        "not specific to being there",
    ),
    (
        "no direction goes before not specific",
        result(0.2, battery=[check("lead_placebo", 0.0), check("control_worker_solo", 0.01, **SAME)]),
        {},
        "no direction can be claimed",
    ),
    ("lagged outcome takes it", result(0.2, battery=[check("lagged_outcome", 0.03)]), {}, "fragile"),
    ("detrending turns it", result(0.2, battery=[check("detrended", -0.2)]), {}, "fragile"),
    ("time slopes take it", result(0.2, battery=[check("time_slope", 0.03)]), {}, "fragile"),
    ("autocorrelation takes it", result(0.2, battery=[check("car1", 0.03)]), {}, "fragile"),
    ("a robust error takes it", result(0.2, battery=[check("cluster_robust", 0.2, 0.15)]), {}, "fragile"),
    ("CAR(1) could not be fitted", result(0.2, battery=[check("car1", None)]), {}, "fragile"),
    ("CAR(1) does not apply", result(0.2, battery=[absent("car1")]), {}, "supported"),
    ("the reverse does not decide", result(0.2, battery=[check("reverse", 0.0)]), {}, "supported"),
    ("fragile, on the other side", result(-0.2, battery=[check("car1", 0.0)]), {}, "fragile"),
    ("fragile, exploratory", result(0.2, battery=[check("car1", 0.0)]), {"role": "exploratory"}, "fragile"),
]


@pytest.mark.parametrize(
    ("title", "found", "declared", "verdict"), CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_rule(title: str, found: dict[str, Any], declared: dict[str, Any], verdict: str) -> None:
    entry = judge({"h": found}, {"h": hypothesis(**declared)}, RULES)["hypotheses"]["h"]
    assert entry["verdict"] == verdict
    assert entry["rule"]


def test_family_correction_decides() -> None:
    found = {name: result(0.2, 0.09) for name in ("a", "b", "c")}  # p = 0.026 each
    declared = {name: hypothesis() for name in found}
    assert judge({"a": found["a"]}, {"a": declared["a"]}, RULES)["hypotheses"]["a"]["verdict"] != "inconclusive"
    together = judge(found, declared, RULES)
    assert {entry["verdict"] for entry in together["hypotheses"].values()} == {"inconclusive"}
    assert together["family"]["confirmatory"] == {"size": 3, "correction": "holm", "names": ["a", "b", "c"]}


def test_a_hypothesis_without_a_number_counts_in_its_family() -> None:
    found = {"a": result(0.2, 0.09), "b": NOTHING}
    entries = judge(found, {name: hypothesis() for name in found}, RULES)["hypotheses"]
    assert entries["a"]["p_adjusted"] == pytest.approx(2 * entries["a"]["p_value"], rel=EXACT)
    assert entries["b"]["p_adjusted"] is None


def test_roles_are_separate_families() -> None:
    found = {"a": result(0.2, 0.09), "b": result(0.2, 0.09)}
    entries = judge(found, {"a": hypothesis(), "b": hypothesis(role="exploratory")}, RULES)["hypotheses"]
    assert entries["a"]["p_adjusted"] == entries["a"]["p_value"]


def test_demoted_hypotheses_are_suggestive_at_most_and_say_why() -> None:
    entry = judge({"h": result(0.2)}, {"h": hypothesis()}, RULES, {"h": "exposure.first_window: 14 -> 7"})["hypotheses"]["h"]
    assert (entry["verdict"], entry["role"], entry["declared_role"]) == ("suggestive", "exploratory", "confirmatory")
    assert "first_window" in entry["reasons"][-1]


def test_which_checks_decide_is_the_rules_own() -> None:
    found = result(0.2, battery=[check("car1", 0.0)])
    lenient = VerdictRules(fragile_checks=("detrended",))
    assert judge({"h": found}, {"h": hypothesis()}, lenient)["hypotheses"]["h"]["verdict"] == "supported"


def test_alpha_reaches_the_checks() -> None:
    found = result(0.2, battery=[check("car1", 0.05, 0.02)])  # z = 2.5
    strict = VerdictRules(alpha=0.01)
    assert judge({"h": found}, {"h": hypothesis()}, strict)["hypotheses"]["h"]["verdict"] == "fragile"
    assert judge({"h": found}, {"h": hypothesis()}, RULES)["hypotheses"]["h"]["verdict"] == "supported"


def test_adjustments_as_in_r() -> None:
    """R: p.adjust(c(.01, .04, .03, .5), "holm") and "BH"."""
    values = {"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.5}
    assert holm(values) == pytest.approx({"a": 0.04, "b": 0.09, "c": 0.09, "d": 0.5}, rel=EXACT)
    wanted = {"a": 0.04, "b": 0.16 / 3, "c": 0.16 / 3, "d": 0.5}
    assert benjamini_hochberg(values) == pytest.approx(wanted, rel=EXACT)
