"""Quasi-identifiers that would make clients stand out are left out of a proposal, since the gate would refuse the study."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.start.codes import Meaning
from pipeline.start.result import Making, Tree
from pipeline.start.roles import Role
from pipeline.tables.anonymity import small_classes


def keep_anonymous(making: Making, role: Role, meanings: Mapping[str, Meaning], columns: Tree, source: Tree) -> None:
    """Take from `columns` and `source` the quasi-identifiers under which fewer than k clients would be alike.

    As many as possible stay, in the order of `privacy.quasi_identifiers`.
    """
    import pyarrow as pa

    k, places = making.privacy.k, _client_rows(role, source)
    held: dict[str, list[str | None]] = {}
    for name in making.privacy.quasi_identifiers:
        if name in meanings:
            held[name] = _values(role, str(columns[name]), meanings[name], places)
            if rare := small_classes(pa.table(held), list(held), k):
                del held[name]
                _take_out(name, columns, source)
                making.setup.present.pop(f"clients.{name}", None)
                why = f"with it {rare} clients would be alike with fewer than {k - 1} others (k-anonymity)"
                making.setup.notes.append(f"clients.{name}: left out, since {why}; coarser codes would let it in")


def _values(role: Role, header: str, meaning: Meaning, places: list[int]) -> list[str | None]:
    cells = role.block.columns[header].cells
    gone = {"", *meaning.missing}
    return [None if cells[at] in gone else meaning.known.get(cells[at], cells[at]) for at in places]


def _take_out(name: str, columns: Tree, source: Tree) -> None:
    columns.pop(name, None)
    for part in ("recode", "missing"):
        held = source.get(part)
        if isinstance(held, dict):
            held.pop(name, None)
            if not held:
                del source[part]


def _client_rows(role: Role, source: Tree) -> list[int]:
    """The places of the rows that the clients come from."""
    if role.block.wide:
        return list(range(role.block.rows // len(role.block.wide)))
    kept = source.get("rows")
    wanted = kept if isinstance(kept, dict) else {}
    chosen = [
        (role.block.columns[header].cells, cells)
        for header, cells in wanted.items()
        if header in role.block.columns and isinstance(cells, list)
    ]
    return [row for row in range(role.block.rows) if all(cells[row] in allowed for cells, allowed in chosen)]
