"""The canonical tables of a set-up: which columns of which rows feed them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.base.column_names import is_dose
from pipeline.start.anonymous import keep_anonymous
from pipeline.start.asking import asked, asking_order
from pipeline.start.blocks import INSTANCE, SESSION
from pipeline.start.codes import Meaning
from pipeline.start.links import SessionKey, mapped
from pipeline.start.questions import Question, one_of
from pipeline.start.result import Making, Plain, Setup, Tree, source_of
from pipeline.start.roles import Role
from pipeline.start.words import plain_words
from pipeline.tables import by_name
from pipeline.tables.column import Column as Canonical

ORDER = ("file", "joins", "rows", "wide", "columns", "constants", "recode", "missing", "split", "scales", "ignore_others")
WIDEST = 5  # the end of a scale around nought
BOX = "___"  # between the name of a REDCap checkbox field and the code of one of its boxes


def add_table(making: Making, table: str, role: Role, key: SessionKey | None) -> None:
    """Add the table that a block feeds to the set-up; `key`: what a session id is made of."""
    setup = making.setup
    if table in setup.tables:
        setup.notes.append(f"{role.block.name()} looks like {table}, too, and is left out")
        return
    found = dict(role.tables[table])
    source = source_of(role)
    if table in ("clients", "workers"):
        source.pop("wide", None)
        if not _one_row_each(source, role, found[f"{table[:-1]}_id"]):
            setup.notes.append(f"{table}: {role.block.name()} has several rows for one of them, so only their ids come in")
            return
    if role.joins:
        source["joins"] = [_join(*join) for join in role.joins]
    columns: Tree = {}
    if table == "sessions":
        _session_columns(making, role, key, columns, found, source)
    if table == "advocacy":
        columns["episode_id"] = _episode(role, found, setup)
        found.pop("episode_id", None)
    meanings = _mapped_columns(making, table, role, found, columns, source)
    if table == "clients":
        keep_anonymous(making, role, meanings, columns, source)
    order = list(by_name()[table].columns)
    source["columns"] = {name: columns[name] for name in sorted(columns, key=lambda n: order.index(n) if n in order else 99)}
    source["ignore_others"] = True
    setup.tables[table] = {name: source[name] for name in ORDER if name in source}


def _mapped_columns(
    making: Making, table: str, role: Role, found: Mapping[str, str], columns: Tree, source: Tree
) -> dict[str, Meaning]:
    """Map the columns that are mapped as they are; by canonical name, what their codes mean."""
    meanings: dict[str, Meaning] = {}
    split: dict[str, Plain] = {}
    scales: dict[str, Plain] = {}
    recode: dict[str, Plain] = {}
    missing: dict[str, Plain] = {}
    for name, header in sorted(found.items(), key=lambda pair: asking_order(pair[0])):
        canonical = by_name()[table].columns.get(name)
        if canonical is None or is_dose(name):
            columns[name] = header
            continue
        if name == "barriers" and BOX in header:
            columns[name] = {"checked": _boxes(role, header)}
            continue
        meaning = asked(making, table, canonical, header, role)
        if meaning is None:
            continue
        columns[name] = header
        meanings[name] = meaning
        if canonical.kind in ("code", "boolean", "band"):
            held = set(meaning.known.values()) or role.block.columns[header].different() - set(meaning.missing)
            making.setup.present[f"{table}.{name}"] = held
        if changed := meaning.recode():
            recode[name] = {code: _truth(value) if canonical.kind == "boolean" else value for code, value in changed.items()}
        if meaning.missing:
            missing[name] = list(meaning.missing)
            rows = sum(cell in meaning.missing for cell in role.block.columns[header].cells)
            making.setup.notes.append(f"{table}.{name}: {', '.join(meaning.missing)} read as missing ({rows:,} cells)")
        if meaning.separator:
            split[name] = meaning.separator
        if wider := _two_sided(canonical, role.block.columns[header].different() - set(meaning.missing)):
            scales[name] = wider
            making.setup.notes.append(f"{table}.{name}: taken for a scale from {wider[0]} to {wider[1]}")
    source |= {part: held for part, held in (("recode", recode), ("split", split), ("scales", scales)) if held}
    if missing:
        source["missing"] = {"all": [""], **missing}
    return meanings


def _two_sided(canonical: Canonical, cells: set[str]) -> list[Plain]:
    """The scale of a process rating that runs from disagreement to agreement, such as -3 to 3; none for another."""
    numbers = {int(text) for text in cells if re.fullmatch(r"-?[0-9]{1,2}", text)}
    if canonical.scale is None or len(numbers) < len(cells) or min(numbers, default=0) >= 0:
        return []
    most = max(map(abs, numbers))
    return [-most, most] if most <= WIDEST else []


def _join(file: str, key: str, other: str) -> Tree:
    found: Tree = {"file": file, "key": key}
    if other != key:
        found["other_key"] = other
    return found


def _truth(value: str) -> Plain:
    return value == "true"


def _one_row_each(source: Tree, role: Role, header: str) -> bool:
    """Whether each id has one row; those of a long file have, where only their first session is looked at."""
    if role.block.wide:
        rows = role.block.rows // len(role.block.wide)
        return len(set(role.block.columns[header].cells[:rows])) == rows
    if role.block.unique(header):
        return True
    number = role.ids().get("session_number")
    if number is None:
        return False
    ids, numbers = role.block.columns[header].cells, role.block.columns[number].cells
    firsts = [who for who, which in zip(ids, numbers, strict=True) if which == "1"]
    source["rows"] = {number: ["1"]}
    return len(firsts) == len(set(firsts)) == len(set(ids))


def _session_columns(
    making: Making, role: Role, key: SessionKey | None, columns: Tree, found: dict[str, str], source: Tree
) -> None:
    """The id, the number and the attendance of sessions, which every study must have."""
    setup = making.setup
    if key is not None:
        columns["session_id"] = mapped(key.sessions)
    found.pop("session_id", None)
    if role.block.wide:
        found["session_number"] = SESSION
        if min(role.block.wide) < 1 and "day" in found:  # sessions are numbered from one
            found.pop("session_number")
    if "session_number" not in found and "day" in found:
        columns["session_number"] = {"order_of": found["day"]}
        setup.notes.append("sessions are numbered in the order of their days")
    if "worker_id" not in found:
        setup.missing.append("no column says which worker held a session")
    if "attendance" not in found:
        text = "No column says whether a session took place. Did all listed sessions? (yes, no)"
        if making.interview.ask(Question("all_attended", text, None, one_of(("yes", "no")))) == "yes":
            source["constants"] = {"attendance": "attended"}
        else:
            setup.missing.append("no column says whether a session took place")


def _episode(role: Role, found: Mapping[str, str], setup: Setup) -> Plain:
    """The id of an episode: its own, else what makes its row unique."""
    own = found.get("episode_id")
    if own is not None and own != INSTANCE and role.block.unique(own):
        return own
    client, day = found.get("client_id", ""), found.get("day", "")
    worker, minutes = found.get("worker_id", ""), _whole(role, found.get("duration_min", ""))
    more = ((worker,), (minutes,), (worker, minutes))  # two visits on one day, by two workers or of two lengths
    for parts in ((client, INSTANCE), (client, day), *((client, day, *rest) for rest in more)):
        if all(part in role.block.columns for part in parts) and role.block.unique(*parts):
            return {"columns": list(parts), "prefix": "E"}
    setup.missing.append(
        "nothing tells one episode of advocacy from another, as a client has several on one day: put a column `episode_id`"
        " into the log that numbers its rows (1, 2, 3 ...)"
    )
    return own or ""


def _whole(role: Role, header: str) -> str:
    """A header, if every row of it has a whole number that an id can hold; else nothing."""
    cells = role.block.columns[header].cells if header in role.block.columns else ()
    return header if cells and all(re.fullmatch(r"[0-9]{1,6}", cell) for cell in cells) else ""


def _boxes(role: Role, header: str) -> Tree:
    """The checkboxes of a list, each with the code it stands for, as far as its label tells."""
    stem = header.partition(BOX)[0]
    boxes = [name for name in role.block.columns if name.startswith(f"{stem}{BOX}")]
    found: Tree = {}
    for box in boxes:
        label = plain_words(role.block.columns[box].labels.get("1", ""))
        known = label and label not in ("checked", "yes")
        found[box] = label if known else f"{plain_words(stem)}_{box.rpartition(BOX)[2]}".lower()[:40]
    return found
