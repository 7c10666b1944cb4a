"""A REDCap data dictionary among the files: what it says of the codes of the other files' columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from pipeline.prepare.identified import Identified
from pipeline.start.words import plain_words

FIELD, CHOICES = "variable_field_name", "choices_calculations_or_slider_labels"


def is_dictionary(table: Identified) -> bool:
    """Whether a file is a data dictionary, not data."""
    spelled = {plain_words(header) for header in table.header}
    return FIELD in spelled and any(name.startswith("choices") for name in spelled)


def labelled(files: Mapping[str, Identified]) -> dict[str, Identified]:
    """The files that hold data, with the labels of the dictionaries among them; checkboxes get their own label."""
    labels: dict[str, dict[str, str]] = {}
    for table in files.values():
        if is_dictionary(table):
            spelled = [plain_words(header) for header in table.header]
            names = table.columns[spelled.index(FIELD)]
            choices = table.columns[next(place for place, name in enumerate(spelled) if name.startswith("choices"))]
            labels |= {name: found for name, text in zip(names, choices, strict=True) if (found := _choices(text))}
    data = {file: table for file, table in files.items() if not is_dictionary(table)}
    return {file: replace(table, labels={**_of(table, labels), **table.labels}) for file, table in data.items()}


def _of(table: Identified, labels: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for header in table.header:
        field, box, code = header.partition("___")
        if field in labels:
            found[header] = {"1": labels[field].get(code, code)} if box else labels[field]
    return found


def _choices(text: str) -> dict[str, str]:
    """`1, Female | 2, Male` as code -> label; empty where it is no list of choices."""
    parts = [part.partition(",") for part in text.split("|")]
    is_list = len(parts) > 1 or bool(re.match(r"\s*\S+\s*,", text))
    return {code.strip(): label.strip() for code, comma, label in parts if comma} if is_list else {}
