"""A claim's card says which columns' gaps cost it ratings."""

from __future__ import annotations

from dataclasses import replace

from pipeline.report.blocks import Aside, walk_blocks
from pipeline.report.release import material_of
from pipeline.report.sections.claims import SECTION
from pipeline.results.missing import Gap
from tests.report.results import params, sources

VERDICT = "supported"
GAP = Gap(column="need_index", role="covariate", rows=240, clients=60, of=4000)


def asides(gaps: tuple[Gap, ...]) -> dict[str, str]:
    exact = sources(verdicts=(VERDICT,))
    fits = {name: fit.model_copy(update={"gaps": gaps}) for name, fit in exact.fits.items()}
    made = SECTION.build(material_of(params((VERDICT,)), replace(exact, fits=fits)))
    assert made is not None
    return {one.head: str(one.text) for one in walk_blocks(made.blocks) if isinstance(one, Aside)}


def test_listwise_loss_is_named_with_the_line_that_would_keep_the_ratings() -> None:
    said = asides((GAP,))["Ratings left out"]
    assert "need index (24" in said
    assert "missing: {method: beside}" in said


def test_where_nothing_but_ratings_is_missing_no_word_is_said() -> None:
    assert "Ratings left out" not in asides(())
    assert "Ratings left out" not in asides((GAP.model_copy(update={"role": "outcome"}),))
