"""What is said of each verdict: word for word, association only, no stronger than the verdict, short."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import pytest

from pipeline.base.options import Verdict
from pipeline.base.params import Hypothesis
from pipeline.base.specs import ContrastSpec, MediatorSpec
from pipeline.disclosure.census import Census
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.rules import Rules
from pipeline.report import attempt_sentences, clauses, sentences
from pipeline.report.blocks import plain_text
from pipeline.report.claims import Claim, claim_of
from pipeline.report.verdict_words import CHIPS
from pipeline.results.fit import Fit
from pipeline.results.verdict import Judged, Rule
from tests.report.results import VERDICTS, fit, judged, params
from tests.results import make

ESTIMATED = tuple(verdict for verdict in VERDICTS if verdict not in ("not estimable", "could not be computed"))
CAUSAL = (  # no sentence of ours may say these; only a claim may, and a claim is quoted
    "cause of", "causes", "caused", "because", "due to", "effect of", "effect on", "strengthens", "deepens", "leads to",
    "keeps clients", "improves", "increases", "makes for", "works", "impact", "thanks to", "results in", "boosts",
)  # fmt: skip
SAID = {  # what each verdict opens with or adds, and no other does
    "practically zero": "No difference that would matter: ",
    "inconclusive": "Not settled: ",
    "fragile": "Not firmly: ",
    "no direction can be claimed": "It cannot be told which way: ",
    "not specific to being there": "Not in particular: ",
    "opposite": "Against the prediction: ",
    "suggestive": "This was exploratory: it needs data of its own.",
}
PLAIN = "fter one more episode of joint advocacy than is usual for the client, the alliance was rated"
MOST_WORDS = 32


def claim(verdict: str, spec: Hypothesis | None = None) -> Claim:
    spec = spec or params(("supported",)).hypotheses["case_supported"]
    found = fit(verdict)
    return claim_of("C1", spec, found, judged(verdict, found), Gate(Rules(), Census()))


def variants() -> dict[str, Hypothesis]:
    spec = params(("supported",)).hypotheses["case_supported"]
    return {
        "plain": spec,
        "any": spec.model_copy(update={"exposure": spec.exposure.model_copy(update={"dose": "any", "lag": 1})}),
        "minutes": spec.model_copy(update={"exposure": spec.exposure.model_copy(update={"dose": "minutes"})}),
        "decay": spec.model_copy(update={"exposure": spec.exposure.model_copy(update={"dose": "decay(14)"})}),
        "between": spec.model_copy(update={"effect": "between"}),
        "worker": spec.model_copy(update={"effect": "worker"}),
        "contextual": spec.model_copy(update={"effect": "contextual"}),
        "contrast": spec.model_copy(update={"contrast": ContrastSpec(minus="worker_solo")}),
        "outcomes": spec.model_copy(update={"contrast": ContrastSpec(outcome_minus="task")}),
        "moderator": spec.model_copy(update={"moderator": "debriefed", "moderator_level": "yes"}),
        "number": spec.model_copy(update={"moderator": "need_index"}),
        "mediator": spec.model_copy(update={"mediator": MediatorSpec(column="empathy_client", lag=1)}),
        "dropout": spec.model_copy(update={"outcome": spec.outcome.model_copy(update={"kind": "dropout"})}),
        "gap": spec.model_copy(update={"outcome": spec.outcome.model_copy(update={"kind": "dyad_gap"})}),
    }


def everything(one: Claim) -> str:
    """All that is said of a claim, in one string."""
    said = [
        plain_text(sentences.claim_prose(one)),
        sentences.verdict_reason(one),
        sentences.wrong_if(one),
        sentences.how_sure(one),
    ]
    said += [
        sentences.answer_sentence(one, True),
        sentences.answer_sentence(one, False, one, "1 to 5"),
        clauses.model_sentence(one.spec),
    ]
    said += [attempt_sentences.attempt_sentence(attempt, one) for attempt in one.attempts]
    return " ".join([*said, *([sentences.size_sentence(one, one.effect)] if one.effect else [])])


def test_the_headline_word_for_word() -> None:
    told = plain_text(sentences.claim_prose(claim("supported")))
    assert told == f"A{PLAIN} 0.15 points higher (95% interval 0.11 to 0.19)."
    told = plain_text(sentences.claim_prose(claim("opposite")))
    assert told == f"Against the prediction: a{PLAIN} 0.15 points lower (95% interval −0.19 to −0.11)."
    assert plain_text(sentences.claim_prose(claim("not estimable"))) == "No number: no advocacy log."


@pytest.mark.parametrize("variant", list(variants()))
@pytest.mark.parametrize("verdict", VERDICTS)
def test_no_sentence_is_stronger_than_its_verdict(verdict: str, variant: str) -> None:
    one = claim(verdict, variants()[variant])
    text = plain_text(sentences.claim_prose(one))
    assert {name for name, said in SAID.items() if said in text} <= {verdict}
    if one.effect is not None and verdict in SAID:
        assert SAID[verdict] in text
    assert "{" not in text
    assert "_" not in text


@pytest.mark.parametrize("variant", list(variants()))
@pytest.mark.parametrize("verdict", VERDICTS)
def test_nothing_is_said_that_an_observation_cannot_know(verdict: str, variant: str) -> None:
    text = everything(claim(verdict, variants()[variant])).lower()
    assert not [word for word in CAUSAL if re.search(rf"\b{re.escape(word)}\b", text)]


@pytest.mark.parametrize("variant", list(variants()))
@pytest.mark.parametrize("verdict", ESTIMATED)
def test_sentences_are_short_with_one_interval_and_no_p(verdict: str, variant: str) -> None:
    one = claim(verdict, variants()[variant])
    for text in (
        plain_text(sentences.claim_prose(one)),
        sentences.verdict_reason(one),
        sentences.wrong_if(one),
        sentences.how_sure(one),
    ):
        assert text.count("interval −") + text.count("interval 0") <= 1
        assert not re.search(r"\bp [<>=]", text)
        for sentence in re.split(r"(?<=[.?!])\s+(?=[A-Z])", text):
            assert len(sentence.split()) <= MOST_WORDS + 12, sentence


@pytest.mark.parametrize("verdict", ESTIMATED)
def test_only_findings_are_said_to_have_held_and_only_they_have_an_e_value(verdict: str) -> None:
    one = claim(verdict)
    assert ("it held against" in sentences.how_sure(one)) == (verdict in ("supported", "suggestive"))
    assert sentences.answer_sentence(one, True).startswith("Yes, ") == (verdict == "supported")


def test_an_attempt_that_could_not_be_computed_is_never_said_to_have_failed_or_held() -> None:
    one = claim("supported")
    gap = next(attempt for attempt in one.attempts if attempt.state == "not_computed")
    assert attempt_sentences.attempt_sentence(gap, one) == "The fit did not converge."
    assert gap.mark.word == "could not be computed"


def test_the_one_worker_who_matters_most_is_not_told() -> None:
    one = claim("supported")
    extreme = next(attempt for attempt in one.attempts if attempt.check == "influence")
    assert extreme.estimate is None
    assert attempt_sentences.attempt_sentence(extreme, one) == "Whichever one worker is left out, it holds."


def test_odds_are_told_as_odds() -> None:
    spec = variants()["dropout"]
    found = make.fit(tested=make.number_tested(-0.47, 0.2, None, sd=1.81))
    one = claim_of("E1", spec, found, replace_verdict(found), Gate(Rules(), Census()))
    assert "the odds of leaving early were 0.60 times as high (95% interval 0.40 to 0.90)" in plain_text(
        sentences.claim_prose(one)
    )


def replace_verdict(found: Fit) -> Judged:
    return judged("suggestive", found)


def test_a_model_over_too_few_clients_is_not_told() -> None:
    spec = params(("supported",)).hypotheses["case_supported"]
    found = fit("supported", clients=9)
    one = claim_of("C1", spec, found, judged("supported", found), Gate(Rules(), Census()))
    assert one.effect is None
    assert "it is not shown: it rests on fewer than 10 clients" in plain_text(sentences.claim_prose(one))
    assert not one.attempts


def test_every_verdict_and_rule_has_its_words() -> None:
    assert set(CHIPS) == set(get_args(Verdict))
    assert set(sentences.OPENINGS) == set(sentences.LEADS) == set(get_args(Verdict))
    assert set(get_args(Rule)) >= set(sentences.WHY)
    one = claim("supported")
    for rule in get_args(Rule):
        assert sentences.verdict_reason(replace(one, rule=rule)).endswith(".")


def test_the_model_in_words() -> None:
    assert clauses.model_sentence(params(("supported",)).hypotheses["case_supported"]).startswith(
        "A linear mixed model of the alliance (WAI-SR), rated by clients, on joint advocacy (split into its parts within "
        "clients, between clients and between workers), time, phase; the within part is tested."
    )


def test_what_could_not_be_checked_is_never_said_not_to_hold() -> None:
    one = replace(claim("inconclusive"), rule="not_checked", decided_by=("car1",))
    text = sentences.verdict_reason(one)
    assert "is not known" in text
    assert "does not hold" not in text


@pytest.mark.parametrize("rule", sentences.BEYOND_CHANCE)
def test_what_is_clear_of_chance_and_yet_inconclusive_is_not_said_to_reach_both_sides(rule: Rule) -> None:
    one = replace(claim("inconclusive"), rule=rule)
    assert sentences.how_sure(one).startswith("It is clear of chance, and yet that is not enough. ")
    assert sentences.wrong_if(one) == "it is read as “no difference”: there is one, clear of chance."


def test_the_contrast_ends_the_answer_only_where_it_is_of_the_same_windows_and_by_its_own_sign() -> None:
    spec = variants()["contrast"]
    beside, up, down = claim("supported", spec), claim("supported"), claim("opposite")
    assert sentences.answer_sentence(up, False, beside).endswith("clearly less so.")
    assert sentences.answer_sentence(down, False, beside).endswith("clearly more so.")
    later = up.spec.model_copy(update={"exposure": up.spec.exposure.model_copy(update={"lag": 1})})
    assert "clearly" not in sentences.answer_sentence(claim("supported", later), False, beside)


def test_where_an_attempt_cannot_be_made_how_sure_says_so() -> None:
    one = claim("suggestive")
    assert "could not be made with these data" in sentences.how_sure(replace(one, rule="not_asked"))
    assert "could not be made with these data" not in sentences.how_sure(replace(one, rule="exploratory"))


def test_only_an_exploratory_claim_is_wrong_by_looking_at_many_things() -> None:
    one = claim("suggestive")
    assert "many things" in sentences.wrong_if(replace(one, role="exploratory"))
    assert "many things" not in sentences.wrong_if(replace(one, role="confirmatory"))


@pytest.mark.parametrize(("estimate", "error", "rounded"), [(0.1, 0.048, True), (0.1, 0.05, False), (0.152, 0.04, False)])
def test_an_interval_rounded_onto_zero_is_said_to_keep_clear_of_it(estimate: float, error: float, rounded: bool) -> None:
    """.004 to .196 is shown as 0.00 to 0.20: beside "chance did not do it" that would read as a contradiction."""
    spec = params(("supported",)).hypotheses["case_supported"]
    found = make.fit(tested=make.number_tested(estimate, error, 60.0, sd=0.48))
    for verdict, is_said in (("supported", rounded), ("practically zero", False)):
        one = claim_of("C1", spec, found, judged(verdict, found), Gate(Rules(), Census()))
        assert one.effect is not None
        assert ("before that it keeps clear of zero" in sentences.size_sentence(one, one.effect)) == is_said, (
            one.effect.own.spoken
        )


@pytest.mark.parametrize(
    ("clients", "release", "says"),
    [(140, "public", ""), (12, "public", "1.0 stands for odds from 0.78 to 1.28."), (12, "internal", "")],
)
def test_digits_cut_to_less_than_the_error_are_said_beside_the_number(clients: int, release: str, says: str) -> None:
    """Odds of 0.83 are shown as 1.0 where few clients decide them: nobody should take that for "no difference"."""
    spec = params(("supported",)).hypotheses["case_supported"]
    spec = spec.model_copy(update={"outcome": spec.outcome.model_copy(update={"kind": "dropout"})})
    found = make.fit(tested=make.number_tested(-0.186, 0.38, None).model_copy(update={"clients": clients}))
    one = claim_of("C1", spec, found, judged("inconclusive", found), Gate(Rules(release=release), Census(15)))
    assert one.effect is not None
    assert ("Digits are cut" in sentences.size_sentence(one, one.effect)) == bool(says)
    assert says in sentences.size_sentence(one, one.effect)
