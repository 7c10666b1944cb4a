"""The codebook of the study's own data: which columns it has, what they mean, how many rows have a value, which codes."""

from __future__ import annotations

from itertools import groupby

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown
from pipeline.report.counts import level_key
from pipeline.report.table import Line, Table, Value
from pipeline.report.tables.people import RARE, hidden_note
from pipeline.results.backing import Backing
from pipeline.results.description import ColumnFacts, Description, Held
from pipeline.tables import by_name
from pipeline.tables.codebook import KINDS, allowed_values
from pipeline.tables.column import Column

HEAD = ("Column", "What it is", "Kind", "Values", "Rows with a value")
ALL = "all, or nearly all"
NOTE = "Codes that few people have are not named."
PLACE = "codebook"


def codebook_tables(description: Description, gate: Gate) -> tuple[Table, ...]:
    """One table for each canonical table that the study has."""
    tables = []
    for name, found in groupby(description.codebook, key=lambda facts: facts.table):
        lines = tuple(_line(facts, by_name()[name].columns[facts.column], gate) for facts in found)
        note = " ".join(filter(None, (NOTE, hidden_note(gate))))
        tables.append(Table(f"codebook_{name}", f"Codebook: {name}", HEAD, lines, note))
    return tuple(tables)


def _line(facts: ColumnFacts, column: Column, gate: Gate) -> Line:
    unit = f" ({column.unit})" if column.unit else ""
    cells: tuple[Value, ...] = (f"{column.description}{unit}", KINDS[column.kind], _values(facts, column, gate))
    return Line(facts.column, (*cells, _known(facts, gate)))


def _values(facts: ColumnFacts, column: Column, gate: Gate) -> str:
    """The bounds of a number, or the codes that enough people have; never that of an id."""
    if column.kind == "id":
        return "a pseudonym"
    if not facts.codes:
        return allowed_values(column) if column.low is not None else ""
    named = [held.code for held in facts.codes if _is_named(facts, held, gate)]
    return ", ".join(named) or RARE.format("codes").rstrip(".").lower()


def _is_named(facts: ColumnFacts, held: Held, gate: Gate) -> bool:
    """Whether a code may be named: enough people have it, and no other table of the release keeps it back."""
    if facts.table == "workers":
        return not gate.workers(held.workers or 0, PLACE).hidden
    key = level_key(facts.column, held.code)
    if facts.table == "clients" and key in gate.census.cells and not gate.names(key, PLACE):
        return False
    return gate.group(Backing(held.clients))


def _known(facts: ColumnFacts, gate: Gate) -> Value:
    """Rows with a value: what is missing for few is not told from what is missing for none."""
    if gate.rules.exact:
        return f"{facts.known:,} of {facts.rows:,}"
    if facts.rows - facts.known < gate.rules.min_cell:
        return ALL
    if facts.table == "workers":
        return gate.workers(facts.known, PLACE)
    key = level_key(facts.column, "missing")
    if facts.table == "clients" and key in gate.census.cells and gate.count(key, PLACE).hidden:
        return Shown(gate.mark, None, hidden=True)
    return gate.part(facts.known, facts.rows, Backing(facts.clients), PLACE)
