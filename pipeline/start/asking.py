"""What the codes of a mapped column mean, asked where neither labels nor words tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.start.blocks import BlockColumn
from pipeline.start.codes import Meaning, meaning_of
from pipeline.start.questions import Question, code_pairs, meanings
from pipeline.start.result import Making
from pipeline.start.roles import Role
from pipeline.tables.column import Column as Canonical

NEEDED = ("attendance", "mode")  # codes without which nothing can be estimated
FIRST = ("phase", "gender", "age_band", "race_ethnicity", "mandated", "setting", "modality", "outcome", "language")
MOST_CODES = 12  # a column of more different cells is not asked about
FEW, MANY = 0.05, 0.5  # shares of rated sessions below and above which a code tells whether they took place
LATER = 2  # questions kept free for what comes after the codes


def asking_order(name: str) -> int:
    """The order codes are asked in: what nothing can be estimated without, then what models use most."""
    wanted = [*NEEDED, *FIRST]
    return wanted.index(name) if name in wanted else len(wanted)


def asked(making: Making, table: str, canonical: Canonical, header: str, role: Role) -> Meaning | None:
    """What a column's codes mean, asked where it is not told; None where the column is to be left out."""
    column = role.block.columns[header]
    meaning = meaning_of(canonical, column)
    is_needed = canonical.name in NEEDED
    if not meaning.unknown and not (canonical.name == "mode" and "joint" not in meaning.known.values()):
        return meaning
    name = f"{table}.{canonical.name}"
    left = f"{name}: left out, since nobody said what the codes of `{header}` mean"
    may_ask = is_needed or name in making.interview.given or making.interview.may_ask(LATER)
    if len(column.different()) > MOST_CODES or not may_ask:
        making.setup.notes.append(left)
        return None
    question = _question(making, name, canonical, column, meaning)
    answer = making.interview.ask(question)
    given = code_pairs(answer)
    if given and making.interview.person is None and name not in making.interview.given:
        making.setup.notes.append(f"{name}: {answer}, a guess from which sessions were rated")
    if not given:
        making.setup.notes += [] if is_needed else [left]
        return None
    return _settled(making, name, column, meaning, given)


def _question(making: Making, name: str, canonical: Canonical, column: BlockColumn, meaning: Meaning) -> Question:
    is_needed, is_truth = canonical.name in NEEDED, canonical.kind == "boolean"
    codes = sorted(column.different())
    allowed = canonical.codes or (("true", "false") if is_truth else ())
    guess = " ".join(
        f"{code}={value}" for code, value in sorted(_guess(canonical, column, meaning, making.is_rated).items())
    )
    shown = ", ".join(f"{code} ({column.labels[code]})" if code in column.labels else code for code in codes)
    may = ", ".join(allowed[:14]) or ("30-44, 90+, under_18 ..." if canonical.kind == "band" else "")
    skip = "" if is_needed else "; Enter leaves the column out"
    text = f"{name} ({canonical.description}): column `{column.header}` holds {shown}.\n"
    such = " ".join(f"{code}={value}" for code, value in zip(codes, allowed[:2] or ("30-44", "45-64"), strict=False))
    text += f"  What do they mean? {may}\n  Write code=meaning for each code, such as {such}{skip}"
    told = {*meaning.known, *meaning.missing}
    all_of = [code for code in codes if code not in told] if is_needed else ()
    check = meanings(codes, allowed, is_open=not canonical.closed and not is_truth, may_skip=not is_needed, all_of=all_of)
    return Question(name, text, guess or (None if is_needed else ""), check)


def _settled(making: Making, name: str, column: BlockColumn, meaning: Meaning, given: Mapping[str, str]) -> Meaning:
    """What was told and what was answered, together; codes that nobody gave a meaning are missing, and said to be."""
    gone = tuple(code for code, value in given.items() if value == "missing")
    told = {*given, *meaning.known, *meaning.missing}
    rest = tuple(sorted(code for code in column.different() if code not in told))
    if rest:
        making.setup.notes.append(f"{name}: {len(rest)} codes without a meaning are read as missing")
    known = {**meaning.known, **{code: value for code, value in given.items() if value != "missing"}}
    return Meaning(known, (), (*meaning.missing, *gone, *rest), meaning.separator)


def _guess(canonical: Canonical, column: BlockColumn, meaning: Meaning, is_rated: Sequence[bool]) -> dict[str, str]:
    """A guess worth showing, only where every code has one: sessions that were rated took place."""
    if meaning.known and not meaning.unknown:
        return dict(meaning.known)
    if canonical.name != "attendance" or len(is_rated) != len(column.cells):
        return {}
    found = {}
    for code in column.different():
        rows = [rated for cell, rated in zip(column.cells, is_rated, strict=True) if cell == code]
        share = sum(rows) / len(rows)
        if code not in meaning.known and FEW < share < MANY:
            return {}
        found[code] = meaning.known.get(code, "attended" if share >= MANY else "no_show")
    return found if "attended" in found.values() else {}
