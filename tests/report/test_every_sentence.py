"""Every sentence of every kind of claim under every rule that can judge it: strength, grammar, numbers, no causal word.

The rules with the verdicts, predictions and roles they can come with are those of `hypotheses/verdict/decisions.py`; a test
holds the table to the list of rules, so that a new rule has to be told here, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import get_args

import pytest

from pipeline.base.params import Hypothesis
from pipeline.disclosure.census import Census
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.rules import Rules
from pipeline.report import attempt_sentences, clauses, sentences
from pipeline.report.attempts import mark_of, states_in_words
from pipeline.report.blocks import Aside, Block, Bullets, FigureBlock, Paragraph, TableBlock, plain_text, walk_blocks
from pipeline.report.claims import Claim, claim_of
from pipeline.report.plots.ladder import ladder_figure
from pipeline.report.release import build_document
from pipeline.report.sections import limits
from pipeline.report.verdict_words import chip_of
from pipeline.results.attempt import Attempt, State
from pipeline.results.reason import Reason
from pipeline.results.verdict import Judged, LockState, Rule
from pipeline.vocabulary.checks import CHECKS, group_of_check
from pipeline.vocabulary.outcomes import event_of
from tests.report import results
from tests.report.test_sentences import CAUSAL, variants
from tests.results import make


@dataclass(frozen=True)
class Ruled:
    """A rule with a verdict it can give; `size`: the number, beside a smallest effect of 0.05 and an error of 0.02."""

    rule: Rule
    verdict: str
    size: float | None = 0.15
    predicted: str = "positive"
    role: str = "confirmatory"
    broke: tuple[str, ...] = ()
    error: float = 0.02


CLEAR, SMALL, UNCLEAR, TINY = 0.15, 0.004, 0.06, 0.03
RULED: tuple[Ruled, ...] = (
    Ruled("no_number", "not estimable", None),
    Ruled("not_computed", "could not be computed", None),
    Ruled("none_predicted_within_limit", "supported", SMALL, "none"),
    Ruled("none_predicted_within_limit", "suggestive", SMALL, "none", "exploratory"),
    Ruled("none_predicted_effect_seen", "opposite", CLEAR, "none"),
    Ruled("none_predicted_too_wide", "inconclusive", UNCLEAR, "none", error=0.06),
    Ruled("none_predicted_may_be_hidden", "inconclusive", SMALL, "none", broke=("hidden_cause",)),
    Ruled("not_significant_within_limit", "practically zero", SMALL),
    Ruled("not_significant", "inconclusive", UNCLEAR, error=0.06),
    Ruled("may_be_hidden", "inconclusive", SMALL, broke=("hidden_cause",)),
    Ruled("direction_broke", "no direction can be claimed", broke=("hidden_cause",)),
    Ruled("feedback_broke", "no direction can be claimed", broke=("feedback",)),
    Ruled("order_broke", "no direction can be claimed", broke=("feedback",)),
    Ruled("mood_not_excluded", "inconclusive", broke=("hidden_cause",)),
    Ruled("order_not_given", "inconclusive", broke=("hidden_cause",)),
    Ruled("talked_over_in_session", "inconclusive", broke=("hidden_cause",)),
    Ruled("order_not_clear", "inconclusive", broke=("feedback",)),
    Ruled("rater_not_clear", "inconclusive", broke=("feedback",)),
    Ruled("feedback_not_clear", "inconclusive", broke=("feedback",)),
    Ruled("specificity_broke", "not specific to being there", broke=("control_worker_solo",)),
    Ruled("specificity_not_clear", "inconclusive", broke=("specificity",)),
    Ruled("within_limit", "practically zero", TINY, error=0.004),
    Ruled("robustness_broke", "fragile", broke=("lagged_outcome",)),
    Ruled("not_checked", "inconclusive", broke=("car1",)),
    Ruled("not_checked", "inconclusive", SMALL, "none", broke=("car1",)),
    Ruled("not_clear", "inconclusive", broke=("cluster_robust",)),
    Ruled("other_sign", "opposite", -CLEAR),
    Ruled("exploratory", "suggestive", role="exploratory"),
    Ruled("ceiling", "suggestive"),
    Ruled("not_asked", "suggestive"),
    Ruled("not_asked", "suggestive", SMALL, "none"),
    Ruled("all_held", "supported"),
    Ruled("all_held", "supported", -CLEAR, "negative"),
)
STATES: tuple[State, ...] = get_args(State)
NOTHING_THERE = re.compile(  # words by which a number that is not clear would be read as an absence
    r"\b(no difference (either|was seen|is there)|there is no difference|no effect|does not go together|absent)\b"
)
GRAMMAR = re.compile(
    r"  | [.,;:]|\.\.(?!\.)|,,|;;|\b(\w+) \1\b|\b1 (?:sessions|clients|ratings|points|attempts|workers|episodes|versions)\b|"
    r"\b(?:and|or|of|than|the|a) ?[.,;:)]|\( |\(\)|\{|\}|None\b(?! was predicted)|nan\b|_"
)
OF_ART = ("smallest effect of interest", "passing cause of joint advocacy alone")  # terms, and causes of advocacy itself
ALLOWED_TWICE = ("that that", "had had")


def attempts(ruled: Ruled, state: State) -> tuple[Attempt, ...]:
    """Every check there is, those that made the rule speak as they must be, all others in this state."""
    spoke: dict[str, State] = {"not_checked": "not_computed", "order_not_given": "not_applicable"}
    broke = spoke.get(ruled.rule, "broke" if ruled.rule.endswith("broke") else "not_clear")
    made = []
    for check in CHECKS:
        own = broke if check in ruled.broke else state
        numbered = own not in ("not_applicable", "not_computed")
        code = "nearest_already" if own == "not_applicable" else "not_converged"
        value = ruled.size or 0.0
        made.append(
            Attempt(
                check=check,
                group=group_of_check(check),
                decides=check not in ("unadjusted", "influence", "late_logging", "differential_logging", "quadratic_time"),
                state=own,
                reason=None if numbered else Reason(code=code),  # type: ignore[arg-type]
                estimate=make.estimate(value, ruled.error) if numbered else None,
                margin=0.2 if check == "hidden_cause" and numbered else None,
            )
        )
    return tuple(made)


def claim(ruled: Ruled, spec: Hypothesis, state: State) -> Claim:
    spec = spec.model_copy(update={"predicted": ruled.predicted, "role": ruled.role})
    status = "not_computed" if ruled.rule == "not_computed" else "not_estimable"
    found = (
        make.nothing("no_log", status)
        if ruled.size is None
        else make.fit(tested=make.number_tested(ruled.size, ruled.error, 132.4, sd=0.5))
    )
    judged = Judged(
        name="case",
        role=ruled.role,  # type: ignore[arg-type]
        declared_role=ruled.role,  # type: ignore[arg-type]
        claim=spec.claim,
        predicted=ruled.predicted,  # type: ignore[arg-type]
        smallest_effect=0.1,
        verdict=ruled.verdict,  # type: ignore[arg-type]
        rule=ruled.rule,
        reason=found.reason,
        ceiling="product_of_paths" if ruled.rule == "ceiling" else None,
        decided_by=ruled.broke,
        attempts=attempts(ruled, state) if ruled.size is not None else (),
        p_value=found.tested.p_value if found.tested else None,
        p_adjusted=found.tested.p_value if found.tested else None,
    )
    return claim_of("C1", spec, found, judged, Gate(Rules(), Census()))


def said(one: Claim) -> list[str]:
    """Every sentence that any medium says of a claim."""
    texts = [
        plain_text(sentences.claim_prose(one)),
        sentences.how_sure(one),
        sentences.verdict_reason(one),
        sentences.wrong_if(one),
    ]
    texts += [sentences.answer_sentence(one, simulated, one, "1 to 5") for simulated in (True, False)]
    texts += [clauses.model_sentence(one.spec), chip_of(one).gloss]
    texts += [attempt_sentences.attempt_sentence(attempt, one) for attempt in one.attempts]
    texts += [sentences.size_sentence(one, one.effect)] if one.effect else []
    rungs = ladder_figure(one)
    texts += [rungs.caption, *(row.told for group_ in rungs.groups for row in group_.rows)] if rungs else []
    return [text for text in texts if text]


EVERY = tuple(product(RULED, STATES))
IDS = [f"{ruled.rule}-{ruled.verdict}-{ruled.predicted}-{state}".replace(" ", "_") for ruled, state in EVERY]
KINDS = variants()


def combinations(ruled: Ruled) -> Iterator[tuple[str, Claim]]:
    """The plain kind of claim with its attempts in every state, every other kind with two of them, in turn."""
    for i, (kind, spec) in enumerate(KINDS.items()):
        for state in STATES if kind == "plain" else {STATES[(i + step) % len(STATES)] for step in (0, 3)}:
            yield kind, claim(ruled, spec, state)


def test_every_rule_is_told() -> None:
    assert {one.rule for one in RULED} == set(get_args(Rule))


@pytest.mark.parametrize("ruled", RULED, ids=lambda one: f"{one.rule}-{one.verdict}-{one.predicted}".replace(" ", "_"))
def test_every_sentence_is_sound(ruled: Ruled) -> None:
    for kind, one in combinations(ruled):
        rungs = ladder_figure(one)
        steps = {row.told for group_ in rungs.groups for row in group_.rows} if rungs else set()
        for text in said(one):
            where = (kind, text)
            assert not [word for word in CAUSAL if re.search(rf"\b{re.escape(word)}\b", text.lower())], where
            faults = [found[0] for found in GRAMMAR.finditer(text) if found[0] not in ALLOWED_TWICE]
            assert not faults, (*where, faults)
            started = text[0].isupper() or text.startswith(("it ", "two ", "something ", "what ", "the ", "nothing "))
            assert started or text in steps, where
        strength(one, ruled, kind)


def strength(one: Claim, ruled: Ruled, kind: str) -> None:
    """What is said is as strong as the verdict, and of the side that was tested."""
    answer, sure = sentences.answer_sentence(one, False), sentences.how_sure(one)
    text = " ".join(
        (plain_text(sentences.claim_prose(one)), answer, sure, sentences.verdict_reason(one), chip_of(one).gloss)
    )
    null = ruled.verdict == "practically zero" or (
        ruled.predicted == "none" and ruled.verdict in ("supported", "suggestive")
    )
    assert one.nothing == null
    assert answer.startswith("Yes, ") == (ruled.verdict == "supported" and not null)
    assert ("it held against" in sure) == (ruled.verdict in ("supported", "suggestive") and not null and bool(one.deciding))
    assert ("difference that would matter" in answer) == null
    assert answer.startswith("Not settled") == (ruled.verdict in ("inconclusive", "not estimable", "could not be computed"))
    if null:
        assert "go together" not in text
        assert "clear of chance" not in text.lower()
    if ruled.verdict == "inconclusive":
        assert not NOTHING_THERE.search(text)
        reaches = ruled.rule in ("not_significant", "none_predicted_too_wide") or (
            ruled.rule == "not_checked" and ruled.predicted == "none"
        )
        assert ("from one to the other" in sure) == reaches
    if ruled.rule in ("may_be_hidden", "none_predicted_may_be_hidden"):
        assert "clear of chance" not in text.lower()
    if one.effect is not None and event_of(one.spec.outcome.kind) is None and kind != "mediator":
        ups, downs = ("higher", "larger", "further apart"), ("lower", "smaller", "closer together")
        own, other = (ups, downs) if (ruled.size or 0) >= 0 else (downs, ups)
        told = plain_text(sentences.claim_prose(one))
        assert any(word in told for word in own)
        assert not any(f"points {word}" in told for word in other)


def prose(block: Block) -> list[str]:
    """What a block says that is neither a claim's own words nor told with the claim."""
    match block:
        case Paragraph() | Aside():
            return [plain_text(block.text)]
        case Bullets():
            return [plain_text(item) for item in block.items]
        case FigureBlock():
            return [block.figure.caption, getattr(block.figure, "note", "")]
        case TableBlock():
            return [block.table.caption, block.table.note]
    return []


@pytest.mark.parametrize("of", ["every verdict", "locked", "no log"])
def test_every_sentence_beside_the_claims_is_sound(of: str) -> None:
    """Who is in the data, harms, limits, methods and the appendix: as the claims' own sentences are held to."""
    if of == "no log":
        document = build_document(*results.foreign_sources())[0]
    elif of == "locked":
        whole = results.sources(verdicts=("supported", "inconclusive"))
        lock = LockState(
            locked=True,
            date="2026-01-01",
            sha256="a" * 64,
            outcomes_seen_before=True,
            deviations={"case_supported": ("exposure.lag: 0 -> 2",)},
        )
        exact = replace(whole, verdicts=whole.verdicts.model_copy(update={"lock": lock}))
        document = build_document(results.params(("supported", "inconclusive")), exact)[0]
    else:
        document = results.built()
    for section in document.sections:
        if section.anchor in ("claims", "codebook", "numbers", "provenance"):
            continue
        for text in filter(None, (text for block in walk_blocks(section.blocks) for text in prose(block))):
            bare = re.sub(rf"“[^”]*”|{'|'.join(OF_ART)}", "“”", text)  # somebody's own words may say what ours may not
            where = (section.anchor, text)
            assert not [word for word in CAUSAL if re.search(rf"\b{re.escape(word)}\b", bare.lower())], where
            faults = [found[0] for found in GRAMMAR.finditer(bare) if found[0] not in (*ALLOWED_TWICE, "_", " ...")]
            assert not faults, (*where, faults)


@pytest.mark.parametrize(
    ("rule", "says"),
    [("not_significant", "more ratings would help"), ("may_be_hidden", "more ratings alone may not settle")],
)
def test_more_ratings_are_said_to_help_only_where_the_interval_is_too_wide(rule: Rule, says: str) -> None:
    whole = results.material(("inconclusive",))
    claims_ = tuple(replace(one, rule=rule) for one in whole.claims)
    told = " ".join(
        text for block in limits.build(replace(whole, claims=claims_)).blocks for text in prose(block) if "asked" in text
    )
    assert says in told
    assert told.count("more ratings") == 1


def test_a_number_shown_as_zero_lies_on_neither_side() -> None:
    for kind, spec in KINDS.items():
        one = claim(Ruled("not_significant", "inconclusive", 0.0001, error=0.06), spec, "not_clear")
        told = plain_text(sentences.claim_prose(one))
        if event_of(spec.outcome.kind) is None and kind != "mediator":
            assert re.search(r"0\.0+ points (higher or lower|larger or smaller|further apart or closer together)", told), (
                told
            )


@pytest.mark.parametrize(("ruled", "state"), EVERY, ids=IDS)
def test_what_attempts_say_goes_with_the_number_and_the_verdict(ruled: Ruled, state: State) -> None:
    one = claim(ruled, KINDS["plain"], state)
    for attempt in one.attempts:
        told = attempt_sentences.attempt_sentence(attempt, one)
        word = mark_of([attempt]).word
        assert states_in_words([attempt]) == word
        assert not NOTHING_THERE.search(told), told
        if attempt.state == "no_difference":  # nothing is said to be absent where something was found
            assert (word == "no difference to explain") == (not attempt.found), (attempt.check, word)
        if one.verdict == "inconclusive" and not ruled.broke and attempt.check != "unadjusted":
            assert attempt.state not in ("held", "broke", "no_difference"), attempt.check
        if one.nothing:
            assert "it holds" not in told, told
            assert word != "held", attempt.check
    if one.nothing and one.effect:
        inside = sentences.size_sentence(one, one.effect)
        ends = [abs(float(end.value or 0)) for end in (one.effect.own.low, one.effect.own.high)]
        assert inside.startswith(("Well inside", "Inside")) == (max(ends) <= float(one.effect.least.value or 0))


@pytest.mark.parametrize(
    "ruled", [one for one in RULED if one.size is not None], ids=lambda one: f"{one.rule}-{one.verdict}"
)
def test_every_number_in_a_sentence_is_one_of_the_claim(ruled: Ruled) -> None:
    for kind, spec in KINDS.items():
        one = claim(ruled, spec, "held")
        effect = one.effect
        assert effect is not None
        numbers = [effect.own, effect.scaled, *([effect.odds] if effect.odds else [])]
        known = {shown.text for number in numbers for shown in (number.estimate, number.low, number.high)}
        known |= {effect.least.text, *(shown.text for shown in effect.least_odds or ())}
        known |= {text for attempt in one.attempts for text in (attempt.margin.text if attempt.margin else "",) if text}
        known |= {shown.text for attempt in one.attempts for shown in (attempt.estimate,) if shown is not None}
        bare = {re.sub(r"^[−+]", "", text) for text in known}
        texts = [
            plain_text(sentences.claim_prose(one)),
            sentences.answer_sentence(one, True),
            sentences.size_sentence(one, effect),
        ]
        for text in (*texts, *(attempt_sentences.attempt_sentence(attempt, one) for attempt in one.attempts)):
            assert not [n for n in re.findall(r"\d*\.\d+", text) if n not in bare], (kind, text)


@pytest.mark.parametrize(("tried", "told"), [(0, "No further version"), (1, "One further version was"), (7, "7 further")])
def test_versions_count_in_good_grammar(tried: int, told: str) -> None:
    text = sentences.versions_sentence(tried)
    assert text.startswith(told)
    assert not GRAMMAR.search(text)
