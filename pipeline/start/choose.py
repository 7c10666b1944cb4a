"""Which hypotheses a study's columns can carry, and what of them is changed so that they can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.base.params import Hypothesis, Params
from pipeline.hypotheses.lacks import lacks_of
from pipeline.measures.instrument import Instrument

COVARIATE = "covariate"


@dataclass
class Choice:
    """Hypotheses that go, with the reason; and of those that stay, key path -> new value."""

    gone: dict[str, str] = field(default_factory=dict)
    changes: dict[str, dict[str, object]] = field(default_factory=dict)


def choose(
    params: Params,
    instruments: Mapping[str, Instrument],
    present: Mapping[str, set[str]],
    reliabilities: Mapping[str, float] | None = None,
) -> Choice:
    """What of `params.hypotheses` can run on `params.sources`.

    `present`: `table.column` -> the codes that the study's own rows hold, where that is known. An outcome that the study
    measures by another instrument takes that one; covariates that the study lacks are dropped. `reliabilities`: by
    instrument, declared where only scores were kept.
    """
    choice = Choice()
    for name, hypothesis in params.hypotheses.items():
        changes: dict[str, object] = {}
        settled = _measured(hypothesis, params, instruments, changes)
        if settled.outcome.kind == "score" and (known := (reliabilities or {}).get(settled.outcome.instrument)):
            changes["outcome.reliability"] = known
        found = sorted(set(lacks_of(settled, params.sources)))
        dropped = {lack.column for lack in found if lack.use == COVARIATE}
        if dropped:
            changes["covariates"] = [column for column in hypothesis.covariates if column not in dropped]
        rest = [str(lack) for lack in found if lack.use != COVARIATE] + _absent(settled, present)
        if rest:
            choice.gone[name] = "; ".join(rest)
        elif changes:
            choice.changes[name] = changes
    return choice


def _measured(
    hypothesis: Hypothesis, params: Params, instruments: Mapping[str, Instrument], changes: dict[str, object]
) -> Hypothesis:
    """The hypothesis about an instrument that the study has, where another one gives the score it is about."""
    outcome = hypothesis.outcome
    sources = params.sources.ratings.values()
    if any((source.instrument, source.rater) == (outcome.instrument, outcome.rater) for source in sources):
        return hypothesis
    scores = {outcome.score, *([hypothesis.contrast.outcome_minus] if hypothesis.contrast else [])} - {None}
    family = outcome.instrument.partition("_")[0]
    for source in sorted(sources, key=lambda s: (s.rater != outcome.rater, s.instrument.partition("_")[0] != family)):
        if scores <= set(instruments[source.instrument].scores):
            changes["outcome.instrument"] = source.instrument
            if source.rater != outcome.rater:
                changes["outcome.rater"] = source.rater
            settled = outcome.model_copy(update={"instrument": source.instrument, "rater": source.rater})
            return hypothesis.model_copy(update={"outcome": settled})
    return hypothesis


def _absent(hypothesis: Hypothesis, present: Mapping[str, set[str]]) -> list[str]:
    """What a hypothesis asks of the rows that none of them holds: a mode nobody went in, a level nobody has."""
    modes = present.get("advocacy.mode")
    wanted: Sequence[str] = [hypothesis.exposure.mode, *_minus(hypothesis)]
    said = [f"no episode is {mode}" for mode in wanted if modes is not None and mode not in modes]
    for fact in ("setting", "level", "initiated_by"):
        value = getattr(hypothesis.exposure, fact)
        held = present.get(f"advocacy.{fact}")
        if value is not None and held is not None and value not in held:
            said.append(f"no episode has {fact} {value}")
    for table in ("advocacy", "sessions", "clients", "workers"):
        held = present.get(f"{table}.{hypothesis.moderator}")
        if held is not None and hypothesis.moderator_level and hypothesis.moderator_level not in held:
            said.append(f"no row has {hypothesis.moderator} {hypothesis.moderator_level}")
        elif held is not None and len(held) < 2:
            said.append(f"{hypothesis.moderator} is the same in all rows")
    return said


def _minus(hypothesis: Hypothesis) -> list[str]:
    return [hypothesis.contrast.minus] if hypothesis.contrast and hypothesis.contrast.minus else []
