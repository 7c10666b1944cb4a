"""Fits and verdicts as fit and judge leave them, made of the records themselves, and whole sources for a report."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

from pipeline.base.params import Params, load
from pipeline.description.summary import describe
from pipeline.description.tables import StudyTables
from pipeline.report.claims import Claim
from pipeline.report.document import Document
from pipeline.report.material import Material
from pipeline.report.release import ReportSources, build_document, material_of
from pipeline.results.attempt import Attempt, State
from pipeline.results.description import Description
from pipeline.results.fit import Fit, Sensitivity
from pipeline.results.reason import Reason, Step
from pipeline.results.reliability import Reliability
from pipeline.results.verdict import Judged, Rule, Verdicts
from pipeline.vocabulary.checks import group_of_check
from tests.report.studies import foreign_study, full_study
from tests.results import make

CLAIM = "After weeks with more joint advocacy than usual, clients rate the alliance higher."
HYPOTHESIS = """
  {name}:
    role: {role}
    claim: "{claim}"
    outcome: {{ instrument: wai_sr, score: total, rater: client }}
    exposure: {{ mode: joint, dose: count, lag: 0 }}
    effect: {effect}
    predicted: positive
    smallest_effect: 0.10
    covariates: [phase]
"""
LISTS = (
    "by_occasion",
    "item_checks",
    "shipped_totals",
    "structure",
    "two_level",
    "generalizability",
    "invariance",
    "icc",
    "dyads",
    "floor_ceiling",
    "response_rates",
)
VERDICTS = (
    "supported",
    "suggestive",
    "opposite",
    "practically zero",
    "inconclusive",
    "fragile",
    "not specific to being there",
    "no direction can be claimed",
    "not estimable",
    "could not be computed",
)


def params(
    verdicts: tuple[str, ...] = VERDICTS, origin: str = "simulated", extra: str = "", claims: tuple[str, ...] = ()
) -> Params:
    blocks = ""
    for i, verdict in enumerate(verdicts):
        role = "exploratory" if verdict == "suggestive" else "confirmatory"
        text = claims[i] if claims else CLAIM
        blocks += HYPOTHESIS.format(name=name_of(verdict), role=role, claim=text, effect="within")
    return loaded(blocks, origin, extra)


def loaded(blocks: str, origin: str = "simulated", extra: str = "") -> Params:
    """The settings of a study with these hypotheses."""
    defaults = ("simulate", "privacy", "measures", "exposure", "verdict", "compute")
    rest = "report: { figure_dpi: 72 }\n" + "\n".join(f"{name}: {{}}" for name in defaults if f"{name}:" not in extra)
    text = f"""
study: {{ title: "Joint advocacy and the working alliance", origin: {origin}, seed: 1 }}
sources: {{ directory: data/raw/simulated, tables: {{}}, ratings: {{}} }}
{rest}
{extra}
hypotheses:{blocks}
"""
    return load(text)


def name_of(verdict: str) -> str:
    return "case_" + verdict.replace(" ", "_")


def fit(verdict: str, clients: int = 140, rows: int = 990) -> Fit:
    """The fit of a hypothesis that ends in this verdict: sound as a real one, its number as that verdict wants it."""
    if verdict in ("not estimable", "could not be computed"):
        status = "not_estimable" if verdict == "not estimable" else "not_computed"
        return make.nothing("no_log", status)
    counts = (
        Step(step="ratings", rows=1007, clients=150, workers=15),
        Step(step="exposure known", rows=1000, clients=148, workers=15),
        Step(step="model", rows=rows, clients=clients, workers=15),
    )
    size = 0.004 if verdict == "practically zero" else 0.152
    error = 0.09 if verdict == "inconclusive" else 0.0213
    strength = Sensitivity(e_value=1.6, e_value_interval=1.4, robustness_value=0.3, robustness_value_interval=0.2)
    tested = make.number_tested(-size if verdict == "opposite" else size, error, 132.4, sd=0.48, sensitivity=strength)
    return make.fit(tested=tested, counts=counts)


def attempts(verdict: str) -> tuple[Attempt, ...]:
    """Attempts of every kind in the states that a verdict of this name rests on."""
    states: dict[str, State] = {
        "hidden_cause": "broke" if verdict == "no direction can be claimed" else "held",
        "lagged_outcome": "broke" if verdict == "fragile" else "held",
        "control_worker_solo": "broke" if verdict == "not specific to being there" else "held",
        "feedback": "held",
        "influence": "held",
        "unadjusted": "no_difference",
        "nearer_windows": "not_applicable",
        "car1": "not_computed",
    }
    null: State | None = {"practically zero": "no_difference", "inconclusive": "not_clear"}.get(verdict)  # type: ignore[assignment]
    made = []
    for i, (check, state) in enumerate(states.items()):
        numbered = state not in ("not_applicable", "not_computed")
        reason = None if numbered else Reason(code="nearest_already" if state == "not_applicable" else "not_converged")
        own = null if null and state == "held" else state
        estimate = make.estimate(0.11 + i / 100, 0.03) if numbered else None
        decides = check in DECIDE and state != "not_computed"
        made.append(
            Attempt(check=check, group=group_of_check(check), decides=decides, state=own, reason=reason, estimate=estimate)
        )
    return tuple(made)


RULES: dict[str, Rule] = {
    "supported": "all_held",
    "suggestive": "exploratory",
    "opposite": "other_sign",
    "practically zero": "not_significant_within_limit",
    "inconclusive": "not_significant",
    "fragile": "robustness_broke",
    "not specific to being there": "specificity_broke",
    "no direction can be claimed": "direction_broke",
    "not estimable": "no_number",
    "could not be computed": "not_computed",
}
DECIDE = ("hidden_cause", "lagged_outcome", "control_worker_solo", "nearer_windows", "car1")


def judged(verdict: str, found: Fit, name: str | None = None, claim: str = CLAIM) -> Judged:
    """The verdict on it, as `judge` leaves it."""
    tried = attempts(verdict) if found.estimated else ()
    return Judged(
        name=name or name_of(verdict),
        role="exploratory" if verdict == "suggestive" else "confirmatory",
        declared_role="exploratory" if verdict == "suggestive" else "confirmatory",
        claim=claim,
        predicted="positive",
        smallest_effect=0.1,
        verdict=verdict,  # type: ignore[arg-type]
        rule=RULES[verdict],
        reason=found.reason,
        decided_by=tuple(one.check for one in tried if one.state == "broke"),
        attempts=tried,
        p_value=found.tested.p_value if found.tested else None,
        p_adjusted=min(1.0, found.tested.p_value * 2) if found.tested else None,
        correction="benjamini_hochberg" if verdict == "suggestive" else "holm",
    )


def reliability() -> Reliability:
    rows = [("total", 12, 0.91), ("goal", 4, 0.82), ("task", 4, 0.8), ("bond", 4, 0.79)]
    found = {
        "instruments": [
            {
                "instrument": "wai_sr",
                "rater": "client",
                "score": score,
                "n": 1003,
                "items": items,
                "alpha": alpha,
                "conf_low": alpha - 0.02,
                "conf_high": alpha + 0.02,
                "note": None,
            }
            for score, items, alpha in rows
        ],
        **{name: [] for name in LISTS},
    }
    return Reliability.model_validate_json(json.dumps(found))


@cache
def default_description() -> Description:
    """The description most tests share; nothing may change it."""
    return describe(full_study())


def sources(study: StudyTables | None = None, verdicts: tuple[str, ...] = VERDICTS) -> ReportSources:
    fits = {name_of(verdict): fit(verdict) for verdict in verdicts}
    return ReportSources(
        description=describe(study) if study is not None else default_description(),
        reliability=reliability(),
        fits=fits,
        verdicts=Verdicts(hypotheses={name_of(v): judged(v, fits[name_of(v)]) for v in verdicts}, family={}),
        versions={"Python": "3.11.7"},
    )


@cache
def built(verdicts: tuple[str, ...] = VERDICTS, **options: Any) -> Document:
    """The document on these verdicts, put together once: most of that is the search for what has to be withheld."""
    return build_document(params(verdicts, **options), sources(verdicts=verdicts))[0]


@cache
def material(verdicts: tuple[str, ...] = VERDICTS, **options: Any) -> Material:
    """All that the sections of that document draw on."""
    return material_of(params(verdicts, **options), sources(verdicts=verdicts))


THIRTEEN = (  # role and verdict of each hypothesis
    *(("confirmatory", verdict) for verdict in ("supported", "fragile", "practically zero")),
    *(
        ("exploratory", verdict)
        for verdict in ("suggestive", "inconclusive", "practically zero", "opposite", "not estimable") * 2
    ),
)


@cache
def thirteen() -> Document:
    """A study of thirteen hypotheses, three of them confirmatory."""
    fits, judging, blocks = {}, {}, ""
    for i, (role, verdict) in enumerate(THIRTEEN):
        name = f"case_{i}"
        fits[name] = fit(verdict)
        judging[name] = judged(verdict, fits[name], name).model_copy(update={"role": role, "declared_role": role})
        blocks += HYPOTHESIS.format(name=name, role=role, claim=CLAIM, effect="within")
    whole = sources(verdicts=())
    return build_document(loaded(blocks), replace(whole, fits=fits, verdicts=Verdicts(hypotheses=judging, family={})))[0]


def claim_of(verdict: str) -> Claim:
    return next(claim for claim in material().claims if claim.verdict == verdict)


def foreign_sources() -> tuple[Params, ReportSources]:
    only = ("not estimable",)
    return params(only, origin="real"), sources(foreign_study(), only)
