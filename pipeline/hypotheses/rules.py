"""Rules of params.yaml that need this room's knowledge: columns, terms, checks and combinations that make sense."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.base.errors import Problem
from pipeline.base.key_path import nearest
from pipeline.base.options import EPISODE_FACTS
from pipeline.base.params import Hypothesis, Params, VerdictRules, missing_for
from pipeline.hypotheses.kinds import KINDS, outcome_kinds, rules_of
from pipeline.vocabulary.checks import CHECKS
from pipeline.vocabulary.domain import COLUMNS
from pipeline.vocabulary.units import number_moderator, point_of

GROUPS = ("client_id", "worker_id")
TERMS = ("intercept", "exposure", "time")
HOUR = 60  # minutes
MOST_AN_HOUR = 1.0  # SD of ratings within clients; a smallest effect above it was meant for an episode, not for a minute
# Points of a moderator by which clients easily differ. A smallest effect of a whole SD over them was meant for one SD of
# the moderator, or for two groups, and would call any difference practically zero.
APART = {"need_index": 10, "duration_min": 60, "barriers": 5}
APART_ELSE = 3  # process ratings: the shortest scale in use
MOST_APART = 1.0  # SD of ratings within clients
LISTS = (
    "direction_checks",
    "specificity_checks",
    "evidence_checks",
    "fragile_checks",
    "mediation_checks",
    "asked_of_claims",
)


def check_params(params: Params) -> list[Problem]:
    """Everything in `hypotheses:` and `verdict:` that cannot be meant as it stands."""
    found = [problem for name, hypothesis in params.hypotheses.items() for problem in hypothesis_problems(name, hypothesis)]
    found += missing_problems(params)
    return [*found, *verdict_problems(params.verdict)]


def closed_values() -> dict[str, tuple[str, ...]]:
    """The values of the keys whose sets the rooms know, for the schema an editor uses."""
    checks = tuple(CHECKS)
    return {f"VerdictRules.{name}": checks for name in LISTS} | {"OutcomeSpec.kind": outcome_kinds()}


def missing_problems(params: Params) -> Iterator[Problem]:
    """What cannot be meant in `missing:`, for all hypotheses or for one."""
    own = {f"hypotheses.{name}.missing": one.missing for name, one in params.hypotheses.items() if one.missing is not None}
    rated = {(source.instrument, source.rater) for source in params.sources.ratings.values()}
    for at, asked in {"missing": params.missing, **own}.items():
        whole = missing_for(params.missing, asked)
        if whole.method == "none" and (asked.skipped or asked.after_dropout):
            yield Problem(at, "deltas need imputations, and `method` is none", "set `method: beside` or `headline`")
        yield from _unknown(f"{at}.auxiliary", (one for one in asked.auxiliary if isinstance(one, str)), COLUMNS)
        for one in asked.auxiliary:
            if not isinstance(one, str) and (one.instrument, one.rater) not in rated:
                what = f"no ratings on `{one.instrument}` by the {one.rater} are declared"
                yield Problem(f"{at}.auxiliary", what, "name one of sources.ratings, or leave it out")
        for name in ("skipped", "after_dropout"):
            if len(set(getattr(asked, name))) < len(getattr(asked, name)):
                yield Problem(f"{at}.{name}", "names a delta twice", "name each once")


def verdict_problems(rules: VerdictRules) -> Iterator[Problem]:
    """Checks that there are not."""
    for name in LISTS:
        yield from _unknown(f"verdict.{name}", getattr(rules, name), tuple(CHECKS), "check")


def hypothesis_problems(name: str, hypothesis: Hypothesis) -> Iterator[Problem]:
    """What cannot be meant in one hypothesis, whatever its kind, and then by its kind."""
    at = f"hypotheses.{name}"
    if hypothesis.outcome.kind not in outcome_kinds():
        yield from _unknown(f"{at}.outcome.kind", (hypothesis.outcome.kind,), outcome_kinds(), "kind of outcome")
        return
    yield from _unknown(f"{at}.covariates", hypothesis.covariates, COLUMNS)
    if len(set(hypothesis.covariates)) < len(hypothesis.covariates):
        yield Problem(f"{at}.covariates", "names a column twice", "name each once")
    if hypothesis.moderator:
        yield from _unknown(f"{at}.moderator", (hypothesis.moderator,), (*COLUMNS, *EPISODE_FACTS))
    yield from _random(at, hypothesis)
    yield from _dose(at, hypothesis)
    yield from _point(at, hypothesis)
    yield from _contrast(at, hypothesis)
    if hypothesis.moderator_level and not hypothesis.moderator:
        yield Problem(f"{at}.moderator_level", "there is no moderator", "name it, or leave the level out")
    for kind in (kind for kind in KINDS if rules_of(kind).claims(hypothesis)):
        yield from rules_of(kind).problems(at, hypothesis)
        break


def _unknown(where: str, found: Iterable[str], allowed: Iterable[str], what: str = "column") -> Iterator[Problem]:
    known = list(allowed)
    for name in found:
        if name not in known:
            yield Problem(where, f"no such {what}: `{name}`", nearest(name, known))


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
    days = hypothesis.exposure.half_life
    if days is not None and days <= 0:
        yield Problem(f"{at}.exposure.dose", "a half-life of zero days", "give more than 0 days")
    if dose == "minutes" and HOUR * hypothesis.smallest_effect > MOST_AN_HOUR:
        said = f"{hypothesis.smallest_effect:g} SD a minute are {HOUR * hypothesis.smallest_effect:g} SD an hour"
        mend = f"it is for each further minute: 0.10 SD an hour are {0.1 / HOUR:.4f}"
        yield Problem(f"{at}.smallest_effect", f"{said}, which makes any effect practically zero", mend)


def _point(at: str, hypothesis: Hypothesis) -> Iterator[Problem]:
    """A smallest effect for each further point of a moderator that cannot be meant so."""
    if hypothesis.moderator not in (*COLUMNS, *EPISODE_FACTS):
        return
    column = number_moderator(hypothesis)
    points = APART.get(column or "", APART_ELSE)
    if column is not None and points * hypothesis.smallest_effect >= MOST_APART:
        over = f"{points * hypothesis.smallest_effect:g} SD over {points} of them"
        said = f"{hypothesis.smallest_effect:g} SD for each further {point_of(column)} are {over}"
        mend = f"it is for each further one: 0.10 SD over {points} are {0.1 / points:.4f}"
        yield Problem(f"{at}.smallest_effect", f"{said}, which makes any difference practically zero", mend)


def _contrast(at: str, hypothesis: Hypothesis) -> Iterator[Problem]:
    contrast, kind = hypothesis.contrast, hypothesis.outcome.kind
    if contrast is None:
        return
    if contrast.minus is None and contrast.outcome_minus is None:
        yield Problem(f"{at}.contrast", "says nothing to subtract", "give `minus` or `outcome_minus`, or null")
    if contrast.minus == hypothesis.exposure.mode:
        yield Problem(f"{at}.contrast.minus", "an exposure minus itself", "name another mode")
    if contrast.outcome_minus == hypothesis.outcome.score:
        yield Problem(f"{at}.contrast.outcome_minus", "a score minus itself", "name another score")
    if contrast.outcome_minus and kind != "score":
        yield Problem(f"{at}.contrast.outcome_minus", f"a {kind} has no other score", "leave it out")
