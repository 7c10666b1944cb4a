"""Params as small as they can be."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="module")
def minimal() -> dict[str, Any]:
    """A small valid params file as plain data, so that the cases below do not hang on the shipped hypotheses."""
    return {
        "study": {"title": "A study", "origin": "real", "seed": 1},
        "simulate": {},
        "sources": {
            "directory": "data/raw/ours",
            "tables": {"sessions": {"file": "s.csv", "columns": {"session_id": "Session"}}},
            "ratings": {
                "wai": {
                    "file": "w.csv",
                    "columns": {"session_id": "Session"},
                    "instrument": "wai_sr",
                    "rater": "client",
                    "items": "q{item}",
                }
            },
        },
        "privacy": {},
        "measures": {},
        "exposure": {},
        "hypotheses": {
            "joint": {
                "role": "confirmatory",
                "claim": "Going together helps.",
                "outcome": {"instrument": "wai_sr"},
                "exposure": {"mode": "joint"},
                "predicted": "positive",
                "smallest_effect": 0.1,
            }
        },
        "verdict": {},
        "report": {},
        "compute": {},
    }
