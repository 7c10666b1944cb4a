"""The built-in study: raw files of a site that does not exist, with known true effects."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pipeline.errors import Problem
from pipeline.params import Params, Simulate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RawStudy:
    """A site's files by name, all text, and the truth they were made from."""

    files: dict[str, pd.DataFrame]
    truth: dict[str, Any]


def simulate(settings: Simulate, seed: int) -> RawStudy:
    """The built-in study as raw files: the same settings and seed give the same files."""
    from pipeline.simulate.raw import raw_files
    from pipeline.simulate.study import draw

    study = draw(settings, seed)
    return RawStudy(raw_files(study.tables), {"simulated": True, "parameters": asdict(study.truth)})


def canonical(settings: Simulate, seed: int) -> dict[str, pd.DataFrame]:
    """The same study as canonical tables, for benchmarks that need no files."""
    from pipeline.simulate.study import draw

    return draw(settings, seed).tables


def check_params(params: Params) -> list[Problem]:
    """Overrides of true effects: their names and bounds."""
    from pipeline.simulate.scenarios import check_overrides

    return check_overrides(params.simulate.truth)
