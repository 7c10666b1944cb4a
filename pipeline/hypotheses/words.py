"""A hypothesis in words: what is compared with what, over which rows."""

from __future__ import annotations

import importlib
from typing import Protocol

from pipeline.base.options import EPISODE_FACTS
from pipeline.base.params import Hypothesis, Plan
from pipeline.base.specs import ExposureSpec
from pipeline.hypotheses.design.episodes import episode_filters
from pipeline.hypotheses.kinds import kind_of
from pipeline.vocabulary.domain import mode

LOADS = ("pipeline.hypotheses.kinds.*.words",)
DOSE = {
    "count": "the number of episodes",
    "any": "whether there was any episode",
    "minutes": "the minutes of all episodes",
}
TOGETHER = {"joint": " (client and worker together)"}


class KindWords(Protocol):
    """A kind's `words`."""

    def compared(self, plan: Plan) -> str:
        """What is compared with what; `{x}` stands for the exposure."""
        ...

    def outcome(self, plan: Plan) -> str:
        """The outcome; `{score}`, `{instrument}`, `{rater}` stand for the plan's own."""
        ...

    def beside(self, plan: Plan) -> str:
        """What else is to be said of the question."""
        ...


def words_of(plan: Plan) -> KindWords:
    """The words of a hypothesis' kind."""
    found: KindWords = importlib.import_module(f"pipeline.hypotheses.kinds.{kind_of(plan)}.words")
    return found


def question(hypothesis: Hypothesis) -> list[str]:
    """What is asked, sentence by sentence."""
    plan: Plan = hypothesis
    kind = words_of(plan)
    said = [f"Outcome: {outcome(plan)}.", f"Exposure: {exposure(plan.exposure)}."]
    said.append(kind.compared(plan).format(x=mode(plan.exposure.mode)))
    if plan.contrast and plan.contrast.minus:
        said.append(f"Tested is one number: this effect minus that of {mode(plan.contrast.minus)}.")
    if plan.contrast and plan.contrast.outcome_minus:
        said.append(f"Tested is one number: the effect on {plan.outcome.score} minus that on {plan.contrast.outcome_minus}.")
    if plan.moderator:
        level = f"`{plan.moderator_level}`" if plan.moderator_level else "the last one"
        said.append(
            f"Tested is how the effect differs by `{plan.moderator}`: {level} against its other levels or, where it is a "
            "number, how much the effect changes with each point."
        )
    said += [text for text in (kind.beside(plan),) if text]
    said.append(f"Beside it in the model: {', '.join([*_left_out(plan), 'time', *plan.covariates])}.")
    return said


def _left_out(plan: Plan) -> list[str]:
    """The episodes a filter or a blank fact keeps out of the exposure, which come in the same busy weeks."""
    if episode_filters(plan.exposure):
        return ["the other episodes of the same kind, which this exposure leaves out"]
    return [f"episodes whose `{plan.moderator}` is not known"] if plan.moderator in EPISODE_FACTS else []


def outcome(plan: Plan) -> str:
    """The outcome in words."""
    parts = {"score": plan.outcome.score, "instrument": plan.outcome.instrument, "rater": plan.outcome.rater}
    return words_of(plan).outcome(plan).format(**parts)


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
    return f"{dose} of {mode(spec.mode)}{TOGETHER.get(spec.mode, '')}{which} {window}"
