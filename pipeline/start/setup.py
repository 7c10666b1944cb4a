"""The set-up as a whole: files in, the `sources:` block out, asking on the way what no file can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pipeline.base.params import Privacy
from pipeline.measures.instrument import Instrument
from pipeline.prepare.identified import Identified
from pipeline.start.blocks import CellBlock, blocks_of
from pipeline.start.gaps import left_out, unmapped
from pipeline.start.joins import joined_roles
from pipeline.start.links import SessionKey, keys, own_key, rated_rows
from pipeline.start.questions import Interview, Question, one_of
from pipeline.start.ratings import add_ratings
from pipeline.start.result import Making, Setup
from pipeline.start.roles import Role, role_of
from pipeline.start.tables import add_table
from pipeline.start.unattended import ask_unattended
from pipeline.start.unused import unused
from pipeline.start.words import TABLES, header_words


def set_up(
    files: Mapping[str, Identified],
    directory: str,
    interview: Interview,
    instruments: Mapping[str, Instrument],
    privacy: Privacy | None = None,
) -> Setup:
    """Propose a mapping for de-identified files, asking through `interview`; what lacks is in `missing`, in words."""
    setup = Setup(directory)
    making = Making(setup, interview, instruments, privacy or Privacy())
    for file, found in files.items():
        if found.settings:
            setup.read[file] = dict(found.settings)
    roles = list(_stacked([role_of(block) for file, found in files.items() for block in blocks_of(file, found)]))
    setup.notes += [_said(role) for role in roles]
    roles = _corrected(list(joined_roles(roles)), interview)
    sessions = next((role for role in roles if "sessions" in role.tables), None)
    rated = [role for role in roles if role.items or role.scores]
    if sessions is None:
        setup.missing.append(
            "no file lists sessions: one row a session, with the client, the worker and whether it took place"
        )
        return setup
    if not rated:
        what = "numbered items side by side (one row a session, not one an answer), or scores of an alliance measure"
        setup.missing.append(f"no file holds ratings: {what}")
    key = _key(sessions, rated, setup, interview)
    making.is_rated = rated_rows(sessions, rated, key)
    for role in rated:
        add_ratings(making, role, sessions, key)
    if rated and not setup.ratings:
        setup.missing.append("no ratings are left: name the instrument that the items belong to")
    for table in ("sessions", "advocacy", "clients", "workers"):
        for role in roles:
            if table in role.tables:
                add_table(making, table, role, key if table == "sessions" else None)
    setup.missing += left_out(roles)
    setup.missing += list(unmapped(setup))
    ask_unattended(making, sessions, rated, key)
    setup.notes += unused(setup, roles)
    return setup


def _stacked(roles: list[Role]) -> Iterator[Role]:
    """Files of the same columns are one, one below the other."""
    groups: dict[tuple[object, ...], list[Role]] = {}
    for role in roles:
        shape = (tuple(role.block.columns), tuple(role.tables), role.block.kind)
        groups.setdefault(shape if role.block.kind is None else (*shape, role.block.file), []).append(role)
    for group in groups.values():
        if len(group) == 1:
            yield group[0]
            continue
        blocks = [role.block for role in group]
        columns = {
            header: replace(
                column,
                cells=tuple(cell for block in blocks for cell in block.columns[header].cells),
                missing=frozenset().union(*(block.columns[header].missing for block in blocks)),
            )
            for header, column in blocks[0].columns.items()
        }
        files = "\n".join(sorted(block.file for block in blocks))
        whole = CellBlock(files, columns, sum(block.rows for block in blocks), wide=blocks[0].wide, form=blocks[0].form)
        yield role_of(whole)


def _said(role: Role) -> str:
    """What a block seems to be, in words and counts."""
    names = {"clients": "clients", "workers": "workers", "sessions": "sessions", "advocacy": "episodes of advocacy"}
    what = [names[table] for table in role.tables if table in names]
    what += [f"{run.count} items ({run.pattern})" for run in role.items] + (["scores"] if role.scores else [])
    named = role.block.kinds[:1] if role.block.kind and role.block.kind[1] else []
    kind = "".join(f", rows `{name}`{' and others' if len(role.block.kinds) > 1 else ''}" for name in named)
    wide = f", {len(role.block.wide)} sessions side by side" if role.block.wide else ""
    files = " + ".join(role.block.file.splitlines())
    return f"{files}{kind}: {role.block.rows:,} rows{wide}: {', '.join(what) or 'nothing that was recognized'}"


def _corrected(roles: list[Role], interview: Interview) -> list[Role]:
    """The columns as found, after the person has looked at them: `sessions.day=days_in`, `clients.gender=-`."""
    found = {
        f"{table}.{name}": header
        for role in roles
        for table, columns in role.tables.items()
        for name, header in columns.items()
    }
    shown = "\n".join(f"    {name}: {header}" for name, header in found.items() if not name.startswith("ratings."))
    headers = {header for role in roles for header in role.block.columns}
    tables = {table for role in roles for table in role.tables}

    def check(answer: str) -> str:
        for name, header in re.findall(r"([a-z_.]+)=(\S+)", answer):
            table, _, column = name.partition(".")
            if table not in TABLES or table not in tables or column not in header_words(table):
                return f"{name}: no column of a table that was found here"
            if header != "-" and header not in headers:
                return f"no file has a column {header}"
        return "" if not answer or "=" in answer else "Enter, or table.column=header (`-` for none)"

    text = f"These columns were recognized:\n{shown}\n  Enter if that is right; else table.column=header, `-` for none"
    answer = interview.ask(Question("columns", text, "", check))
    for name, header in re.findall(r"([a-z_.]+)=(\S+)", answer):
        table, _, column = name.partition(".")
        roles = [_with(role, table, column, header) for role in roles]
    return roles


def _with(role: Role, table: str, column: str, header: str) -> Role:
    if table not in role.tables or (header != "-" and header not in role.block.columns):
        return role
    columns = {name: old for name, old in role.tables[table].items() if name != column}
    return replace(role, tables={**role.tables, table: columns if header == "-" else {**columns, column: header}})


def _key(sessions: Role, rated: list[Role], setup: Setup, interview: Interview) -> SessionKey | None:
    """What a session id is made of: said where the rows tell, asked where they leave a choice."""
    apart = [role for role in rated if role.block is not sessions.block]
    if not apart:
        own = own_key(sessions)
        if not own:
            setup.missing.append("nothing tells one session of a client from another: a session id, a number or a day")
            return None
        return SessionKey(own, own, 1.0)
    found = keys(sessions, apart[0])
    if not found:
        setup.missing.append(
            "ratings and sessions share no id: a session id, or client and session number, or client and day"
        )
        return None
    best = found[0]
    if best.found < 1 and len(found) > 1:
        shown = {str(number): key for number, key in enumerate(found, start=1)}
        lines = [
            f"    {number}: {key.shown()} ({key.found:.0%} of the ratings find their session)"
            for number, key in shown.items()
        ]
        text = "\n".join(["What tells which session a rating is about?", *lines])
        best = shown.get(interview.ask(Question("session_id", text, "1", one_of(list(shown)))), best)
    setup.notes.append(f"a session is told by {best.shown()}; {best.found:.0%} of the ratings find theirs")
    return best
