"""The twelve designs of the benchmark, and the claim whose power is planned."""

from __future__ import annotations

from benchmarks.studies import params
from pipeline.planning.design import PlannedDesign, Variation
from pipeline.planning.studies import Planned

# A small effect and a middling one, few and many workers, short and long courses, rare advocacy, gaps and dropout.
DESIGNS = (
    (PlannedDesign(8, 6, 8), 0.30),
    (PlannedDesign(8, 12, 8), 0.20),
    (PlannedDesign(12, 8, 6), 0.25),
    (PlannedDesign(12, 8, 12), 0.15),
    (PlannedDesign(20, 8, 8), 0.15),
    (PlannedDesign(20, 8, 8, rate=0.15), 0.25),
    (PlannedDesign(20, 8, 16), 0.10),
    (PlannedDesign(20, 4, 12, missed=0.25), 0.20),
    (PlannedDesign(30, 5, 10, dropout=0.06), 0.15),
    (PlannedDesign(30, 10, 8, rate=0.8, spread=0.8), 0.10),
    (PlannedDesign(40, 5, 10, missed=0.1, dropout=0.02), 0.10),
    (PlannedDesign(40, 10, 6), 0.10),
)


def planned(effect: float) -> Planned:
    """The claim and the rules of the default study, for one effect."""
    given = params()
    name = next(name for name, one in given.hypotheses.items() if one.role == "confirmatory")
    claim = given.hypotheses[name].model_copy(update={"predicted": "positive"})
    return Planned(claim, given.verdict, given.compute, given.exposure, Variation(), effect, 1)
