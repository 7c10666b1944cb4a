from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.measures import Instrument, shipped
from pipeline.measures.dyads import dyads, rater_pairs, within_clients
from pipeline.measures.overview import overview
from pipeline.measures.rated import occasion_blocks, rated
from pipeline.measures.scoring import combine_scores, score
from pipeline.measures.structure import factor_shapes, invariance
from pipeline.measures.summary import response_rates
from pipeline.project.io import json_bytes
from pipeline.sem.models import complete_moments
from tests.measures.make import likert, ratings

WAI_S = shipped()["wai_s"]
WORKER = WAI_S.model_copy(update={"id": "wai_s_worker", "raters": ("worker",), "form_of": "wai_s"})
KNOWN = shipped() | {"wai_s_worker": WORKER}
CLIENTS, TIMES = 120, 6
SECTIONS = {
    "scores_only",
    "instruments",
    "by_occasion",
    "item_checks",
    "shipped_totals",
    "structure",
    "two_level",
    "generalizability",
    "invariance",
    "icc",
    "dyads",
    "floor_ceiling",
    "response_rates",
    "keys",
}


def answers_of(latent: np.ndarray, instrument: Instrument, rng: np.random.Generator) -> np.ndarray:
    """Answers to an instrument whose items all follow one latent value a rating."""
    low, high = instrument.scale
    values = np.clip(np.rint(4.3 + latent[:, None] + 0.8 * rng.normal(size=(len(latent), instrument.items))), low, high)
    turned = np.array(instrument.reversed_items) - 1
    values[:, turned] = low + high - values[:, turned]
    return values


def study(bias: float = 0.5, drift: float = 0.0) -> tuple[list[tuple[Instrument, pd.DataFrame]], pd.DataFrame]:
    """Clients and workers rate the same sessions; the worker is `bias` higher, and comes closer by `drift` a session."""
    rng = np.random.default_rng(5)
    client, number = np.repeat(np.arange(CLIENTS), TIMES), np.tile(np.arange(TIMES), CLIENTS)
    trait = rng.normal(size=CLIENTS) + 0.5 * rng.normal(size=CLIENTS // 10)[np.arange(CLIENTS) // 10]
    state = 0.7 * trait[client] + 0.6 * rng.normal(size=len(client))
    other = state + bias - drift * number + 0.3 * rng.normal(size=len(client))
    sessions = pd.DataFrame(
        {
            "session_id": [f"S{n:06d}" for n in range(len(client))],
            "client_id": [f"C{n:04d}" for n in client],
            "worker_id": [f"W{n // 10:04d}" for n in client],
            "day": number * 7,
            "session_number": number + 1,
            "attendance": "attended",
        }
    )
    tables = [
        (WAI_S, ratings(answers_of(state, WAI_S, rng), WAI_S)),
        (WORKER, ratings(answers_of(other, WORKER, rng), WORKER, rater="worker")),
    ]
    return tables, sessions


def result(tables: list[tuple[Instrument, pd.DataFrame]], sessions: pd.DataFrame) -> Any:
    scores = combine_scores([score(table, instrument, 0.75) for instrument, table in tables])
    return overview(tables, sessions, scores, KNOWN).model_dump()


@pytest.fixture(scope="module")
def whole() -> Any:
    return result(*study())


def rows(found: Any, section: str, **wanted: Any) -> list[Any]:
    return [row for row in found[section] if all(row[key] == value for key, value in wanted.items())]


def test_every_section_is_there(whole: Any) -> None:
    assert set(whole) == SECTIONS
    assert all(whole[section] for section in SECTIONS - {"shipped_totals", "scores_only"})


def test_every_score_of_every_rater_has_its_reliability(whole: Any) -> None:
    for section in ("instruments", "icc", "floor_ceiling", "two_level", "generalizability"):
        assert len(whole[section]) == 8, section
    assert len(whole["by_occasion"]) == 8 * 4


def test_the_worker_s_bias_is_found(whole: Any) -> None:
    (total,) = rows(whole, "dyads", score="total")
    assert total["bias"]["conf_low"] < 0.5 < total["bias"]["conf_high"]
    assert total["clients"] == CLIENTS
    assert 0 < total["icc"]["icc"] < total["levels"]["estimate"] < 1
    assert 0.4 < total["changes"]["estimate"] < 1
    assert total["within"]["conf_low"] < total["within"]["estimate"] < total["within"]["conf_high"]
    assert total["within"]["n"] == CLIENTS * TIMES
    assert total["changes"]["n"] == CLIENTS * (TIMES - 1)


def test_raters_who_stay_as_far_apart_do_not_converge(whole: Any) -> None:
    (total,) = rows(whole, "dyads", score="total")
    assert total["convergence"]["conf_low"] < 0 < total["convergence"]["conf_high"]


def test_raters_who_come_closer_converge() -> None:
    tables, sessions = study(bias=1.5, drift=0.2)
    scores = combine_scores([score(table, instrument, 0.75) for instrument, table in tables])
    everyone = [data for instrument, table in tables for data in rated(table, sessions, instrument)]
    ((client, worker),) = rater_pairs(everyone)
    (total,) = [row for row in dyads(client, worker, scores) if row.score == "total"]
    slope = total.convergence
    assert slope is not None
    assert slope.estimate is not None
    assert slope.conf_high is not None
    assert -0.25 < slope.estimate < -0.1  # a little less than 0.2: the scale ends, discrepancies are absolute
    assert slope.conf_high < 0


def test_ratings_move_together_within_clients_as_pingouin_s_own_says() -> None:
    from pingouin import rm_corr

    rng = np.random.default_rng(5)
    clients = np.repeat(np.arange(30), 4)
    table = pd.DataFrame({"client_id": clients, "client": rng.normal(size=120) + clients})
    table["other"] = 0.5 * table["client"] + rng.normal(size=120)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rm_corr renames in place
        expected = rm_corr(table, x="client", y="other", subject="client_id")["r"].iloc[0]
    assert within_clients(table, clients).estimate == pytest.approx(expected, abs=1e-12)


def test_shares_of_variance_add_up(whole: Any) -> None:
    for row in whole["icc"]:
        assert row["worker"] + row["client"] + row["session"] == pytest.approx(1, abs=1e-12)
        assert row["client"] > row["worker"] > 0


def test_two_levels_differ(whole: Any) -> None:
    (total,) = rows(whole, "two_level", rater="client", score="total")
    assert total["between"]["omega"] > total["within"]["omega"]
    assert total["clients"] == CLIENTS


def test_equal_forms_are_invariant_over_raters_and_occasions(whole: Any) -> None:
    assert {row["over"] for row in whole["invariance"]} == {"occasion", "rater"}
    for row in whole["invariance"]:
        assert [step["level"] for step in row["steps"]] == ["configural", "metric", "scalar"]
        assert row["holds"] == "scalar"
        assert not row["untested"]


def test_an_item_that_shifts_between_occasions_breaks_scalar_invariance() -> None:
    instrument = shipped()["wai_sr"].model_copy(update={"scale": (1.0, 7.0)})
    one, two = (likert(instrument, 400, seed=seed, shift=0.0) for seed in (1, 2))
    two[:, 2] = np.minimum(two[:, 2] + 1, 7)
    found = invariance(instrument, "client", "occasion", ["early", "late"], [complete_moments(one), complete_moments(two)])
    assert found.holds == "metric"


def test_response_rates_count_the_sessions_attended() -> None:
    tables, sessions = study()
    sessions.loc[:5, "attendance"] = "no_show"
    (data,) = rated(tables[0][1].iloc[6:-3], sessions, WAI_S)
    found = response_rates(data, sessions)
    assert sum(row.sessions for row in found) == len(sessions) - 6
    assert sum(row.rated for row in found) == len(sessions) - 9


def test_shipped_totals_are_explained_with_evidence() -> None:
    tables, sessions = study()
    turned = WAI_S.model_copy(update={"reversed_items": (4,)})
    total = score(tables[0][1], turned, 0.75)
    goal = total.loc[total["score"] == "goal", "value"].to_numpy() * 4
    found = result([(WAI_S, tables[0][1].assign(shipped_goal=goal))], sessions)
    (row,) = found["shipped_totals"]
    assert (row["verdict"], row["not_reversed_there"]) == ("explained", (10,))
    (evidence,) = row["evidence"]
    assert evidence["item"] == 10
    assert 0 < evidence["correlation"] < 1


def test_the_order_of_rows_does_not_matter(whole: Any) -> None:
    tables, sessions = study()
    mixed = [(instrument, table.sample(frac=1, random_state=3)) for instrument, table in tables]
    again = result(mixed, sessions.sample(frac=1, random_state=4))
    assert json_bytes(again) == json_bytes(whole)


@pytest.mark.parametrize("keep", [0, 1, 2, 3, 30])
def test_small_studies_say_what_is_not_estimable(keep: int) -> None:
    tables, sessions = study()
    found = result([(instrument, table.head(keep)) for instrument, table in tables], sessions)
    assert set(found) == SECTIONS


def test_a_study_of_one_session_each_and_one_worker() -> None:
    tables, sessions = study()
    first = sessions[sessions["session_number"] == 1].assign(worker_id="W1")
    kept = [(i, t[t["session_id"].isin(first["session_id"])]) for i, t in tables]
    found = result(kept, first.drop(columns="day"))
    assert rows(found, "icc", score="total", rater="client")[0]["note"]
    assert rows(found, "generalizability", score="total", rater="client")[0]["note"]


def test_unanswered_items_do_no_harm() -> None:
    tables, sessions = study()
    blank = tables[0][1].assign(item_3=np.nan)
    found = result([(WAI_S, blank)], sessions)
    (item,) = [row for row in found["item_checks"][0]["items"] if row["item"] == 3]
    assert (item["n"], item["note"]) == (0, "does not vary: not estimable")


def test_occasions_fall_into_blocks_of_like_size() -> None:
    blocks = occasion_blocks(np.repeat(np.arange(1, 17), [100] * 16))
    assert np.bincount(blocks).tolist() == [400] * 4
    assert set(occasion_blocks(np.array([1, 1, 1]))) == {0}
    assert occasion_blocks(np.repeat([1, 2, 3, 4], [150, 70, 34, 23])).max() >= 2
    assert len(occasion_blocks(np.array([], dtype=int))) == 0


def test_occasions_follow_days_then_session_numbers() -> None:
    tables, sessions = study()
    (data,) = rated(tables[0][1].sample(frac=1, random_state=1), sessions, WAI_S)
    assert (data.table["occasion"] == data.table["session_number"]).all()


def test_single_item_subscales_have_no_factor_model_of_their_own() -> None:
    assert factor_shapes(shipped()["srs"]) == ["one_factor"]
    assert factor_shapes(shipped()["wai_sr"]) == ["one_factor", "subscales", "bifactor"]
