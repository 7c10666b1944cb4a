"""The texts of params.yaml and of a study's own instruments through the second net: any of them may name somebody.

A report prints titles, claims and reasons, error messages print names of files and columns, and an archive holds the files
themselves: what would be refused in a cell is refused here too. The message says the key, never the text. One walk and one
set of rules, for `check` and for the archive of a release alike: what passes the first is not refused by the second.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from pipeline.base.errors import ParamsError, Problem
from pipeline.base.params import Params
from pipeline.base.person_names import given_names, name_pair, names_somebody, surnames, written_together
from pipeline.base.section import Section
from pipeline.base.spoken import spoken
from pipeline.base.yaml_text import parse
from pipeline.ingest.net import broken_rules

# Dates, links and addresses of computers stand in the names of files, claims and settings for other reasons; in copies of
# cells they stand for somebody.
RULES: Mapping[str, str] = {
    "email": "an e-mail address",
    "ssn": "a social security number",
    "phone": "a phone number",
    "handle": "the name of an account",
    "street_address": "a street address",
    "record_number": "the number of a record",
}
NAME = "a person's name"
OF_CELLS: Mapping[str, str] = {**RULES, "date": "a date", "url": "a link", "ip_address": "the address of a computer"}
PROSE = frozenset(
    {"title", "question", "claim", "why", "origin", "licence"}
)  # sentences, in which only capitals make a name
FILES = frozenset({"file", "directory", "read", "instruments"})
AUTHORS = frozenset({"source"})  # names whom it must name: those who made an instrument
CELLS = frozenset({"recode", "labels", "rows", "codes"})  # what stands below repeats cells of the raw files
MEND = "say it in other words: reports and messages repeat it"
PLACEHOLDER = re.compile(r"^[-+]?([0-9])\1*$")  # 999999999: a code for missing, nobody's number
# A name in a sentence: two capitalised words, either way round, with initials, particles or one more name between them.
MARK = r"[ _.-]+"
BETWEEN = rf"(?:{MARK}(?:[A-Z][A-Za-z]*|de|del|la|van|von|der|da|dos|bin|al))"
PAIRS = tuple(
    re.compile(rf"\b([A-Z][A-Za-z]{{2,}})(?={BETWEEN}{{{count}}}{MARK}([A-Z][A-Za-z]{{2,}})\b)") for count in range(3)
)
COMMA = re.compile(r"\b([A-Za-z]{3,}), *([A-Za-z]{3,})\b")  # surname, given name; authors are surname, surname
SMALL = re.compile(rf"\b([a-z]{{3,}})(?={MARK}([a-z]{{3,}})\b)")
ADDRESSED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Senora?|Herr|Frau)\.? +[A-Z][a-z]+")
LONG_NUMBER = re.compile(r"(?<![0-9./-])[0-9]{9,}(?![0-9./-])")  # no part of a DOI
TURNED = re.compile(
    "[\N{LEFT-TO-RIGHT EMBEDDING}-\N{RIGHT-TO-LEFT OVERRIDE}\N{LEFT-TO-RIGHT ISOLATE}-\N{POP DIRECTIONAL ISOLATE}]"
)
AT = re.compile(r"\S *[\[({] *at *[\])}] *\S", re.IGNORECASE)
BIRTH = re.compile(r"\b(?:born|birth|birthday|d\.?o\.?b)\b", re.IGNORECASE)
# Given names that are words, too: in small letters they name nobody.
WORDS = frozenset(
    str.split("mark bill sue pat frank jack barb ray jean austin victoria christian jesus rosa claude carol heather")
)
# Letters of other scripts that look like Latin ones, and dashes, as what they look like.
LOOKS = str.maketrans(
    "АВЕКМНОРСТХІЈЅаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο\N{HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}",
    "ABEKMHOPCTXIJSaeopcyxijsABEZHIKMNOPTYXo-----",
)


@dataclass(frozen=True)
class Written:
    """One text of a file of settings: its key path, the nearest key that says what it is, and the text."""

    where: str
    key: str
    text: str


def check_params(params: Params) -> Iterator[Problem]:
    """Every text of params that reads as something of a person, by its key."""
    yield from problems_of(told_by(params))


def check_instruments(texts: Mapping[str, str]) -> Iterator[Problem]:
    """Every text of a study's own instrument files (content by name) that reads as something of a person, by its key."""
    yield from problems_of(one for name, content in texts.items() for one in told_by_instrument(name, content))


def problems_of(texts: Iterable[Written]) -> Iterator[Problem]:
    """A problem for each text that reads as something of a person."""
    for one in texts:
        if (found := personal_in(one.text, one.key)) is not None:
            yield Problem(one.where, f"this text seems to hold {found}", MEND)


def told_by(params: object, where: str = "") -> Iterator[Written]:
    """Every text of params (as read or as plain data): its strings and its keys."""
    yield from _texts(_plain(params if isinstance(params, Mapping) else vars(params)), where, "")


def told_by_instrument(name: str, content: str) -> Iterator[Written]:
    """Every text of an instrument file that can be read; one that cannot is refused elsewhere."""
    try:
        data = parse(content)
    except ParamsError:
        return
    shown = name if personal_in(name, "file") is None else "<file>"
    for one in _texts(data, "", ""):
        yield Written(f"instruments/{shown}: {one.where}", one.key, one.text)


def without_personal_texts(problem: Problem, texts: Iterable[Written]) -> Problem:
    """A problem of another rule, without the texts that read as something of a person."""
    held = sorted({one.text for one in texts if personal_in(one.text, one.key) is not None}, key=len, reverse=True)
    for text in held:
        parts = {name: getattr(problem, name).replace(text, "<text>") for name in ("where", "what", "mend")}
        problem = replace(problem, **parts)
    return problem


def personal_in(text: str, key: str) -> str | None:
    """What of a person a text under a key seems to hold, in words; None where it is nothing."""
    if TURNED.search(text):
        return "marks that turn the direction of reading, so that it shows otherwise than it stands"
    plain = as_seen(text)
    if PLACEHOLDER.match(plain):
        return None
    broken = set(broken_rules(plain))
    rules = OF_CELLS if key in CELLS else RULES
    told = next((rules[rule] for rule in rules if rule in broken), None)
    if told is None and AT.search(plain):
        told = RULES["email"]
    if told is None and "date" in broken and BIRTH.search(plain):
        told = "a date of birth"
    if told is None and key in PROSE and LONG_NUMBER.search(plain):
        told = "a number that may be somebody's"
    if told is None and _names(plain, key):
        return NAME
    return told


def as_seen(text: str) -> str:
    """The text as a reader sees it: without accents, marks of no width and other scripts' look-alikes, digits as 0 to 9."""
    parts = unicodedata.normalize("NFKD", text).translate(LOOKS)
    kept = (
        " " if unicodedata.category(one) == "Zs" else one for one in parts if unicodedata.category(one) not in ("Mn", "Cf")
    )
    return "".join(str(unicodedata.digit(one, one)) if not one.isascii() else one for one in kept)


def _names(text: str, key: str) -> bool:
    if key in AUTHORS:
        return False
    if key in FILES:
        return any(_called(part) for part in (PurePath(text).stem, *PurePath(text).parts[:-1]))
    if key in PROSE:
        small = (pair for pair in SMALL.findall(text.lower()) if not WORDS.intersection(pair))
        large = (pair for pattern in PAIRS for pair in pattern.findall(text))
        turned = any(a.lower() in surnames() and b.lower() in given_names() - surnames() for a, b in COMMA.findall(text))
        beside = any(name_pair(a.lower(), b.lower()) for a, b in (*small, *large))
        return turned or beside or ADDRESSED.search(text) is not None
    return _called(text)


def _called(text: str) -> bool:
    return names_somebody(text) or written_together(text)


def _plain(data: object) -> object:
    """Sections as plain data: a stage has the sections it declared, and no whole Params."""
    if isinstance(data, Section):
        return data.model_dump(mode="json")
    return {key: _plain(value) for key, value in data.items()} if isinstance(data, Mapping) else data


def _texts(data: object, where: str, key: str) -> Iterator[Written]:
    """Every string and every key below a place; what is below a key of cells, or of files, is of its kind, keys too."""
    if isinstance(data, str):
        yield Written(where or "params.yaml", key, data)
    elif isinstance(data, Mapping):
        for number, (name, value) in enumerate(data.items(), 1):
            yield Written(where or "params.yaml", key if key in CELLS | FILES else "", str(name))
            shown = str(name) if spoken(str(name)) else f"<key {number}>"
            yield from _texts(value, f"{where}.{shown}".lstrip("."), key if key in CELLS | {"read"} else str(name))
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value, where, key)
