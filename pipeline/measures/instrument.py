"""An instrument as data: which items stand for what, on which scale, scored by which rule."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from pipeline.base import options
from pipeline.base.column_names import item_column
from pipeline.base.errors import MeasureError, ParamsError, Problem
from pipeline.base.key_path import nearest, problem, telling, told
from pipeline.base.section import Name, Section, Share, Text
from pipeline.base.yaml_text import parse

TOTAL = "total"
EXAMPLES = "see instruments/README.md and pipeline/measures/instruments for examples"
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
        return [item_column(number) for number in range(1, self.items + 1)]

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
        content = parse(text, telling(Instrument))
    except ParamsError as error:
        raise MeasureError([_unreadable(found, file) for found in error.problems]) from None
    try:
        return Instrument.model_validate_json(json.dumps(content))
    except ValidationError as error:
        raise MeasureError(list(_problems(error, content, file))) from None


def _unreadable(found: Problem, file: str) -> Problem:
    mend = EXAMPLES if "fresh clone" in found.mend else found.mend
    return Problem(f"{file}: {found.where}".replace(": params.yaml", ""), found.what, mend)


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
        if form == name:
            mend = "name the instrument it is another rater's form of, or leave it out"
            yield Problem(f"{file}: form_of", "names the instrument itself", mend)
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
    yield from _scale_faults(instrument)


def _scale_faults(instrument: Instrument) -> Iterator[str]:
    for low, high in (instrument.scale, *instrument.other_scales):
        if low >= high:
            yield "a scale is its lowest answer, then its highest"
        elif instrument.whole_numbers and not (low.is_integer() and high.is_integer()):
            yield "a scale that is answered in whole numbers ends in whole numbers: set whole_numbers to false if it is not"
    ends = [end * (len(instrument.scores[TOTAL]) if instrument.score == "sum" else 1) for end in instrument.scale]
    if instrument.concern is not None and not min(ends) <= instrument.concern <= max(ends):
        yield f"concern lies outside what a total can be ({min(ends):g} to {max(ends):g})"


def _problems(error: ValidationError, content: object, file: str) -> Iterator[Problem]:
    """Every fault of one file, each where it stands."""
    for detail in error.errors(include_url=False):
        if not detail["loc"] and detail["type"] == "value_error":
            yield from (Problem(file, fault, EXAMPLES) for fault in detail["msg"].removeprefix("Value error, ").split("; "))
        elif detail["type"] == "missing":
            yield Problem(f"{file}: {told(detail['loc'], Instrument, content)}", "this key is missing", EXAMPLES)
        elif detail["type"] == "too_short":
            if not detail["input"]:  # else its entries are at fault, and are named one by one
                yield Problem(f"{file}: {told(detail['loc'], Instrument, content)}", "an empty list", "name at least one")
        elif not detail["loc"]:
            yield Problem(file, "not a list of keys with their values", EXAMPLES)
        else:
            found = problem(detail, content, Instrument)
            yield Problem(f"{file}: {found.where}", found.what, found.mend)
