"""New names for what leaves: columns and files, by an allow-list, since a header or a file's name may tell of a person."""

from __future__ import annotations

import re
from collections.abc import Collection

from pipeline.ingest.headers import names_identifier
from pipeline.ingest.net import classify
from pipeline.prepare.kept import WORDS
from pipeline.prepare.plan import Use

SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_.:()\[\] -]{0,79}")
DATE_WORDS = re.compile(r"(?i)(?:^|[_ .-])(?:date|dates|timestamp|datetime|time|dt|on|of|at)(?=$|[_ .-])")
FORMS = """wai srs log logs export data raw redcap qualtrics limesurvey spss sr wave items scores study"""
MARKS = frozenset(str.split("init inits initials pin yob bday dobm doby badge apt bed room plate"))
SIGNED = frozenset(str.split("entered completed recorded filled signed typed logged seen"))
NUMBERED = frozenset(str.split("house case chart file record account policy member card house id identity social"))
NUMBERS = frozenset(str.split("no nr num number digits end"))
FILE_WORDS = WORDS | frozenset(FORMS.split())


def is_safe(header: str) -> bool:
    """Whether a header may stay: plain, naming no identifier, and not a cell that slipped into the first line."""
    is_plain = SAFE.fullmatch(header) is not None and not names_identifier(header) and classify(header) is None
    return is_plain and not _numbers_people(header)


def _numbers_people(header: str) -> bool:
    """Whether a header names short marks of a person that are small numbers or letters: initials, the end of a number."""
    words = re.findall(r"[a-z]+|[0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", header).lower())
    counted = bool(NUMBERED.intersection(words)) and bool(NUMBERS.intersection(words))
    signed = "by" in words and bool(SIGNED.intersection(words))
    return counted or signed or bool(MARKS.intersection(words)) or ("last" in words and "4" in words)


def column_name(use: Use, header: str, taken: Collection[str]) -> str:
    """The new header of a column that is taken; '' where a kept one needs a name that only the plan can give."""
    fixed = {"age": "age_band", "zip": "area3"}
    if use.new:
        wanted = use.new
    elif use.role in fixed:
        wanted = fixed[use.role]
    elif use.role == "date":
        wanted = day_name(header)
    elif is_safe(header):
        wanted = header
    else:
        wanted = f"{use.kind}_id" if use.role == "id" else ""
    return numbered_name(wanted, taken) if wanted else ""


def file_name(name: str, taken: Collection[str]) -> str:
    """The name a file leaves under: those of its words that say what it holds, else `table`."""
    stem = name.rpartition(".")[0] or name
    words = [word for word in re.findall(r"[a-z]+", stem.lower()) if word in FILE_WORDS]
    return numbered_name("_".join(words[:6]) or "table", {other.removesuffix(".csv") for other in taken}) + ".csv"


def numbered_name(name: str, taken: Collection[str]) -> str:
    """The name itself, or with the first number behind it that makes it new."""
    if name not in taken:
        return name
    return next(f"{name}_{n}" for n in range(2, len(taken) + 3) if f"{name}_{n}" not in taken)


def day_name(header: str) -> str:
    """What a column of dates is called once it holds days: `visit_date` becomes `visit_day`."""
    bare = DATE_WORDS.sub("", header).strip("_ .-")
    name = f"{bare}_day" if bare and not bare.lower().endswith("day") else (bare or "day")
    return name if is_safe(name) else "day"
