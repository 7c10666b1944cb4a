"""Letters that a terminal does not know, as those it does: three points for an ellipsis, a hyphen for a dash."""

from __future__ import annotations

import codecs
import io
import unicodedata

NAME = "alike"
ALIKE = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "×": "x", "·": "*", "→": "->"}
)


def as_known(text: str) -> str:
    """A text in the letters of ASCII: accents dropped, marks by those they look like, and `?` for what is like none."""
    spelled = unicodedata.normalize("NFKD", text.translate(ALIKE))
    return "".join(one if one.isascii() else "?" for one in spelled if not unicodedata.combining(one))


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeEncodeError):
        return as_known(error.object[error.start : error.end]), error.end
    raise error


codecs.register_error(NAME, _replaced)


def soften_encoding(stream: object) -> None:
    """Let a stream write what its encoding does not know in other letters, in place of stopping."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=NAME)
