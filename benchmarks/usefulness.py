"""What the way out costs a reader: `python -m benchmarks.usefulness EXACT PUBLIC`, two folders of a study's tables as CSV.

EXACT are those of an internal run (data/internal/tables), PUBLIC of a public one on the same data (reports/tables). Printed:
the share of cells with a number that are withheld or only bounded, and how far shown numbers are from the exact ones.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

NUMBER = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?|[−-]?\.\d+")
BOUNDED = ("·", "nearly all", "<", ">", "fewer")
NOT_OF_THE_DATA = ("provenance", "checklist")
STATISTICS = ("df", "Estimate", "Mean", "SE", "χ²")


@dataclass(frozen=True)
class Cell:
    """A cell with a number in the exact table: its value, whether it is a count, and what is shown (None: withheld)."""

    table: str
    exact: float
    is_count: bool
    shown: float | None


def cells(exact: Path, public: Path) -> Iterator[Cell]:
    """Every cell of the exact tables that holds a number, beside the public one of the same row and column."""
    for path in sorted(exact.glob("*.csv")):
        if path.stem in NOT_OF_THE_DATA or not (public / path.name).is_file():
            continue
        shown = dict(rows(public / path.name))
        for head, row in rows(path):
            other = dict(shown.get(head, ()))
            for column, text in row:
                number = value(text)
                if number is not None:
                    yield Cell(path.stem, number, is_count(column, text), value(other.get(column, "")))


def rows(path: Path) -> Iterator[tuple[tuple[str, ...], list[tuple[str, str]]]]:
    """The rows of a table, as column and cell, by what heads them: group, name, and which of those headed alike it is."""
    head, *found = csv.reader(path.read_text(encoding="utf-8").splitlines())
    names = 2 if head[0] == "Group" else 1
    seen: Counter[tuple[str, ...]] = Counter()
    for row in found:
        key = tuple(row[:names])
        seen[key] += 1
        yield (*key, str(seen[key])), list(zip(head[names:], row[names:], strict=False))


def value(text: str) -> float | None:
    """The first number of a cell; None where there is none, or only a bound."""
    found = NUMBER.search(text)
    if found is None or text.strip().startswith(BOUNDED):
        return None
    return float(found[0].replace(",", "").replace("−", "-"))


def is_count(column: str, text: str) -> bool:
    """Whether a cell starts with a whole number that counts something."""
    found = NUMBER.search(text)
    whole = found is not None and "." not in found[0] and text.strip().startswith(found[0])
    return whole and column not in STATISTICS


def main() -> None:
    """Print it."""
    found = list(cells(Path(sys.argv[1]), Path(sys.argv[2])))
    hidden = [cell for cell in found if cell.shown is None]
    print(f"{len(found)} cells with a number, {len(hidden) / len(found):.1%} of them withheld or only bounded")
    for title, wanted in (("counts", True), ("other numbers", False)):
        seen = [cell for cell in found if cell.is_count == wanted and cell.shown is not None]
        apart = np.array([abs((cell.shown or 0.0) - cell.exact) for cell in seen])
        share = np.array([far / abs(cell.exact) for far, cell in zip(apart, seen, strict=True) if cell.exact])
        middle = np.median(share)
        print(f"{title}: {len(seen)} shown, at most {apart.max():g} off; by {middle:.1%} of the exact value in the middle")


if __name__ == "__main__":
    main()
