"""Items: runs of numbered columns, and the instrument they could be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.ingest.parts import numbered_headers
from pipeline.start.blocks import CellBlock
from pipeline.start.words import plain_words

FEWEST = 4
MOST_ANSWERS = 20  # different answers of a form with a scale of points
LINE = 100  # the longest line to be marked
CHECKBOX = "___"
PLACE = re.compile(r"\{session(?::02)?\}|[0-9]+")
SCORES = {"total": "total score sum mean", "goal": "goal goals", "task": "task tasks", "bond": "bond"}
NAMES = re.compile(r"(?:^|_)(?:wai|alliance|srs|ors|waisr|wais|wai_sr)(?:_|$|[0-9])")
USUAL_MISSING = ("99", "999", "9", "-9", "-99", "98", "97", "88", "77", "8", "-1", "-8", "NA", "N/A", ".", "#NULL!", "na")


@dataclass(frozen=True)
class Items:
    """A run of items: its pattern, how many, the different answers, and which of them may mean missing."""

    pattern: str
    count: int
    answers: frozenset[str]


def items_of(block: CellBlock) -> list[Items]:
    """The runs of items of a block, from item 1 upward without a gap; each header in the longest run it fits."""
    runs: dict[tuple[str, str, bool], dict[int, str]] = {}
    for header in block.columns:
        if CHECKBOX in header:
            continue
        for match in PLACE.finditer(header):
            if match[0].startswith("{"):
                continue
            key = (header[: match.start()], header[match.end() :], match[0].startswith("0"))
            runs.setdefault(key, {})[int(match[0])] = header
    found, taken = [], set[str]()
    for (before, after, padded), headers in sorted(_merged(runs).items(), key=lambda run: -len(run[1])):
        count = next(n for n in range(1, 1002) if n not in headers) - 1
        names = [headers[n] for n in range(1, count + 1)]
        if count >= FEWEST and not taken & set(names) and all(_is_answer(block, name) for name in names):
            taken |= set(names)
            width = len(headers[1]) - len(before) - len(after)
            place = f"{{item:0{width}}}" if padded else "{item}"
            answers = frozenset().union(*(block.columns[name].different() for name in names))
            found.append(Items(f"{before}{place}{after}", count, answers))
    return found


def headers_of(items: Items) -> list[str]:
    """The headers of a run."""
    return numbered_headers(items.pattern, items.count)


def scores_of(block: CellBlock) -> dict[str, str]:
    """Score -> header, where a block holds scores of an alliance measure in place of items."""
    found: dict[str, str] = {}
    for header, column in block.columns.items():
        name = plain_words(header.replace("{session}", ""))
        if NAMES.search(name) and column.is_number():
            for score, words in SCORES.items():
                if set(words.split()) & set(name.split("_")) or (score == "total" and name in ("wai", "srs", "alliance")):
                    found.setdefault(score, header)
    return found


def missing_codes(answers: Iterable[str], low: float, high: float) -> list[str]:
    """The answers outside an instrument's scale that usually stand for none."""
    return sorted(text for text in answers if text in USUAL_MISSING and not _within(text, low, high))


def answers_off_scale(answers: Iterable[str], low: float, high: float) -> set[str]:
    """The answers that are no number of a scale."""
    return {text for text in answers if not _within(text, low, high)}


def _merged(runs: Mapping[tuple[str, str, bool], dict[int, str]]) -> dict[tuple[str, str, bool], dict[int, str]]:
    """Padded runs go on without zeros from 10 on."""
    merged = {key: dict(found) for key, found in runs.items()}
    for (before, after, padded), found in runs.items():
        if padded:
            beyond = {n: header for n, header in runs.get((before, after, False), {}).items() if n > 9}
            merged[before, after, padded] = {**found, **beyond}
            rest = {n: header for n, header in runs.get((before, after, False), {}).items() if n <= 9}
            merged[before, after, False] = rest
    return {key: found for key, found in merged.items() if found}


def _is_answer(block: CellBlock, header: str) -> bool:
    column = block.columns[header]
    found = column.different()
    if len(found) > MOST_ANSWERS:  # a line to be marked gives many answers, none of them large
        return column.is_number() and all(abs(float(text.replace(",", "."))) <= LINE for text in found)
    return not column.is_date()


def _within(text: str, low: float, high: float) -> bool:
    try:
        return low <= float(text.replace(",", ".")) <= high
    except ValueError:
        return False
