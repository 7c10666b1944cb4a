"""The shipped params as text, and small changes to params as data."""

from __future__ import annotations

import copy
from typing import Any

from tests.project import ROOT

TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")
GONE = object()


def edited(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one key set, added or (GONE) removed; the path is dotted."""
    result = copy.deepcopy(data)
    here: Any = result
    *parents, last = path.split(".")
    for part in parents:
        here = here[part]
    if value is GONE:
        del here[last]
    else:
        here[last] = value
    return result
