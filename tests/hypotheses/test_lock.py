"""The confirmatory lock: what it holds, what breaks it, and what is said of a break."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.base.errors import StageError
from pipeline.base.params import Compute, Exposure, Hypothesis, Measures, VerdictRules
from pipeline.base.sources import Sources
from pipeline.hypotheses.verdict import lock
from pipeline.hypotheses.verdict.judge import judge_study
from pipeline.measures import shipped
from pipeline.project.io import json_bytes
from pipeline.results.lock import Lock, LockFile, Promise
from pipeline.results.verdict import Declared
from tests.hypotheses.studies import hypothesis
from tests.hypotheses.test_verdicts import result


def promise(hypotheses: dict[str, Hypothesis], **changes: Any) -> Promise:
    rules: dict[str, Any] = {
        "exposure": Exposure(),
        "measures": Measures(),
        "verdict": VerdictRules(),
        "compute": Compute(),
    }
    instruments = changes.pop("instruments", shipped())
    data = {"sources": changes.pop("sources", SOURCES)}
    return lock.promised(hypotheses, rules | changes, instruments, data)


def held(hypotheses: dict[str, Hypothesis], manifest: str | None = None) -> LockFile:
    new = lock.locked(promise(hypotheses), date="2026-11-22", manifest=manifest, engine="numpy", outcomes_seen=False)
    return lock.closed_with(lock.OPEN, new)


def written_again(record: LockFile) -> dict[str, Any]:
    """The lock file as its JSON says it."""
    return dict(json.loads(json_bytes(record)))


OPEN = written_again(lock.OPEN)
SOURCES = Sources(directory="data/raw/study", tables={}, ratings={})
CLAIMS = {"a": hypothesis(), "b": hypothesis(exposure={"mode": "concrete"}), "x": hypothesis(role="exploratory")}
NEAR = result(0.2, error=0.0921)  # p = .03
P = 0.0299
ROUNDED = 1e-4  # P is given to four decimals
OTHER_KEY = shipped()["wai_sr"].model_copy(update={"reversed_items": (1,)})


def test_nothing_deviates_without_a_lock() -> None:
    assert lock.deviations(lock.OPEN, promise(CLAIMS)) == {}
    assert lock.lock_notes(lock.OPEN, promise(CLAIMS)) == []


def test_an_unchanged_file_keeps_its_lock() -> None:
    assert lock.deviations(held(CLAIMS), promise(CLAIMS)) == {}
    assert not lock.is_tampered(held(CLAIMS))


def test_a_changed_hypothesis_is_named_with_its_change() -> None:
    later = {**CLAIMS, "a": hypothesis(exposure={"mode": "joint", "lag": 1})}
    assert lock.deviations(held(CLAIMS), promise(later)) == {"a": ["a.exposure.lag: 0 -> 1"]}


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"exposure": Exposure(first_window=7.0)}, "exposure.first_window: 14.0 -> 7.0"),
        ({"measures": Measures(min_answered=0.5)}, "measures.min_answered: 0.75 -> 0.5"),
        ({"verdict": VerdictRules(alpha=0.1)}, "verdict.alpha: 0.05 -> 0.1"),
        ({"verdict": VerdictRules(fragile_checks=())}, "verdict.fragile_checks: "),
        ({"compute": Compute(df="none")}, 'compute.df: "satterthwaite" -> "none"'),
        ({"compute": Compute(min_clients=2)}, "compute.min_clients: 10 -> 2"),
        ({"instruments": shipped() | {"wai_sr": OTHER_KEY}}, "instruments.wai_sr.reversed_items: [] -> [1]"),
    ],
)
def test_a_change_of_what_all_rest_on_is_one_of_all(section: dict[str, Any], words: str) -> None:
    found = lock.deviations(held(CLAIMS), promise(CLAIMS, **section))
    assert set(found) == {"a", "b"}
    assert all(len(lines) == 1 and lines[0].startswith(words) for lines in found.values())


def test_an_instrument_nobody_locked_may_change_and_be_added() -> None:
    other = shipped()["srs"].model_copy(update={"items": 5})
    now = promise(CLAIMS, instruments=shipped() | {"srs": other}, measures=Measures(instruments=("mine.yaml",)))
    assert lock.deviations(held(CLAIMS), now) == {}


def test_an_exploratory_hypothesis_may_change() -> None:
    later = {**CLAIMS, "x": hypothesis(role="exploratory", exposure={"mode": "concrete"})}
    assert lock.deviations(held(CLAIMS), promise(later)) == {}


def test_added_and_removed_hypotheses_are_named() -> None:
    later = {"a": CLAIMS["a"], "c": hypothesis()}
    found = lock.deviations(held(CLAIMS), promise(later))
    assert found == {"c": ["it was not in the lock"], "b": [lock.GONE]}
    made_exploratory = {**CLAIMS, "b": hypothesis(role="exploratory", exposure={"mode": "concrete"})}
    assert lock.deviations(held(CLAIMS), promise(made_exploratory)) == {"b": [lock.GONE]}


def test_data_of_a_lock_with_a_manifest_are_held() -> None:
    record = held(CLAIMS, manifest="abc")
    remapped = promise(CLAIMS, sources=SOURCES.model_copy(update={"directory": "data/raw/other"}))
    assert lock.deviations(record, promise(CLAIMS), "abc") == {}
    assert lock.deviations(record, promise(CLAIMS), "def") == {"a": [lock.NEW_DATA], "b": [lock.NEW_DATA]}
    assert lock.deviations(record, promise(CLAIMS), None)["a"] == [lock.NEW_DATA]
    assert lock.deviations(record, remapped, "abc")["a"] == [lock.REMAPPED.format(path="`sources.directory`")]
    assert lock.lock_notes(record, remapped) == []


def test_a_lock_closed_before_the_data_came_says_so_and_lets_them_be_mapped() -> None:
    remapped = promise(CLAIMS, sources=SOURCES.model_copy(update={"directory": "data/raw/other"}))
    assert lock.deviations(held(CLAIMS), remapped, "abc") == {}
    assert lock.lock_notes(held(CLAIMS), remapped) == [lock.NO_DATA_YET, lock.LATER.format(path="`sources.directory`")]


def test_an_altered_lock_stamps_all() -> None:
    written = written_again(held(CLAIMS))
    written["locked"]["promise"]["exposure"]["gap_after"] = 14.0
    record = lock.read_lock(written)
    assert lock.is_tampered(record)
    assert set(lock.deviations(record, promise(CLAIMS, exposure=Exposure(gap_after=14.0)))) == {"a", "b"}


@pytest.mark.parametrize(
    ("fact", "value"),
    [("date", "2020-01-01"), ("outcomes_seen_before", True), ("manifest", "def"), ("engine", "other"), ("more", "a key")],
)
def test_the_circumstances_of_a_lock_cannot_be_altered_either(fact: str, value: str | bool) -> None:
    written = written_again(held(CLAIMS, manifest="abc"))
    (written["locked"]["promise"] if fact == "more" else written["locked"])[fact] = value
    record = lock.read_lock(written)
    assert record.locked is not None
    assert lock.is_tampered(record)
    assert lock.ALTERED in lock.deviations(record, promise(CLAIMS), record.locked.manifest)["a"]


def test_a_lock_keeps_its_hash_through_its_file_and_one_of_an_earlier_version_gains_no_key() -> None:
    record = lock.reopened_lock(held(CLAIMS), why="a typing error", date="2026-11-23")
    assert lock.read_lock(written_again(record)) == record
    earlier = written_again(held(CLAIMS))
    del earlier["locked"]["history_sha256"], earlier["locked"]["promise"]["data"]
    assert written_again(lock.read_lock(earlier)) == earlier


def test_a_history_cannot_be_shortened_under_a_lock() -> None:
    opened = lock.reopened_lock(held(CLAIMS), why="a typing error", date="2026-11-23")
    facts: dict[str, Any] = {"date": "2026-11-24", "manifest": None, "engine": "numpy", "outcomes_seen": True}
    again = lock.closed_with(opened, lock.locked(promise(CLAIMS), **facts, history=opened.history))
    assert not lock.is_tampered(again)
    assert lock.is_tampered(again.model_copy(update={"history": ()}))


@pytest.mark.parametrize(
    "record",
    [
        [],
        {},
        {"locked": None},
        {**OPEN, "history": None},
        {**OPEN, "locked": {"promise": {}}},
        {**OPEN, "locked": dict.fromkeys(Lock.model_fields)},
    ],
)
def test_a_broken_lock_file_is_refused_in_words(record: Any) -> None:
    with pytest.raises(StageError, match="not a lock file"):
        lock.read_lock(record)


def test_a_family_does_not_shrink_after_the_fact() -> None:
    """Stamping or removing the hypotheses that would have failed must not make it easier for the one that is left."""
    strong, three = NEAR, ("a", "b", "c")
    rules = VerdictRules()
    alone = judge_study({"a": strong}, {"a": hypothesis()}, rules).hypotheses["a"]
    assert alone.p_adjusted == pytest.approx(P, abs=ROUNDED)
    removed = judge_study({"a": strong}, {"a": hypothesis()}, rules, {}, three)
    assert removed.hypotheses["a"].p_adjusted == pytest.approx(3 * P, abs=3 * ROUNDED)
    assert removed.family["confirmatory"].size == 3
    assert removed.family["confirmatory"].counted_from_the_lock == ("b", "c")
    both, stamped = {"a": hypothesis(), "b": hypothesis()}, {"b": ["b.exposure.lag: 0 -> 1"]}
    verdicts = judge_study({"a": strong, "b": result(0.001)}, both, rules, stamped, ("a", "b"))
    assert verdicts.hypotheses["a"].p_adjusted == pytest.approx(2 * P, abs=2 * ROUNDED)


def test_unlocking_keeps_the_history_and_the_reason() -> None:
    record = lock.reopened_lock(held(CLAIMS), why="a typing error in the claim", date="2026-11-23")
    assert record.locked is None
    assert record.history[0].why == "a typing error in the claim"
    assert record.history[0].was.promise.hypotheses.keys() == {"a", "b"}


def test_a_declared_deviation_is_kept_with_its_reason() -> None:
    record = lock.with_deviation(held(CLAIMS), hypothesis="a", why="two ratings were lost", date="2026-11-24")
    assert record.declared == (Declared(hypothesis="a", why="two ratings were lost", date="2026-11-24"),)


def of_an_older_version(now: Promise) -> Promise:
    """The same promise from before two of its keys were known."""
    assert now.compute is not None
    (name, block), *_ = now.hypotheses.items()
    exposure = {key: value for key, value in dict(block["exposure"]).items() if key != "planned"}  # type: ignore[arg-type]
    compute = {key: value for key, value in now.compute.items() if key != "min_mean_reliability"}
    return now.model_copy(update={"compute": compute, "hypotheses": {name: {**block, "exposure": exposure}}})


def test_a_default_that_came_with_a_later_version_is_no_deviation_and_is_told() -> None:
    now = promise({"h": hypothesis()})
    record = lock.closed_with(
        lock.OPEN, lock.locked(of_an_older_version(now), date="2026-01-01", manifest="m", engine="e", outcomes_seen=False)
    )
    assert lock.deviations(record, now, "m") == {}
    said = " ".join(lock.lock_notes(record, now))
    assert "`compute.min_mean_reliability` came with a later version" in said
    assert "`hypotheses.exposure.planned`" in said


def test_a_later_versions_key_that_is_not_at_its_default_was_changed_by_somebody() -> None:
    old = of_an_older_version(promise({"h": hypothesis()}))
    record = lock.closed_with(lock.OPEN, lock.locked(old, date="2026-01-01", manifest="m", engine="e", outcomes_seen=False))
    now = promise({"h": hypothesis()}, compute=Compute(min_mean_reliability=0.6))
    assert any("min_mean_reliability" in line for line in lock.deviations(record, now, "m")["h"])
