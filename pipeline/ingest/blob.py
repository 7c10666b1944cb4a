"""The bytes of a delimited text file: is it whole, plain UTF-8 text with lines of one style and bounded length."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

MAX_LINE = 65_536  # bytes; the widest table of this field (a few hundred items) stays below a tenth of it
STRIDE = 1 << 20  # bytes decoded at a time, so that checking text needs no second copy of the file
BOM = b"\xef\xbb\xbf"
DISGUISES = (
    b"\x1f\x8b",  # gzip
    b"PK\x03\x04",  # zip, xlsx
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",  # zstd
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
    b"%PDF",
    b"\xd0\xcf\x11\xe0",  # old Excel
    b"PAR1",
    b"$FL2",  # SPSS
    b"$FL3",
    b"<stata_dta>",
    b"ARROW1",
    b"\x80\x02",  # pickles
    b"\x80\x03",
    b"\x80\x04",
    b"\x80\x05",
    b"SQLite format 3",
    b"{\\rtf",
)
MARKUP = re.compile(rb"\s*(?:<\?xml|<!doctype|<html|<table)", re.IGNORECASE)


def byte_faults(blob: bytes) -> Iterator[str]:
    """The names of the byte rules that a file's whole content breaks."""
    if not blob or blob.isspace():
        yield "empty_file"
        return
    if blob.startswith(DISGUISES) or MARKUP.match(blob):
        yield "disguised"
        return
    if is_line_too_long(blob):  # first: it is quick, and what a hostile file fails
        yield "line_too_long"
        return
    if not is_utf8(blob):
        yield "not_utf8"
        return
    controls, feeds, returns = count_controls(blob)
    if controls:
        yield "control_characters"
    elif has_odd_line_ends(blob, feeds, returns):
        yield "newlines"


def is_utf8(blob: bytes) -> bool:
    """Whether all of it decodes as UTF-8, looked at one stride after the other."""
    if blob.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(blob)
    try:
        for start in range(0, len(blob), STRIDE):
            decoder.decode(view[start : start + STRIDE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def count_controls(blob: bytes) -> tuple[int, int, int]:
    """How many control characters other than tab and line ends it holds, how many line feeds, how many returns."""
    import numpy as np

    data = np.frombuffer(blob, dtype=np.uint8)
    low, tabs, feeds, returns, deletes = 0, 0, 0, 0, 0
    for start in range(0, len(data), STRIDE):
        part = data[start : start + STRIDE]
        low += int(np.count_nonzero(part < 32))
        tabs += int(np.count_nonzero(part == 9))
        feeds += int(np.count_nonzero(part == 10))
        returns += int(np.count_nonzero(part == 13))
        deletes += int(np.count_nonzero(part == 127))
    return low - tabs - feeds - returns + deletes, feeds, returns


def has_odd_line_ends(blob: bytes, feeds: int, returns: int) -> bool:
    """Whether lines end in more than one style, or in a lone carriage return."""
    pairs = blob.count(b"\r\n") if returns else 0
    return returns != pairs or pairs not in (0, feeds)


def with_last_line_end(blob: bytes) -> bytes:
    """The text with an end to its last line, in the style of the others."""
    if blob.endswith(b"\n"):
        return blob
    return blob + (b"\r\n" if b"\r\n" in blob else b"\n")


def record_end(blob: bytes, start: int) -> int:
    """Where the record that starts there ends, line end included: a quoted cell may hold line ends; -1 where none ends."""
    end, quotes = start, 0
    while True:
        stop = blob.find(b"\n", end)
        if stop < 0:
            return -1
        quotes += blob.count(b'"', end, stop)
        end = stop + 1
        if quotes % 2 == 0:
            return end


def is_line_too_long(blob: bytes) -> bool:
    """Whether some line is longer than MAX_LINE bytes."""
    start = 0
    while len(blob) - start > MAX_LINE:
        end = blob.rfind(b"\n", start, start + MAX_LINE + 1)
        if end < 0:
            return True
        start = end + 1
    return False


def quote_fault(blob: bytes, delimiter: bytes) -> bool:
    """Whether quotes stand elsewhere than around whole cells, or enclose a line end (numpy over quote positions)."""
    if b'"' not in blob:
        return False
    import numpy as np

    data = np.frombuffer(blob, dtype=np.uint8)
    quotes = np.flatnonzero(data == ord('"'))
    if len(quotes) % 2:
        return True
    opens, closes = quotes[0::2], quotes[1::2]
    before = np.where(opens == 0, ord("\n"), data[opens - 1])
    after = np.where(closes + 1 == len(data), ord("\n"), data[np.minimum(closes + 1, len(data) - 1)])
    doubled = np.zeros(len(opens), dtype=bool)  # an opening right behind a closing quote is one escaped quote
    doubled[1:] = opens[1:] == closes[:-1] + 1
    opened_well = np.isin(before, (delimiter[0], ord("\n"))) | doubled
    closed_well = np.isin(after, (delimiter[0], ord("\n"), ord("\r"))) | np.append(doubled[1:], False)
    feeds = np.flatnonzero(data == ord("\n"))
    inside = np.searchsorted(quotes, feeds) % 2
    return not (opened_well.all() and closed_well.all()) or bool(inside.any())
