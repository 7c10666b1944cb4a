"""The section of what is missing: what imputed analyses are stands there once, their numbers in one table."""

from __future__ import annotations

from dataclasses import replace

from pipeline.report.blocks import Paragraph, TableBlock, walk_blocks
from pipeline.report.release import material_of
from pipeline.report.sections.missing import ASSUMED, SECTION
from pipeline.results.missing import Drawn, ImputationFacts, Imputed, PooledTested
from pipeline.results.reason import reason
from tests.report.results import name_of, params, sources

ASKED = ("supported", "fragile", "inconclusive")
NUMBER = PooledTested(
    estimate=0.21, std_error=0.05, df=40.0, statistic=4.2, p_value=0.001, conf_low=0.11, conf_high=0.31,
    riv=0.2, fmi=0.18, imputations=20, conf_low_90=0.12, conf_high_90=0.3, outcome_sd_within=0.4,
    clients=140, workers=20, largest=0.02, second=0.02,
)  # fmt: skip
MODEL = ImputationFacts(
    imputations=20, seed=1, sessions=1200, clients=140, workers=20, never_rated=0, chains=4, sweeps=300, apart=20,
    worst_r_hat=1.01, fewest_effective=90.0,
    variables=(Drawn(name="co_construction", level="session", kind="number", auxiliary=True, missing=0, of=1200),),
)  # fmt: skip


def test_one_text_and_a_table_whatever_the_number_of_claims() -> None:
    exact = sources(verdicts=ASKED)
    drawn = Imputed(headline=False, model=MODEL, tested=NUMBER, wanted=27)
    without = Imputed(headline=False, reason=reason("nothing_missing"))
    own = dict(zip(map(name_of, ASKED), (drawn, drawn.model_copy(update={"headline": True}), without), strict=True))
    fits = {name: fit.model_copy(update={"imputed": own[name]}) for name, fit in exact.fits.items()}
    made = SECTION.build(material_of(params(ASKED), replace(exact, fits=fits)))
    assert made is not None
    said = [str(one.text) for one in walk_blocks(made.blocks) if isinstance(one, Paragraph)]
    assert sum(ASSUMED in text for text in said) == 1
    assert sum("No imputed analysis of" in text for text in said) == 1
    tables = {one.table.name: one.table for one in walk_blocks(made.blocks) if isinstance(one, TableBlock)}
    table = tables["missing_imputed"]
    assert len(table.lines) == 2
    assert {str(line.cells[5]) for line in table.lines} == {"check", "headline"}
    assert all("better 27" in str(line.cells[4]) and "co_construction" in str(line.cells[6]) for line in table.lines)
