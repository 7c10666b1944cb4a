"""The reference cases R wrote (tests/reference/engine), read as the engine is asked for them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.multilevel import Model, fit

FOLDER = Path(__file__).parent.parent / "reference" / "engine"
METHODS = ("REML", "ML")
BOOLEANS = ("mandated",)


@dataclass(frozen=True)
class Case:
    """One case under one criterion: what is fitted, and `r` what R found."""

    name: str
    method: str
    asked: dict[str, Any]
    r: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.name}-{self.method}"

    @property
    def data(self) -> pd.DataFrame:
        return read_data(self.asked["data"])

    @property
    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of `fit`, without `df`."""
        time = self.asked["time"]
        return {
            "outcome": self.asked["outcome"],
            "fixed": self.asked["fixed"],
            "random": self.asked["random"],
            "method": self.method,
            "weights": self.asked["weights"],
            "residual": "car1" if time else "independent",
            "time": time,
        }

    def has(self, part: str) -> bool:
        return part in self.r

    def array(self, *path: str) -> np.ndarray[Any, Any]:
        """A vector of R's, also where JSON holds a single number."""
        value: Any = self.r
        for key in path:
            value = value[key]
        return np.atleast_1d(np.asarray(value, dtype=float))

    @property
    def singular(self) -> bool:
        return bool(self.r["singular"])

    @property
    def terms(self) -> list[str]:
        listed = self.r["terms"]
        return [listed] if isinstance(listed, str) else listed


@cache
def read_data(name: str) -> pd.DataFrame:
    data = pd.read_csv(FOLDER / "data" / f"{name}.csv")
    for column in BOOLEANS:
        if column in data:
            data[column] = data[column].astype(bool)
    return data


@cache
def all_cases() -> tuple[Case, ...]:
    found = []
    for path in sorted((FOLDER / "cases").glob("*.json")):
        asked = json.loads(path.read_text())
        fits = asked.pop("fits")
        found.extend(Case(path.stem, method, asked, fits[method]) for method in METHODS)
    return tuple(found)


def cases_with(part: str) -> list[Case]:
    return [case for case in all_cases() if case.has(part) and case.r[part]]


def likelihood_ratios() -> list[tuple[Case, dict[str, Any]]]:
    found = []
    for case in all_cases():
        if case.method == "ML":
            fits = json.loads((FOLDER / "cases" / f"{case.name}.json").read_text())["fits"]
            if "likelihood_ratio" in fits:
                found.append((case, fits["likelihood_ratio"]))
    return found


@cache
def _fitted(name: str, method: str, df: str) -> Model:
    case = next(one for one in all_cases() if (one.name, one.method) == (name, method))
    return fit(case.data, df=df, **case.arguments)


def model_of(case: Case, df: str = "satterthwaite") -> Model:
    """The engine's fit of a case, made once."""
    return _fitted(case.name, case.method, df)


def relative(ours: Any, theirs: Any, floor: float = 0.0) -> float:
    """The largest difference as a share of R's value (of `floor` where that is larger)."""
    a, b = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    assert a.shape == b.shape
    same = a == b
    with np.errstate(invalid="ignore", divide="ignore"):
        away = np.where(same, 0.0, np.abs(a - b) / np.maximum(np.abs(b), floor))
    return float(np.max(away, initial=0.0)) if np.isfinite(away).all() else float("inf")
