"""From text to typed cells, by an allow-list: a cell matches the declared form of its column, or it is a fault.

A column's cells are converted once for each different text, so that a million rows cost little more than a thousand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.ingest.hints import looks_like, rule_hint, rule_remedy
from pipeline.ingest.net import classify
from pipeline.tables.arrays import boolean_array, number_array, text_array, typed_array
from pipeline.tables.column import CODES_SEPARATOR, Column, is_band

if TYPE_CHECKING:
    import pyarrow as pa

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,6})(?:\.[0-9]{1,15})?", re.ASCII)
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
TRUTH_WORDS = {  # of labels, which are words for people
    **TRUTH,
    **dict.fromkeys(("y", "t", "ja", "oui", "si", "s\u00ed", "sim", "checked", "selected"), True),
    **dict.fromkeys(("n", "f", "nein", "non", "nee", "nej", "unchecked", "not checked", "not selected"), False),
}
MISSING = "missing"  # what a recode may say in place of null
SERIALS = (20_000, 60_000)  # Excel's counting of the days from 1954 to 2064
MEMORY = 200_000  # different texts a column may have before they are no longer remembered


class Fault(str):
    """The name of the rule that a cell breaks."""


Value = str | int | float | bool | None  # of one cell: a Fault, which is text, or of its column's kind; None if missing


@dataclass
class Reading:
    """How one canonical column's cells are read: what is missing, what is recoded, which codes or ids are right.

    `labels` are the format's own words for its codes: a recode may name either, a label may itself be a right code, and
    where code and label are both right and differ, the label decides. `remarks`: rule -> texts it was said of; `noticed`:
    what the faulty cells look like.
    """

    column: Column
    missing: frozenset[str] = frozenset([""])
    recode: Mapping[str, Value] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()
    id_pattern: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    separator: str = CODES_SEPARATOR
    decimal: str = "."
    scale: tuple[float, float] | None = None
    remarks: dict[str, set[str]] = field(default_factory=dict)
    noticed: set[str] = field(default_factory=set)

    def __call__(self, text: str) -> Value:
        """The value of one cell: None if missing, a Fault if it has no right form."""
        label = self.labels.get(text, "")
        if text in self.recode or label in self.recode:
            value = self._recoded(text, label)
        elif text in self.missing:
            return None
        else:
            value = self._labelled(text, self._read(text), label) if label else self._read(text)
        if not isinstance(value, Fault) or value.startswith("label"):
            return value
        if text != text.strip():
            return Fault("spaces")
        self.noticed |= looks_like(text)
        return Fault(classify(text) or value)

    def hint(self, rule: str) -> str:
        """What more to say of the cells that break a rule: what is allowed, and the key that may be wanting."""
        return rule_hint(rule, self.column, self.codes, self.noticed)

    def remedy(self, rule: str) -> str:
        """The example of how to mend that fits the cells noticed, where it is not the rule's own."""
        return rule_remedy(rule, self.column, self.noticed)

    def _recoded(self, text: str, label: str) -> Value:
        """A cell that a recode names, by its code or its label; a label that says the opposite is a fault."""
        target = self.recode[text if text in self.recode else label]
        if target is None or (target == MISSING and MISSING not in self.column.codes):
            return None
        value = self._read(plain_text(target))
        if label and label not in self.recode:
            said = self._of_label(label)
            if not isinstance(said, Fault) and said != value:
                return Fault("label_conflict")
        return value

    def _labelled(self, text: str, value: Value, label: str) -> Value:
        """A cell whose code has a label: the label decides where it can be read; a yes or no without one is not guessed."""
        said = self._of_label(label)
        if isinstance(said, Fault):
            return Fault("label_unclear") if self.column.kind == "boolean" and not isinstance(value, Fault) else value
        if not isinstance(value, Fault) and said != value:
            self.remarks.setdefault("label_decides", set()).add(text)
        return said

    def _of_label(self, label: str) -> Value:
        """What a label says by itself: as it is, or as the code it would be (`Not attended` as not_attended)."""
        words = re.sub(r"^[0-9]+ *[-=.:)] *", "", label.strip())
        if self.column.kind == "boolean":
            return TRUTH_WORDS.get(words.casefold(), Fault("not_boolean"))
        for text in (label, words, re.sub(r"[^a-z0-9+]+", "_", words.lower()).strip("_")):
            if not isinstance(value := self._read(text), Fault):
                return value
        return value

    @cached_property
    def _read(self) -> Callable[[str], Value]:
        readers = {
            "code": self._code,
            "codes": self._codes,
            "band": _band,
            "integer": self._integer,
            "number": self._number,
            "boolean": _boolean,
            "id": _no_id,
        }
        return readers[self.column.kind]

    def _code(self, text: str) -> Value:
        return text if text in self.codes else Fault("not_code")

    def _codes(self, text: str) -> Value:
        parts = [part.strip() if self.separator != CODES_SEPARATOR else part for part in text.split(self.separator)]
        parts = [plain_text(self.recode.get(part, part)) for part in parts]
        known = all(part in self.codes for part in parts) and len(set(parts)) == len(parts)
        return CODES_SEPARATOR.join(sorted(parts)) if known else Fault("not_code")

    def _number(self, text: str) -> Value:
        if self.decimal == ",":
            text = text.replace(",", ".") if "." not in text else ""
        value = _number(text)
        if self.scale is None or not isinstance(value, float):
            return value
        return value if self.scale[0] <= value <= self.scale[1] else Fault("not_on_scale")

    def _integer(self, text: str) -> Value:
        value = self._number(text)
        if not isinstance(value, float):
            return value
        if value != int(value):
            return Fault("not_whole")
        is_serial = self.column.name == "day" and SERIALS[0] <= value <= SERIALS[1]
        return Fault("excel_serial") if is_serial else int(value)


@dataclass(frozen=True)
class ConvertedCells:
    """A converted column, and for each broken rule how many rows break it and the first of them (counted from 0).

    `values` stay dictionary-encoded (typed values once, the file's own codes for the rows) until they are stored, which
    costs a fraction of the memory; a missing value may be a missing entry of the dictionary. `remarks`: rule -> rows.
    """

    values: pa.ChunkedArray
    faults: dict[str, tuple[int, int]]
    remarks: dict[str, int]

    @property
    def missing(self) -> int:
        """How many rows have no value."""
        return sum(len(chunk) - is_there(chunk).true_count for chunk in self.values.chunks)


def convert(text: pa.ChunkedArray, reading: Reading) -> ConvertedCells:
    """Convert a dictionary-encoded text column; faulty cells become missing and are counted."""
    import pyarrow as pa

    chunks, faults, start = [], dict[str, tuple[int, int]](), 0
    remarks: dict[str, int] = {}
    remembered: dict[str, Value] = {}
    for chunk in text.chunks:
        if reading.column.kind == "id":
            values, wrong = _ids(chunk.dictionary, reading)
        else:
            values, wrong = _values(chunk.dictionary.to_pylist(), reading, remembered)
        for name, hit in wrong.items():
            _count(faults, name, boolean_array(hit).take(chunk.indices), start)
        for rule, texts in reading.remarks.items():
            said = boolean_array([text in texts for text in chunk.dictionary.to_pylist()]).take(chunk.indices)
            remarks[rule] = remarks.get(rule, 0) + said.true_count
        chunks.append(_spread(values, chunk.indices, reading.column))
        start += len(chunk)
    return ConvertedCells(
        pa.chunked_array(chunks, stored_type(reading.column)), faults, {k: n for k, n in remarks.items() if n}
    )


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type a canonical column is stored in."""
    import pyarrow as pa

    if column.closed:
        return pa.dictionary(pa.int8(), pa.string())
    kinds = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    return kinds.get(column.kind, pa.string())


def stored_type(column: Column) -> pa.DataType:
    """The type of a converted column before it is stored."""
    import pyarrow as pa

    kind = arrow_type(column)
    return kind if column.closed else pa.dictionary(pa.int32(), kind)


def is_there(chunk: pa.Array) -> pa.Array:
    """Whether each row of an encoded chunk has a value: a code, and one whose entry is not missing."""
    import pyarrow.compute as pc

    return pc.coalesce(chunk.dictionary.is_valid().take(chunk.indices), boolean_array([False])[0])


def plain_text(value: object) -> str:
    """A scalar of params.yaml as the text a cell would hold."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(texts: list[str], reading: Reading, remembered: dict[str, Value]) -> tuple[list[Value], dict[str, list[bool]]]:
    values = []
    for text in texts:
        if text not in remembered:
            if len(remembered) > MEMORY:
                remembered.clear()
            remembered[text] = reading(text)
        values.append(remembered[text])
    names = {str(value) for value in values if isinstance(value, Fault)}
    wrong = {name: [isinstance(value, Fault) and value == name for value in values] for name in names}
    return [None if isinstance(value, Fault) else value for value in values], wrong


def _ids(texts: pa.Array, reading: Reading) -> tuple[pa.Array, dict[str, list[bool]]]:
    """Ids by the column at once: they are many, and nearly always right."""
    import pyarrow.compute as pc

    if reading.recode:
        recoded = [reading.recode.get(text, text) for text in texts.to_pylist()]
        texts = text_array(["" if text is None else plain_text(text) for text in recoded])
    right = pc.match_substring_regex(texts, f"^(?:{reading.id_pattern})$")
    if right.true_count == len(texts):
        return texts, {}
    missing = pc.is_in(texts, text_array(sorted(reading.missing)))
    values = pc.if_else(pc.and_not(right, missing), texts, text_array([None])[0])
    wrong = pc.invert(pc.or_(right, missing))
    if not wrong.true_count:
        return values, {}
    faulty = zip(texts.to_pylist(), wrong.to_pylist(), strict=True)
    names = [_id_fault(text, reading) if bad else "" for text, bad in faulty]
    return values, {name: [other == name for other in names] for name in set(names) - {""}}


def _id_fault(text: str, reading: Reading) -> str:
    reading.noticed |= looks_like(text)
    return "spaces" if text != text.strip() else classify(text) or "not_id"


def _spread(values: pa.Array | list[Value], indices: pa.Array, column: Column) -> pa.Array:
    """The converted values of a chunk's dictionary, with the codes that lay them out over its rows."""
    import pyarrow as pa

    if column.closed:
        place = {code: index for index, code in enumerate(column.codes)}
        codes = number_array([None if value is None else place[str(value)] for value in values], pa.int8())
        return pa.DictionaryArray.from_arrays(codes.take(indices), text_array(column.codes))
    kind = arrow_type(column)
    entries = values.cast(kind) if isinstance(values, pa.Array) else typed_array(values, kind)
    return pa.DictionaryArray.from_arrays(indices, entries)


def _count(faults: dict[str, tuple[int, int]], name: str, hit: pa.Array, start: int) -> None:
    import pyarrow.compute as pc

    if hit.true_count:
        count, first = faults.get(name, (0, start + int(pc.indices_nonzero(hit)[0].as_py())))
        faults[name] = (count + hit.true_count, first)


def _number(text: str) -> float | Fault:
    """A plain number with a decimal point."""
    return float(text) + 0.0 if NUMBER.fullmatch(text) else Fault("not_number")  # + 0.0: no negative zero


def _boolean(text: str) -> Value:
    plain = text.lower() if text in (text.lower(), text.upper(), text.capitalize()) else text
    return TRUTH.get(plain, Fault("not_boolean"))


def _band(text: str) -> Value:
    return text if is_band(text) else Fault("not_band")


def _no_id(_text: str) -> Value:
    return Fault("not_id")
