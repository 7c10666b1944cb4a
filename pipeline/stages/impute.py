"""impute: for each hypothesis that asks for it, its grid and the cells drawn for it; nothing where none does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipeline.base.params import Params, Plan
from pipeline.project.io import Batch
from pipeline.results.missing import Made
from pipeline.results.reason import Reason

if TYPE_CHECKING:
    import pandas as pd

ASKED = "data/interim/missing.json"
FOLDER = "data/analysis/imputed"
READS = (ASKED, "data/validated", "data/scored")
WRITES = (FOLDER,)
PARAMS = ("exposure", "compute")
TABLES = ("clients", "workers", "sessions", "advocacy")


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """A folder a hypothesis: `made.json`; where it asks, grid, ledger, a table of cells an imputation, and traces."""
    asked = batch.entries(ASKED)
    tables: dict[str, pd.DataFrame] = {}
    for name, plan in asked.items():
        made = Made()
        if plan is not None:
            tables = tables or read_tables(batch)
            made = _make(batch, params, name, Plan.model_validate_json(json.dumps(plan)), tables)
        batch.put_json(f"{FOLDER}/{name}/made.json", made)


def read_tables(batch: Batch) -> dict[str, pd.DataFrame]:
    """The canonical tables there are, and the scores."""
    paths = {name: f"data/validated/{name}.parquet" for name in TABLES}
    found = {name: batch.table(path) for name, path in paths.items() if batch.has(path)}
    return {**found, "scores": batch.table("data/scored/scores.parquet")}


def _make(batch: Batch, params: Params, name: str, plan: Plan, tables: Mapping[str, pd.DataFrame]) -> Made:
    """Draw for one hypothesis; a reason where it cannot be done, which its fit then tells."""
    assert plan.missing is not None
    seed, after = plan.missing.seed, bool(plan.missing.after_dropout)
    main = _draw(batch, params, f"{FOLDER}/{name}/present", plan, tables, seed, leavers=False)
    if not after or isinstance(main.present, Reason):
        return main
    more = _draw(batch, params, f"{FOLDER}/{name}/leavers", plan, tables, seed + 1, leavers=True)
    return main.model_copy(update={"leavers": more.present, "added": more.added})


def _draw(
    batch: Batch, params: Params, folder: str, plan: Plan, tables: Mapping[str, pd.DataFrame], seed: int, *, leavers: bool
) -> Made:
    from pipeline.hypotheses.imputed.draw import Draws, draws_of
    from pipeline.hypotheses.imputed.grid import LEFT, grid_of

    canonical = {name: table for name, table in tables.items() if name != "scores"}
    grid = grid_of(plan, canonical, tables["scores"], params.exposure, leavers=leavers)
    added = int(grid.occasions[LEFT].sum())
    if leavers and not added:
        return Made(asked=True, present=Reason(code="no_leavers"))
    draws = draws_of(plan, grid, params.compute, seed)
    if not isinstance(draws, Draws):
        return Made(asked=True, present=draws)
    batch.put_table(f"{folder}/occasions.parquet", grid.occasions)
    batch.put_table(f"{folder}/ledger.parquet", grid.ledger)
    for number, cells in enumerate(draws):
        batch.put_table(f"{folder}/cells_{number:04d}.parquet", cells)
    from pipeline.imputation.traces import traces_png

    batch.put_bytes(f"{folder}/traces.png", traces_png(draws.diagnostics))
    return Made(asked=True, present=draws.facts, added=added)
