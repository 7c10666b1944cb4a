"""A release: the document of one study, put together from the stages' exact results and cleared by one gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.base.params import Params
from pipeline.disclosure.gate import Gate, Screen
from pipeline.disclosure.rules import rules_of
from pipeline.report.claims import claims_of
from pipeline.report.counts import census_of
from pipeline.report.document import SECTIONS, Document, Flag, compose_sections
from pipeline.report.material import Material
from pipeline.report.results import estimate_of, metrics_of
from pipeline.report.section import Planned
from pipeline.results.curve import Curves
from pipeline.results.description import Description
from pipeline.results.fit import Fit
from pipeline.results.reliability import Reliability
from pipeline.results.verdict import LockState, Verdicts

BUILT_IN = "data/raw/simulated"


@dataclass(frozen=True)
class ReportSources:
    """What the stages before left, exact and private; `screen` names what of a person a text seems to hold, or None."""

    description: Description
    reliability: Reliability
    fits: Mapping[str, Fit]
    verdicts: Verdicts
    versions: Mapping[str, str]
    screen: Screen | None = None
    curves: Curves = field(default_factory=Curves)


def gate_of(
    params: Params, description: Description, fits: Mapping[str, Fit] | None = None, screen: Screen | None = None
) -> Gate:
    """The gate of a study, by its own rules, over every count a description and its models may show."""
    rules = rules_of(params)
    return Gate(rules, census_of(description, fits or {}, rules.min_cell), screen)


def build_document(params: Params, sources: ReportSources, planned: tuple[Planned, ...] = SECTIONS) -> tuple[Document, Gate]:
    """Put the document together; nothing in it has not passed the gate."""
    material = material_of(params, sources)
    flags = flags_of(material)
    title = material.title
    document = Document(
        title=title,
        question=material.question,
        flags=flags,
        banner=page_banner(material),
        sections=compose_sections(material, planned),
        foot=f"{title}. Made by the project's own pipeline; one static file, no script, no request.",
        dpi=str(params.report.figure_dpi),
        estimates={claim.name: estimate_of(claim, material) for claim in material.claims},
        metrics={claim.name: metrics_of(claim) for claim in material.claims},
    )
    return document, material.gate


def material_of(params: Params, sources: ReportSources) -> Material:
    """All that the sections draw on, its claims cleared."""
    gate = gate_of(params, sources.description, sources.fits, sources.screen)
    simulated = params.study.origin == "simulated" and params.sources.directory == BUILT_IN
    return Material(
        params=params,
        description=sources.description,
        reliability=sources.reliability,
        fits=sources.fits,
        verdicts=sources.verdicts,
        versions=sources.versions,
        gate=gate,
        claims=claims_of(params, sources.fits, sources.verdicts, gate),
        scenario=params.simulate.scenario if simulated else "",
        curves=sources.curves,
    )


def flags_of(material: Material) -> tuple[Flag, ...]:
    """What kind of report this is: simulated, locked or not, public or internal."""
    flags = []
    if material.simulated:
        scenario = f" (scenario “{material.scenario}”)" if material.scenario not in ("", "default") else ""
        flags.append(Flag("Simulated data", f"nothing here is about real clients{scenario}"))
    flags.append(_locked(material.verdicts.lock))
    if material.gate.rules.exact:
        flags.append(Flag("Internal", "exact counts: this must not leave the team"))
    else:
        coarse = f"counts rounded to {material.gate.rules.round_to}, digits cut, so that nobody can be told"
        flags.append(Flag("Public release", coarse))
    return tuple(flags)


def page_banner(material: Material) -> str:
    """What stands on every printed page: simulated, internal, both or nothing."""
    said = ["Simulated data: nothing here is about real clients."] if material.simulated else []
    said += ["Internal: exact counts. This must not leave the team."] if material.gate.rules.exact else []
    return " ".join(said)


def _locked(lock: LockState) -> Flag:
    if not lock.locked:
        return Flag("Not locked", "the claims were not fixed before outcomes were seen")
    if any(lock.deviations.values()):
        return Flag("Changed since the lock", f"locked on {lock.date}; appendix D says what differs")
    seen = ", after outcomes had been seen" if lock.outcomes_seen_before else ", before outcomes were looked at"
    return Flag("Locked", f"on {lock.date}{seen}")
