"""Drawings as PNG: every SVG of a release set by typst in one go, since starting it is most of the work."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

INCH = 0.0254  # meters
SIGNATURE = 8  # bytes before a PNG's first chunk
HEADER = 4 + 4 + 13 + 4  # length, name, content and checksum of the first chunk, IHDR
PAGES = b"""#set page(width: auto, height: auto, margin: 0pt)
#for (i, name) in json("names.json").enumerate() {
  if i > 0 { pagebreak() }
  image(name)
}"""


def pngs(drawings: Mapping[str, bytes], dpi: int) -> dict[str, bytes]:
    """PNG bytes for SVG bytes, by name; `dpi` dots to the inch of 96 CSS pixels, and noted in the file."""
    import typst

    if not drawings:
        return {}
    names = list(drawings)
    # typst's stubs know neither files held in memory nor several pages
    sources: Any = {f"{i}.svg": drawings[name] for i, name in enumerate(names)}
    sources |= {"main.typ": PAGES, "names.json": json.dumps(list(sources)).encode("utf-8")}
    made: Any = typst.compile(sources, format="png", ppi=float(dpi), ignore_system_fonts=True, font_paths=fonts())
    pages = list(made) if isinstance(made, list) else [made]
    return {name: _noted(bytes(page), dpi) for name, page in zip(names, pages, strict=True)}


def fonts() -> list[str]:
    """The folder of the sans serif font of the drawings: the one that comes with matplotlib, not this machine's."""
    import matplotlib

    return [str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")]


def _noted(png: bytes, dpi: int) -> bytes:
    """The PNG with its dots per meter, so that a word processor sets it at its size."""
    dots = round(dpi / INCH)
    body = b"pHYs" + struct.pack(">IIB", dots, dots, 1)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    at = SIGNATURE + HEADER
    return png[:at] + chunk + png[at:]
