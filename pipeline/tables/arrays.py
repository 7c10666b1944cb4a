"""Arrow arrays from Python lists without `pyarrow.array`, which imports pandas (a third of a second, fifty megabytes)."""

from __future__ import annotations

import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import pyarrow as pa

CODES = {"int8": "b", "int32": "i", "int64": "q", "double": "d"}


def text_array(values: Sequence[str | None]) -> pa.StringArray:
    """Text, None for missing."""
    import pyarrow as pa

    builder = pa.lib.StringBuilder()
    builder.append_values(list(values))
    return builder.finish()


def boolean_array(values: Sequence[bool | None]) -> pa.BooleanArray:
    """Truth values, None for missing."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.bool_(), len(values), [_validity(values), _bits([bool(value) for value in values])])


def number_array(values: Sequence[float | None], kind: pa.DataType) -> pa.Array:
    """Numbers of one of the types of CODES, None for missing."""
    import pyarrow as pa

    plain = array.array(CODES[str(kind)], [0 if value is None else value for value in values])
    return pa.Array.from_buffers(kind, len(values), [_validity(values), pa.py_buffer(plain)])


def typed_array(values: Sequence[str | float | None], kind: pa.DataType) -> pa.Array:
    """A list as an array of a canonical type: text, truth values or numbers."""
    if str(kind) == "string":
        return text_array(cast("Sequence[str | None]", values))
    return (
        boolean_array(cast("Sequence[bool | None]", values))
        if str(kind) == "bool"
        else number_array(cast("Sequence[float | None]", values), kind)
    )


def _validity(values: Sequence[object]) -> pa.Buffer | None:
    return _bits([value is not None for value in values]) if any(value is None for value in values) else None


def _bits(values: Sequence[bool]) -> pa.Buffer:
    import pyarrow as pa

    bits = bytearray((len(values) + 7) // 8)
    for place, value in enumerate(values):
        if value:
            bits[place >> 3] |= 1 << (place & 7)
    return pa.py_buffer(bytes(bits))
