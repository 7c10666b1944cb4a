"""The longest files first: with one file a worker, a long one at the end would leave the other core idle."""

from __future__ import annotations

import gc

import pytest

LONGEST = ("test_dvc.py", "test_study.py", "test_release.py", "test_battery.py", "test_interruptions.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the longest files first; the order within a file stays."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


def pytest_collection_finish() -> None:
    """Leave the modules and test items out of every later search for garbage: a tenth of the suite's time went there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
