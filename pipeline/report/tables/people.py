"""Who is in the data: the flow of counts, Table 1, attendance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass

from pipeline.base.column_names import instrument_of
from pipeline.base.specs import OutcomeSpec
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown
from pipeline.report import words
from pipeline.report.counts import (
    CLIENTS,
    EPISODES,
    SESSIONS,
    attendance_key,
    episode_key,
    group_aliases,
    group_key,
    left_out_key,
    level_key,
    step_key,
)
from pipeline.report.table import Line, Table, Value
from pipeline.results.backing import Backing
from pipeline.results.description import Description, GroupMean, TableOne, Variable
from pipeline.results.flow import FlowStep

NO_LOG = "This study has no advocacy log. Nothing can be said about advocacy, and no claim about it has a number."
RARE = "Rarer {} are left out."
KNOWN = ("yes", "no")  # codes that tell nothing of the data


@dataclass(frozen=True)
class FlowBox:
    """A box of the flow diagram: how many, of what, and what was left out on the way to it."""

    text: str
    count: Shown | str
    aside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lane:
    """One column of the flow diagram."""

    title: str
    steps: tuple[FlowBox, ...]


def sample_line(description: Description, gate: Gate, outcome: OutcomeSpec) -> str:
    """Who the report is about, in one line."""
    clients = gate.count(CLIENTS)
    parts = ["a withheld number of clients" if clients.hidden else f"{clients} clients"]
    agencies = [group for group in description.table1.groups if description.table1.by == "agency_id" and group != "missing"]
    if agencies and all(gate.count(group_key(group)).value for group in agencies):
        parts[0] += f" of {len(agencies)} agencies"
    workers = gate.workers(description.workers.workers, "workers")
    parts.append(f"{workers if workers.value else f'fewer than {gate.rules.min_workers}'} workers")
    rated = (row for row in description.flow if row.step == "linked" and row.instrument == outcome.instrument)
    counted = next((row for row in rated if row.rater == outcome.rater), None)
    parts.append(f"{at_most(gate, counted.count)} ratings" if counted else f"{at_most(gate, description.sessions)} sessions")
    if description.exposure.modes:
        episodes, joint = gate.count(EPISODES), gate.count(episode_key(("mode", "joint")))
        parts.append(f"{episodes} episodes of advocacy" + (f", {joint} of them joint" if joint.value else ""))
    said = ", ".join(parts)
    return f"{said[:1].upper()}{said[1:]}."


def slim_table(whole: Table) -> Table:
    """Table 1 of all clients, without the columns of agencies or programs."""
    lines = tuple(Line(line.head, line.cells[:1], line.inner, line.group) for line in whole.lines)
    return Table("table1_all", "Table 1. Clients", whole.head[:2], lines, whole.note)


def flow_table(description: Description, gate: Gate) -> Table:
    """Every step from the files to the ratings and episodes that count, and what was set aside on the way to it."""
    lines = []
    for lane in (*client_lanes(description, gate), *record_lanes(description, gate)):
        lines.append(Line(lane.title, group=True))
        lines += [Line(step.text, (step.count, "; ".join(step.aside) or "–"), inner=True) for step in lane.steps]
    head = ("Step", "Count", "Set aside on the way to it")
    return Table("flow", "From the files to what the models use", head, tuple(lines))


def client_lanes(description: Description, gate: Gate) -> tuple[Lane, ...]:
    """Clients from file to ratings: one lane a series of ratings, series with the same numbers in one."""
    lanes: dict[tuple[FlowBox, ...], list[str]] = {}
    for flow in description.clients_flow:
        keys = ((s.step, step_key(s.step, flow.instrument, flow.rater)) for s in flow.steps)
        steps = (FlowBox(words.STEPS[step], gate.count(key, "flow")) for step, key in keys)
        lanes.setdefault(tuple(steps), []).append(words.series(flow.instrument, flow.rater or "") if flow.instrument else "")
    return tuple(Lane(" · ".join(filter(None, ["Clients", *names])), steps) for steps, names in lanes.items())


def record_lanes(description: Description, gate: Gate) -> tuple[Lane, ...]:
    """Records from raw rows to what the models use: one lane a table, and one of episodes for each series of ratings."""
    tables: dict[str, list[FlowStep]] = {}
    for row in description.flow:
        tables.setdefault(_table_of(row), []).append(row)
    lanes = []
    for rows in tables.values():
        start = [row for row in rows if row.step in ("read", "valid")]
        series = dict.fromkeys((row.instrument, row.rater) for row in rows if row.instrument and row.rater)
        for one in series or [None]:
            own = [row for row in rows if one and (row.instrument, row.rater) == one]
            title = words.title(rows[0].unit) + (f" · {words.series(*one)}" if one else "")
            lanes.append(Lane(title, tuple(_step(row, gate) for row in [*start, *own])))
    return tuple(lanes)


def _table_of(row: FlowStep) -> str:
    if row.unit == "ratings":
        return f"ratings of {row.instrument or instrument_of(row.table)}"
    return row.unit


def _step(row: FlowStep, gate: Gate) -> FlowBox:
    if row.table == "ledger":
        return _ledger_step(row, gate)
    reasons = ((name, n) for name, n in sorted(row.set_aside.items()) if n)
    aside = tuple(f"{words.reason(name)}: {at_most(gate, n)}" for name, n in reasons)
    return FlowBox(words.STEPS[row.step], at_most(gate, row.count), aside)


def _ledger_step(row: FlowStep, gate: Gate) -> FlowBox:
    """Episodes are counted in a table of the census as well: a count withheld there is withheld here."""
    series = (str(row.instrument), str(row.rater))
    counts = {name: gate.count(left_out_key(*series, name), "flow") for name in sorted(row.set_aside)}
    last = gate.count(left_out_key(*series, "counted"), "flow")
    aside = tuple(f"{words.reason(name)}: {'withheld' if n.hidden else n}" for name, n in counts.items())
    return FlowBox(words.STEPS[row.step], "withheld:" if last.hidden else last, aside)


def at_most(gate: Gate, count: int) -> str:
    """A number of rows set aside, small ones only as fewer than the smallest cell."""
    shown = gate.rows(count, min(count, gate.census.cells[CLIENTS].count), "flow")
    return f"fewer than {gate.rules.min_cell}" if shown.hidden else shown.text


def warning_texts(description: Description, gate: Gate) -> tuple[str, ...]:
    """What the checks of the tables noticed and let pass, each with how many rows it is about."""
    found = []
    for row in description.warnings:
        rows = f" ({at_most(gate, row.count)} rows)" if row.count else ""
        found.append(f"{words.title(row.table)}: {row.text.rstrip('.')}{rows}.")
    return tuple(found)


def table_one(description: Description, gate: Gate) -> Table:
    """Table 1: clients in all and by agency or program, count and percentage or mean and SD."""
    table = description.table1
    groups = list(table.groups)
    labels = group_labels(table)
    counts: tuple[Value, ...] = (gate.count(CLIENTS, "table 1"), *(gate.count(group_key(g), "table 1") for g in groups))
    lines, rare = [Line("Clients", counts)], False
    for variable in table.variables:
        if variable.kind == "number":
            lines.append(_number_line(variable, description.table1, gate))
            continue
        lines += _level_lines(variable, groups, gate)
        rare = rare or len(_named(variable, gate)) < len(variable.levels)
    by = f" by {words.column(str(table.by)).lower()}" if groups else ""
    note = ("Counts with percentages of the column, or mean (SD).", RARE.format("codes") if rare else "", hidden_note(gate))
    return Table("table1", f"Table 1. Clients{by}", ("", "All", *labels), tuple(lines), " ".join(filter(None, note)))


def group_labels(table: TableOne) -> list[str]:
    """Column heads for the groups: codes that may name an agency give way to numbers."""
    aliases = group_aliases(table)
    return [aliases.get(group) or words.title(group) for group in table.groups]


def attendance_table(description: Description, gate: Gate) -> Table:
    """Sessions by attendance."""
    rows = description.attendance
    keys = [(row.attendance, attendance_key(row)) for row in rows]
    lines = [Line(words.title(code), (gate.count(key, "attendance"), gate.share(key, SESSIONS))) for code, key in keys]
    lines.append(Line("All sessions", (gate.count(SESSIONS, "attendance"), "")))
    return Table("attendance", "Sessions by attendance", ("", "Sessions", "Share"), tuple(lines), counts_note(lines, gate))


def rare_note(known: Sized, named: Sized, what: str) -> str:
    """That some rows are left out of a table, not how many."""
    return RARE.format(what) if len(named) < len(known) else ""


def counts_note(lines: Iterable[Line], gate: Gate) -> str:
    """The note on hidden counts, where a table has any."""
    cells = (cell for line in lines for cell in line.cells)
    hidden = any(isinstance(cell, Shown) and cell.hidden for cell in cells)
    return hidden_note(gate) if hidden or gate.rules.exact else ""


def hidden_note(gate: Gate) -> str:
    """How counts were treated, in one sentence for under a table."""
    if gate.rules.exact:
        return "Exact counts: not for release."
    return (
        f"Counts are rounded to {gate.rules.round_to}; “{gate.mark}” stands for a count that is withheld, as it, or one "
        f"that could be worked out from it, has fewer than {gate.rules.min_cell} clients behind it."
    )


def _level_lines(variable: Variable, groups: Sequence[str], gate: Gate) -> list[Line]:
    """The rows of a variable: only codes that enough clients have, as its code says that somebody has it."""
    head, named = words.column(variable.name), _named(variable, gate)
    if not named:
        return [Line(head, (Shown(gate.mark, None, hidden=True),) * (1 + len(groups)))]
    return [Line(head, group=True), *(_level_line(variable.name, level, groups, gate) for level in named)]


def _named(variable: Variable, gate: Gate) -> list[str]:
    levels = [row.level for row in variable.levels]
    return [one for one in levels if one in KNOWN or gate.names(level_key(variable.name, one), "table 1")]


def _level_line(variable: str, level: str, groups: Sequence[str], gate: Gate) -> Line:
    keys = [(level_key(variable, level), CLIENTS)]
    keys += [(level_key(variable, level, group), group_key(group)) for group in groups]
    return Line(words.title(level), tuple(_count_share(key, whole, gate) for key, whole in keys), inner=True)


def _count_share(key: tuple[str, ...], whole: tuple[str, ...], gate: Gate) -> Value:
    count, share = gate.count(key, "table 1"), gate.share(key, whole)
    return f"{count} ({share})" if share.text else count


def _number_line(variable: Variable, table: TableOne, gate: Gate) -> Line:
    behind = [Backing(variable.means[group].clients, table.group_workers.get(group)) for group in table.groups]
    hidden = _hidden_means(behind, gate)
    first = [_mean_sd(variable.overall, Backing(variable.overall.clients), gate)] if variable.overall else []
    shown = [_mean_sd(variable.means[group], own, gate) for group, own in zip(table.groups, behind, strict=True)]
    kept = [*first, *(gate.mark if i in hidden else cell for i, cell in enumerate(shown))]
    return Line(words.column(variable.name), tuple(kept))


def _hidden_means(behind: list[Backing], gate: Gate) -> set[int]:
    """Groups whose mean is hidden: the small ones, and one more where a single one could be solved for from the rest."""
    small = {i for i, own in enumerate(behind) if not gate.group(own)}
    if len(small) == 1 and len(behind) > 1:
        small.add(min((own.clients, i) for i, own in enumerate(behind) if i not in small)[1])
    return small


def _mean_sd(cell: GroupMean, behind: Backing, gate: Gate) -> str:
    mean = gate.mean(cell.mean, cell.sd, behind, "table 1", digits=1)
    return mean.text if mean.value is None else f"{mean} ({gate.spread(cell.sd, behind, 'table 1', digits=1)})"
