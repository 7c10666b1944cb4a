"""What a hypothesis is about, as params.yaml says it: outcome, exposure, contrast, mediator, and the rating behind them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, StringConstraints

from pipeline.base import options
from pipeline.base.section import Name, Section

DECAY = re.compile(r"decay\(([0-9.]+)\)")


def half_life_of(dose: str) -> float | None:
    """The h of a dose `decay(h)`, in days; None of any other dose."""
    found = DECAY.fullmatch(dose)
    return float(found.group(1)) if found else None


class OutcomeSpec(Section):
    """What a hypothesis is about: a score, the distance between client and worker, a missed session, or dropout."""

    instrument: Name
    score: Name = "total"
    rater: options.Rater = "client"
    kind: Name = Field("score", description="dyad_gap: distance to the worker's rating of the same session")
    reliability: float | None = Field(
        None, gt=0, le=1, description="of the score's change within clients, for studies whose items cannot tell it"
    )


class ExposureSpec(Section):
    """The dose of advocacy a hypothesis is about, and which episodes count towards it."""

    mode: options.Mode
    dose: Annotated[str, StringConstraints(pattern=r"^(count|any|minutes|decay\([0-9]{1,4}(\.[0-9]{1,3})?\))$")] = "count"
    lag: int = Field(0, ge=0, le=10)
    setting: options.Setting | None = None
    level: options.Level | None = None
    initiated_by: options.Initiator | None = None
    debriefed: bool | None = None
    planned: bool | None = None

    @property
    def decays(self) -> bool:
        """Whether the dose holds what came before its window: then no window before is apart from it."""
        return self.half_life is not None

    @property
    def half_life(self) -> float | None:
        """The days in which the weight of an episode halves; None where the dose does not decay."""
        return half_life_of(self.dose)


class ContrastSpec(Section):
    """A difference that is tested in place of one effect: of two exposures, or of two outcome scores."""

    minus: options.Mode | None = None
    outcome_minus: Name | None = None


class MediatorSpec(Section):
    """What lies between exposure and outcome: a column of the session `lag` ratings before the outcome's."""

    column: Name
    lag: int = Field(1, ge=0, le=10)


class RatingSpec(Section):
    """A score of another rating of the same session."""

    instrument: Name
    score: Name = "total"
    rater: options.Rater = "client"
