"""Who is behind a coefficient, in designs where a few clients alone tell it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.params import Exposure
from pipeline.disclosure.census import Census
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.rules import Rules
from pipeline.exposure.link import link
from pipeline.hypotheses.design.people import of_column
from pipeline.hypotheses.evaluate import evaluate
from tests.hypotheses.studies import COMPUTE, hypothesis, study

FEW = 3
GATE = Gate(Rules(), Census(8))


def linked(change: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A study of 48 clients and 8 workers, its tables changed before they are linked."""
    tables, scores = study()
    change(tables)
    occasions, ledger, _ = link(tables, scores, Exposure())
    return occasions, ledger


def few_mandated(tables: dict[str, pd.DataFrame]) -> None:
    people = tables["clients"]
    tables["clients"] = people.assign(mandated=pd.array(np.arange(len(people)) < FEW, dtype="boolean"))


def few_of_a_program(tables: dict[str, pd.DataFrame]) -> None:
    people = tables["clients"]
    program = np.where(np.arange(len(people)) < FEW, "rare", np.where(np.arange(len(people)) % 2, "one", "two"))
    tables["clients"] = people.assign(program=pd.array(program, dtype="str"))


def few_in_the_first_program(tables: dict[str, pd.DataFrame]) -> None:
    few_of_a_program(tables)
    people = tables["clients"]
    tables["clients"] = people.assign(program=people["program"].replace({"rare": "a_rare"}))


def few_go_together(tables: dict[str, pd.DataFrame]) -> None:
    log = tables["advocacy"]
    few = log["client_id"].isin(sorted(log["client_id"].unique())[:FEW])
    tables["advocacy"] = log[(log["mode"] != "joint") | few].reset_index(drop=True)


CASES: dict[str, tuple[Any, dict[str, Any], set[str]]] = {
    "a flag": (few_mandated, {"covariates": ["mandated"]}, {"mandated"}),
    "a level": (few_of_a_program, {"covariates": ["program"]}, {"program[rare]"}),
    "the level all are compared with": (
        few_in_the_first_program, {"covariates": ["program"]}, {"program[one]", "program[two]", "Intercept"},
    ),
    "a dose, all parts of it": (few_go_together, {}, {"joint_within", "joint_between", "joint_worker"}),
    "a moderator's levels": (few_mandated, {"moderator": "mandated"}, {"joint_within[yes]", "mandated"}),
}  # fmt: skip


# Three clients with a dose tell no slopes by worker: without those the number is there, and the gate withholds it.
PLAIN = {"worker_id": ["intercept"], "client_id": ["intercept", "exposure", "time"]}


@cache
def fitted(case: str) -> Any:
    change, plan, _ = CASES[case]
    occasions, ledger = linked(change)
    compute = COMPUTE.model_copy(update={"min_clients": 2})  # that a model may be fitted is no leave to show it
    return evaluate(hypothesis(**{"random": PLAIN, **plan}), occasions, ledger, compute)


@pytest.mark.parametrize("case", CASES)
def test_a_coefficient_that_few_clients_tell_is_withheld_and_the_others_are_not(case: str) -> None:
    thin = CASES[case][2]
    fit = fitted(case)
    assert fit.estimated, fit.reason
    shown = {row.term: GATE.statistic(row.estimate, row.std_error, row.behind) for row in fit.coefficients}
    assert {term for term, number in shown.items() if number.hidden} == thin & set(shown)
    assert thin & set(shown)
    assert [term for term, number in shown.items() if not number.hidden]


def test_what_a_thin_coefficient_enters_is_thin() -> None:
    """A contrast beside one of its parts would give the other."""
    fit = fitted("a moderator's levels")
    assert fit.tested.behind.clients == FEW
    assert {level.level: level.behind.clients for level in fit.moderation.levels}["yes"] == FEW
    every = [one for one in fit.battery if one.estimate is not None]
    assert every
    assert all(one.estimate.behind.clients <= FEW for one in every)


def test_the_model_without_one_worker_tells_of_that_worker() -> None:
    fit = fitted("a flag")
    found = [one.estimate for one in fit.battery if one.check == "influence" and one.estimate is not None]
    assert all(GATE.statistic(one.estimate, one.std_error, one.behind).hidden for one in found)


@given(st.integers(1, 40), st.integers(1, 40))
def test_of_two_sides_the_one_with_fewer_clients_counts(yes: int, no: int) -> None:
    client = np.repeat(np.arange(yes + no), 3)
    found = of_column((client < yes).astype(np.float64), client, client % 4)
    assert found.clients == min(yes, no)


def test_one_client_who_stands_for_nearly_all_of_a_dose_is_seen() -> None:
    client = np.repeat(np.arange(20), 10)
    dose = np.where(client == 0, 20.0, (np.arange(200) % 10 == 0).astype(np.float64))
    found = of_column(dose, client, client % 5)
    assert (found.clients, found.largest is not None and found.largest > 0.99) == (20, True)
    assert GATE.statistic(0.1, 0.02, found).hidden
