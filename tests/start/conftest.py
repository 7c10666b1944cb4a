"""A client log that start is shown."""

from __future__ import annotations

import pytest

from tests.start.made import Made


@pytest.fixture(scope="module")
def made() -> Made:
    return Made(clients=12, sessions=4)
