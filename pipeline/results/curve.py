"""Curves: every specification of a hypothesis with its estimate, and what all of them say against shifts of the exposure."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.results.estimate import Estimate
from pipeline.results.record import Record


class Specified(Record):
    """One specification: its choice on each axis, and its standardized estimate.

    `declared`: the hypothesis' own; `apart`: with effects of the exposure that vary, fitted whole and under no shifts.
    """

    choices: Mapping[str, str]
    estimate: Estimate
    declared: bool = False
    apart: bool = False


class Against(Record):
    """A statistic of a curve as observed, its median and 95% point under shifts, and its p-value."""

    observed: float
    median: float
    upper: float
    p_value: float


class Panel(Record):
    """The specifications that ask one question (`question`: the choices that make it another one)."""

    question: Mapping[str, str]
    specified: tuple[Specified, ...]
    median: Against
    share: Against
    clear: Against
    stouffer: Against
    band_low: tuple[float, ...]  # of sorted estimates under shifts, 95%; those apart are not among them
    band_high: tuple[float, ...]
    variance: Mapping[str, float]  # share of the estimates' variance by axis


class Curve(Record):
    """The curve of one hypothesis: its panels, and how many specifications were declared, drawn, equal, inestimable."""

    panels: tuple[Panel, ...]
    declared: int
    fitted: int
    duplicates: int
    not_estimable: int
    shifts: int
    held: int  # specifications whose statistic was compared with a whole refit
    largest_difference: float | None  # of t between held and refitted variance parameters


class Curves(Record):
    """What the curve stage leaves behind; none where params ask for none."""

    curves: Mapping[str, Curve] = {}
