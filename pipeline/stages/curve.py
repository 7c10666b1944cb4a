"""curve: all declared defensible choices of a hypothesis at once; nothing but a word where params ask for none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipeline.base.params import Hypothesis, Multiverse, Params
from pipeline.base.section import Section
from pipeline.project.instruments import FOLDER
from pipeline.project.io import Batch
from pipeline.results.curve import Curve, Curves

if TYPE_CHECKING:
    from pipeline.curve.linking import Linked

VALID = "data/validated"
ASKED = "data/interim/multiverse.json"
READS = (VALID, FOLDER, ASKED)
WRITES = ("data/analysis/curves.json",)
PARAMS = ("measures", "exposure", "compute", "study")
TABLES = ("clients", "workers", "sessions", "advocacy")


class Wanted(Section):
    """What the stage `check` says of one curve: the axes asked for, and the hypothesis with its defaults filled in."""

    asked: Multiverse
    hypothesis: Hypothesis


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Write the curves that were asked for."""
    wanted = batch.entries(ASKED)
    if not wanted:
        batch.put_json(WRITES[0], Curves())
        return
    from pipeline.curve.axes import declared_way, specifications
    from pipeline.curve.build import curve_of

    linked, found = _linker(batch, params), dict[str, Curve]()
    for name, both in wanted.items():
        wanted_here = Wanted.model_validate_json(json.dumps(both))
        asked, claim = wanted_here.asked, wanted_here.hypothesis
        sign = -1.0 if claim.predicted == "negative" else 1.0
        ways = specifications(declared_way(claim, params.exposure, params.measures), asked, params.study.seed)
        found[name] = curve_of(ways, linked, asked, params.compute, sign, params.study.seed)
    batch.put_json(WRITES[0], Curves(curves=found))


def _linker(batch: Batch, params: Params) -> Linked:
    """What links the validated study's episodes and ratings as a way says."""
    from pipeline.curve.linking import linker
    from pipeline.project.instruments import library, ratings_tables

    tables = {name: batch.table(f"{VALID}/{name}.parquet") for name in TABLES if batch.has(f"{VALID}/{name}.parquet")}
    return linker(tables, ratings_tables(batch, library(batch, params.measures)))
