"""What the measures room promises, measured: `python -m benchmarks.measures`.

1. Scoring a million ratings of 36 items, against one NumPy pass over the same matrix.
2. Mis-keying: 200 studies a setting with one randomly flipped item, and the same studies unflipped.
3. The measures part of the default study, imports included: run in a project whose validate stage has run (argument).
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.measures import Instrument, shipped
from pipeline.measures.alpha import cronbach_alpha
from pipeline.measures.items import suspect_items
from pipeline.measures.scoring import score, turn_reversed

RATINGS, STUDIES, REPEATS = 1_000_000, 200, 5
# Loading of the general factor and of the subscales' own: from barely reliable to the alliance forms' usual.
LOADINGS = ((0.42, 0.0), (0.45, 0.3), (0.6, 0.3), (0.8, 0.3))


def main() -> None:
    scoring()
    miskeying()
    for folder in sys.argv[1:]:
        stages(Path(folder))


def scoring() -> None:
    instrument = shipped()["wai_36"]
    rng = np.random.default_rng(1)
    answers = rng.integers(1, 8, (RATINGS, 36)).astype(float)
    for name, share in (("complete", 0.0), ("2% missing", 0.02)):
        given = answers.copy()
        given[rng.random(given.shape) < share] = np.nan
        table = pd.DataFrame(given, columns=instrument.columns)
        table.insert(0, "session_id", pd.Series(np.char.add("S", np.arange(RATINGS).astype(str)), dtype="str"))
        table.insert(1, "rater", pd.Categorical(["client"] * RATINGS))
        one_pass = best(lambda given=given: np.nanmean(given, axis=1) if np.isnan(given).any() else given.sum(axis=1))  # type: ignore[misc]
        ours = best(lambda table=table: score(table, instrument, 0.75))  # type: ignore[misc]
        print(f"scoring, {name}: {ours:.3f} s, one NumPy pass {one_pass:.3f} s: {ours / one_pass:.1f} times")


def best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def miskeying() -> None:
    for name in ("wai_sr", "wai_s", "wai_36", "srs"):
        for general, own in LOADINGS:
            for n in (100, 300):
                print(one_setting(shipped()[name], n, general, own))


def one_setting(instrument: Instrument, n: int, general: float, own: float) -> str:
    """Studies whose alpha is at least .7 under the right key count; others are drawn anew."""
    named = alarms = done = seed = 0
    while done < STUDIES and seed < 20 * STUDIES:
        seed += 1
        answers = turn_reversed(simulated(instrument, n, general, own, seed), instrument)
        if cronbach_alpha(answers).alpha < 0.7:
            continue
        done += 1
        clients = np.arange(n)
        alarms += bool(suspect_items(answers, clients))
        item = int(np.random.default_rng(seed).integers(instrument.items))
        answers[:, item] = sum(instrument.scale) - answers[:, item]
        named += [found.item for found in suspect_items(answers, clients)] == [item + 1]
    head = f"{instrument.id}, n = {n}, loadings {general:g}/{own:g}"
    return f"{head}: {done} studies, named exactly {named / max(done, 1):.1%}, false alarms {alarms / max(done, 1):.1%}"


def simulated(instrument: Instrument, n: int, general: float, own: float, seed: int) -> np.ndarray:
    """Answers as given: a general factor, one a subscale, noise, cut to the scale with a ceiling."""
    rng = np.random.default_rng(seed)
    low, high = instrument.scale
    latent = general * rng.normal(size=(n, 1)) + np.sqrt(1 - general**2 - own**2) * rng.normal(size=(n, instrument.items))
    for items in instrument.subscales.values():
        latent[:, np.array(items) - 1] += own * rng.normal(size=(n, 1))
    answers = np.clip(np.rint((low + high) / 2 + 0.6 + (high - low) / 4 * latent), low, high)
    turned = np.array(instrument.reversed_items, dtype=int) - 1
    answers[:, turned] = low + high - answers[:, turned]
    return answers


def stages(folder: Path) -> None:
    for stage in ("score", "reliability"):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "pipeline", stage], cwd=folder, check=True)
        print(f"{stage}: {time.perf_counter() - start:.2f} s, imports included")


if __name__ == "__main__":
    main()
