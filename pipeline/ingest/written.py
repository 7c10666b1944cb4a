"""The texts of params.yaml through the second net: a title, claim, reason, recode, label or file name may name somebody.

A report prints titles, claims and reasons, and error messages print names of files and columns: what would be refused in a
cell is refused here too. The message says the key, never the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from pipeline.base.errors import Problem
from pipeline.base.params import Params
from pipeline.base.section import Section
from pipeline.ingest.net import broken_rules
from pipeline.ingest.person_names import given_names, names_somebody, surnames

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
PAIR = re.compile(r"\b([A-Z][a-z]{2,})[ _.-]+([A-Z][a-z]{2,})\b")


def check_params(params: Params) -> Iterator[Problem]:
    """Every text of params that reads as something of a person, by its key."""
    for where, key, text in _texts(_plain(vars(params)), "", ""):
        if (found := personal_in(text, key)) is not None:
            yield Problem(where, f"this text seems to hold {found}", "say it in other words: reports and messages repeat it")


def personal_in(text: str, key: str) -> str | None:
    """What of a person a text under a key seems to hold, in words; None where it is nothing."""
    if PLACEHOLDER.match(text):
        return None
    told = next((RULES[rule] for rule in broken_rules(text) if rule in RULES), None)
    if told is None and _names(text, key):
        return NAME
    return told


def _names(text: str, key: str) -> bool:
    if key in FILES:
        return any(names_somebody(part) for part in (PurePath(text).stem, *PurePath(text).parts[:-1]))
    if key in PROSE:
        return any(_pair(one.lower(), other.lower()) for one, other in PAIR.findall(text))
    return names_somebody(text)


def _pair(one: str, other: str) -> bool:
    return (one in given_names() and other in surnames()) or (one in surnames() and other in given_names())


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
