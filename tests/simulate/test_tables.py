"""The built-in study obeys the canonical tables, holds no guessable id, and is written as raw as a site would."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from numpy.random import PCG64, Generator

from pipeline.base.options import Scenario
from pipeline.base.params import Exposure, Simulate, load
from pipeline.exposure.dose import chosen_episodes, doses
from pipeline.exposure.link import link
from pipeline.measures import shipped
from pipeline.measures.scoring import score
from pipeline.simulate import canonical, simulate
from pipeline.simulate.people import draw_profiles
from pipeline.simulate.raw import CODES, HEADERS
from pipeline.simulate.study import draw_with_course
from pipeline.tables.canonical import by_name
from pipeline.tables.column import Column, is_band

ROOT = Path(__file__).parent.parent.parent
QUASI_IDENTIFIERS = ["age_band", "gender", "race_ethnicity", "language"]
K = 5


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return canonical(Simulate(), 1)


@pytest.mark.parametrize("name", ["clients", "workers", "sessions", "advocacy"])
def test_every_cell_is_within_what_its_column_declares(tables: dict[str, pd.DataFrame], name: str) -> None:
    declared = by_name()[name]
    table = tables[name]
    assert list(table.columns) == [
        column for column in declared.columns if not column.startswith("dose_")
    ]  # for studies without a log
    assert not table.duplicated(declared.key()).any()
    for column in (declared.columns[own] for own in table.columns):
        assert str(table[column.name].dtype) == column.dtype, column.name
        _hold(table[column.name], column)


def _hold(values: pd.Series, column: Column) -> None:
    known = values.dropna()
    assert column.missing or len(known) == len(values), column.name
    if column.low is not None and column.high is not None:
        assert known.between(column.low, column.high).all(), column.name
    if column.kind == "band":
        assert all(map(is_band, known.unique())), column.name
    if column.codes:
        found = set(known) if column.kind == "code" else {code for cell in known for code in cell.split(";")}
        assert found <= set(column.codes), column.name


def test_ratings_are_whole_answers_of_attended_sessions(tables: dict[str, pd.DataFrame]) -> None:
    attended = tables["sessions"].set_index("session_id")["attendance"] == "attended"
    for name, low, high in (("ratings_wai_sr", 1, 5), ("ratings_srs", 0, 10)):
        ratings = tables[name]
        items = ratings.filter(like="item_").to_numpy()
        assert attended[ratings["session_id"]].all()
        assert not ratings.duplicated(["session_id", "rater"]).any()
        assert ((items >= low) & (items <= high) | np.isnan(items)).all()
    answers = tables["ratings_wai_sr"].filter(like="item_").to_numpy()
    assert set(np.unique(answers[~np.isnan(answers)])) == {1, 2, 3, 4, 5}
    assert 0 < np.isnan(answers).mean() < 0.03


def test_everything_a_real_log_brings_is_there(tables: dict[str, pd.DataFrame]) -> None:
    sessions, advocacy = tables["sessions"], tables["advocacy"]
    attended = sessions["attendance"] == "attended"
    last = sessions.groupby("client_id")["session_number"].max()
    workers = sessions.groupby("client_id")["worker_id"].nunique()
    rated = sessions["session_id"].isin(tables["ratings_wai_sr"]["session_id"])
    on_day = advocacy.merge(sessions[attended], on=["client_id", "day"])
    assert set(sessions["attendance"]) == {"attended", "no_show", "cancelled"}
    assert (attended & ~rated).any()
    assert (last < 16).any()
    assert (last == 16).any()
    assert 0.02 < (workers == 2).mean() < 0.15
    assert (workers <= 2).all()
    assert on_day["order"].isna().any()
    assert set(on_day["order"].dropna()) == {"before_session", "after_session"}
    assert set(advocacy["mode"]) == {"joint", "worker_solo", "client_solo", "concrete"}
    assert tables["workers"]["agency_id"].nunique() == 5


def test_time_runs_forward_and_no_episode_is_orphaned(tables: dict[str, pd.DataFrame]) -> None:
    sessions, advocacy = tables["sessions"], tables["advocacy"]
    ordered = sessions.sort_values(["client_id", "session_number"])
    assert (ordered.groupby("client_id")["day"].diff().dropna() > 0).all()
    assert set(sessions["client_id"]) <= set(tables["clients"]["client_id"])
    assert set(sessions["worker_id"]) <= set(tables["workers"]["worker_id"])
    pairs = set(zip(sessions["client_id"], sessions["worker_id"], strict=True))
    assert set(zip(advocacy["client_id"], advocacy["worker_id"], strict=True)) <= pairs
    assert (advocacy["day"] >= 1).all()


def test_pseudonyms_follow_neither_rows_nor_numbers(tables: dict[str, pd.DataFrame]) -> None:
    ids = tables["clients"]["client_id"]
    numbers = ids.str[1:].map(lambda digits: int(digits, 16))
    assert ids.str.fullmatch(r"C[0-9][0-9a-f]{7}").all()
    assert abs(numbers.corr(pd.Series(range(len(ids))))) < 0.2
    assert numbers.sort_values().diff().min() > 1


@pytest.mark.parametrize("clients", [10, 11, 13, 20, 50, 400])
@pytest.mark.parametrize("seed", range(8))
def test_every_profile_is_shared_by_five_clients(clients: int, seed: int) -> None:
    profiles = pd.DataFrame(draw_profiles(clients, Generator(PCG64(seed))))
    assert profiles.groupby(QUASI_IDENTIFIERS).size().min() >= K


@pytest.mark.parametrize("scenario", get_args(Scenario))
def test_every_scenario_can_be_drawn_small_and_large(scenario: Scenario) -> None:
    for sizes in ({"workers": 2, "clients": 10, "sessions": 2}, {"workers": 7, "clients": 60, "sessions": 30}):
        found = canonical(Simulate(scenario=scenario, **sizes), 3)
        assert found["clients"].groupby(QUASI_IDENTIFIERS).size().min() >= K
        assert found["sessions"]["session_number"].max() <= sizes["sessions"]


def test_doses_are_those_the_pipeline_counts() -> None:
    found, course = draw_with_course(Simulate(), 2)
    scores = score(found["ratings_wai_sr"], shipped()["wai_sr"], 0.75)
    rows, ledger, _ = link(found, scores, Exposure())
    row_of = {client: row for row, client in enumerate(found["clients"]["client_id"])}
    client, session = rows["client_id"].map(row_of).to_numpy(), rows["session_number"].to_numpy() - 1
    for place, mode in enumerate(("joint", "worker_solo", "client_solo", "concrete")):
        counted = doses(chosen_episodes(ledger, mode, {}), rows, "count")
        assert np.array_equal(counted, course.dose[client, session, place])


def test_sources_maps_every_column_and_code_of_every_file() -> None:
    sources = load((ROOT / "params.yaml").read_text(encoding="utf-8")).sources
    found: dict[str, set[tuple[str, str]]] = {}
    for table in (*sources.tables.values(), *sources.ratings.values()):
        files = [table.file, *(join.file for join in table.joins)]
        for ours, theirs in table.columns.items():
            file = next(file for file in files if HEADERS[file].get(ours) == theirs)
            found.setdefault(file, set()).add((ours, str(theirs)))
            codes = {site: code for code, site in CODES.get(file, {}).get(ours, {}).items()}
            assert {site: str(code) for site, code in table.recode.get(ours, {}).items()} == codes, (file, ours)
    for file, headers in HEADERS.items():
        mapped = {ours for ours in headers if not ours.startswith("item_")} - (
            {"session_id"} if file == "process.csv" else set()
        )
        assert {ours for ours, _ in found[file]} == mapped


def test_raw_files_are_text_in_the_words_of_a_site() -> None:
    files = simulate(Simulate(clients=20, workers=3, sessions=4), 1).files
    assert set(files) == set(HEADERS)
    for name, table in files.items():
        assert list(table.columns) == list(HEADERS[name].values())
        assert all(isinstance(cell, str) for column in table for cell in table[column])
