"""The panels that make.R is given: `python -m tests.reference.dynamic.make_data` writes the CSV files beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from tests.dynamic.worlds import Long, draw

HERE = Path(__file__).parent


def table(long: Long) -> pd.DataFrame:
    columns = {"client": long.client, "worker": long.worker, "occasion": long.occasion, "x": long.x, "y": long.y}
    return pd.DataFrame(columns)


if __name__ == "__main__":
    table(draw(11, 200, 5)).round(6).to_csv(HERE / "complete.csv", index=False)
    table(draw(12, 220, 6, missing=0.06)).round(6).to_csv(HERE / "incomplete.csv", index=False)
    long = draw(13, 240, 5, workers=12)
    shared = np.random.default_rng(14).normal(scale=0.3, size=12)  # a level of the rating by worker: clients hang together
    table(replace(long, y=long.y + shared[long.worker])).round(6).to_csv(HERE / "clustered.csv", index=False)
