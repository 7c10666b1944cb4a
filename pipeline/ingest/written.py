"""The texts of params.yaml through the second net: a title, claim, reason, recode, label or file name may name somebody.

A report prints titles, claims and reasons, and error messages print names of files and columns: what would be refused in a
cell is refused here too. The message says the key, never the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from pipeline.base.errors import Problem
from pipeline.base.params import Params
from pipeline.base.section import Section
from pipeline.ingest.net import broken_rules
from pipeline.base.person_names import given_names, name_pair, names_somebody, surnames, written_together

# Dates, links and addresses of computers stand in the names of files, claims and settings for other reasons.
RULES: Mapping[str, str] = {
    "email": "an e-mail address",
    "ssn": "a social security number",
    "phone": "a phone number",
    "handle": "the name of an account",
    "street_address": "a street address",
    "record_number": "the number of a record",
}
NAME = "a person's name"
PROSE = frozenset({"title", "question", "claim", "why", "origin"})  # sentences, in which only capitals make a name
FILES = frozenset({"file", "directory"})
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


def check_params(params: Params) -> Iterator[Problem]:
    """Every text of params that reads as something of a person, by its key."""
    for where, key, text in _texts(_plain(vars(params)), "", ""):
        if (found := personal_in(text, key)) is not None:
            yield Problem(where, f"this text seems to hold {found}", "say it in other words: reports and messages repeat it")


def personal_in(text: str, key: str) -> str | None:
    """What of a person a text under a key seems to hold, in words; None where it is nothing."""
    plain = _as_seen(text)
    if PLACEHOLDER.match(plain):
        return None
    broken = set(broken_rules(plain))
    told = next((RULES[rule] for rule in RULES if rule in broken), None)
    if told is None and AT.search(plain):
        told = RULES["email"]
    if told is None and "date" in broken and BIRTH.search(plain):
        told = "a date of birth"
    if told is None and key in PROSE and LONG_NUMBER.search(plain):
        told = "a number that may be somebody's"
    if told is None and _names(plain, key):
        return NAME
    return told


def _as_seen(text: str) -> str:
    """The text as a reader sees it: without accents, marks of no width and other scripts' look-alikes, digits as 0 to 9."""
    parts = unicodedata.normalize("NFKD", text).translate(LOOKS)
    kept = (
        " " if unicodedata.category(one) == "Zs" else one for one in parts if unicodedata.category(one) not in ("Mn", "Cf")
    )
    return "".join(str(unicodedata.digit(one, one)) if not one.isascii() else one for one in kept)


def _names(text: str, key: str) -> bool:
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


def _texts(data: object, where: str, key: str) -> Iterator[tuple[str, str, str]]:
    """Place, nearest key and text of every string; a key that is text of the study stands for the place it is under."""
    if isinstance(data, str):
        yield where, key, data
    elif isinstance(data, Mapping):
        for name, value in data.items():
            yield where or "params.yaml", "", str(name)
            spoken = personal_in(str(name), "") is None
            yield from _texts(value, f"{where}.{name}".lstrip(".") if spoken else f"{where}.<key>".lstrip("."), str(name))
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value, where, key)
