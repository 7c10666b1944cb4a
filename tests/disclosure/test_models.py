"""What a fitted model must be like before its numbers may leave, over many made-up fits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipeline.disclosure.models import model_refusal, thin_terms
from pipeline.disclosure.rules import Rules
from pipeline.hypotheses.design.leverage import largest_leverage

ROUNDING = 1e-9  # two ways to the same number in floating point
LEVELS = ("a", "b", "c")
TERMS = st.lists(
    st.sampled_from(["Intercept", "x", "phase[a]", "phase[b]", "x:phase[c]", "setting[a]:phase[b]", "time"]),
    min_size=1,
    max_size=7,
    unique=True,
)
HELD = st.fixed_dictionaries(
    {}, optional={n: st.dictionaries(st.sampled_from(LEVELS), st.integers(0, 30)) for n in ("phase", "setting")}
)


def fit_of(clients: int | None, rows: int | None, terms: list[str], leverage: float | None) -> dict[str, Any]:
    counts = [{"step": "ratings", "rows": 500, "clients": 90}, {"step": "in the model", "rows": rows, "clients": clients}]
    coefficients = [{"term": term} for term in terms]
    return {"status": "estimated", "counts": counts, "coefficients": coefficients, "max_leverage": leverage}


@given(
    st.one_of(st.none(), st.integers(0, 40)),
    st.one_of(st.none(), st.integers(0, 60)),
    TERMS,
    st.one_of(st.none(), st.floats(0, 2), st.just(math.nan)),
)
def test_no_thin_model_is_let_out(clients: int | None, rows: int | None, terms: list[str], leverage: float | None) -> None:
    refused = model_refusal(fit_of(clients, rows, terms, leverage), Rules()) is not None
    sound = clients is not None and clients >= 10 and rows is not None and rows - len(terms) >= 10
    assert refused == (not sound or (leverage is not None and not leverage < 1 - 1e-9))


@given(TERMS, HELD)
def test_a_term_is_shown_only_where_every_level_in_it_is_held_by_enough(
    terms: list[str], held: dict[str, dict[str, int]]
) -> None:
    thin = thin_terms(fit_of(50, 500, terms, None), held, Rules())
    for term in terms:
        levels = [part.rstrip("]").split("[") for part in term.split(":") if "[" in part]
        enough = all(held.get(name, {}).get(level, 0) >= 10 for name, level in levels)
        assert (term in thin) == (not enough)


def test_internal_refuses_nothing() -> None:
    inside = Rules(release="internal")
    assert model_refusal(fit_of(2, 3, ["x"], 1.0), inside) is None
    assert thin_terms(fit_of(2, 3, ["phase[a]"], None), {}, inside) == frozenset()


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
    assert model_refusal(fit_of(20, 40, ["Intercept", "x", "alone"], leverage), Rules()) == "it fits some row by itself"
