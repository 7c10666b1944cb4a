"""Rules of params.yaml that need this room's knowledge: columns, terms and combinations that make sense."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.base.errors import Problem
from pipeline.base.key_path import nearest
from pipeline.base.params import Hypothesis, Params

SESSION_COLUMNS = (
    "phase",
    "modality",
    "duration_min",
    "crisis",
    "empathy_client",
    "empathy_worker",
    "self_disclosure",
    "co_construction",
    "rupture",
    "repair",
    "gap",
    "worker_changed",
)
CLIENT_COLUMNS = (
    "agency_id",
    "age_band",
    "gender",
    "race_ethnicity",
    "language",
    "program",
    "mandated",
    "need_index",
    "barriers",
    "referral_source",
)
WORKER_COLUMNS = ("discipline", "experience_band", "caseload_band")
COLUMNS = (*SESSION_COLUMNS, *CLIENT_COLUMNS, *WORKER_COLUMNS)
EPISODE_FACTS = ("setting", "level", "initiated_by", "debriefed", "planned")
MEDIATORS = ("empathy_client", "empathy_worker", "self_disclosure", "co_construction")
GROUPS = ("client_id", "worker_id")
TERMS = ("intercept", "exposure", "time")


def check_params(params: Params) -> list[Problem]:
    """Everything in `hypotheses:` that cannot be meant as it stands."""
    return [problem for name, hypothesis in params.hypotheses.items() for problem in _problems(name, hypothesis)]


def _problems(name: str, hypothesis: Hypothesis) -> Iterator[Problem]:
    at = f"hypotheses.{name}"
    yield from _unknown(f"{at}.covariates", hypothesis.covariates, COLUMNS)
    if len(set(hypothesis.covariates)) < len(hypothesis.covariates):
        yield Problem(f"{at}.covariates", "names a column twice", "name each once")
    if hypothesis.moderator:
        yield from _unknown(f"{at}.moderator", (hypothesis.moderator,), (*COLUMNS, *EPISODE_FACTS))
    if hypothesis.mediator:
        yield from _unknown(f"{at}.mediator.column", (hypothesis.mediator.column,), MEDIATORS)
    yield from _random(at, hypothesis)
    yield from _dose(at, hypothesis)
    yield from _contrast(at, hypothesis)
    yield from _combinations(at, hypothesis)


def _unknown(where: str, found: tuple[str, ...], allowed: tuple[str, ...]) -> Iterator[Problem]:
    for name in found:
        if name not in allowed:
            yield Problem(where, f"no such column: `{name}`", nearest(name, list(allowed)))


def _random(at: str, hypothesis: Hypothesis) -> Iterator[Problem]:
    if "client_id" not in hypothesis.random:
        yield Problem(f"{at}.random", "has no effects by client_id", "ratings of one client resemble each other: add it")
    for group, terms in hypothesis.random.items():
        yield from _unknown(f"{at}.random", (group,), GROUPS)
        yield from _unknown(f"{at}.random.{group}", terms, TERMS)
        if "intercept" not in terms or len(set(terms)) < len(terms):
            yield Problem(f"{at}.random.{group}", "needs the intercept, and each term once", "e.g. [intercept, time]")


def _dose(at: str, hypothesis: Hypothesis) -> Iterator[Problem]:
    dose = hypothesis.exposure.dose
    if dose.startswith("decay") and float(dose[6:-1]) <= 0:
        yield Problem(f"{at}.exposure.dose", "a half-life of zero days", "give more than 0 days")


def _contrast(at: str, hypothesis: Hypothesis) -> Iterator[Problem]:
    contrast = hypothesis.contrast
    if contrast is None:
        return
    if contrast.minus is None and contrast.outcome_minus is None:
        yield Problem(f"{at}.contrast", "says nothing to subtract", "give `minus` or `outcome_minus`, or null")
    if contrast.minus == hypothesis.exposure.mode:
        yield Problem(f"{at}.contrast.minus", "an exposure minus itself", "name another mode")
    if contrast.outcome_minus == hypothesis.outcome.score:
        yield Problem(f"{at}.contrast.outcome_minus", "a score minus itself", "name another score")


def _combinations(at: str, hypothesis: Hypothesis) -> Iterator[Problem]:
    kind, mediator = hypothesis.outcome.kind, hypothesis.mediator
    if hypothesis.moderator and hypothesis.effect == "contextual":
        yield Problem(f"{at}.moderator", "a contextual effect cannot be split by a moderator", "use within or between")
    if hypothesis.moderator_level and not hypothesis.moderator:
        yield Problem(f"{at}.moderator_level", "there is no moderator", "name it, or leave the level out")
    if mediator and (hypothesis.moderator or hypothesis.contrast or hypothesis.effect != "within"):
        yield Problem(f"{at}.mediator", "goes with a single within-client exposure only", "leave the others out")
    if mediator and hypothesis.exposure.lag < mediator.lag:
        yield Problem(
            f"{at}.mediator.lag", "the mediator would come before the exposure", "give the exposure at least its lag"
        )
    if kind != "score" and hypothesis.contrast and hypothesis.contrast.outcome_minus:
        yield Problem(f"{at}.contrast.outcome_minus", f"a {kind} has no other score", "leave it out")
    if kind in ("no_show", "dropout") and (hypothesis.moderator or mediator or hypothesis.effect != "within"):
        yield Problem(f"{at}.outcome.kind", f"{kind} takes neither moderator, mediator nor another effect", "leave them out")
