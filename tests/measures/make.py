"""Small made-up data for the measures' tests."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.measures import Instrument


def ratings(answers: np.ndarray, instrument: Instrument, rater: str = "client") -> pd.DataFrame:
    """A ratings table of these answers (ratings x items), as they were given."""
    table = pd.DataFrame(np.asarray(answers, dtype=float), columns=instrument.columns)
    table.insert(0, "session_id", [f"S{row:06d}" for row in range(len(table))])
    table.insert(1, "rater", rater)
    return table


def likert(
    instrument: Instrument, n: int, seed: int = 1, loading: float = 0.7, specific: float = 0.3, shift: float = 0.6
) -> np.ndarray:
    """Answers as given: a general factor, one a subscale, noise; reversed items answered reversed."""
    rng = np.random.default_rng(seed)
    low, high = instrument.scale
    latent = loading * rng.normal(size=(n, 1)) + np.zeros((n, instrument.items))
    for items in instrument.subscales.values():
        latent[:, np.array(items) - 1] += specific * rng.normal(size=(n, 1))
    latent += np.sqrt(max(0.05, 1 - loading**2 - specific**2)) * rng.normal(size=latent.shape)
    middle, spread = (low + high) / 2, (high - low) / 4
    answers = np.clip(np.rint(middle + shift + spread * latent), low, high)
    reverse = np.array(instrument.reversed_items, dtype=int) - 1
    answers[:, reverse] = low + high - answers[:, reverse]
    return answers
