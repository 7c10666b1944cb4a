"""The instruments of a study, for the stages that read, validate or score ratings: shipped ones and its own files."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pipeline.base.column_names import instrument_of, is_ratings_table
from pipeline.base.errors import MeasureError, Problem
from pipeline.base.params import Measures
from pipeline.measures.instrument import Instrument
from pipeline.measures.library import load_instruments
from pipeline.project.io import Batch

if TYPE_CHECKING:
    import pandas as pd

VALID = "data/validated"
DATA_FILES = ("pipeline/measures/instruments",)
FOLDER = "instruments"  # beside params.yaml; a folder, since DVC can depend on one path but not on a list from params


def library(batch: Batch, measures: Measures) -> dict[str, Instrument]:
    """Every instrument by id, on the study's scales; the stage declares FOLDER in READS and `measures` in PARAMS."""
    return load_instruments(measures, texts(batch, measures))


def ratings_tables(batch: Batch, known: dict[str, Instrument]) -> list[tuple[Instrument, pd.DataFrame]]:
    """The validated ratings with their instruments, in the order of their names; the stage declares VALID in READS."""
    stems = {name: PurePosixPath(name).stem for name in batch.names(VALID)}
    return [(known[instrument_of(stem)], batch.table(name)) for name, stem in stems.items() if is_ratings_table(stem)]


def texts(batch: Batch, measures: Measures) -> dict[str, str]:
    """The content of the study's own instrument files; MeasureError names those that are not there or not UTF-8."""
    found, problems = dict[str, str](), list[Problem]()
    for name in measures.instruments:
        where = f"{FOLDER}/{name}"
        if not batch.has(where):
            problems.append(Problem("measures.instruments", f"no file `{where}`", f"put it into the folder {FOLDER}"))
            continue
        try:
            found[name] = batch.content(where).decode("utf-8")
        except UnicodeDecodeError:
            problems.append(Problem(where, "not UTF-8 text", "save it as UTF-8"))
    if problems:
        raise MeasureError(problems)
    return found
