"""What a notebook shows once it has run, and what of that no release may tell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from tests.project import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SECONDS = 300  # a cell may fit a whole battery on a busy machine


def executed(notebook: Any, study: Path) -> Any:
    NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": str(study / "notebooks")}}).execute()
    return notebook


def leaks(notebook: Any, study: Path) -> list[str]:
    """What an exported page would tell that no release may: ids anywhere in it, exact counts in its outputs."""
    page = re.sub(r'src="data:[^"]*"', "", HTMLExporter().from_notebook_node(notebook)[0])
    numbers = {int(text.replace(",", "")) for text in re.findall(r"(?<![\w.,])\d[\d,]*(?![\w.]|,\d)", shown(notebook))}
    return [*(name for name in ids(study) if name in page), *(str(n) for n in sorted(numbers & exact_counts(study)))]


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
