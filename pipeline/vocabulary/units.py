"""What one unit of an effect is: the smallest effect that matters is declared for it, and a number is told in it."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.base.options import EPISODE_FACTS
from pipeline.base.params import Plan
from pipeline.vocabulary.domain import COLUMNS, mode
from pipeline.vocabulary.domain import EPISODE_FACTS as FACTS

DOSES: Mapping[str, str] = {
    "count": "for each further episode",
    "any": "for any episode in a window against none",
    "minutes": "for each further minute (an hour is sixty of them)",
}
NUMBERS = ("number", "list")  # kinds of columns along which an effect changes by the point; of a list, codes are counted
USUAL: Mapping[str, str] = {
    "within": "",
    "between": " in a client's usual window",
    "worker": " in the usual window of a worker's clients",
    "contextual": " in a client's usual window, beyond what it is within clients",
}


def number_moderator(plan: Plan) -> str | None:
    """The moderator along which the effect changes by the point; None where there is none, or where it has levels."""
    name = plan.moderator
    if name is None or name in EPISODE_FACTS:
        return None
    return name if COLUMNS[name].kind in NUMBERS else None


def point_of(column: str, told: bool = False) -> str:
    """One unit of a moderator that is a number; `told`: for a reader, not by the column's name."""
    name = COLUMNS[column].phrase if told else f"`{column}`"
    if COLUMNS[column].kind == "list":
        return f"one of the client's {name}"
    return f"minute of {name}" if column == "duration_min" else f"point of {name}"


def per(plan: Plan, told: bool = False) -> str:
    """What a hypothesis' number, and its smallest effect, are for: `for each further episode, and each further point ...`.

    `told`: for a reader of the report, columns not by their names.
    """
    dose = plan.exposure.dose
    text = DOSES.get(dose, "for a further episode on the rating's own day, which fades from there")
    text += USUAL[plan.effect] if dose != "any" else ""
    column = number_moderator(plan)
    if column is not None:
        text += f", and for each further {point_of(column, told)}: by how much the effect changes with it"
    elif plan.moderator is not None:
        text += f", as the difference between one level of {_named(plan.moderator, told)} and the mean of the others"
    if plan.mediator is not None:
        text += f", of what runs through {_named(plan.mediator.column, told)}"
    contrast = plan.contrast
    if contrast is not None and contrast.minus is not None:
        text += f", as the difference from that of {mode(contrast.minus)}"
    if contrast is not None and contrast.outcome_minus is not None:
        text += f", as the difference from that on {contrast.outcome_minus}"
    return text


def _named(column: str, told: bool) -> str:
    if not told:
        return f"`{column}`"
    fact = next((words for key, words in FACTS.items() if key == column), None)
    return fact or (COLUMNS[column].phrase if column in COLUMNS else column)
