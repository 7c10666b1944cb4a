"""What a fitted model must be like before its numbers may leave, over many made-up fits."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.disclosure.census import Census
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.models import model_refusal
from pipeline.disclosure.rules import Rules
from pipeline.hypotheses.design.leverage import largest_leverage
from pipeline.results.fit import ModelFacts

ROUNDING = 1e-9  # two ways to the same number in floating point
MODELS = st.builds(
    ModelFacts,
    model=st.just("main"),
    rows=st.integers(0, 60),
    clients=st.integers(0, 40),
    workers=st.integers(0, 12),
    coefficients=st.integers(1, 7),
    max_leverage=st.floats(0, 2),
)


def model(clients: int, rows: int, coefficients: int, leverage: float) -> ModelFacts:
    return ModelFacts(model="main", rows=rows, clients=clients, workers=9, coefficients=coefficients, max_leverage=leverage)


@given(st.lists(MODELS, max_size=3))
def test_no_thin_model_is_let_out(models: list[ModelFacts]) -> None:
    rules = Rules()
    sound = all(
        one.clients >= rules.min_cell
        and one.workers >= rules.min_workers
        and one.rows - one.coefficients >= 10
        and one.max_leverage < 1 - 1e-9
        for one in models
    )
    assert (model_refusal(models, Gate(rules, Census())) is None) == sound


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (model(40, 60, 5, 0.5), None),
        (model(9, 60, 5, 0.5), "fewer than 10 clients"),
        (model(40, 14, 5, 0.5), "residual degrees of freedom"),
        (model(40, 60, 5, 1.0), "some row by itself"),
    ],
)
def test_why_a_model_is_not_let_out(one: ModelFacts, why: str | None) -> None:
    found = model_refusal([model(40, 60, 5, 0.5), one], Gate(Rules(), Census()))
    assert (found is None) if why is None else (found is not None and why in found)


def test_internal_refuses_nothing() -> None:
    inside = Rules(release="internal")
    assert model_refusal([model(2, 3, 1, 1.0)], Gate(inside, Census())) is None


def test_the_leverage_of_a_row_is_that_of_the_hat_matrix() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    x, group = rng.normal(size=40), pd.Categorical(rng.choice(list("abc"), 40))
    dummies = [np.asarray(group == level, dtype=float) for level in "bc"]
    matrix = np.column_stack([np.ones(40), x, *dummies, *(x * d for d in dummies)])
    hat = matrix @ np.linalg.inv(matrix.T @ matrix) @ matrix.T
    assert math.isclose(largest_leverage([x, *dummies, *(x * d for d in dummies)]), np.diag(hat).max(), rel_tol=ROUNDING)


def test_a_row_that_a_term_belongs_to_alone_keeps_the_model_in() -> None:
    x, alone = np.arange(40.0), np.eye(40)[3]
    leverage = largest_leverage([x, alone])
    assert model_refusal([model(20, 40, 3, leverage)], Gate(Rules(), Census())) == "it fits some row by itself"
