"""The fonts of everything that typst sets: those that come with it and with matplotlib, never this machine's."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def font_folders() -> list[str]:
    """The folder of DejaVu Sans, found without importing what it comes with."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        return []
    return [str(Path(found.origin).parent / "mpl-data" / "fonts" / "ttf")]
