"""The notebooks as they are committed; tests/test_study.py runs them on the default study."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tests.notebooks.reading import NOTEBOOKS


def test_there_are_three() -> None:
    assert len(NOTEBOOKS) == 3


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_committed_without_outputs(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert code
    assert not any(cell.outputs or cell.execution_count for cell in code)
