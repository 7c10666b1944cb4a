"""Why columns of categories cannot be told apart: combinations without a row, and what to merge so that they can.

Two codes beside each other are collinear where their levels fall into sets that never share a row (the graph of levels that
meet is not connected); a product of codes where a combination has no row. Levels are told by their place, never by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pipeline.multilevel.design.segments import Floats, Ints

MEND = "leave one of them out of the model"


@dataclass(frozen=True)
class Crossing:
    """Two codes crossed: how many rows each combination of levels has [levels of one, levels of the other]."""

    one: str
    other: str
    rows: Ints

    @property
    def empty(self) -> int:
        """Combinations without a row."""
        return int((self.rows == 0).sum())

    def sets(self) -> list[tuple[list[int], list[int]]]:
        """The sets of levels of both codes that meet, directly or through others."""
        height, width = self.rows.shape
        found: list[tuple[list[int], list[int]]] = []
        left = set(range(height))
        while left:
            mine, theirs = {min(left)}, set[int]()
            while True:
                met = {j for j in range(width) if any(self.rows[i, j] for i in mine)}
                more = {i for i in range(height) if any(self.rows[i, j] for j in met)}
                if (more, met) == (mine, theirs):
                    break
                mine, theirs = more | mine, met
            found.append((sorted(mine), sorted(theirs)))
            left -= mine
        return found

    def said(self) -> str:
        """The empty combinations in words."""
        text = f"{self.empty} of the {self.rows.size} combinations of {self.one} and {self.other} have no row"
        apart = len(self.sets())
        return text + (f", and their levels fall into {apart} sets that never meet" if apart > 1 else "")

    def mend(self, leave: str) -> str:
        """Which levels to merge, of the code with more of them if that helps; `leave`: what to leave out else."""
        first, second = (self.one, self.rows, 0), (self.other, self.rows.T, 1)
        sets = self.sets()
        for name, rows, side in (first, second) if len(self.rows) >= len(self.rows.T) else (second, first):
            across = [sorted(min(own[side], key=lambda level: int(rows[level].sum())) for own in sets)]
            groups = across if len(sets) > 1 else filled(rows)
            if groups and all(len(group) < len(rows) for group in groups):
                told = "; ".join(f"levels {_listed(group)}" for group in groups)
                return f"merge levels of {name}, e.g. {told} in their order, or {leave}"
        return leave


def filled(rows: Ints) -> list[list[int]]:
    """Groups of levels (rows of a table) that together leave no combination empty: the emptiest takes what fills it most."""
    groups = [[i] for i in range(len(rows))]
    while len(groups) > 1:
        sums = [rows[group].sum(axis=0) for group in groups]
        empty = [int((own == 0).sum()) for own in sums]
        worst = int(np.argmax(empty))
        if not empty[worst]:
            break
        gain = [(int(((sums[worst] == 0) & (own > 0)).sum()), -int(own.sum())) for own in sums]
        best = max((k for k in range(len(groups)) if k != worst), key=lambda k: gain[k])
        groups = [group for k, group in enumerate(groups) if k not in (worst, best)] + [sorted(groups[worst] + groups[best])]
    return sorted(group for group in groups if len(group) > 1)


def _listed(levels: list[int]) -> str:
    return ", ".join(str(level + 1) for level in levels[:-1]) + f" and {levels[-1] + 1}"


def why_collinear(names: Iterable[str], columns: Mapping[str, Floats], leave: str = MEND) -> tuple[str, str] | None:
    """What of the codes among some collinear columns explains it, and how to mend it; None where no two codes are behind it.

    `columns`: every coded column of the model by name (`phase[intake]`; a column of two values counts as a code).
    """
    named = {part for name in names for part in _terms(name)}
    terms = dict.fromkeys(part for name in columns for part in _terms(name) if part in named)
    known = {term: levels for term in terms if (levels := levels_of(term, columns)) is not None}
    crossings = [crossed(one, known[one], other, known[other]) for one, other in combinations(known, 2)]
    crossings = [crossing for crossing in crossings if crossing.empty]
    if not crossings:
        return None
    worst = max(crossings, key=lambda crossing: (len(crossing.sets()), crossing.empty))
    return "; ".join(crossing.said() for crossing in crossings), worst.mend(leave)


def crossed(one: str, mine: Ints, other: str, theirs: Ints) -> Crossing:
    """Two codes with the level of each row, crossed."""
    size = int(mine.max()) + 1, int(theirs.max()) + 1
    rows = np.bincount(mine * size[1] + theirs, minlength=size[0] * size[1]).reshape(size)
    return Crossing(one, other, rows.astype(np.int64))


def levels_of(term: str, columns: Mapping[str, Floats]) -> Ints | None:
    """The level of each row by a code's 0/1 columns (0: the first level), or by a column of two values; None of a number."""
    flags = [values for name, values in columns.items() if name.startswith(f"{term}[") and ":" not in name]
    if flags:
        return np.asarray(sum((k * (flag != 0).astype(np.int64) for k, flag in enumerate(flags, start=1))), dtype=np.int64)
    if term not in columns:
        return None
    values = np.unique(columns[term])
    return (columns[term] == values[1]).astype(np.int64) if len(values) == 2 else None


def _terms(name: str) -> list[str]:
    return [part.split("[")[0] for part in name.split(":")]
