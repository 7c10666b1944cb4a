"""What a report consists of: the page, its tables and figures, estimates and metrics, all cleared by one gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.base.params import Params
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.rules import Rules
from pipeline.report.counts import census_of
from pipeline.report.figures import Figure
from pipeline.report.findings import Finding, finding
from pipeline.report.sections import (
    answer,
    causes,
    checklist,
    exposure,
    factors,
    harms,
    limits,
    measure_figures,
    measures,
    methods,
    people,
    provenance,
    psychometrics,
)
from pipeline.report.sections.cards import Card, card
from pipeline.report.sections.people import Lane
from pipeline.report.strip import Strip
from pipeline.report.table import Table
from pipeline.results.description import Description
from pipeline.results.reliability import Reliability

Row = Mapping[str, Any]
BUILT_IN = "data/raw/simulated"
CARD_TABLES = ("effect", "details", "battery", "coefficients", "variance", "counts")


@dataclass(frozen=True)
class Sources:
    """What the stages before left, exact and private."""

    description: Description
    reliability: Reliability
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
    sample: str
    tally: str
    reading: str
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
    measure_notes: tuple[str, ...]
    causes: tuple[Table, ...]
    harms: tuple[Table, ...]
    harm_notes: tuple[str, ...]
    missing: tuple[Table, ...]
    missing_notes: tuple[str, ...]
    deviations: tuple[str, ...]
    limitations: tuple[str, ...]
    checklist: Table
    advocacy_log: bool
    notes: tuple[str, ...]
    methods: tuple[str, ...]
    provenance: Table
    again: str
    dpi: str
    estimates: dict[str, Any]
    metrics: dict[str, Any]

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table of the report, cards included."""
        parts = (getattr(entry, name) for entry in self.cards for name in CARD_TABLES)
        of_cards = tuple(part for part in parts if part is not None)
        head = (self.answer, *self.people, *self.measures, *self.exposure, *self.causes, *self.harms, *self.missing)
        return (*head, *of_cards, self.checklist, self.provenance)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure of the report but those of the cards."""
        return (*((self.forest,) if self.forest else ()), *self.courses, *self.exposure_figures)

    @property
    def drawings(self) -> tuple[Figure | Strip, ...]:
        """Every figure of the report, cards included."""
        of_cards = (one for entry in self.cards for one in (entry.plot, entry.checks) if one)
        return (*self.figures, *of_cards)


def gate_of(params: Params, description: Description, fits: Mapping[str, Row] | None = None) -> Gate:
    """The gate of a study, by its own rules, over every count a description and its models may show."""
    privacy = params.privacy
    rules = Rules(privacy.min_cell, privacy.round_to, privacy.release, privacy.min_workers)
    return Gate(rules, census_of(description, fits or {}, rules.min_cell))


def build(params: Params, sources: Sources) -> tuple[Report, Gate]:
    """Put the report together from the stages' exact results; nothing in it has not passed the gate."""
    description = sources.description
    gate = gate_of(params, description, sources.fits)
    parts = _missing(description, sources.reliability, gate)
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
        sample=people.sample(description, gate),
        tally=answer.tally(found),
        reading=methods.reading(params),
        cards=tuple(card(one, sources.fits[one.name], held_by(one, description), gate) for one in found),
        answer=answer.answer_table(found),
        forest=answer.forest_figure(found, dpi),
        client_lanes=people.client_lanes(description, gate),
        record_lanes=people.record_lanes(description, gate),
        people=_people(description, gate),
        measures=_measures(description, sources.reliability, gate),
        measure_notes=psychometrics.sentences(sources.reliability, gate),
        courses=(*measures.courses(description, gate, dpi), *measure_figures.figures(sources.reliability, gate, dpi)),
        causes=_present(
            causes.mix(description, gate), causes.themes(description, gate), causes.themes_by_setting(description, gate)
        ),
        harms=_present(harms.ruptures(description, gate), harms.falls(description, gate)),
        harm_notes=harms.sentences(found),
        missing=parts,
        missing_notes=causes.leaving(description, gate),
        deviations=limits.deviations(sources.verdicts.get("lock")),
        limitations=limits.limitations(params, description, sources.reliability, found, gate),
        checklist=checklist.checklist(facts(description, found, parts, sources.verdicts.get("lock"), simulated)),
        exposure=_exposure(description, gate),
        exposure_figures=_exposure_figures(description, gate, dpi),
        advocacy_log=description.advocacy_log,
        notes=people.warnings(description, gate),
        methods=methods.methods(params, description, gate),
        provenance=provenance.provenance(params, scenario, description.files, sources.versions),
        again=provenance.AGAIN,
        dpi=str(dpi),
        estimates={one.name: answer.estimate_json(one) for one in found},
        metrics={one.name: answer.metrics_json(one, sources.fits[one.name], gate) for one in found},
    )
    return report, gate


def held_by(one: Finding, description: Description) -> dict[str, dict[str, int]]:
    """Clients behind each level a hypothesis' coefficients may name, those of split exposures included."""
    held: dict[str, dict[str, int]] = dict(description.level_clients)
    modes = [one.spec.exposure.mode, *([one.spec.contrast.minus] if one.spec.contrast and one.spec.contrast.minus else [])]
    moderator = one.spec.moderator or ""
    for mode in modes:
        levels = description.episode_level_clients.get(mode, {}).get(moderator) or held.get(moderator, {})
        held |= {f"{mode}_{part}": levels for part in ("within", "between", "worker")} | {mode: levels}
    return held


def findings(params: Params, sources: Sources, gate: Gate) -> list[Finding]:
    """One finding a declared hypothesis, confirmatory first, in the order of params.yaml."""
    verdicts = sources.verdicts["hypotheses"]
    names = sorted(params.hypotheses, key=lambda name: params.hypotheses[name].role != "confirmatory")
    rules = params.verdict
    return [finding(name, params.hypotheses[name], sources.fits[name], verdicts[name], gate, rules) for name in names]


def facts(
    description: Description, found: list[Finding], missing: tuple[Table, ...], lock: Row | None, simulated: bool
) -> dict[str, bool]:
    """Which parts this report really has, for the checklist."""
    always = ("answer", "hypotheses", "methods", "measures", "flow", "table1", "limitations", "provenance")
    return dict.fromkeys(always, True) | {
        "course": bool(description.trajectories),
        "estimates": any(one.estimated for one in found),
        "battery": any(one.checks for one in found),
        "exposure": description.advocacy_log,
        "missing": bool(missing),
        "harms": bool(description.harms or description.falls),
        "records": not simulated,
        "locked": bool(lock and lock.get("locked")),
    }


def _people(description: Description, gate: Gate) -> tuple[Table, ...]:
    tables = [people.table_one(description, gate)]
    if description.attendance:
        tables.append(people.attendance(description, gate))
    return tuple(tables)


def _exposure(description: Description, gate: Gate) -> tuple[Table, ...]:
    if not description.exposure.modes:
        return ()
    crossed = (exposure.crossed(description, split, gate) for split in description.exposure.splits)
    rest = (exposure.windows(description, gate), exposure.left_out(description, gate))
    return (exposure.modes(description, gate), *crossed, *rest)


def _causes(description: Description, gate: Gate) -> tuple[Table, ...]:
    return _present(*(part(description, gate) for part in (causes.mix, causes.themes, causes.themes_by_setting)))


def _exposure_figures(description: Description, gate: Gate, dpi: int) -> tuple[Figure, ...]:
    figure = exposure.settings_figure(description, gate, dpi) if description.exposure.modes else None
    return (figure,) if figure else ()


def _measures(description: Description, reliability: Reliability, gate: Gate) -> tuple[Table, ...]:
    """The table a reader needs first, then those kept folded."""
    first = measures.reliability(reliability.instruments, gate)
    rest = (
        psychometrics.levels(reliability, gate),
        psychometrics.spread(reliability, gate),
        psychometrics.occasions(reliability, gate),
        factors.structure(reliability, gate),
        factors.invariance(reliability, gate),
        psychometrics.dyads(reliability, gate),
        factors.items(reliability, gate),
        factors.loadings(reliability, gate),
    )
    return (first, *(table for table in rest if table and table.lines), measures.course_table(description, gate))


def _missing(description: Description, reliability: Reliability, gate: Gate) -> tuple[Table, ...]:
    left = (harms.leavers(description, gate), harms.goes_with(description, gate))
    return _present(*left, causes.staying(description, gate), psychometrics.response(reliability, gate))


def _present(*tables: Table | None) -> tuple[Table, ...]:
    return tuple(table for table in tables if table)
