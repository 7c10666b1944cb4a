"""The people behind a number: what the gate on the way out asks of every count, statistic and coefficient."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Backing:
    """How many clients (and, where workers matter, workers) a number rests on, and whether one stands for most of it.

    `workers` is None where workers do not enter. `largest` and `second` are the shares (0 to 1) that the client with most
    and the one with second most have of what is counted or summed; None where each client counts once, or nobody knows.
    """

    clients: int
    workers: int | None = None
    largest: float | None = None
    second: float | None = None


def least_backing(*of: Backing) -> Backing:
    """What a number made from several rests on: the fewest people, the largest shares. ValueError for none.

    Whoever withholds every number made from a thin one leaves no equation to solve for it.
    """
    workers = [one.workers for one in of if one.workers is not None]
    first = [one.largest for one in of if one.largest is not None]
    second = [one.second for one in of if one.second is not None]
    shares = max(first, default=None), max(second, default=None)
    return Backing(min(one.clients for one in of), min(workers, default=None), *shares)
