"""Workers are people, one client may stand for nearly all of a count, and what is true of all of a group is told of each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.description.summary import describe
from pipeline.description.tables import StudyTables, people_behind
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.rules import Rules
from pipeline.report.counts import census_of, episode_key, group_key, level_key
from pipeline.report.tables import people
from tests.report.studies import full_study


def gate_of(study: StudyTables) -> Gate:
    return Gate(Rules(), census_of(describe(study), {}, Rules().min_cell))


def agency_of_one(workers: int) -> StudyTables:
    """A study in which the clients of a few workers, and only they, belong to an agency of their own."""
    study = full_study()
    busiest = list(study.sessions["worker_id"].value_counts().index[:workers])
    theirs = set(study.sessions.loc[study.sessions["worker_id"].isin(busiest), "client_id"])
    others = study.sessions[~study.sessions["client_id"].isin(theirs) | study.sessions["worker_id"].isin(busiest)]
    agency = np.where(study.clients["client_id"].isin(theirs), "AGlone", "AGrest")
    return replace(study, sessions=others, clients=study.clients.assign(agency_id=pd.array(agency, dtype="str")))


def test_an_agency_of_one_worker_is_not_shown_by_itself() -> None:
    study = agency_of_one(1)
    described = describe(study)
    assert described.table1.group_workers["AGlone"] == 1
    assert described.table1.group_clients["AGlone"] >= 10  # not for want of clients
    gate = gate_of(study)
    assert gate.count(group_key("AGlone")).hidden
    assert gate.count(group_key("AGrest")).hidden  # the two add up to all clients
    table = people.table_one(described, gate)
    lone = [str(line.cells[1]) for line in table.lines if len(line.cells) > 1]
    assert lone
    assert set(lone) <= {gate.mark, ""}


def test_a_count_that_one_client_stands_for_is_withheld() -> None:
    study = full_study()
    assert study.advocacy is not None
    log = study.advocacy
    one = log["client_id"].iloc[0]
    court = log["setting"].astype("str").eq("court")
    others = log[court & (log["client_id"] != one)].drop_duplicates("client_id").head(11)
    many = pd.concat([log[log["client_id"] == one].head(1)] * 200).assign(setting="court")
    log = pd.concat([log[~court], others, many]).reset_index(drop=True)
    behind = people_behind(log[log["setting"].astype("str") == "court"])
    assert behind["clients"] == 12
    assert behind["largest"] is not None
    assert behind["largest"] > 0.9
    assert gate_of(replace(study, advocacy=log)).count(episode_key(("setting", "court"))).hidden


@pytest.mark.parametrize("few", [0, 4])
def test_what_is_true_of_all_or_nearly_all_of_a_group_is_not_told_exactly(few: int) -> None:
    study = full_study()
    first = describe(study).table1.groups[0]
    here = study.clients["agency_id"].astype("str").eq(first)
    gender = study.clients["gender"].astype("object").mask(here, "woman")
    gender[gender.index[here][:few]] = "man"
    gate = gate_of(replace(study, clients=study.clients.assign(gender=gender.astype("str"))))
    shown = gate.count(level_key("gender", "woman", first))
    assert shown.value is None
    assert gate.count(level_key("gender", "man", first)).hidden


def test_no_extreme_and_no_quantile_is_described() -> None:
    """A minimum, a maximum or a quantile is the value of somebody."""
    fields = describe(full_study()).model_dump_json()
    assert not [
        name for name in ("minimum", "maximum", '"min"', '"max"', "median", "quartile", "percentile") if name in fields
    ]
