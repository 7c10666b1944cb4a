"""Preregistration: what a lock holds, in sentences under the headings that OSF and AsPredicted ask for.

It is made from the locked block alone, so it says what was promised and nothing later. Of the data it says which measures
and columns are used; the raw files' names, headers and codes, and the hash of their manifest, stay out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from pydantic import ValidationError

from pipeline.base.claim_numbers import numbered
from pipeline.base.errors import Problem, StageError
from pipeline.base.params import Compute, Exposure, Hypothesis, Measures, VerdictRules
from pipeline.base.section import Section
from pipeline.disclosure.neutral import markdown_text
from pipeline.hypotheses import words
from pipeline.measures.instrument import Instrument
from pipeline.results.lock import Lock, Settings
from pipeline.vocabulary.checks import CHECKS
from pipeline.vocabulary.results import AGENCIES
from pipeline.vocabulary.units import per

FILE = "preregistration.md"
OURS_TO_SAY = "[to be written: {what}]"
CORRECTION = {"holm": "Holm's method", "benjamini_hochberg": "Benjamini and Hochberg's method", "none": "no correction"}
DF = {"satterthwaite": "Satterthwaite", "kenward_roger": "Kenward and Roger"}
SIGN = {"positive": "higher", "negative": "lower", "none": "no difference"}


Held = TypeVar("Held", bound=Section)


def preregistration_text(title: str, question: str, held: Lock, exploratory: Mapping[str, Hypothesis]) -> str:
    """The text of a preregistration, as Markdown. `held`: the closed lock; `exploratory`: what is declared beside it.

    StageError where the lock is of a version whose block this one does not read.
    """
    promise = held.promise
    try:
        hypotheses = {name: _as(Hypothesis, own) for name, own in promise.hypotheses.items()}
        exposure, measures = _as(Exposure, promise.exposure), _as(Measures, promise.measures)
        rules, compute = _as(VerdictRules, promise.verdict), _as(Compute, promise.compute)
    except ValidationError:
        raise StageError(Problem("lock.json", "closed by another version of this package", "run that version")) from None
    sections = (
        ("Title", (title,)),
        ("Research question", (question,)),
        ("Data collection so far", _seen(held)),
        ("Hypotheses", tuple(_hypotheses(hypotheses))),
        ("Design", tuple(_design(hypotheses))),
        ("Sampling", tuple(_sampling(compute))),
        ("Variables", tuple(_variables(hypotheses, promise.instruments or {}, exposure, measures))),
        ("Analyses", tuple(_analyses(hypotheses, compute))),
        ("Inference criteria", tuple(_criteria(hypotheses, rules))),
        ("Attempts to prove a claim wrong", tuple(_attempts(rules))),
        ("Data exclusion", tuple(_exclusions(compute))),
        ("Missing data", tuple(_missing(hypotheses, measures))),
        ("Exploratory analyses", tuple(_exploratory(exploratory))),
        ("Other", (f"Locked on {held.date}; fitted by {held.engine}.", f"SHA-256 of the lock: {held.sha256}.")),
    )
    blocks = [f"## {head}\n\n" + "\n\n".join(paragraphs) for head, paragraphs in sections]
    return "# Preregistration\n\n" + "\n\n".join(blocks) + "\n"


def _as(kind: type[Held], settings: Settings | None) -> Held:
    return kind.model_validate_json(json.dumps(settings))


def _seen(held: Lock) -> tuple[str, ...]:
    if held.outcomes_seen_before:
        return ("Results of these data were there when the lock was closed: outcomes may have been seen before.",)
    return ("No result of these data was there when the lock was closed.",)


def _numbered(hypotheses: Mapping[str, Hypothesis]) -> Iterator[tuple[str, str, Hypothesis]]:
    """The locked hypotheses with the numbers that reports give them, in their order."""
    for number, name in numbered({name: one.role for name, one in hypotheses.items()}).items():
        yield number, name, hypotheses[name]


def _hypotheses(hypotheses: Mapping[str, Hypothesis]) -> Iterator[str]:
    for number, name, one in _numbered(hypotheses):
        sign = SIGN[one.predicted]
        than = sign if one.predicted == "none" else f"the tested number to be {sign} than zero"
        yield (
            f"{number} (`{name}`). “{markdown_text(one.claim)}” We expect {than}. The smallest effect that matters is "
            f"{one.smallest_effect:g} standard deviations of the outcome within clients {per(one)}."
        )


def _design(hypotheses: Mapping[str, Hypothesis]) -> Iterator[str]:
    yield (
        "Observational and longitudinal: ratings (level 1) within clients (level 2) within workers (level 3). Nobody is "
        "assigned to anything; clients are compared with themselves at other times, unless a hypothesis says otherwise."
    )
    for number, _, one in _numbered(hypotheses):
        yield f"{number}: {' '.join(words.question(one))}"


def _sampling(compute: Compute) -> Iterator[str]:
    yield OURS_TO_SAY.format(what="who is invited, where, from when to when, and what ends the collection")
    yield (
        f"A hypothesis is fitted only where at least {compute.min_clients} clients have {compute.min_ratings} ratings or "
        f"more and an exposure that varies, and where there are at least {compute.min_workers} workers; if not, it is "
        "reported as not estimable."
    )


def _variables(
    hypotheses: Mapping[str, Hypothesis], instruments: Mapping[str, Settings], exposure: Exposure, measures: Measures
) -> Iterator[str]:
    for name, own in instruments.items():
        one = _as(Instrument, own)
        low, high = measures.scales.get(name, one.scale)
        yield (
            f"Measure `{name}`: {markdown_text(one.title)}, {one.items} items answered from {low:g} to {high:g}; scores are "
            f"the {one.score} of their items, given where at least {measures.min_answered:.0%} of them are answered."
        )
    same = "an episode on the day of a rating counts as the log says (before or after the session)"
    yield (
        "Exposure: each episode of advocacy is counted in the window between two ratings in which it fell; the window "
        f"before the first rating is {exposure.first_window:g} days long; "
        f"{same if exposure.same_day == 'by_order' else 'an episode on the day of a rating is left out'}."
    )
    for number, _, hypothesis in _numbered(hypotheses):
        covariates = ", ".join(f"`{name}`" for name in hypothesis.covariates)
        exposed, outcome = words.exposure(hypothesis.exposure), words.outcome(hypothesis)
        yield f"{number}: outcome: {outcome}; exposure: {exposed}; covariates: {covariates or 'none'}."


def _analyses(hypotheses: Mapping[str, Hypothesis], compute: Compute) -> Iterator[str]:
    yield (
        f"Mixed models by {compute.method}; degrees of freedom by {DF.get(compute.df, compute.df)}, by Kenward and Roger "
        f"where there are fewer than {compute.kenward_roger_below} workers. A dose is split into its part within "
        "clients, between clients and between workers, and a trend over time is part of every model. Several agencies enter "
        f"{AGENCIES[compute.agency].format(least=compute.random_agencies)}."
    )
    for number, _, one in _numbered(hypotheses):
        random = "; ".join(f"by {group}: {', '.join(terms)}" for group, terms in one.random.items())
        yield f"{number}: tested is the effect {_effect(one)}; effects that vary {random}."
    slopes = ", then ".join(compute.drop_slopes) or "none"
    yield f"Where the rows do not carry all of these, slopes are left out in this order: {slopes}; the report says so."


def _effect(one: Hypothesis) -> str:
    return {"within": "within clients", "between": "between clients"}.get(str(one.effect), str(one.effect))


def _criteria(hypotheses: Mapping[str, Hypothesis], rules: VerdictRules) -> Iterator[str]:
    family = len(hypotheses)
    yield (
        f"Two-sided tests at {rules.alpha:g}, p-values adjusted by {CORRECTION[rules.confirmatory_correction]} over the "
        f"{family} confirmatory {'hypothesis' if family == 1 else 'hypotheses'}; intervals of 95%."
    )
    yield (
        "A claim is called supported where its adjusted p-value is below that, the sign is the predicted one, and it held "
        "against every attempt that decides (below). It is called practically zero where the "
        f"{rules.equivalence_level:.0%} interval lies within the smallest effect that matters, and inconclusive where the "
        "data settle neither."
    )


def _attempts(rules: VerdictRules) -> Iterator[str]:
    yield (
        f"Direction, which must hold: {_listed(rules.direction_checks)}. A hidden cause that keeps {rules.rho_star:g} of "
        "itself from window to window must be excluded."
    )
    yield f"Specificity: {_listed((*rules.specificity_checks, *rules.evidence_checks))}."
    yield f"Robustness, any of which makes a claim fragile where it breaks: {_listed(rules.fragile_checks)}."
    yield f"What runs through a step between must hold, too: {_listed(rules.mediation_checks)}."
    yield f"A number of which one of these cannot be asked is suggestive at most: {_listed(rules.asked_of_claims)}."


def _listed(names: Sequence[str]) -> str:
    return "; ".join(CHECKS[name].label if name in CHECKS else name for name in names) or "none"


def _exclusions(compute: Compute) -> Iterator[str]:
    yield (
        "Rows that break a rule of the data (impossible values, duplicate keys, days that run backwards) are refused or set "
        "aside by declared policy and counted; no other row is excluded, and no value is called an outlier. A client needs "
        f"{compute.min_ratings} ratings in a model's rows."
    )


def _missing(hypotheses: Mapping[str, Hypothesis], measures: Measures) -> Iterator[str]:
    yield (
        f"A score is given where at least {measures.min_answered:.0%} of its items are answered. Rows that lack the "
        "outcome, the exposure or a covariate are left out of a model, and counted."
    )
    for number, _, one in _numbered(hypotheses):
        asked = one.missing
        if asked is not None and asked.method is not None and asked.method != "none":
            role = "in place of the analysis of observed rows" if asked.method == "headline" else "as a check beside it"
            yield f"{number}: what is missing is imputed {asked.imputations} times, {role}."


def _exploratory(exploratory: Mapping[str, Hypothesis]) -> Iterator[str]:
    yield (
        "Everything not under Hypotheses is exploratory and called suggestive at most. Declared beside the claims above:"
        if exploratory
        else "None was declared. Whatever is tried later is exploratory, and the report counts it."
    )
    if exploratory:
        yield "\n".join(f"- “{markdown_text(one.claim)}”" for one in exploratory.values())
