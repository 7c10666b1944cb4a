"""Whole paragraphs of generated prose, word for word: no sentence may say more than its verdict."""

from __future__ import annotations

import pytest

from pipeline.disclosure.census import Census
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.rules import Rules
from pipeline.report import sentences
from pipeline.report.findings import finding
from pipeline.report.numbers import NO_BREAK
from tests.report.results import VERDICTS, fit, name_of, params, verdict_entry

WITHIN = (
    "ere one more episode of joint advocacy than is usual for the client came before a rating, clients rated the alliance "
    "(WAI-SR)"
)
STRONG = "(95% CI [0.110, 0.194]; 0.32 within-client SDs, [0.23, 0.40]; p < .001)"
HEADLINES = {
    "supported": (
        f"Wh{WITHIN} 0.152 points higher {STRONG}, and every check that decides was passed. After Holm correction, p < .001."
    ),
    "suggestive": (
        f"Wh{WITHIN} 0.152 points higher {STRONG}. After Benjamini-Hochberg correction, p < .001. "
        "This was exploratory: it suggests, and needs data of its own to be tested."
    ),
    "opposite": (
        f"Contrary to what was predicted: wh{WITHIN} 0.152 points lower (95% CI [−0.194, −0.110]; "
        "−0.32 within-client SDs, [−0.40, −0.23]; p < .001). After Holm correction, p < .001."
    ),
    "practically zero": (
        f"No difference that would matter: wh{WITHIN} 0.004 points higher (95% CI [−0.038, 0.046]; 0.01 within-client "
        "SDs, [−0.08, 0.10]; p = .091); the 90% CI lies within ±0.1 within-client SDs, the smallest effect of interest."
    ),
    "inconclusive": (
        f"The data do not settle this: wh{WITHIN} 0.15 points higher (95% CI [−0.02, 0.33]; 0.32 within-client SDs, "
        "[−0.05, 0.68]; p = .091). After Holm correction, p = .182."
    ),
    "fragile": (
        f"In the main model, wh{WITHIN} 0.152 points higher {STRONG}; but this does not hold when the rating before is "
        "taken into account, so it should not be relied on."
    ),
    "not specific to being there": (
        f"In the main model, wh{WITHIN} 0.152 points higher {STRONG}; but advocacy without being there together goes with "
        "much the same difference, so nothing can be said for being there together."
    ),
    "no direction can be claimed": (
        f"In the main model, wh{WITHIN} 0.152 points higher {STRONG}; but joint advocacy that came only after the rating "
        "goes with it about as much, so no direction can be claimed."
    ),
    "not estimable": "Could not be estimated: no advocacy log.",
}
STRONG_WORDS = ("proves", "causes", "because", "leads to", "strengthens", "deepens", "effective", "significant")


def found(verdict: str):  # type: ignore[no-untyped-def]
    spec = params((verdict,)).hypotheses[name_of(verdict)]
    result = fit(verdict)
    entry = verdict_entry(verdict, result)
    if verdict == "suggestive":
        entry["correction"] = "benjamini_hochberg"
    return finding(name_of(verdict), spec, result, entry, Gate(Rules(), Census()))


@pytest.mark.parametrize("verdict", VERDICTS)
def test_headline_word_for_word(verdict: str) -> None:
    assert sentences.headline(found(verdict)).replace(NO_BREAK, " ") == HEADLINES[verdict]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_no_sentence_claims_a_cause(verdict: str) -> None:
    text = sentences.headline(found(verdict)).lower() + sentences.wrong_if(found(verdict)).lower()
    assert not [word for word in STRONG_WORDS if word in text]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_only_supported_says_checks_were_passed(verdict: str) -> None:
    assert ("every check that decides was passed" in sentences.headline(found(verdict))) == (verdict == "supported")


def test_without_checks_none_is_said_to_be_passed() -> None:
    spec = params(("supported",)).hypotheses["case_supported"]
    result = {**fit("supported"), "battery": []}
    one = finding("case_supported", spec, result, verdict_entry("supported", result), Gate(Rules(), Census()))
    assert "check" not in sentences.headline(one)


def test_a_model_over_too_few_clients_is_not_told() -> None:
    spec = params(("supported",)).hypotheses["case_supported"]
    result = fit("supported", clients=9)
    one = finding("case_supported", spec, result, verdict_entry("supported", result), Gate(Rules(), Census()))
    assert sentences.headline(one) == "Estimated, but not shown: it rests on fewer than 10 clients."


def test_the_model_in_words() -> None:
    assert sentences.model(params(("supported",)).hypotheses["case_supported"]) == (
        "A linear mixed model of the alliance (WAI-SR), rated by clients, on joint advocacy (split into its parts within "
        "clients, between clients and between workers), time, phase; the within part is tested. Clients differ in their "
        "level and in the slope of exposure and time, as far as the data allow."
    )
