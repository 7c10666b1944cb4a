"""The instruments at hand: those shipped as package data, and the researcher's own files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pipeline.base.params import Measures
from pipeline.measures.instrument import Instrument, read_instrument, read_instruments


def shipped() -> dict[str, Instrument]:
    """The instruments that come with the pipeline, by id."""
    return dict(_shipped())


def load_instruments(measures: Measures, texts: Mapping[str, str] | None = None) -> dict[str, Instrument]:
    """Every instrument of a study by id, on the study's scales.

    `texts`: file name -> content of each file that `measures.instruments` lists. MeasureError names every faulty file and
    every scale that no instrument has.
    """
    found = read_instruments(dict(texts or {}), _shipped())
    return {name: _rescaled(instrument, measures) for name, instrument in found.items()}


def _rescaled(instrument: Instrument, measures: Measures) -> Instrument:
    scale = measures.scales.get(instrument.id)
    return instrument if scale is None else instrument.model_copy(update={"scale": scale})


@cache
def _shipped() -> dict[str, Instrument]:
    folder = files("pipeline.measures") / "instruments"
    entries = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda entry: entry.name)
    read = [read_instrument(entry.read_text(encoding="utf-8"), entry.name) for entry in entries]
    return {instrument.id: instrument for instrument in read}
