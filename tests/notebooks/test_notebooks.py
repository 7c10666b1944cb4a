"""The notebooks run on the default study, are committed without outputs, and show nothing the gate would hold back."""

from __future__ import annotations

import re
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


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_and_shows_nothing_of_a_client(path: Path, study: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": str(study / "notebooks")}}).execute()
    text = re.sub(r'src="data:[^"]*"', "", HTMLExporter().from_notebook_node(notebook)[0])
    outputs = " ".join(str(output) for cell in notebook.cells for output in cell.get("outputs", []))
    assert len(outputs) > 200
    assert not [name for name in ids(study) if name in text]
    for count in exact_counts(study):
        assert count % 5 == 0 or not re.search(
            rf"(?<![\w.,]){count:,}(?![\w.,])|(?<![\w.,]){count}(?![\w.,])", shown(notebook)
        )


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


def exact_counts(root: Path) -> list[int]:
    """Counts of rows a careless cell would print."""
    tables = ("sessions", "advocacy", "ratings_wai_sr", "ratings_srs")
    rows = {name: pd.read_parquet(root / f"data/validated/{name}.parquet") for name in tables}
    return sorted({len(table) for table in rows.values()} | set(rows["advocacy"]["mode"].value_counts().tolist()))
