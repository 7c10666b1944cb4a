"""What R said: the data and answers that tests/reference/measures/make.R wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

FOLDER = Path(__file__).parents[1] / "reference" / "measures"


def said(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def data(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv")
