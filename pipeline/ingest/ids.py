"""Pseudonyms that can be guessed, or that tell the order of the rows."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

FEW = 5  # fewer ids than this show no pattern
ORDERED = 20  # by chance, 20 ids stand in order once in 10^18 files
CHANCE = 1e-3  # of a letters-only id expected among the others, below which none comes about by chance
SPREAD = 2  # ids are dense when they fill at least one in SPREAD of the numbers between the lowest and highest
BLOCK = 1 << 15  # ids turned into Python's own numbers at a time
RARE = 0.02  # the share of a column's ids that can stand out; a larger one is another form of its own
MANY = 50  # ids from which on a form that nearly all share is one the others ought to have
HEXADECIMAL = (r"^[A-Za-z]{0,4}[-_]?[0-9a-f]+$", r"^[A-Za-z]{0,4}[-_]?[0-9A-F]+$")


def id_faults(ids: pa.Array) -> list[tuple[str, int]]:
    """The id rules that a column breaks, with the rows they count; `ids` are its different ids in order of appearance."""
    odd = odd_ids(ids)
    return [*_patterns(ids), ("ids_names", odd)] if odd else _patterns(ids)


def _patterns(ids: pa.Array) -> list[tuple[str, int]]:
    import pyarrow.compute as pc

    if len(ids) < FEW:
        return []
    found = []
    if bool(pc.all(pc.match_substring_regex(ids, r"^[0-9]+$")).as_py()):
        found.append(("ids_numeric", 0))
    numbers = _numbers(ids)
    if numbers is not None:
        found += [(name, 0) for name in _number_faults(numbers)]
    if not found and len(ids) >= ORDERED and (_climbs(ids) or _climbs(ids[::-1])):
        found.append(("ids_row_ordered", 0))
    return found


def odd_ids(ids: pa.Array) -> int:
    """How many ids stand out from nearly all others: letters only, beyond hexadecimal, or of another length.

    A pseudonym may be all letters by chance; it is then of the others' length, and hexadecimal where they are.
    """
    if not len(ids):
        return 0
    import numpy as np
    import pyarrow.compute as pc

    few = max(1.0, RARE * len(ids))
    has_digit = _flags(pc.match_substring_regex(ids, "[0-9]"))
    lengths = pc.utf8_length(ids).to_numpy()
    is_usual = lengths == np.bincount(lengths).argmax()
    is_hexadecimal = max((_flags(pc.match_substring_regex(ids, form)) for form in HEXADECIMAL), key=np.count_nonzero)
    shares_a_form = np.count_nonzero(~is_hexadecimal) <= few
    if not shares_a_form:
        is_hexadecimal = np.ones(len(ids), dtype=bool)  # no form that nearly all share
    odd = np.zeros(len(ids), dtype=bool)
    if np.count_nonzero(~has_digit) <= few and (shares_a_form or not _by_chance(ids, has_digit)):
        odd |= ~has_digit & ~(is_hexadecimal & np.isin(lengths, lengths[has_digit]))
    if len(ids) >= MANY:
        odd |= ~is_hexadecimal
        is_number = bool(pc.all(pc.match_substring_regex(ids, "^[A-Za-z]{0,4}[-_]?[0-9]+$")).as_py())
        for other in (_other_prefix(ids),) if is_number else (~is_usual, _other_prefix(ids)):
            odd |= other & (np.count_nonzero(other) <= few)
    return int(np.count_nonzero(odd))


def _by_chance(ids: pa.Array, has_digit: NDArray[np.bool_]) -> bool:
    """Whether so many ids without a digit come about by chance, as digits among the others are so rare."""
    import numpy as np
    import pyarrow.compute as pc

    lengths = pc.utf8_length(ids).to_numpy()
    digits = pc.count_substring_regex(ids, "[0-9]").to_numpy()
    share = digits[has_digit].sum() / max(1, lengths[has_digit].sum() - _first_letters(ids, has_digit))
    expected = float(np.sum((1 - min(share, 0.999)) ** np.maximum(lengths - 1, 1)))
    return bool(np.count_nonzero(~has_digit) <= expected + 4 * np.sqrt(expected) + 1) and expected > CHANCE


def _first_letters(ids: pa.Array, has_digit: NDArray[np.bool_]) -> int:
    """How many characters of the ids with a digit are the one letter they all begin with."""
    import pyarrow.compute as pc

    return int(has_digit.sum()) if len(pc.unique(pc.utf8_slice_codeunits(ids, 0, 1))) == 1 else 0


def _other_prefix(ids: pa.Array) -> NDArray[np.bool_]:
    """Whether each id begins otherwise than most do, before its digits (hexadecimal ones included)."""
    import numpy as np
    import pyarrow.compute as pc

    prefixes = pc.replace_substring_regex(ids, r"[0-9a-f]+$", "").dictionary_encode()
    codes = prefixes.indices.to_numpy()
    return np.asarray(codes != np.bincount(codes).argmax())


def _flags(mask: pa.BooleanArray) -> NDArray[np.bool_]:
    flags: NDArray[np.bool_] = mask.to_numpy(zero_copy_only=False)
    return flags


def _number_faults(numbers: NDArray[np.int64]) -> list[str]:
    import numpy as np

    found = []
    steps = np.diff(numbers)
    if (steps == steps[0]).all():
        found.append("ids_sequential")
    if int(numbers.max()) - int(numbers.min()) + 1 <= SPREAD * len(numbers):
        found.append("ids_dense")
    if not found and len(numbers) >= ORDERED and ((steps > 0).all() or (steps < 0).all()):
        found.append("ids_row_ordered")
    return found


def _numbers(ids: pa.Array) -> NDArray[np.int64] | None:
    """What follows the prefix that all ids share, as numbers (decimal, else hexadecimal); None where it is not one."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    bounds = pc.min_max(ids).as_py()
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(bounds["min"], bounds["max"], strict=False))
    shared = "".join(pair[0] for pair in same)
    decimals = pc.utf8_slice_codeunits(ids, len(shared.rstrip("0123456789")))
    if bool(pc.all(pc.match_substring_regex(decimals, r"^[0-9]{1,18}$")).as_py()):
        return np.asarray(decimals.cast(pa.int64()).to_numpy())
    digits = pc.utf8_slice_codeunits(ids, len(shared.rstrip("0123456789abcdefABCDEF")))
    if bool(pc.all(pc.match_substring_regex(digits, r"^[0-9a-fA-F]{1,15}$")).as_py()):
        numbers = np.empty(len(digits), dtype=np.int64)
        for start in range(0, len(digits), BLOCK):
            numbers[start : start + BLOCK] = [int(text, 16) for text in digits.slice(start, BLOCK).to_pylist()]
        return numbers
    return None


def _climbs(ids: pa.Array) -> bool:
    import pyarrow.compute as pc

    return bool(pc.all(pc.less(ids[:-1], ids[1:])).as_py())
