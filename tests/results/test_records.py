"""Records come back from their JSON as they were, and refuse what is not theirs."""

from __future__ import annotations

import json
import math
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.project.io import json_bytes
from pipeline.results.attempt import Attempt, State
from pipeline.results.backing import Backing, least_backing
from pipeline.results.estimate import estimate_of
from pipeline.results.fit import Fit, Hazard, JointTest, LevelEffect, Mediation, Moderation, Shrunken
from pipeline.results.lock import LockFile
from pipeline.results.reason import NotEstimable, not_estimable, note, reason
from pipeline.results.record import Record
from pipeline.results.trust import Trust, WithinReliability
from pipeline.results.verdict import Family, Judged, LockState, Opened, Verdicts
from tests.results import make

FINITE = st.floats(-1e6, 1e6)
NUMBER = make.estimate()
MODERATION = Moderation(
    moderator="setting",
    numeric=False,
    levels=(LevelEffect(level="court", **NUMBER.model_dump()),),
    homogeneity=JointTest(statistic=1.5, df_numerator=5, df_denominator=None, p_value=0.2),
    shrunken=(Shrunken(level="court", estimate=0.1, std_error=0.1, mean=0.1, tau=0.0),),
)
MEDIATION = Mediation(
    a=NUMBER, b=NUMBER, direct=NUMBER, covariance_ab=0.1, covariance_ab_error=0.01, correlation_of_paths=0.0, draws=1000
)
ATTEMPTS = tuple(
    Attempt(check=state, group="robustness", decides=True, state=state, reason=reason("no_log"), estimate=NUMBER, margin=0.4)
    for state in get_args(State)
)
JUDGED = Judged(
    name="h", role="confirmatory", declared_role="confirmatory", claim="c", predicted="positive", smallest_effect=0.1,
    verdict="supported", rule="all_held", attempts=ATTEMPTS, p_value=0.01, p_adjusted=0.02, tested=make.number_tested(),
)  # fmt: skip
RECORDS: list[Record] = [
    make.fit(),
    make.fit(moderation=MODERATION, notes=(note("few_workers", workers=3),)),
    make.fit(mediation=MEDIATION, ceiling="product_of_paths"),
    make.fit(hazard=Hazard(events=30, clusters=9)),
    make.nothing(),
    make.nothing("defect", "not_computed"),
    JUDGED,
    Verdicts(
        hypotheses={"h": JUDGED},
        family={"confirmatory": Family(size=2, correction="holm", names=("h",), counted_from_the_lock=("gone",))},
        lock=LockState(locked=True, history=(Opened(unlocked="2026-01-01", why="w"),), deviations={"h": ("a: 1 -> 2",)}),
    ),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_round_trip(record: Record) -> None:
    text = json_bytes(record)
    again = type(record).model_validate_json(text)
    assert again == record
    assert json_bytes(again) == text


@given(FINITE, st.floats(1e-6, 1e3), st.one_of(st.none(), st.floats(1.0, 1e5)))
def test_an_estimate_comes_back_to_the_last_bit(value: float, error: float, df: float | None) -> None:
    number = estimate_of(value, error, df)
    assert type(number).model_validate_json(json_bytes(number)) == number
    low, high = number.interval(0.95)
    assert (low, high) == (number.conf_low, number.conf_high)
    assert low <= value <= high
    assert number.excludes_zero(1.0) == (low > 0)
    assert number.excludes_zero(-1.0) == (high < 0)


@pytest.mark.parametrize(
    ("value", "error", "df"), [(math.nan, 1.0, None), (1.0, 0.0, None), (1.0, math.inf, None), (1.0, 1.0, 0.0)]
)
def test_a_number_without_an_error_is_none(value: float, error: float, df: float | None) -> None:
    with pytest.raises(NotEstimable) as caught:
        estimate_of(value, error, df)
    assert caught.value.reason.code == "no_standard_error"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tested": None}, "tested number"),
        ({"models": ()}, "its models"),
        ({"counts": []}, "its counts"),
        ({"status": "not_estimable"}, "a reason"),
        ({"no_such": 1}, "Extra inputs"),
        ({"kind": 3}, "valid string"),
        ({"residual_sd": math.inf}, "finite number"),
    ],
)
def test_what_is_not_whole_is_no_fit(changes: dict[str, Any], words: str) -> None:
    whole = json.loads(json_bytes(make.fit()))
    with pytest.raises(ValidationError, match=words):
        Fit.model_validate({**make.fit().__dict__, **changes} if "residual_sd" in changes else whole | changes, strict=False)


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        make.fit().converged = False  # type: ignore[misc]


def test_whole_numbers_are_counts_and_texts_are_names() -> None:
    told = not_estimable("few_workers", make.steps(), limits={"min_workers": 3}, workers=1, where="within clients")
    assert told.reason == reason("few_workers", limits={"min_workers": 3}, workers=1, where="within clients")
    assert dict(told.reason.counts) == {"workers": 1}
    assert dict(told.reason.names) == {"where": "within clients"}
    assert told.counts == make.steps()


def test_what_a_check_did_not_find_is_not_in_its_json() -> None:
    told = json.loads(json_bytes(make.hidden_cause()))
    assert sorted(told["beside"]) == ["after", "before", "earlier"]
    assert sorted(told["facts"]) == ["cov_after_earlier", "cov_before_after", "cov_before_earlier"]
    assert told["names"] == {}


def test_a_number_made_from_several_rests_on_the_fewest() -> None:
    of = (Backing(40, 9, 0.2, 0.1), Backing(12, None, 0.5), Backing(30, 6))
    assert least_backing(*of) == Backing(12, 6, 0.5, 0.1)
    assert least_backing(Backing(12)) == Backing(12)
    with pytest.raises(ValueError, match="empty"):
        least_backing()


@pytest.mark.parametrize(("own", "most", "df"), [(30.0, 8.0, 8.0), (5.0, 8.0, 5.0), (30.0, None, 30.0), (None, 8.0, None)])
def test_degrees_of_freedom_are_lowered_and_never_raised(own: float | None, most: float | None, df: float | None) -> None:
    number = make.estimate(df=own)
    lowered = number.at_most(most)
    assert (lowered.df, lowered.estimate, lowered.behind) == (df, number.estimate, number.behind)


def test_trust_is_told_by_series_of_ratings() -> None:
    scores = [WithinReliability(instrument="srs", rater=rater, score="total", value=0.7) for rater in ("client", "worker")]
    assert Trust(scores=tuple(scores)).of("srs", "client") == {"total": 0.7}
    assert Trust(scores=tuple(scores)).of("wai_sr", "client") == {}


def test_a_lock_file_keeps_what_it_does_not_know_and_gets_no_key_it_did_not_have() -> None:
    promise = {"hypotheses": {"h": {"claim": "c"}}, "of_a_later_version": {"a": 1}}
    held = {"date": "2026-01-01", "manifest": None, "engine": "e", "outcomes_seen_before": False, "sha256": "0"}
    held |= {"promise": promise}
    text = json.dumps({"locked": held, "history": [], "declared": []})
    assert json.loads(json_bytes(LockFile.model_validate_json(text))) == json.loads(text)
