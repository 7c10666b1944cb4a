"""What the codes of a column mean: told by the file's labels and by words everybody uses; the rest is to be asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.start.blocks import Column
from pipeline.start.items import USUAL_MISSING
from pipeline.start.words import BOOLEAN, code_words, plain
from pipeline.tables.column import Column as Canonical
from pipeline.tables.column import is_band

MISSING_WORDS = frozenset(
    ["na", "n_a", "missing", "none_given", "unknown", "not_known", "no_answer", "null", "not_asked", "dont_know", "refused"]
)
SEPARATORS = (",", "|", "/", "+")


@dataclass(frozen=True)
class Meaning:
    """Code -> canonical code where it is told, the codes nobody told of, and those that mean missing."""

    known: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    separator: str = ""

    def recode(self) -> dict[str, str]:
        """What must stand in `recode`: codes that are not their own meaning."""
        return {code: meaning for code, meaning in self.known.items() if code != meaning}


def meaning_of(canonical: Canonical, column: Column) -> Meaning:
    """What the codes of one mapped column mean."""
    if canonical.kind in ("integer", "number"):
        words = sorted(text for text in column.different() if not re.fullmatch(r"-?[0-9]+(?:[.,][0-9]+)?", text))
        return Meaning(missing=tuple(words))
    if canonical.kind == "id":
        return Meaning()
    texts, separator = _texts(canonical, column)
    known, unknown, missing = {}, [], []
    for text in texts:
        word = column.labels.get(text, text)
        if (found := _meaning(canonical, word)) is not None:
            known[text] = found
        elif plain(word) in MISSING_WORDS:
            missing.append(text)
        elif (
            not canonical.closed
            and canonical.kind in ("code", "codes")
            and re.fullmatch(r"[A-Za-z][A-Za-z /&'-]{2,38}", word)
        ):
            known[text] = plain(word)
        else:
            unknown.append(text)
    if known:  # beside words, or yes and no, a number that usually stands for none does so here
        missing += [text for text in unknown if text in USUAL_MISSING]
        unknown = [text for text in unknown if text not in USUAL_MISSING]
    if canonical.kind == "boolean" and set(texts) <= {"0", "1"} and not column.labels:
        return Meaning()
    return Meaning(known, tuple(unknown), tuple(missing), separator)


def _texts(canonical: Canonical, column: Column) -> tuple[list[str], str]:
    found = column.different()
    if canonical.kind == "codes":
        for separator in SEPARATORS:
            if any(separator in text for text in found):
                return sorted({part.strip() for text in found for part in text.split(separator)}), separator
        return sorted({part for text in found for part in text.split(";")}), ""
    return sorted(found), ""


def _meaning(canonical: Canonical, word: str) -> str | None:
    if canonical.kind == "boolean":
        return BOOLEAN.get(plain(word))
    if canonical.kind == "band":
        return _band(word)
    if word in canonical.codes:
        return word
    spelled = plain(word)
    if spelled in canonical.codes:
        return spelled
    return code_words(canonical.name).get(spelled)


def _band(word: str) -> str | None:
    text = word.strip().lower().replace(" to ", "-").replace("–", "-").replace(" ", "")
    text = re.sub(r"^(?:<|under|lessthan)_?([0-9]+)$", r"under_\1", re.sub(r"(?:years?|yrs?|yo)(?:old)?$", "", text))
    text = re.sub(r"(?:andover|andolder|ormore|plus)$", "+", text)
    return text if is_band(text) else None
