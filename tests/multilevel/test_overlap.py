"""Collinear codes: empty combinations are counted, and what is said to be merged mends it."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.errors import ModelError
from pipeline.hypotheses import logit
from pipeline.multilevel import fit
from pipeline.multilevel.design.overlap import Crossing, crossed, filled
from pipeline.results.reason import NotEstimable

RANDOM = {"client": ["1"]}


def data(pairs: list[tuple[str, str]], each: int = 40) -> pd.DataFrame:
    draw = np.random.default_rng(4)
    rows = pd.DataFrame([pair for pair in pairs for _ in range(each)], columns=["phase", "place"])
    n = len(rows)
    client = np.arange(n) % 20
    return rows.assign(client=client, x=draw.normal(size=n), y=draw.normal(size=20)[client] + draw.normal(size=n))


# a and b are seen at p and q alone, c and d at r and s alone
APART = [("a", "p"), ("b", "p"), ("b", "q"), ("c", "r"), ("d", "r"), ("d", "s")]


def said(rows: pd.DataFrame, fixed: list[str]) -> str:
    with pytest.raises(ModelError) as caught:
        fit(rows, outcome="y", fixed=fixed, random=RANDOM)
    return str(caught.value)


def test_levels_that_never_meet_are_counted_and_what_to_merge_is_said() -> None:
    rows = data(APART)
    message = said(rows, ["x", "phase", "place"])
    assert "place[...]: is a linear combination of" in message
    assert "10 of the 16 combinations of phase and place have no row" in message
    assert "fall into 2 sets that never meet" in message
    first, second = map(int, re.search(r"levels (\d) and (\d) in their order", message).groups())  # type: ignore[union-attr]
    merged = rows["phase"].replace("abcd"[second - 1], "abcd"[first - 1])
    model = fit(rows.assign(phase=merged), outcome="y", fixed=["x", "phase", "place"], random=RANDOM)
    assert model.fixed.notna().all(axis=None)


def test_no_category_is_named() -> None:
    rows = data([(f"secret{one}", f"hidden{other}") for one, other in APART])
    message = said(rows, ["x", "phase", "place"])
    assert "secret" not in message
    assert "hidden" not in message


def test_a_product_with_empty_combinations() -> None:
    rows = data([("a", "p"), ("a", "q"), ("b", "p"), ("b", "q"), ("c", "p")])
    message = said(rows, ["phase", "place", "phase:place"])
    assert "1 of the 6 combinations of phase and place have no row" in message
    assert "merge levels of phase" in message


def test_numbers_are_told_as_before() -> None:
    rows = data(APART).assign(z=lambda rows: 2 * rows["x"])
    assert "z: is a linear combination of x\n" in said(rows, ["x", "z"]) + "\n"
    assert "combinations" not in said(rows, ["x", "z"])


def test_odds_say_the_same() -> None:
    rows = data(APART)
    columns = {f"phase[{one}]": (rows["phase"] == one).to_numpy(float) for one in "bcd"}
    columns |= {f"place[{one}]": (rows["place"] == one).to_numpy(float) for one in "qrs"}
    event = (np.arange(len(rows)) % 3 == 0).astype(float)
    with pytest.raises(NotEstimable) as caught:
        logit.fit_logit(event, columns, rows["client"].to_numpy())
    problem = caught.value.reason.names["problem"]
    assert "10 of the 16 combinations of phase and place have no row" in problem
    assert "merge levels of" in problem


tables = st.integers(2, 5).flatmap(
    lambda height: st.lists(st.lists(st.integers(0, 2), min_size=3, max_size=3), min_size=height, max_size=height)
)


@given(tables)
@settings(max_examples=60, deadline=None)
def test_merged_levels_leave_no_combination_empty_where_any_do(rows: list[list[int]]) -> None:
    table = np.array(rows)
    groups = filled(table)
    alone = [[i] for i in range(len(table)) if not any(i in group for group in groups)]
    sums = np.array([table[group].sum(axis=0) for group in [*groups, *alone]])
    whole = bool((table.sum(axis=0) > 0).all())
    assert bool((sums > 0).all()) == whole or len(sums) == 1


@given(tables)
@settings(max_examples=60, deadline=None)
def test_sets_are_as_many_as_the_columns_lack_in_rank(rows: list[list[int]]) -> None:
    table = np.array(rows)
    if not (table.sum(axis=0) > 0).all() or not (table.sum(axis=1) > 0).all():
        return
    one, other = np.nonzero(table)
    one, other = np.tile(one, 2), np.tile(other, 2)
    found: Crossing = crossed("one", one, "other", other)
    flags = [np.ones(len(one)), *(one == i for i in range(1, len(table))), *(other == j for j in range(1, 3))]
    matrix = np.column_stack(flags).astype(float)
    assert matrix.shape[1] - np.linalg.matrix_rank(matrix) == len(found.sets()) - 1
