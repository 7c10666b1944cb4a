"""Results as lines of JSON that are only ever added: a benchmark that was stopped goes on where it was."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "results" / "worlds.jsonl"  # outside git
Key = tuple[str, str, int]


def read(path: Path, code: str) -> dict[Key, dict[str, Any]]:
    """The results of one code version by world, size and seed; a line cut off by a kill is passed over."""
    return {(line["world"], line["size"], line["seed"]): line for line in _lines(path) if line["code"] == code}


def read_versions(path: Path, codes: Sequence[str]) -> dict[Key, dict[str, Any]]:
    """The results of several code versions, oldest first: of each world and size those of the version that has most of them.

    Where two have as many, the later one counts. Every line still says its `code`.
    """
    found = [read(path, code) for code in codes]
    counts = [Counter(key[:2] for key in results) for results in found]
    cells = {cell for counted in counts for cell in counted}
    best = {cell: max(range(len(codes)), key=lambda at: (counts[at][cell], at)) for cell in cells}
    return {key: line for at, results in enumerate(found) for key, line in results.items() if best[key[:2]] == at}


def versions(path: Path) -> dict[str, int]:
    """How many results there are of each code version, in the order they first came."""
    counts: dict[str, int] = {}
    for line in _lines(path):
        counts[line["code"]] = counts.get(line["code"], 0) + 1
    return counts


def add(path: Path, line: dict[str, Any], code: str) -> None:
    """Append one result, whole or not at all as far as a reader can tell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**line, "code": code}, sort_keys=True, allow_nan=False) + "\n"
    with path.open("ab") as file:
        if file.tell() and not _ends_whole(path):
            text = "\n" + text
        file.write(text.encode())


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) == b"\n"


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
        except json.JSONDecodeError:
            continue
        if isinstance(line, dict) and {"world", "size", "seed", "code"} <= line.keys():
            yield line
