"""All that a section may draw on: the settings, the exact results, the gate, and the claims as cleared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.base.params import Params
from pipeline.disclosure.gate import Gate
from pipeline.report.claims import Claim
from pipeline.results.curve import Curves
from pipeline.results.description import Description
from pipeline.results.fit import Fit
from pipeline.results.reliability import Reliability
from pipeline.results.verdict import Verdicts


@dataclass(frozen=True)
class Material:
    """One study as its stages left it, exact and private, with the gate everything passes, and the claims as cleared."""

    params: Params
    description: Description
    reliability: Reliability
    fits: Mapping[str, Fit]
    verdicts: Verdicts
    versions: Mapping[str, str]
    gate: Gate
    claims: tuple[Claim, ...]
    scenario: str = ""
    curves: Curves = field(default_factory=Curves)

    @property
    def confirmatory(self) -> tuple[Claim, ...]:
        """The claims that were stated as confirmatory and still are."""
        return tuple(claim for claim in self.claims if claim.role == "confirmatory")

    @property
    def leading(self) -> tuple[Claim, ...]:
        """The claims of the first screen: the confirmatory ones, or all where there are none."""
        return self.confirmatory or self.claims

    @property
    def title(self) -> str:
        """What the study is called, unaltered or not at all."""
        return self.gate.text(self.params.study.title, "title")

    @property
    def question(self) -> str:
        """What the study asks, in one sentence; its title where params.yaml has none."""
        asked = self.params.study.question
        return self.gate.text(asked, "question") if asked else self.title

    @property
    def simulated(self) -> bool:
        """Whether nothing here is about real clients."""
        return self.params.study.origin == "simulated"

    @property
    def log(self) -> bool:
        """Whether there is an advocacy log with episodes."""
        return self.description.advocacy_log and bool(self.description.exposure.modes)
