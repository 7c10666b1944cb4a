"""check: refuse params.yaml with every error at once, and write down what each hypothesis' fit depends on.

`check.json` says only that the file is valid, so a changed value reruns what depends on it and no more. A plan holds the
keys that shape a hypothesis' models, defaults filled in: DVC refuses params entries that are absent from the file, and an
optional key should stay optional.
"""

from __future__ import annotations

from typing import Any

from pipeline.errors import ParamsError, Problem
from pipeline.io import Batch, remove_undeclared
from pipeline.params import Hypothesis, Params, effective

READS = ("params.yaml",)
WRITES = ("data/interim/check.json", "data/interim/plans")
PARAMS = tuple(Params.model_fields)
JUDGED_ONLY = {"role", "claim", "predicted", "smallest_effect"}


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Write the marker and one plan a hypothesis; ParamsError carries every room's problems."""
    problems = room_problems(params)
    if problems:
        raise ParamsError(problems)
    batch.put_json("data/interim/check.json", {"valid": True})
    for name, declared in params.hypotheses.items():
        batch.put_json(f"data/interim/plans/{name}.json", plan(declared))
    remove_undeclared(batch.root / "data/analysis/fits", keep=params.hypotheses.__contains__)


def room_problems(params: Params) -> list[Problem]:
    """The rules that need a room's knowledge, from all rooms."""
    return []


def plan(hypothesis: Hypothesis) -> dict[str, Any]:
    """The keys of a hypothesis that shape its models, defaults filled in."""
    return {key: value for key, value in effective(hypothesis).items() if key not in JUDGED_ONLY}
