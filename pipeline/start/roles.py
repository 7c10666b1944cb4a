"""What each block holds: which canonical tables, which of its columns, which items; told by headers and by shapes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from pipeline.base.column_names import is_dose, is_id
from pipeline.ingest.hints import is_missing
from pipeline.start.blocks import INSTANCE, INSTRUMENT, SESSION, BlockColumn, CellBlock
from pipeline.start.items import Items, headers_of, items_of, scores_of
from pipeline.start.words import header_words, plain_words
from pipeline.tables import by_name
from pipeline.tables.column import is_band

TELLING = {
    "sessions": ("attendance", "session_number", "session_id", "phase", "modality"),
    "advocacy": ("mode", "episode_id"),
}
LOG = ("adv", "episode", "accompan")  # what the name of a log of advocacy says


@dataclass(frozen=True)
class Role:
    """What a block is for: the tables it feeds with their columns (canonical -> header), its items and its scores.

    `loose`: what its columns would be in every table; `joins`: files looked up for more, with the key here and there.
    """

    block: CellBlock
    tables: Mapping[str, dict[str, str]] = field(default_factory=dict)
    items: tuple[Items, ...] = ()
    scores: Mapping[str, str] = field(default_factory=dict)
    loose: Mapping[str, dict[str, str]] = field(default_factory=dict)
    joins: tuple[tuple[str, str, str], ...] = ()

    def ids(self) -> dict[str, str]:
        """Client, worker, session and number columns, whatever table they were found for."""
        found: dict[str, str] = {}
        for columns in self.tables.values():
            found |= {name: header for name, header in columns.items() if is_id(name) or name == "session_number"}
        return found


def role_of(block: CellBlock) -> Role:
    """What a block seems to be for."""
    items = tuple(items_of(block))
    scores = {} if items else scores_of(block)
    used = {header for run in items for header in headers_of(run)} | set(scores.values())
    plain_columns = {
        header: column for header, column in block.columns.items() if header not in used and not column.names_person()
    }
    guesses = {table: _columns(table, plain_columns, block) for table in ("clients", "workers", "sessions", "advocacy")}
    rated = bool(items or scores)
    tables: dict[str, dict[str, str]] = {}
    if _is_log(block, guesses["advocacy"], rated):
        tables["advocacy"] = guesses["advocacy"]
    elif _is_sessions(guesses["sessions"], rated, block):
        tables["sessions"] = guesses["sessions"]
    elif rated:
        tables["ratings"] = {
            n: h for n, h in guesses["sessions"].items() if n in ("session_id", "client_id", "session_number", "day")
        }
    if "advocacy" not in tables and _is_people(guesses["clients"], "client_id"):
        tables["clients"] = guesses["clients"]
    if _is_workers(guesses["workers"], block, tables):
        tables["workers"] = guesses["workers"]
    return Role(block, tables, items, scores, guesses)


def _columns(table: str, columns: Mapping[str, BlockColumn], block: CellBlock) -> dict[str, str]:
    """Canonical column -> header, the telling words first; each header once."""
    own = _own_words(columns)
    found: dict[str, str] = {}
    ranked: list[tuple[int, int, str, str]] = []
    for place, header in enumerate(columns):
        for name, words in header_words(table).items():
            for spelling in own(header):
                if spelling in words and _fits(table, name, columns[header]):
                    ranked.append((words.index(spelling), place, name, header))
    for _, _, name, header in sorted(ranked):
        if name not in found and header not in found.values():
            found[name] = header
    if table == "clients" and (boxes := [header for header in columns if header.startswith("barrier") and "___" in header]):
        found["barriers"] = boxes[0]
    if table in ("sessions", "advocacy") and INSTANCE in block.columns:
        found.setdefault("session_number" if table == "sessions" else "episode_id", INSTANCE)
    return {name: header for name, header in found.items() if header != INSTRUMENT}


def _own_words(columns: Mapping[str, BlockColumn]) -> Callable[[str], list[str]]:
    """How a header may be read: as it is, without its session, and without a beginning that many columns share."""
    starts = Counter(plain_words(header).partition("_")[0] for header in columns if "_" in plain_words(header))
    shared = {start for start, count in starts.items() if count >= 3}

    def read(header: str) -> list[str]:
        if header == SESSION:
            return [SESSION]
        whole = plain_words(header.replace("{session:02}", "").replace(SESSION, ""))
        bare = whole.removesuffix("_s").removesuffix("_t").removesuffix("_w").removesuffix("_v")
        first, _, rest = bare.partition("_")
        unnumbered = re.sub(r"(?:_[0-9]+)+$", "", bare)
        behind = re.sub(r"^[A-Za-z]*[_. -]?\{session(?::02)?\}[_. -]?", "", header)  # s{session}_day
        ways = [plain_words(header), whole, bare, unnumbered, *([rest] if first in shared and rest else [])]
        ways += [plain_words(behind)] if behind != header else []
        return list(dict.fromkeys(way for way in ways if way))

    return read


def _fits(table: str, name: str, column: BlockColumn) -> bool:
    """Whether a column's cells can be what its header says."""
    if is_dose(name):
        return column.is_number() and len(column.different()) <= 40
    declared = by_name()[table].columns.get(name)
    if declared is None or not column.different():
        return declared is not None and not declared.required
    if declared.kind in ("integer", "number"):
        return replace(column, missing=column.missing | {text for text in column.cells if is_missing(text)}).is_number()
    if declared.kind == "band":
        return column.is_code() or all(map(is_band, column.different()))
    if declared.kind == "boolean":
        return len(column.different()) <= 5
    return declared.kind in ("id", "codes") or len(column.different()) <= 40


def _is_log(block: CellBlock, found: Mapping[str, str], rated: bool) -> bool:
    named = any(word in block.name().lower() for word in LOG)
    return not rated and "client_id" in found and ("mode" in found or named) and ("mode" in found or "setting" in found)


def _is_sessions(found: Mapping[str, str], rated: bool, block: CellBlock) -> bool:
    if "client_id" not in found or block.name().lower() in ("alliance", "ratings"):
        return False
    telling = [name for name in TELLING["sessions"] if name in found]
    if rated:
        return "worker_id" in found or "attendance" in found or bool(block.wide)
    return ("worker_id" in found and ("day" in found or bool(telling))) or len(telling) >= 2


def _is_people(found: Mapping[str, str], key: str) -> bool:
    facts = [name for name in found if not is_id(name)]
    return key in found and bool(facts)


def _is_workers(found: Mapping[str, str], block: CellBlock, tables: Iterable[str]) -> bool:
    facts = [name for name in found if name in ("discipline", "experience_band", "caseload_band")]
    return "worker_id" in found and bool(facts) and not list(tables) and block.unique(found["worker_id"])
