"""What all parts of params.yaml are made of: the base of its sections, and the kinds of plain values in them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from pipeline.base.spoken import NAME_PATTERN

# Names become files and parts of commands; Windows opens a device where it meets one of these.
DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})
NO_TEXT = frozenset({"null", "true", "false"})


def usable(name: str) -> str:
    """The name, unless Windows keeps it for a device (a clone there could not hold the file) or YAML reads no text in it."""
    if name in DEVICES:
        raise ValueError("Windows keeps this name for a device and cannot hold a file of it")
    if name in NO_TEXT:
        raise ValueError("YAML, and DVC with it, reads this word as a truth value or as nothing")
    return name


Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=60), AfterValidator(usable)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
FileName = Annotated[str, StringConstraints(pattern=r"^[^./\\:\x00-\x1f\x7f][^/\\:\x00-\x1f\x7f]*$", max_length=200)]
Header = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Share = Annotated[float, Field(gt=0, le=1)]
Code = str | int | float | bool


class Section(BaseModel):
    """What all sections share: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
