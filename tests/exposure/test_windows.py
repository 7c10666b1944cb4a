"""docs/windows.md, row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.exposure.dose import chosen_episodes, doses, shifted_values
from pipeline.exposure.link import link
from pipeline.exposure.parts import decompose
from pipeline.exposure.visits import codes_of
from tests.exposure.cases import Case, read, settings, tables

CASES = read()
ROUNDED_IN_THE_PAGE = 5e-5  # the page writes parts with four decimals
FEWEST_CASES = 60


def exposure_of(case: Case) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    content, scores = tables(case)
    occasions, ledger, _ = link(content, scores, settings(case))
    asked = case.asked
    dose = doses(chosen_episodes(ledger, asked["mode"], asked["filters"]), occasions, asked["dose"])
    return occasions, ledger, shifted_values(dose, occasions["occasion"].to_numpy(), asked["lag"])


def per_client(occasions: pd.DataFrame, values: np.ndarray) -> dict[str, list[float]]:
    return {str(client): list(values[occasions["client_id"] == client]) for client in occasions["client_id"].unique()}


def numbers(case: Case, column: str) -> dict[str, list[float]]:
    read_as = {"-": np.nan, "y": 1.0, "n": 0.0}
    wanted = case.per_client(column)
    return {
        client: [read_as.get(w, 0.0) if w in read_as else float(w) for w in words]
        for client, words in wanted.items()
        if words != ["none"]
    }


def same(found: dict[str, list[float]], wanted: dict[str, list[float]]) -> None:
    assert found.keys() == wanted.keys()
    for client, values in wanted.items():
        np.testing.assert_allclose(found[client], values, rtol=0, atol=ROUNDED_IN_THE_PAGE)


def test_page_has_enough_cases() -> None:
    assert len(CASES) >= FEWEST_CASES
    assert [case.number for case in CASES] == list(range(1, len(CASES) + 1))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"case{case.number}")
def test_case(case: Case) -> None:
    occasions, ledger, exposure = exposure_of(case)
    same(per_client(occasions, exposure), numbers(case, "exposure"))
    left_out = ledger.loc[ledger["reason"] != "counted", "reason"].value_counts().to_dict()
    words = case.cells.get("left out", "").split()
    assert left_out == {reason: int(n) for n, reason in zip(words[::2], words[1::2], strict=True)}
    for column, flag in (("gaps", "gap"), ("changed", "worker_changed")):
        if column in case.cells:
            same(per_client(occasions, occasions[flag].to_numpy(dtype=float)), numbers(case, column))
    if "within" in case.cells:
        parts = decompose(exposure, codes_of(occasions["client_id"]), codes_of(occasions["worker_id"]))
        for name in ("within", "between", "worker"):
            same(per_client(occasions, getattr(parts, name)), numbers(case, name))
