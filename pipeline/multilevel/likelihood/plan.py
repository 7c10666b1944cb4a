"""Which blocks the elimination of random effects will touch: found once from the levels, before any number is seen.

Factors are eliminated finest first. A factor whose levels never meet in one row or through an eliminated factor keeps a
block-diagonal system and is eliminated level by level in long vectors (a `Stage`). From the first factor on whose levels
do meet (crossed designs), what remains is a dense system for each connected component (`plan.remainder`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.multilevel.design.grouping import Cells
from pipeline.multilevel.design.segments import Ints, Segments, distinct

Key = tuple[int, int]
# From so many levels of the rest, and from so many pairs of entries as a share of its places, on a plan may be folded.
FOLDABLE, CROWDED = 160, 0.1


@dataclass(frozen=True)
class Entries:
    """The non-zero blocks between two factors: `rows` and `cols` are levels, sorted by row, then column."""

    rows: Ints
    cols: Ints
    n_rows: int
    n_cols: int

    @classmethod
    def of(cls, keys: Ints, n_rows: int, n_cols: int) -> Entries:
        """Entries from sorted unique keys `row * n_cols + col`."""
        rows, cols = np.divmod(keys, n_cols)
        return cls(rows, cols, n_rows, n_cols)

    @property
    def keys(self) -> Ints:
        """`row * n_cols + col`, rising."""
        return self.rows * self.n_cols + self.cols

    def find(self, rows: Ints, cols: Ints) -> Ints:
        """The position of each (row, col) among the entries."""
        return np.searchsorted(self.keys, rows * self.n_cols + cols)


@dataclass(frozen=True)
class Link:
    """The entries between the factor of a stage and a later one: sums over entries by unit and by the later level."""

    by_unit: Segments
    by_level: Segments


@dataclass(frozen=True)
class Pair:
    """Entries `first` of link g and `second` of link h that share a unit, and the block (g, h) their product falls on.

    `first`/`second` are None when they are all entries in order.
    """

    g: int
    h: int
    same: bool
    first: Ints | None
    second: Ints | None
    target: Segments


@dataclass(frozen=True)
class EliminationStage:
    """The elimination of one factor, level by level."""

    factor: int
    links: dict[int, Link]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class EliminationPlan:
    """Stages in order, the factors left to dense components, and the entries of every block ever touched.

    `folded`: the rest is one dense system, which the first stage is taken from whole (`fold`): no pairs are listed and
    entries between factors of the rest are those of the data.
    """

    n_levels: tuple[int, ...]
    stages: tuple[EliminationStage, ...]
    rest: tuple[int, ...]
    entries: dict[Key, Entries]
    folded: bool = False


@dataclass(frozen=True)
class _Meeting:
    g: int
    h: int
    same: bool
    first: Ints
    second: Ints
    rows: Ints
    cols: Ints


def make_plan(cells: Cells, n_levels: tuple[int, ...], stages: int | None = None, *, fold: bool = False) -> EliminationPlan:
    """The symbolic elimination for these cells; factors in the order of `n_levels`, finest first.

    `stages` limits how many factors are eliminated level by level; `fold` allows a folded plan.
    """
    entries = _data_entries(cells, n_levels)
    if fold and _meet_widely(entries, n_levels):
        return EliminationPlan(
            n_levels, (_stage(0, [], entries, len(n_levels)),), tuple(range(1, len(n_levels))), entries, folded=True
        )
    raw: list[tuple[int, list[_Meeting]]] = []
    total = len(n_levels)
    for f in range(total):
        if len(entries[f, f].rows) > n_levels[f] or f == stages:
            break
        meetings = _meetings(f, total, entries)
        for meeting in meetings:
            _fill(entries, meeting, n_levels)
        raw.append((f, meetings))
    made = tuple(_stage(f, meetings, entries, total) for f, meetings in raw)
    return EliminationPlan(n_levels, made, tuple(range(len(raw), total)), entries)


def _meet_widely(entries: dict[Key, Entries], n_levels: tuple[int, ...]) -> bool:
    """Whether levels of the rest meet through the finest factor so often that one dense system has little waste."""
    rest = sum(n_levels[1:])
    counts = np.zeros(n_levels[0])
    for g in range(1, len(n_levels)):
        counts += np.bincount(entries[0, g].rows, minlength=n_levels[0])
    pairs = float(counts @ (counts - 1)) / 2.0
    return rest >= FOLDABLE and pairs > CROWDED * rest**2 and _hangs_together(entries, n_levels)


def _hangs_together(entries: dict[Key, Entries], n_levels: tuple[int, ...]) -> bool:
    """Whether all levels are one component of the graph of who meets whom."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    start = np.concatenate(([0], np.cumsum(n_levels)))
    rows = np.concatenate([entries[0, g].rows for g in range(1, len(n_levels))])
    cols = np.concatenate([entries[0, g].cols + start[g] for g in range(1, len(n_levels))])
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, cols)), shape=(int(start[-1]), int(start[-1])))
    return int(connected_components(graph, directed=False, return_labels=False)) == 1


def _data_entries(cells: Cells, n_levels: tuple[int, ...]) -> dict[Key, Entries]:
    entries: dict[Key, Entries] = {}
    for g, n in enumerate(n_levels):
        own = np.arange(n)
        entries[g, g] = Entries(own, own, n, n)
        for h in range(g + 1, len(n_levels)):
            keys = distinct(cells.levels[g] * n_levels[h] + cells.levels[h], n * n_levels[h])
            entries[g, h] = Entries.of(keys, n, n_levels[h])
    return entries


def _meetings(f: int, total: int, entries: dict[Key, Entries]) -> list[_Meeting]:
    found = []
    for g in range(f + 1, total):
        one = entries[f, g]
        own = np.arange(len(one.rows))
        found.append(_Meeting(g, g, True, own, own, one.cols, one.cols))
        for h in range(g, total):
            first, second = _joined(one, entries[f, h], strict=g == h)
            if len(first):
                found.append(_Meeting(g, h, False, first, second, one.cols[first], entries[f, h].cols[second]))
    return found


def _joined(one: Entries, two: Entries, *, strict: bool) -> tuple[Ints, Ints]:
    """All pairs of positions in `one` and `two` that lie in the same row; only first < second when `strict`."""
    counts = np.bincount(two.rows, minlength=two.n_rows)
    begin = np.concatenate(([0], np.cumsum(counts)))[:-1]
    repeats = counts[one.rows]
    if strict and counts.max() <= 1:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    first = np.repeat(np.arange(len(one.rows)), repeats)
    offset = np.arange(len(first)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    second = begin[one.rows[first]] + offset
    if strict:
        keep = second > first
        first, second = first[keep], second[keep]
    return first, second


def _fill(entries: dict[Key, Entries], meeting: _Meeting, n_levels: tuple[int, ...]) -> None:
    known = entries[meeting.g, meeting.h]
    keys = meeting.rows * known.n_cols + meeting.cols
    merged = distinct(np.concatenate((known.keys, keys)), known.n_rows * known.n_cols)
    if len(merged) > len(known.rows):
        entries[meeting.g, meeting.h] = Entries.of(merged, n_levels[meeting.g], n_levels[meeting.h])


def _stage(f: int, meetings: list[_Meeting], entries: dict[Key, Entries], total: int) -> EliminationStage:
    links = {}
    for g in range(f + 1, total):
        block = entries[f, g]
        links[g] = Link(Segments(block.rows, block.n_rows), Segments(block.cols, block.n_cols))
    return EliminationStage(f, links, tuple(_pair(f, meeting, entries) for meeting in meetings))


def _pair(f: int, meeting: _Meeting, entries: dict[Key, Entries]) -> Pair:
    block = entries[meeting.g, meeting.h]
    target = Segments(block.find(meeting.rows, meeting.cols), len(block.rows))
    first = _unless_all(meeting.first, len(entries[f, meeting.g].rows))
    second = _unless_all(meeting.second, len(entries[f, meeting.h].rows))
    return Pair(meeting.g, meeting.h, meeting.same, first, second, target)


def _unless_all(positions: Ints, count: int) -> Ints | None:
    return None if np.array_equal(positions, np.arange(count)) else positions
