"""An instrument as data: which items stand for what, on which scale, scored by which rule."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from pipeline import options
from pipeline.errors import MeasureError, ParamsError, Problem
from pipeline.params import Name, Section, Share, Text, nearest
from pipeline.yaml_text import parse, show

TOTAL = "total"
ItemNumber = Annotated[int, Field(ge=1)]
Scale = tuple[float, float]


class Instrument(Section):
    """One form of a questionnaire: item numbers, never wording."""

    id: Name
    title: Text
    raters: tuple[options.Rater, ...] = Field(min_length=1, description="whose answers this key is for")
    form_of: Name | None = Field(None, description="the instrument of which this is another rater's form (for dyads)")
    items: int = Field(ge=1, le=500)
    scale: Scale = Field(description="lowest and highest answer")
    other_scales: tuple[Scale, ...] = Field((), description="scales some studies use in its place")
    whole_numbers: bool = True
    subscales: dict[Name, tuple[ItemNumber, ...]] = Field({}, description="score name -> its item numbers")
    total_items: tuple[ItemNumber, ...] = Field((), description="the items of the total; all of them if left out")
    reversed_items: tuple[ItemNumber, ...] = Field((), description="scored lowest + highest - answer")
    score: Literal["mean", "sum"] = "mean"
    concern: float | None = Field(None, description="a total at or below this is the usual sign of concern")
    min_answered: Share | None = Field(None, description="in place of measures.min_answered")
    source: Text
    licence: Text

    @model_validator(mode="after")
    def _coherent(self) -> Instrument:
        faults = list(_faults(self))
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def columns(self) -> list[str]:
        """The item columns of its ratings table, in item order."""
        return [f"item_{number}" for number in range(1, self.items + 1)]

    @property
    def scores(self) -> dict[str, tuple[int, ...]]:
        """Score name -> its item numbers, the total first."""
        return {TOTAL: self.total_items or tuple(range(1, self.items + 1)), **self.subscales}

    def needed(self, score: str, min_answered: float) -> int:
        """How many of a score's items must be answered for it to be scored: at least one."""
        share = self.min_answered if self.min_answered is not None else min_answered
        return max(1, math.ceil(share * len(self.scores[score]) - 1e-9))


def read_instrument(text: str, file: str) -> Instrument:
    """Read one instrument file's text; MeasureError names the file and every key that is wrong."""
    try:
        return Instrument.model_validate_json(json.dumps(parse(text)))
    except ParamsError as error:
        problems = [Problem(f"{file}: {p.where}".replace(": params.yaml", ""), p.what, p.mend) for p in error.problems]
    except ValidationError as error:
        problems = [_problem(detail, file) for detail in error.errors(include_url=False)]
    raise MeasureError(problems)


def read_instruments(texts: dict[str, str], known: dict[str, Instrument]) -> dict[str, Instrument]:
    """The known instruments and those of the files (name -> text), by id; MeasureError lists every faulty file."""
    found, files, problems = dict(known), dict[str, str](), list[Problem]()
    for file, text in texts.items():
        try:
            instrument = read_instrument(text, file)
        except MeasureError as error:
            problems += error.problems
            continue
        if instrument.id in found:
            problems.append(Problem(f"{file}: id", f"`{instrument.id}` is taken by another instrument", "choose another id"))
            continue
        found[instrument.id], files[instrument.id] = instrument, file
    problems += _unknown_forms(found, files)
    if problems:
        raise MeasureError(problems)
    return found


def _unknown_forms(found: dict[str, Instrument], files: dict[str, str]) -> Iterator[Problem]:
    for name, file in files.items():
        form = found[name].form_of
        if form is not None and form not in found:
            yield Problem(f"{file}: form_of", f"no instrument `{form}`", nearest(form, list(found)))


def _faults(instrument: Instrument) -> Iterator[str]:
    everything = {number for items in instrument.subscales.values() for number in items}
    beyond = (everything | set(instrument.total_items) | set(instrument.reversed_items)) - set(
        range(1, instrument.items + 1)
    )
    if beyond:
        yield f"no such item: {', '.join(map(str, sorted(beyond)))} (there are {instrument.items})"
    lists = {**instrument.subscales, "total_items": instrument.total_items, "reversed_items": instrument.reversed_items}
    for name, items in lists.items():
        if len(set(items)) < len(items):
            yield f"{name} lists an item twice"
    for name, items in instrument.subscales.items():
        if not items:
            yield f"subscale {name} has no items"
    if TOTAL in instrument.subscales:
        yield "a subscale cannot be called total: name its items in total_items"
    for low, high in (instrument.scale, *instrument.other_scales):
        if low >= high:
            yield "a scale is its lowest answer, then its highest"


def _problem(detail: ErrorDetails, file: str) -> Problem:
    path = detail["loc"]
    where = f"{file}: {show(path)}" if path else file
    if detail["type"] == "extra_forbidden":
        return Problem(where, "unknown key", nearest(str(path[-1]), list(Instrument.model_fields)))
    return Problem(where, detail["msg"].removeprefix("Value error, "), "see pipeline/measures/instruments for examples")
