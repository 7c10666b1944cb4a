"""How the suite runs: one thread a process, the longest files first.

With one file a worker, a long one at the end would leave the other core idle; with two workers of two threads each, the
threads wait for each other (a factor model took ten times as long).
"""

from __future__ import annotations

import gc
import os

import pytest

from pipeline.__main__ import ONE_THREAD

os.environ.update(ONE_THREAD)  # as the command does for itself; before any test imports NumPy

LONGEST = ("test_dvc.py", "test_study.py", "test_release.py", "test_battery.py", "test_interruptions.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the longest files first; the order within a file stays."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


def pytest_collection_finish() -> None:
    """Leave the modules and test items out of every later search for garbage: a tenth of the suite's time went there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
