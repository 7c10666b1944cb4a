"""What a fitted model is asked with, checked: levels of intervals, numbers of draws."""

from __future__ import annotations

from numbers import Integral, Real

from pipeline.base.errors import ModelError, Problem


def check_level(level: float) -> None:
    """The level of an interval: between 0 and 1; ModelError else (95 is not 95%)."""
    if not isinstance(level, Real) or not 0.0 < level < 1.0:
        what = f"{level:g} is no level of an interval" if isinstance(level, Real) else "is not a number"
        raise ModelError(Problem("level", what, "give a share below 1, as 0.95"))


def check_draws(seed: int, n: int) -> None:
    """Draws and their seed: at least one, from a whole number not below 0; ModelError with both problems else."""
    problems = []
    if not isinstance(n, Integral) or n < 1:
        problems.append(Problem("n", f"{n} draws were asked for", "give at least 1"))
    if not isinstance(seed, Integral) or seed < 0:
        problems.append(Problem("seed", "is not a whole number from 0", "give e.g. 1"))
    if problems:
        raise ModelError(problems)
