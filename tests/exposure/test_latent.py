"""Latent means: lavaan's two-level model where the data are balanced; known reliabilities where they are not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.exposure.latent import mean_reliability
from pipeline.exposure.parts import group_means

HERE = Path(__file__).parents[1] / "reference" / "hypotheses"
SAME = 1e-5  # relative: lavaan stops on its relative likelihood, about 1e-6 from the optimum
LARGE = 0.02  # absolute: sampling error of a reliability over 4,000 clients


def test_lavaan_in_a_balanced_study() -> None:
    wanted = json.loads((HERE / "latent_means.json").read_text())
    data = pd.read_csv(HERE / "latent_means.csv")
    x, y = data["x"].to_numpy(), data["y"].to_numpy()
    client = data["client"].to_numpy() - 1
    clients = int(client.max()) + 1
    mean_x, mean_y = group_means(x, client), group_means(y, client)
    inner = x - mean_x[client]
    within = float(inner @ y / (inner @ inner))
    between = float((mean_x - mean_x.mean()) @ mean_y / ((mean_x - mean_x.mean()) @ mean_x))
    found = mean_reliability(x[:, None], y, client, np.zeros_like(client), np.zeros((len(x), 0)))
    own = float(found.matrix[0, 0])
    likelihood = 1.0 - (1.0 - own) * clients / (clients - 1)  # the likelihood divides by clients, this by clients - 1
    assert within == pytest.approx(wanted["within"]["estimate"], rel=SAME)
    latent = within + (between - within) / likelihood
    assert latent == pytest.approx(wanted["between"]["estimate"], rel=SAME)
    spread = wanted["variance_between"]
    assert likelihood == pytest.approx(spread / (spread + wanted["variance_within"] / 5), rel=SAME)


@pytest.mark.parametrize("beside", [False, True])
def test_ratings_of_unequal_number_and_a_column_that_tells_of_the_level(beside: bool) -> None:
    random = np.random.default_rng(4)
    sizes = random.integers(1, 12, 4000)
    client = np.repeat(np.arange(4000), sizes)
    known, hidden = random.normal(0, 0.7, (2, 4000))
    worker = random.integers(0, 100, 4000)
    level = known + hidden + random.normal(0, 1.0, 100)[worker]
    x = level[client] + random.normal(0, 1.0, len(client))
    y = random.normal(0, 1.0, 4000)[client] + random.normal(0, 1.0, len(client))
    columns = known[client][:, None] if beside else np.zeros((len(client), 0))
    found = mean_reliability(x[:, None], y, client, worker[client], columns)
    weight = 1.0 / (1.0 + 1.0 / sizes)
    spread = 0.49 * (1 if beside else 2)
    wanted = (weight * spread).sum() / (weight * (spread + 1.0 / sizes)).sum()
    assert found.matrix[0, 0] == pytest.approx(wanted, abs=LARGE)
    assert found.least == found.matrix[0, 0]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 10.0))
def test_units_and_order_do_not_matter(seed: int, unit: float) -> None:
    random = np.random.default_rng(seed)
    client = np.repeat(np.arange(30), random.integers(2, 6, 30))
    worker, z = (client // 6), random.normal(size=(len(client), 1))
    x = random.normal(size=(len(client), 2)) + random.normal(size=(30, 2))[client]
    y = random.normal(size=len(client)) + random.normal(size=30)[client]
    one = mean_reliability(x, y, client, worker, z).matrix
    other = mean_reliability(unit * x, y + 3.0, client, worker, unit * z).matrix
    np.testing.assert_allclose(one, other, rtol=1e-7)
    turned = random.permutation(len(client))
    again = mean_reliability(x[turned], y[turned], client[turned], worker[turned], z[turned]).matrix
    np.testing.assert_allclose(one, again, rtol=1e-7)


def test_means_of_exposures_without_chance_are_sure() -> None:
    client = np.repeat(np.arange(20), 4)
    level = np.random.default_rng(1).normal(size=20)
    y = np.random.default_rng(2).normal(size=80)
    found = mean_reliability(level[client][:, None], y, client, client // 5, np.zeros((80, 0)))
    assert found.matrix[0, 0] == 1.0


def test_one_rating_a_client_tells_no_level() -> None:
    x, y = np.random.default_rng(3).normal(size=(2, 40))
    found = mean_reliability(x[:, None], y, np.arange(40), np.arange(40) // 8, np.zeros((40, 0)))
    assert found.least == 0.0
