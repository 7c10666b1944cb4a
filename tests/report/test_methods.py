"""The methods in prose name everything that was done: kinds, attempts, corrections, df, imputation, curve."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.base.params import Params
from pipeline.hypotheses.kinds import KINDS as REGISTERED
from pipeline.report import sentences
from pipeline.report.blocks import Paragraph, plain_text
from pipeline.report.release import ReportSources, build_document, material_of
from pipeline.report.sections import done, methods
from pipeline.results.attempt import Attempt
from pipeline.vocabulary.checks import CHECKS
from tests.report.results import VERDICTS, foreign_sources, params, sources


def prose(settings: Params, exact: ReportSources) -> str:
    blocks = methods.build(material_of(settings, exact)).blocks
    return " ".join(plain_text(block.text) for block in blocks if isinstance(block, Paragraph))


def with_attempts(*checks: str) -> ReportSources:
    whole = sources(verdicts=("supported",))
    attempts = tuple(Attempt(check=name, group=CHECKS[name].group, decides=False, state="not_clear") for name in checks)
    judged = {name: one.model_copy(update={"attempts": attempts}) for name, one in whole.verdicts.hypotheses.items()}
    return replace(whole, verdicts=whole.verdicts.model_copy(update={"hypotheses": judged}))


def test_every_attempt_made_is_named_and_none_that_was_not() -> None:
    settings = params(("supported",))
    for made, others in (
        (tuple(CHECKS), ()),
        (tuple(CHECKS)[::2], tuple(CHECKS)[1::2]),
        (tuple(CHECKS)[1::2], tuple(CHECKS)[::2]),
    ):
        told = prose(settings, with_attempts(*made))
        assert all(CHECKS[name].label in told for name in made)
        assert not any(f"; {CHECKS[name].label}" in told for name in others)


def test_every_kind_is_described() -> None:
    assert set(done.KINDS) == {str(name) for name in REGISTERED}
    for kind, told in done.KINDS.items():
        whole = sources(verdicts=("supported",))
        fits = {name: fit.model_copy(update={"kind": kind}) for name, fit in whole.fits.items()}
        assert told in prose(params(("supported",)), replace(whole, fits=fits))


@pytest.mark.parametrize(
    "name", ["omega", "Cronbach", "Satterthwaite", "Kenward-Roger", "Holm", "Nakagawa", "E-value", "length of"]
)
def test_what_is_always_done_is_named(name: str) -> None:
    assert name in prose(params(VERDICTS), sources())


@pytest.mark.parametrize("correction", ["holm", "benjamini_hochberg", "none"])
@pytest.mark.parametrize("df", ["satterthwaite", "kenward_roger", "none"])
def test_corrections_and_degrees_of_freedom_are_those_used(correction: str, df: str) -> None:
    base = params(("supported",))
    rules = base.verdict.model_copy(update={"confirmatory_correction": correction})
    compute = base.compute.model_copy(update={"df": df})
    text = prose(base.model_copy(update={"verdict": rules, "compute": compute}), sources(verdicts=("supported",)))
    assert methods.CORRECTIONS[correction] in text
    assert f"with {methods.DEGREES[df]} degrees of freedom" in text


def test_the_panel_is_named_where_feedback_was_asked() -> None:
    settings = params(("supported",))
    assert "Kalman filter" in prose(settings, with_attempts("feedback"))
    assert "Kalman filter" not in prose(settings, with_attempts("car1"))


def test_what_was_not_done_is_not_named() -> None:
    for text in (prose(params(("supported",)), sources(verdicts=("supported",))), prose(*foreign_sources())):
        assert "imputation" not in text
        assert "specification curve" not in text


@pytest.mark.parametrize(
    ("tried", "said"),
    [
        ({}, "No further version was put on record."),
        ({"case_supported": 1}, "One further version was tried beside the declared claims, and is exploratory."),
        ({"case_supported": 4, "gone": 3}, "7 further versions were tried beside the declared claims, and are exploratory."),
    ],
)
def test_what_was_tried_beside_is_said_where_the_answer_is_given(tried: dict[str, int], said: str) -> None:
    whole = sources(verdicts=("supported",))
    exact = replace(whole, verdicts=whole.verdicts.model_copy(update={"tried": tried}))
    document, _ = build_document(params(("supported",)), exact)
    texts = [plain_text(block.text) for block in document.blocks if isinstance(block, Paragraph)]
    assert [text for text in texts if text.endswith(said)]
    assert sentences.versions_sentence(sum(tried.values())) == said
