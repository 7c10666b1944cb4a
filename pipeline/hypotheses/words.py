"""A hypothesis in words: what is compared with what, over which rows."""

from __future__ import annotations

from pipeline.base.params import ExposureSpec, Hypothesis, Plan
from pipeline.hypotheses.sample import EPISODE_FACTS, filters

MODE = {
    "joint": "joint advocacy (client and worker together)",
    "worker_solo": "advocacy by the worker alone",
    "client_solo": "advocacy by the client alone",
    "concrete": "concrete services",
}
EFFECT = {
    "within": "Within clients: ratings after more {x} than that client's usual, against ratings after less.",
    "between": "Between clients of one worker: clients with more {x} on the whole, against clients with less.",
    "worker": "Between workers: workers whose clients have more {x}, against workers whose clients have less.",
    "contextual": "Contextual: the difference between clients minus the difference within clients, for {x}.",
}
AT_RISK = (
    "Sessions after more {x} against sessions after less, at the same point of the course; not split within and between."
)
BACK = {0: "the session of this rating", 1: "the session of the rating before"}
KIND = {
    "score": "the {score} score of {instrument}, rated by the {rater}",
    "dyad_gap": "the distance between client and worker on the {score} score of {instrument}, for one session",
    "no_show": "missing the next scheduled session (log-odds)",
    "dropout": "no session attended any more (log-odds)",
}
DOSE = {
    "count": "the number of episodes",
    "any": "whether there was any episode",
    "minutes": "the minutes of all episodes",
}


def question(hypothesis: Hypothesis) -> list[str]:
    """What is asked, sentence by sentence."""
    plan: Plan = hypothesis
    said = [f"Outcome: {outcome(plan)}.", f"Exposure: {exposure(plan.exposure)}."]
    compared = AT_RISK if plan.outcome.kind in ("no_show", "dropout") else EFFECT[plan.effect]
    said.append(compared.format(x=MODE[plan.exposure.mode].split(" (")[0]))
    if plan.contrast and plan.contrast.minus:
        said.append(f"Tested is one number: this effect minus that of {MODE[plan.contrast.minus]}.")
    if plan.contrast and plan.contrast.outcome_minus:
        said.append(f"Tested is one number: the effect on {plan.outcome.score} minus that on {plan.contrast.outcome_minus}.")
    if plan.moderator:
        level = f"`{plan.moderator_level}`" if plan.moderator_level else "the last one"
        said.append(
            f"Tested is how the effect differs by `{plan.moderator}`: {level} against its other levels or, where it is a "
            "number, how much the effect changes with each point."
        )
    if plan.mediator:
        back = BACK.get(plan.mediator.lag, f"the session {plan.mediator.lag} ratings before")
        said.append(f"Tested is the part that runs through `{plan.mediator.column}` of {back}.")
    said.append(f"Beside it in the model: {', '.join([*_left_out(plan), 'time', *plan.covariates])}.")
    return said


def _left_out(plan: Plan) -> list[str]:
    """The episodes a filter or a blank fact keeps out of the exposure, which come in the same busy weeks."""
    if filters(plan.exposure):
        return ["the other episodes of the same kind, which this exposure leaves out"]
    return [f"episodes whose `{plan.moderator}` is not known"] if plan.moderator in EPISODE_FACTS else []


def outcome(plan: Plan) -> str:
    """The outcome in words."""
    parts = {"score": plan.outcome.score, "instrument": plan.outcome.instrument, "rater": plan.outcome.rater}
    return KIND[plan.outcome.kind].format(**parts)


def exposure(spec: ExposureSpec) -> str:
    """The exposure in words."""
    dose = DOSE.get(spec.dose, f"all past episodes, each halved every {spec.dose[6:-1]} days")
    facts = {"in setting": spec.setting, "at level": spec.level, "begun by": spec.initiated_by}
    only = [f"{name} {value}" for name, value in facts.items() if value]
    only += [name for name, value in (("talked over", spec.debriefed), ("planned", spec.planned)) if value]
    only += [f"not {name}" for name, value in (("talked over", spec.debriefed), ("planned", spec.planned)) if value is False]
    where = {0: "in the window that ends at the rating", 1: "in the window one rating earlier"}
    window = where.get(spec.lag, f"in the window {spec.lag} ratings earlier")
    which = f", only those {' and '.join(only)}," if only else ""
    return f"{dose} of {MODE[spec.mode]}{which} {window}"
