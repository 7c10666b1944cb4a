"""What a report consists of: the page, its tables and figures, estimates and metrics, all cleared by one gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.rules import Rules
from pipeline.params import Params
from pipeline.report.counts import census_of
from pipeline.report.figures import Figure
from pipeline.report.findings import Finding, finding
from pipeline.report.sections import answer, exposure, measures, methods, people, provenance
from pipeline.report.sections.cards import Card, card
from pipeline.report.sections.people import Lane
from pipeline.report.table import Table

Row = Mapping[str, Any]
BUILT_IN = "data/raw/simulated"
CARD_TABLES = ("effect", "battery", "coefficients", "variance", "counts")


@dataclass(frozen=True)
class Sources:
    """What the stages before left: exact and private."""

    description: dict[str, Any]
    reliability: dict[str, Any]
    fits: dict[str, Row]
    verdicts: dict[str, Any]
    versions: dict[str, str]


@dataclass(frozen=True)
class Report:
    """The whole report, cleared."""

    title: str
    simulated: bool
    scenario: str
    internal: bool
    asked: str
    cards: tuple[Card, ...]
    answer: Table
    forest: Figure | None
    client_lanes: tuple[Lane, ...]
    record_lanes: tuple[Lane, ...]
    people: tuple[Table, ...]
    measures: tuple[Table, ...]
    courses: tuple[Figure, ...]
    exposure: tuple[Table, ...]
    exposure_figures: tuple[Figure, ...]
    advocacy_log: bool
    notes: tuple[str, ...]
    methods: tuple[str, ...]
    provenance: Table
    estimates: dict[str, Any]
    metrics: dict[str, Any]

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table of the report, cards included."""
        parts = (getattr(entry, name) for entry in self.cards for name in CARD_TABLES)
        of_cards = tuple(part for part in parts if part is not None)
        return (self.answer, *self.people, *self.measures, *self.exposure, *of_cards, self.provenance)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure of the report."""
        return (*((self.forest,) if self.forest else ()), *self.courses, *self.exposure_figures)


def build(params: Params, sources: Sources) -> tuple[Report, Gate]:
    """Put the report together from the stages' exact results; nothing in it has not passed the gate."""
    description, privacy = sources.description, params.privacy
    rules = Rules(privacy.min_cell, privacy.round_to, privacy.release)
    gate = Gate(rules, census_of(description, sources.fits))
    found = findings(params, sources, gate)
    dpi = params.report.figure_dpi
    simulated = params.study.origin == "simulated"
    scenario = params.simulate.scenario if simulated and params.sources.directory == BUILT_IN else ""
    report = Report(
        title=params.study.title,
        simulated=simulated,
        scenario=scenario,
        internal=gate.rules.exact,
        asked=methods.asked(params),
        cards=tuple(card(one, sources.fits[one.name], held_by(one, description), gate) for one in found),
        answer=answer.answer_table(found),
        forest=answer.forest_figure(found, dpi),
        client_lanes=people.client_lanes(description, gate),
        record_lanes=people.record_lanes(description, gate),
        people=_people(description, gate),
        measures=(measures.reliability(sources.reliability["instruments"], gate), measures.course_table(description, gate)),
        courses=measures.courses(description, gate, dpi),
        exposure=_exposure(description, gate),
        exposure_figures=_exposure_figures(description, gate, dpi),
        advocacy_log=bool(description["advocacy_log"]),
        notes=people.warnings(description, gate),
        methods=methods.methods(params, description, gate),
        provenance=provenance.provenance(params, scenario, description["files"], sources.versions),
        estimates={one.name: answer.estimate_json(one) for one in found},
        metrics={one.name: answer.metrics_json(one, sources.fits[one.name], gate) for one in found},
    )
    return report, gate


def held_by(one: Finding, description: Row) -> dict[str, dict[str, int]]:
    """Clients behind each level a hypothesis' coefficients may name, those of split exposures included."""
    held: dict[str, dict[str, int]] = dict(description["level_clients"])
    modes = [one.spec.exposure.mode, *([one.spec.contrast.minus] if one.spec.contrast and one.spec.contrast.minus else [])]
    moderator = one.spec.moderator or ""
    for mode in modes:
        levels = description["episode_level_clients"].get(mode, {}).get(moderator) or held.get(moderator, {})
        held |= {f"{mode}_{part}": levels for part in ("within", "between", "worker")} | {mode: levels}
    return held


def findings(params: Params, sources: Sources, gate: Gate) -> list[Finding]:
    """One finding a declared hypothesis, confirmatory first, in the order of params.yaml."""
    verdicts = sources.verdicts["hypotheses"]
    names = sorted(params.hypotheses, key=lambda name: params.hypotheses[name].role != "confirmatory")
    decisive = params.verdict.fragile_checks
    return [finding(name, params.hypotheses[name], sources.fits[name], verdicts[name], gate, decisive) for name in names]


def _people(description: Row, gate: Gate) -> tuple[Table, ...]:
    tables = [people.table_one(description, gate)]
    if description["attendance"]:
        tables.append(people.attendance(description, gate))
    return tuple(tables)


def _exposure(description: Row, gate: Gate) -> tuple[Table, ...]:
    if not description["exposure"]["modes"]:
        return ()
    crossed = (exposure.crossed(description, column, gate) for column in description["exposure"]["margins"])
    rest = (exposure.windows(description, gate), exposure.left_out(description, gate))
    return (exposure.modes(description, gate), *crossed, *rest)


def _exposure_figures(description: Row, gate: Gate, dpi: int) -> tuple[Figure, ...]:
    figure = exposure.settings_figure(description, gate, dpi) if description["exposure"]["modes"] else None
    return (figure,) if figure else ()
