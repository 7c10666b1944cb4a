"""Seeded studies of every shape the engine must tell apart by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Case:
    """A data set and the model asked of it."""

    name: str
    data: pd.DataFrame
    random: Mapping[str, Any]
    options: Mapping[str, Any] = field(default_factory=dict)

    def arguments(self, **more: Any) -> dict[str, Any]:
        return {"outcome": "y", "fixed": ["x", "z"], "random": self.random, **self.options, **more}


def study(seed: int, *, move: float = 0.0, workers: int = 6, clients: int = 24, mean_rows: int = 5) -> pd.DataFrame:
    """Clients nested in workers but for a share of rows, workers in agencies, items crossed with all."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 2 * mean_rows, clients)
    client = np.repeat(np.arange(clients), counts)
    n = len(client)
    home = rng.permutation(np.arange(clients) % workers)
    worker = home[client]
    moved = rng.random(n) < move
    worker[moved] = rng.integers(0, workers, moved.sum())
    item = rng.integers(0, 4, n)
    time = np.concatenate([np.sort(rng.choice(np.arange(1, 60), size=k, replace=False)) for k in counts]).astype(float)
    x, z = rng.normal(size=n), 3.0 + 2.0 * rng.normal(size=n)
    y = 2.0 + 0.4 * x - 0.1 * z + rng.normal(size=workers)[worker] * 0.5 + rng.normal(size=clients)[client] * 0.7
    y += rng.normal(size=clients)[client] * 0.3 * x + rng.normal(size=4)[item] * 0.3 + rng.normal(size=n)
    frame = {"y": y, "x": x, "z": z, "client": client, "worker": worker, "agency": worker % 2, "item": item}
    frame |= {"time": time, "weight": rng.uniform(0.5, 3.0, n)}
    return pd.DataFrame(frame).sample(frac=1.0, random_state=seed).reset_index(drop=True)


Maker = Callable[[], Case]


def _car1(**more: Any) -> dict[str, Any]:
    return {"residual": "car1", "time": "time", **more}


CASES: tuple[Case, ...] = (
    Case("one_factor", study(1), {"client": ["1"]}),
    Case("slope", study(2), {"client": ["1", "x"]}),
    Case("slope_alone", study(3), {"client": ["x"]}),
    Case("uncorrelated", study(4), {"client": [["1"], ["x", "z"]]}),
    Case("nested", study(5), {"worker": ["1"], "client": ["1", "x"]}),
    Case("slopes_on_both", study(6), {"worker": ["1", "z"], "client": ["1", "x"]}),
    Case("three_nested", study(7, workers=8), {"agency": ["1"], "worker": ["1"], "client": ["1", "x"]}),
    Case("moving", study(8, move=0.2), {"worker": ["1"], "client": ["1", "x"]}),
    Case("moving_slopes", study(9, move=0.2), {"worker": ["1", "x"], "client": [["1", "z"], ["x"]]}),
    Case("few_move", study(10, move=0.03, workers=10, clients=40), {"worker": ["1", "z"], "client": ["1"]}),
    Case("crossed", study(11), {"item": ["1"], "client": ["1"]}),
    Case("crossed_and_nested", study(12, workers=8), {"item": ["1", "x"], "worker": ["1"], "client": ["1"]}),
    Case("all_mixed", study(13, move=0.3), {"item": ["1"], "worker": ["1", "x"], "agency": ["1"], "client": ["1"]}),
    Case("weighted", study(14), {"worker": ["1"], "client": ["1", "x"]}, {"weights": "weight"}),
    Case("weighted_moving", study(15, move=0.2), {"worker": ["1"], "client": ["1"]}, {"weights": "weight"}),
    Case("car1", study(16), {"client": ["1", "x"]}, _car1()),
    Case("car1_nested", study(17), {"worker": ["1", "z"], "client": ["1"]}, _car1()),
    Case("car1_moving", study(18, move=0.3), {"worker": ["1", "x"], "client": ["1"]}, _car1()),
    Case("car1_mixed", study(19, move=0.3), {"agency": ["1", "z"], "worker": ["1"], "client": ["1"]}, _car1()),
    Case("car1_weighted", study(20, move=0.2), {"worker": ["1"], "client": ["1"]}, _car1(weights="weight")),
)
