"""Files that say more of the same sessions, clients or workers: their columns are looked up by the key that both hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipeline.start.blocks import BlockColumn
from pipeline.start.roles import Role

KEYS = {"sessions": "session_id", "clients": "client_id", "workers": "worker_id"}


def joined_roles(roles: list[Role]) -> Iterator[Role]:
    """The roles, those that only add columns to a table merged into the one that feeds it most."""
    left = list(roles)
    for table, key in KEYS.items():
        feeding = [role for role in left if table in role.tables and key in role.tables[table]]
        if not feeding:
            continue
        first = max(feeding, key=lambda role: len(role.tables[table]))
        for other in [role for role in left if role is not first and _adds(role, table, key)]:
            merged = _merged(first, other, table, key)
            if merged is not None:
                left = [merged if role is first else role for role in left if role is not other]
                first = merged
    yield from left


def _adds(role: Role, table: str, key: str) -> bool:
    """Whether a block could add columns to a table: it has the key, one row for each, and nothing else to be."""
    columns = role.loose.get(table, {})
    is_free = set(role.tables) <= {table} and not role.items and not role.scores and role.block.kind is None
    return is_free and key in columns and len(columns) > 1 and role.block.unique(columns[key])


def _merged(first: Role, other: Role, table: str, key: str) -> Role | None:
    """The first role with the columns of the other, where most of its rows find theirs and it has them not already."""
    here, there = first.tables[table][key], other.loose[table][key]
    place = {text: row for row, text in enumerate(other.block.columns[there].cells)}
    rows = [place.get(text) for text in first.block.columns[here].cells]
    new = {name: header for name, header in other.loose[table].items() if name not in first.tables[table]}
    new = {name: header for name, header in new.items() if header not in first.block.columns}
    if not new or sum(row is not None for row in rows) < len(rows) / 2:
        return None
    columns = dict(first.block.columns)
    for header in new.values():
        cells = other.block.columns[header].cells
        found = tuple("" if row is None else cells[row] for row in rows)
        columns[header] = BlockColumn(header, found, other.block.columns[header].labels, other.block.columns[header].missing)
    block = replace(first.block, columns=columns)
    tables = {**first.tables, table: {**first.tables[table], **new}}
    return replace(first, block=block, tables=tables, joins=(*first.joins, (other.block.file, here, there)))
