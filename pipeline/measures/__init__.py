"""Instruments as data, scores, item checks, reliability and structure."""

from pipeline.measures.instrument import Instrument
from pipeline.measures.library import load_instruments, shipped
from pipeline.measures.rules import check_params

__all__ = ["Instrument", "check_params", "load_instruments", "shipped"]
