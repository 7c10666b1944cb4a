"""An exposure as a record: what a column of a model is about is known from here, never from its name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pipeline.base.params import Plan
from pipeline.results.fit import Column

Part = Literal["within", "between", "worker"]
PARTS: tuple[Part, ...] = ("within", "between", "worker")
TESTED_PART: dict[str, Part] = {"within": "within", "between": "between", "worker": "worker", "contextual": "between"}


@dataclass(frozen=True)
class Exposure:
    """Which episodes, of which window, and which part of their dose.

    `level`: only those at this level of the moderator; `rest`: those of the mode that the tested exposure leaves out;
    `lead`: of the window after the rating; `back`: of the window so many ratings before it; `by`: multiplied by this column.
    """

    mode: str
    level: str | None = None
    part: Part | None = None
    rest: bool = False
    lead: bool = False
    back: int | None = None
    by: str | None = None

    @property
    def name(self) -> str:
        """The column's printed name: `joint_within`, `joint_after_within[court]`, `joint_within_by_need_index`."""
        text = self.mode + ("_other" if self.rest else "") + ("_after" if self.lead else "")
        text += "" if self.back is None else f"_lag{self.back}"
        text += "" if self.part is None else f"_{self.part}"
        text += "" if self.level is None else f"[{self.level}]"
        return text if self.by is None else f"{text}_by_{self.by}"

    def of_part(self, part: Part) -> Exposure:
        """The same exposure's part."""
        return replace(self, part=part)

    def column(self) -> Column:
        """What a coefficient of it belongs to."""
        role = "after" if self.lead else "rest" if self.rest else "exposure"
        return Column(column=self.mode, level=self.level, part=self.part or "whole", role=role)


def main_exposures(plan: Plan) -> tuple[Exposure, ...]:
    """The exposures the tested number is about: the declared one, and the one subtracted from it."""
    minus = plan.contrast.minus if plan.contrast else None
    return (Exposure(plan.exposure.mode), Exposure(minus)) if minus else (Exposure(plan.exposure.mode),)


def main_modes(plan: Plan) -> tuple[str, ...]:
    """Their modes."""
    return tuple(exposure.mode for exposure in main_exposures(plan))
