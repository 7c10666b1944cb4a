"""The confirmatory lock: what it holds, what breaks it, and what is said of a break."""

from __future__ import annotations

from typing import Any

from pipeline.hypotheses import lock
from pipeline.params import Exposure, Hypothesis, Measures, VerdictRules
from tests.hypotheses.studies import hypothesis


def promise(hypotheses: dict[str, Hypothesis], **sections: Any) -> dict[str, Any]:
    exposure, measures = sections.get("exposure", Exposure()), sections.get("measures", Measures())
    return lock.promised(hypotheses, exposure, measures, sections.get("verdict", VerdictRules()))


def held(hypotheses: dict[str, Hypothesis]) -> dict[str, Any]:
    new = lock.locked(promise(hypotheses), date="2026-11-22", manifest=None, engine="numpy", outcomes_seen=False)
    return lock.close(lock.OPEN, new)


CLAIMS = {"a": hypothesis(), "b": hypothesis(exposure={"mode": "concrete"}), "x": hypothesis(role="exploratory")}


def test_nothing_deviates_without_a_lock() -> None:
    assert lock.deviations(lock.OPEN, promise(CLAIMS)) == {}


def test_an_unchanged_file_keeps_its_lock() -> None:
    assert lock.deviations(held(CLAIMS), promise(CLAIMS)) == {}
    assert not lock.tampered(held(CLAIMS))


def test_a_changed_hypothesis_is_named_with_its_change() -> None:
    later = {**CLAIMS, "a": hypothesis(exposure={"mode": "joint", "lag": 1})}
    assert lock.deviations(held(CLAIMS), promise(later)) == {"a": ["a.exposure.lag: 0 -> 1"]}


def test_a_change_of_exposure_measures_or_rules_is_one_of_all() -> None:
    for section in (
        {"exposure": Exposure(first_window=7.0)},
        {"measures": Measures(min_answered=0.5)},
        {"verdict": VerdictRules(alpha=0.1)},
    ):
        assert set(lock.deviations(held(CLAIMS), promise(CLAIMS, **section))) == {"a", "b"}


def test_an_exploratory_hypothesis_may_change() -> None:
    later = {**CLAIMS, "x": hypothesis(role="exploratory", exposure={"mode": "concrete"})}
    assert lock.deviations(held(CLAIMS), promise(later)) == {}


def test_added_and_removed_hypotheses_are_named() -> None:
    later = {"a": CLAIMS["a"], "c": hypothesis()}
    found = lock.deviations(held(CLAIMS), promise(later))
    assert found == {"c": ["it was not in the lock"], "b": ["it was locked as confirmatory and is so no longer"]}


def test_an_altered_lock_stamps_all() -> None:
    record = held(CLAIMS)
    record["locked"]["promise"]["exposure"]["gap_after"] = 14.0
    assert lock.tampered(record)
    assert set(lock.deviations(record, promise(CLAIMS, exposure=Exposure(gap_after=14.0)))) == {"a", "b"}


def test_unlocking_keeps_the_history_and_the_reason() -> None:
    record = lock.reopen(held(CLAIMS), why="a typing error in the claim", date="2026-11-23")
    assert record["locked"] is None
    assert record["history"][0]["why"] == "a typing error in the claim"
    assert record["history"][0]["was"]["promise"]["hypotheses"].keys() == {"a", "b"}


def test_a_declared_deviation_is_kept_with_its_reason() -> None:
    record = lock.declare(held(CLAIMS), hypothesis="a", why="two ratings were lost", date="2026-11-24")
    assert record["declared"] == [{"hypothesis": "a", "why": "two ratings were lost", "date": "2026-11-24"}]
