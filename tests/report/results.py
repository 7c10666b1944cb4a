"""Fits and verdicts of the shapes that fit and judge leave behind, and whole sources for a report."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pipeline.base.params import Params, load
from pipeline.description.summary import describe
from pipeline.description.tables import Study
from pipeline.report.release import Report, Sources, build
from pipeline.results.description import Description
from pipeline.results.reliability import Reliability
from tests.report.studies import foreign_study, full_study

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
)


def params(
    verdicts: tuple[str, ...] = VERDICTS, origin: str = "simulated", extra: str = "", claims: tuple[str, ...] = ()
) -> Params:
    blocks = ""
    for i, verdict in enumerate(verdicts):
        role = "exploratory" if verdict == "suggestive" else "confirmatory"
        text = claims[i] if claims else "After weeks with more joint advocacy than usual, clients rate the alliance higher."
        blocks += HYPOTHESIS.format(name=name_of(verdict), role=role, claim=text, effect="within")
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


def fit(verdict: str, clients: int = 140, rows: int = 990) -> dict[str, Any]:
    if verdict == "not estimable":
        return {
            "status": "not_estimable",
            "reason": "no advocacy log",
            "tested": None,
            "coefficients": [],
            "variance": [],
            "battery": [],
            "counts": [{"step": "ratings", "rows": 1007, "clients": 150, "workers": 15}],
            "sentences": [],
            "formula": "",
        }
    sign = -1.0 if verdict == "opposite" else 1.0
    size = 0.004 if verdict == "practically zero" else 0.152
    error = 0.09 if verdict == "inconclusive" else 0.0213
    tested = {
        "term": "exposure_within",
        "estimate": sign * size,
        "std_error": error,
        "df": 132.4,
        "statistic": sign * size / error,
        "p_value": 0.0000123 if error < 0.05 and size > 0.1 else 0.0912,
        "conf_low": sign * size - 1.96 * error,
        "conf_high": sign * size + 1.96 * error,
        "conf_low_90": sign * size - 1.645 * error,
        "conf_high_90": sign * size + 1.645 * error,
        "standardized": {
            "estimate": sign * size / 0.48,
            "conf_low": (sign * size - 1.96 * error) / 0.48,
            "conf_high": (sign * size + 1.96 * error) / 0.48,
            "outcome_sd_within": 0.48,
            "dose": "one episode",
        },
    }
    checks = [
        {
            "check": "lead_placebo",
            "label": "Lead placebo",
            "applies": True,
            "passed": verdict not in ("no direction can be claimed",),
            "estimate": 0.012,
            "std_error": 0.021,
            "df": 101.0,
            "p_value": 0.57,
            "conf_low": -0.03,
            "conf_high": 0.054,
            "sentence": "Advocacy after the rating does not go with it.",
            "reason": None,
        },
        {
            "check": "lagged_outcome",
            "label": "Lagged outcome",
            "applies": True,
            "passed": verdict != "fragile",
            "estimate": 0.11,
            "std_error": 0.06,
            "df": 101.0,
            "p_value": 0.07,
            "conf_low": -0.01,
            "conf_high": 0.23,
            "sentence": "With the rating before in the model, the interval includes 0.",
            "reason": None,
        },
        {
            "check": "negative_control",
            "label": "Negative control",
            "applies": False,
            "passed": None,
            "reason": "No other exposure was recorded.",
        },
    ]
    coefficients = [
        {
            "term": "Intercept",
            "estimate": 3.61,
            "std_error": 0.05,
            "df": 20.3,
            "p_value": 0.0,
            "conf_low": 3.5,
            "conf_high": 3.7,
        },
        {**{key: tested[key] for key in ("term", "estimate", "std_error", "df", "p_value", "conf_low", "conf_high")}},
        {
            "term": "phase[evaluation]",
            "estimate": 0.2,
            "std_error": 0.03,
            "df": 800.0,
            "p_value": 0.02,
            "conf_low": 0.14,
            "conf_high": 0.26,
        },
    ]
    return {
        "status": "estimated",
        "reason": None,
        "tested": tested,
        "coefficients": coefficients,
        "variance": [
            {"group": "client_id", "term_1": "Intercept", "term_2": "Intercept", "covariance": 0.25, "correlation": 1.0},
            {"group": "residual", "term_1": None, "term_2": None, "covariance": 0.16, "correlation": None},
        ],
        "battery": checks,
        "counts": [
            {"step": "ratings", "rows": 1007, "clients": 150, "workers": 15},
            {"step": "with exposure", "rows": 1000, "clients": 148, "workers": 15},
            {"step": "in the model", "rows": rows, "clients": clients, "workers": 15},
        ],
        "sentences": ["The slope of time by client was dropped because its variance was zero."],
        "formula": "Y = b0 + bW·X_within + bB·X_between + bK·X_worker + time + phase + u_worker + v_client + e",
    }


def verdict_entry(verdict: str, found: dict[str, Any]) -> dict[str, Any]:
    estimated = found["status"] == "estimated"
    return {
        "verdict": verdict,
        "rule": f"the rule for {verdict}",
        "reasons": [] if estimated else ["no advocacy log"],
        "p_value": found["tested"]["p_value"] if estimated else None,
        "p_adjusted": found["tested"]["p_value"] * 2 if estimated else None,
        "correction": "holm",
    }


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


def sources(study: Study | None = None, verdicts: tuple[str, ...] = VERDICTS) -> Sources:
    fits = {name_of(verdict): fit(verdict) for verdict in verdicts}
    return Sources(
        description=describe(study) if study is not None else default_description(),
        reliability=reliability(),
        fits=fits,
        verdicts={"hypotheses": {name_of(v): verdict_entry(v, fits[name_of(v)]) for v in verdicts}},
        versions={"Python": "3.11.7"},
    )


@cache
def built(verdicts: tuple[str, ...] = VERDICTS, **options: Any) -> Report:
    """The report on these verdicts, put together once: most of that is the search for what has to be withheld."""
    return build(params(verdicts, **options), sources(verdicts=verdicts))[0]


def foreign_sources() -> tuple[Params, Sources]:
    only = ("not estimable",)
    return params(only, origin="real"), sources(foreign_study(), only)
