"""What has passed the gate: a text, and the number it states (None where nothing may be stated)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass

from pipeline.base.errors import DisclosureError, Problem
from pipeline.disclosure.neutral import visible_text


@dataclass(frozen=True)
class Shown:
    """A cleared number as a reader sees it; `hidden` tells a suppressed one from a missing one."""

    text: str
    value: float | int | None = None
    hidden: bool = False

    def __str__(self) -> str:
        return self.text


def derived_number(value: float, *of: Shown) -> Shown:
    """A number worked out from cleared ones alone, as a place in a figure is; DisclosureError where one is hidden."""
    if not of or any(one.value is None for one in of):
        raise DisclosureError(Problem("figure", "a place worked out from a number that is not shown", "leave it out"))
    return Shown(f"{value:.6g}".replace("-", "−"), float(value))


def insist_cleared(value: object, where: str = "release") -> None:
    """Raise DisclosureError where a number reached a release without passing the gate; says where, never which."""
    if value is None or isinstance(value, str | bool | bytes | Shown):
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            insist_cleared(inner, f"{where}.{key}")
    elif isinstance(value, Sequence | frozenset | set):
        for inner in value:
            insist_cleared(inner, f"{where}[]")
    elif is_dataclass(value) and not isinstance(value, type):
        for entry in fields(value):
            insist_cleared(getattr(value, entry.name), f"{where}.{entry.name}")
    else:
        raise DisclosureError(Problem(where, "a value that did not pass the output gate", "show it through the Gate"))


def released_data(value: object) -> object:
    """Plain data for JSON from cleared data: the number of a Shown, or None where it is hidden; text on one line."""
    if isinstance(value, Shown):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): released_data(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [released_data(inner) for inner in value]
    return visible_text(value) if isinstance(value, str) else value
