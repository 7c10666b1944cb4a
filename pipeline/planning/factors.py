"""What each factor of a design does to its power, the others held: workers, clients, sessions, advocacy, gaps, dropout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from pipeline.planning.design import PlannedDesign, Variation
from pipeline.planning.power import Power, power, with_factor

SIZES = (0.5, 0.75, 1.0, 1.5, 2.0)  # times the design's own
OFTEN = (0.25, 0.5, 1.0, 2.0, 4.0)
SHARES: Mapping[str, tuple[float, ...]] = {"missed": (0.0, 0.1, 0.2, 0.35, 0.5), "dropout": (0.0, 0.02, 0.05, 0.1, 0.2)}
LEAST: Mapping[str, int] = {"workers": 3, "clients": 2, "sessions": 4}
FACTORS: Mapping[str, str] = {
    "workers": "workers",
    "clients": "clients of a worker",
    "sessions": "sessions of a client",
    "rate": "joint episodes before a rating",
    "missed": "share of ratings not given",
    "dropout": "chance to leave, each session",
}


def curves(
    around: PlannedDesign, variation: Variation, effect: float, *, alpha: float, seed: int, kenward_roger_below: int = 20
) -> dict[str, list[tuple[float, Power]]]:
    """By factor, its values and the power of the design with each; the design's own value is among them."""
    designs = {name: {value: with_factor(around, name, value) for value in values(around, name)} for name in FACTORS}
    every = dict.fromkeys(one for by_value in designs.values() for one in by_value.values())  # the own one stands in each
    below = kenward_roger_below
    powers = {one: power(one, variation, effect, alpha=alpha, seed=seed, kenward_roger_below=below) for one in every}
    return {name: [(value, powers[one]) for value, one in by_value.items()] for name, by_value in designs.items()}


def values(around: PlannedDesign, name: str) -> list[float]:
    """The values of a factor a curve is drawn over, from the smallest."""
    own = float(asdict(around)[name])
    if name in SHARES:
        return sorted({*SHARES[name], own})
    if name == "rate":
        return [own * times for times in OFTEN]
    return sorted({float(max(LEAST[name], round(own * times))) for times in SIZES} | {own})
