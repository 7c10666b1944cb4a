"""Summary: the verdicts for a terminal, a line a claim, confirmatory ones first; and what a script must notice."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from pipeline.base.claim_numbers import ROLES, numbered
from pipeline.hypotheses.told import Told
from pipeline.results.verdict import Judged, LockState, Verdicts
from pipeline.vocabulary.results import RULES, reason_text

LEAST_CLAIM = 40  # columns a claim needs beside the numbers; in a narrower terminal the numbers go
SHORT = 3  # columns of C1, E10
CUT = "…"
NONE = "-"
LOCKED_SINCE = "The lock was closed after these verdicts: the next run takes it in."
LOCK_FIRST = "The confirmatory hypotheses are not locked: python -m pipeline lock, before outcomes are looked at."


def summary_lines(
    verdicts: Verdicts,
    declared: Sequence[str],
    told: Mapping[str, Told],
    simulated: bool,
    width: int = 80,
    why: bool = False,
    locked_since: bool = False,
) -> str:
    """The verdicts of a study, confirmatory claims first, each on one line of at most `width` columns.

    `declared`: the names in the order of params.yaml, by which claims are numbered (C1, C2 ..., E1, E2 ...) as in the
    report. With `why`, each has its name, its number and the rule that decided below it.
    `told`: their numbers as the report shows them.
    `locked_since`: the lock was closed after these verdicts.
    """
    lines = ["Simulated data: nothing here is about real clients."] if simulated else []
    known = _ordered(verdicts, declared)
    wide = max((len(one.verdict) for one in known), default=0)
    by_name, names = {one.name: one for one in known}, numbered({one.name: one.declared_role for one in known})
    for role in ROLES:
        judged = {short: by_name[name] for short, name in names.items() if by_name[name].role == role}
        if judged:
            lines += ["", role.capitalize(), *_role(judged, told, wide, width, why)]
    lines += ["", *_lock(verdicts.lock, locked_since, names), *_tried(verdicts)]
    return "\n".join(piece for line in lines for piece in folded_line(line, width))


def folded_line(line: str, width: int) -> list[str]:
    """A line in pieces of at most `width` columns, the further ones indented as the first is."""
    if terminal_columns(line) <= width:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()))
    wrapped = textwrap.wrap(line.strip(), max(width - len(indent), 20), break_on_hyphens=False)
    return [indent + piece for piece in wrapped]


def cut_text(text: str, width: int) -> str:
    """A text within `width` columns, cut at a word where one ends not too far before."""
    if terminal_columns(text) <= width:
        return text
    kept = ""
    for char in text:
        if terminal_columns(kept + char) > width - 1:
            break
        kept += char
    at_word = kept.rpartition(" ")[0]
    return (at_word if 2 * terminal_columns(at_word) >= width else kept).rstrip(" ,;:.") + CUT


def terminal_columns(text: str) -> int:
    """How many columns of a terminal a text takes: two for a wide character, none for a combining one."""
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _ordered(verdicts: Verdicts, declared: Sequence[str]) -> list[Judged]:
    known = [name for name in declared if name in verdicts.hypotheses]
    return [verdicts.hypotheses[name] for name in (*known, *sorted(set(verdicts.hypotheses) - set(known)))]


def _role(judged: Mapping[str, Judged], told: Mapping[str, Told], verdict: int, width: int, why: bool) -> Iterator[str]:
    number = max(len(told[one.name].effect or NONE) for one in judged.values())
    for short, one in judged.items():
        head = f"  {short:<{SHORT}}  {one.verdict:<{verdict}}"
        if number > 1 and width - len(head) - number - 4 >= LEAST_CLAIM:
            head = f"{head}  {told[one.name].effect or NONE:<{number}}"
        yield f"{head}  {cut_text(one.claim, width - len(head) - 2)}"
        if why:
            yield f"       {one.name}: {numbers(one, told[one.name])}"


def numbers(judged: Judged, told: Told) -> str:
    """Estimate, interval and adjusted p in one phrase, or the reason for none."""
    if not told.effect:
        return told.why or (reason_text(judged.reason, exact=True) if judged.reason else "no estimate")
    return f"{told.effect}, {told.p}; {RULES[judged.rule]}"


def unresolved_warnings(verdicts: Verdicts) -> list[str]:
    """A warning for each hypothesis without a number, and for each check that met a defect; none where all went well."""
    said = []
    for one in verdicts.hypotheses.values():
        if one.reason is not None:
            said.append(f"hypothesis {one.name}: {one.verdict} ({reason_text(one.reason)})")
        for attempt in one.attempts:
            if attempt.reason is not None and attempt.reason.code == "defect":
                said.append(f"hypothesis {one.name}, check {attempt.check}: {reason_text(attempt.reason)}")
    return said


def _lock(lock: LockState, locked_since: bool, names: Mapping[str, str]) -> list[str]:
    if not lock.locked and locked_since:
        return [LOCKED_SINCE]
    if not lock.locked:
        return [LOCK_FIRST]
    seen = " Outcomes may have been seen before." if lock.outcomes_seen_before else ""
    shorts = {name: short for short, name in names.items()}
    changed = sorted(shorts.get(name, name) for name, lines in lock.deviations.items() if lines)
    if changed:
        said = "differs from the lock, so it counts" if len(changed) == 1 else "differ from the lock, so they count"
        return [f"Locked on {lock.date}; {', '.join(changed)} {said} as exploratory: the report says in what.{seen}"]
    return [f"Locked on {lock.date}; these verdicts are of what was locked.{seen}"]


def _tried(verdicts: Verdicts) -> list[str]:
    tries = sum(verdicts.tried.values())
    if not tries:
        return []
    return [f"Tried beside: {tries} further {'version' if tries == 1 else 'versions'} (python -m pipeline compare)."]
