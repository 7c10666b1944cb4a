"""What the codes of a column mean: told by the file's labels and by words everybody uses; the rest is to be asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipeline.ingest.unlisted import COMMON, may_name
from pipeline.ingest.written import personal_in
from pipeline.prepare.kept import WORDS
from pipeline.start.blocks import NUMBER, BlockColumn
from pipeline.start.items import USUAL_MISSING
from pipeline.start.words import BOOLEAN, code_words, plain_words
from pipeline.tables.column import Column as Canonical
from pipeline.tables.column import is_band

MISSING_WORDS = frozenset(
    ["na", "n_a", "missing", "none_given", "unknown", "not_known", "no_answer", "null", "not_asked", "dont_know", "refused"]
)
FEWEST_OTHERS = 4  # different numbers beside codes of missing values, from which on these stand out
FAR = 2  # ranges beyond the others
OUTLYING = frozenset(
    ["99", "999", "9999", "88", "888", "77", "98", "97", "-9", "-99", "-999", "-88", "-77", "-8", "-7", "-1"]
)
COUNTED = ("day", "session_number")  # what may be any number
SEPARATORS = (",", "|", "/", "+")
USUAL = WORDS | COMMON  # of codes that are words


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


def meaning_of(canonical: Canonical, column: BlockColumn) -> Meaning:
    """What the codes of one mapped column mean; a cell that reads as something of a person is no code."""
    column = replace(column, cells=tuple(_unless_personal(column)))
    if canonical.kind in ("integer", "number"):
        words = sorted(text for text in column.different() if not re.fullmatch(r"-?[0-9]+(?:[.,][0-9]+)?", text))
        return Meaning(missing=(*words, *(() if canonical.name in COUNTED else _beyond(column.different() - set(words)))))
    if canonical.kind == "id":
        return Meaning()
    texts, separator = _texts(canonical, column)
    known, unknown, missing = {}, [], []
    for text in texts:
        word = column.labels.get(text, text)
        if (found := _meaning(canonical, word)) is not None:
            known[text] = found
        elif plain_words(word) in MISSING_WORDS:
            missing.append(text)
        elif (
            not canonical.closed
            and canonical.kind in ("code", "codes")
            and re.fullmatch(r"[A-Za-z][A-Za-z /&'-]{2,38}", word)
        ):
            known[text] = plain_words(word)
        else:
            unknown.append(text)
    if known:  # beside words, or yes and no, a number that usually stands for none does so here
        missing += [text for text in unknown if text in USUAL_MISSING]
        unknown = [text for text in unknown if text not in USUAL_MISSING]
    if canonical.kind == "boolean" and set(texts) <= {"0", "1"} and not column.labels:
        return Meaning()
    return Meaning(known, tuple(unknown), tuple(missing), separator)


def _unless_personal(column: BlockColumn) -> Iterator[str]:
    texts = (text for text in column.different() if not NUMBER.fullmatch(text))
    personal = {text for text in texts if personal_in(text, "") is not None or may_name(text, USUAL)}
    return ("" if cell in personal else cell for cell in column.cells)


def _beyond(numbers: set[str]) -> list[str]:
    """Nines, eights and the like far beyond all other numbers, or below nought where no other is: they stand for none."""
    usual = {text for text in numbers if text in OUTLYING}
    values = [float(text.replace(",", ".")) for text in numbers - usual]
    if not usual or len(values) < FEWEST_OTHERS:
        return []
    low, high = min(values), max(values)
    beyond = high + FAR * max(high - low, 1)
    return sorted(text for text in usual if float(text) > beyond or (float(text) < 0 <= low))


def _texts(canonical: Canonical, column: BlockColumn) -> tuple[list[str], str]:
    found = column.different()
    if canonical.kind == "codes":
        for separator in SEPARATORS:
            if any(separator in text for text in found):
                return sorted({part.strip() for text in found for part in text.split(separator)}), separator
        return sorted({part for text in found for part in text.split(";")}), ""
    return sorted(found), ""


def _meaning(canonical: Canonical, word: str) -> str | None:
    if canonical.kind == "boolean":
        return BOOLEAN.get(plain_words(word))
    if canonical.kind == "band":
        return _band(word)
    if word in canonical.codes:
        return word
    spelled = plain_words(word)
    if spelled in canonical.codes:
        return spelled
    return code_words(canonical.name).get(spelled)


def _band(word: str) -> str | None:
    text = word.strip().lower().replace(" to ", "-").replace("–", "-").replace(" ", "")
    text = re.sub(r"^(?:<|under|lessthan)_?([0-9]+)$", r"under_\1", re.sub(r"(?:years?|yrs?|yo)(?:old)?$", "", text))
    text = re.sub(r"(?:andover|andolder|ormore|plus)$", "+", text)
    return text if is_band(text) else None
