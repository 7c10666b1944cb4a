"""Which claims a study can be planned for, and what to do about the others, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.base.errors import Problem
from pipeline.base.params import Hypothesis

HELP = "docs/planning.md, Other kinds of claim"
# What a claim is of where it has no plan of its own, and what may be planned in its place.
OTHERS: Mapping[str, tuple[Callable[[Hypothesis], bool], str, str]] = {
    "leaving": (
        lambda one: one.outcome.kind not in ("score", "dyad_gap"),
        "is about who leaves, whose power hangs on how many do",
        f"plan a claim about ratings ({HELP})",
    ),
    "between": (
        lambda one: one.effect != "within",
        "is about differences between people, not about change within them",
        f"plan a claim with `effect: within` ({HELP})",
    ),
    "path": (
        lambda one: one.mediator is not None,
        "is about what runs through a step between, which needs both paths at once",
        f"plan the claim without its mediator: a path has less power than that ({HELP})",
    ),
    "groups": (
        lambda one: one.moderator is not None,
        "compares effects between groups or along a number",
        "plan the claim without its moderator, at half of the difference for two halves of the clients, at 0.4 of it for a "
        f"fifth against the rest ({HELP})",
    ),
    "difference": (
        lambda one: one.contrast is not None,
        "is about a difference of two effects",
        f"plan one of the two effects, at 0.7 of the difference: its error is about 1.4 times theirs ({HELP})",
    ),
    "gap": (
        lambda one: one.outcome.kind == "dyad_gap",
        "is about the distance of two people's ratings, whose SDs are not those of a score",
        f"plan a claim about a score ({HELP})",
    ),
    "null": (
        lambda one: one.predicted == "none",
        "predicts that nothing is there, and a plan is of the power to see something",
        f"plan a claim with a direction ({HELP})",
    ),
    "dose": (
        lambda one: one.exposure.dose != "count",
        "does not count episodes, and a plan's effect is that of one more episode",
        f"plan the same claim with `dose: count` ({HELP})",
    ),
}
FILTERS = frozenset({"setting", "level", "initiated_by", "debriefed", "planned"})
DRAWN_COLUMNS = frozenset(
    {
        *("gender", "race_ethnicity", "age_band", "language", "program", "mandated", "need_index", "barriers"),
        *("referral_source", "discipline", "experience_band", "caseload_band"),
        *("phase", "modality", "duration_min", "crisis"),
    }
)
# What studies of the built-in simulator have no effects of; the formula has no need to know.
NOT_DRAWN: Mapping[str, Callable[[Hypothesis], bool]] = {
    "advocacy other than joint": lambda one: one.exposure.mode != "joint",
    "an effect on a later rating": lambda one: one.exposure.lag != 0,
    "episodes of one kind alone": lambda one: bool(one.exposure.model_dump(exclude_none=True).keys() & FILTERS),
    "ratings other than the clients' WAI-SR": lambda one: (
        one.outcome.instrument != "wai_sr" or one.outcome.rater != "client"
    ),
}


def problems(name: str, one: Hypothesis, *, drawn: bool) -> list[Problem]:
    """Why this claim's study cannot be planned; `drawn`: studies are to be drawn, too. Empty where it can."""
    for asks, what, mend in OTHERS.values():
        if asks(one):
            return [Problem("plan.hypothesis", f"`{name}` {what}: it cannot be planned yet", mend)]
    if not drawn:
        return []
    found = [f"drawn studies have no {what}" for what, asks in NOT_DRAWN.items() if asks(one)]
    unknown = sorted(set(one.covariates) - DRAWN_COLUMNS)
    found += [f"drawn studies have no column {', '.join(unknown)}"] if unknown else []
    mend = "plan without --ladder: the formula does not need it"
    return [Problem("plan.hypothesis", f"`{name}`: {what}", mend) for what in found]
