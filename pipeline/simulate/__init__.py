"""The built-in study: raw files of a site that does not exist, with known true effects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.base.errors import Problem
from pipeline.base.params import Params, Simulate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RawStudy:
    """A site's files by name, all text, and the truth they were made from."""

    files: dict[str, pd.DataFrame]
    truth: dict[str, Any]


def simulate(settings: Simulate, seed: int) -> RawStudy:
    """The built-in study as a site's raw files, with its truth; the same settings and seed give the same files."""
    from pipeline.simulate.raw import raw_files

    return RawStudy(raw_files(canonical(settings, seed)), known_truth(settings))


def canonical(settings: Simulate, seed: int) -> dict[str, pd.DataFrame]:
    """The same study as canonical tables by name (`ratings_<instrument>` among them), for whoever needs no raw files."""
    from pipeline.simulate.study import draw

    return draw(settings, seed)


def known_truth(settings: Simulate) -> dict[str, Any]:
    """The true effects by name with their meanings, and what they amount to on the observed scale of scores."""
    from pipeline.simulate.observed import observed
    from pipeline.simulate.scenarios import truth_of
    from pipeline.simulate.truth import MEANINGS

    effects = truth_of(settings.scenario, settings.truth)
    parameters = {name: {"value": getattr(effects, name), "meaning": meaning} for name, meaning in MEANINGS.items()}
    return {"simulated": True, "scenario": settings.scenario, "parameters": parameters, "observed": observed(settings)}


def check_params(params: Params) -> list[Problem]:
    """Overrides of true effects: their names and bounds."""
    from pipeline.simulate.scenarios import check_overrides

    return check_overrides(params.simulate.truth)
