"""The notebooks run on the default study, are committed without outputs, and show nothing the gate would hold back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from pipeline.stages import runner
from tests.project import ROOT, copy_project

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
STAGES = ("check", "simulate", "ingest", "validate", "score", "link", "describe", "reliability")
SECONDS = 300  # a cell may fit a whole battery on a busy machine


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default study, described but not yet judged: what the notebooks read."""
    root = copy_project(tmp_path_factory.mktemp("notebooks") / "project").root
    for stage in STAGES:
        runner.run(stage, root)
    return root


def test_there_are_three() -> None:
    assert len(NOTEBOOKS) == 3


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_committed_without_outputs(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert code
    assert not any(cell.outputs or cell.execution_count for cell in code)


def executed(notebook: Any, study: Path) -> Any:
    NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": str(study / "notebooks")}}).execute()
    return notebook


def leaks(notebook: Any, study: Path) -> list[str]:
    """What an exported page would tell that no release may: ids anywhere in it, exact counts in its outputs."""
    page = re.sub(r'src="data:[^"]*"', "", HTMLExporter().from_notebook_node(notebook)[0])
    numbers = {int(text.replace(",", "")) for text in re.findall(r"(?<![\w.,])\d[\d,]*(?![\w.]|,\d)", shown(notebook))}
    return [*(name for name in ids(study) if name in page), *(str(n) for n in sorted(numbers & exact_counts(study)))]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_and_shows_nothing_of_a_client(path: Path, study: Path) -> None:
    notebook = executed(nbformat.read(path, as_version=4), study)
    assert len(shown(notebook)) > 200
    assert leaks(notebook, study) == []


@pytest.mark.parametrize(
    "careless",
    [
        "description['sessions']",
        "pd.read_parquet(root / 'data/validated/clients.parquet').head()",
        "print(f\"{description['exposure']['episodes']:,} episodes\")",
        "pd.read_parquet(root / 'data/validated/sessions.parquet')['worker_id'].value_counts().to_frame()",
    ],
)
def test_a_careless_cell_is_noticed(careless: str, study: Path) -> None:
    cells = nbformat.read(NOTEBOOKS[0], as_version=4).cells[:3]
    notebook = nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell("import pandas as pd\n" + careless)])
    assert leaks(executed(notebook, study), study)


def shown(notebook: Any) -> str:
    """What a reader sees of a notebook's outputs."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            found.append(
                output.get("text", "") or re.sub(r"<[^>]+>", " ", data.get("text/html", data.get("text/plain", "")))
            )
    return " ".join(found)


def ids(root: Path) -> list[str]:
    """Every pseudonym of the study."""
    clients = pd.read_parquet(root / "data/validated/clients.parquet")
    sessions = pd.read_parquet(root / "data/validated/sessions.parquet")
    columns = (clients["client_id"], clients["agency_id"], sessions["worker_id"], sessions["session_id"])
    return sorted({str(name) for column in columns for name in column.unique()})


def exact_counts(root: Path) -> set[int]:
    """Every count of the study of three digits and more that rounding would change."""
    description = json.loads((root / "data/analysis/description.json").read_text("utf-8"))
    return {count for count in whole_numbers(description) if count >= 100 and count % 5 and not 1900 <= count < 2100}


def whole_numbers(value: Any) -> Iterator[int]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from whole_numbers(inner)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value
