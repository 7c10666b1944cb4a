"""A terminal that knows few letters shows others as what they look like, and nothing stops."""

from __future__ import annotations

import io

import pytest

from pipeline.project.terminal import as_known, soften_encoding


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("higher\N{HORIZONTAL ELLIPSIS}", "higher..."),
        ("1\N{EN DASH}2 \N{MINUS SIGN}3", "1-2 -3"),
        ("\N{LEFT DOUBLE QUOTATION MARK}so\N{RIGHT DOUBLE QUOTATION MARK}", '"so"'),
        ("Caf\N{LATIN SMALL LETTER E WITH ACUTE}", "Cafe"),
        ("\N{GRINNING FACE}", "?"),
    ],
)
def test_other_letters_are_shown_by_those_they_look_like(text: str, shown: str) -> None:
    assert as_known(text) == shown
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    soften_encoding(stream)
    print(text, file=stream, end="", flush=True)
    assert raw.getvalue().decode("ascii") == shown


def test_what_the_terminal_knows_stays() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8")
    soften_encoding(stream)
    print("higher\N{HORIZONTAL ELLIPSIS}", file=stream, end="", flush=True)
    assert raw.getvalue().decode("utf-8") == "higher\N{HORIZONTAL ELLIPSIS}"
