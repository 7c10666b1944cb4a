"""One rule for the precision of every statistic: its last digit is no finer than what one client can move it by.

Whoever knows all clients but one can solve a statistic for that one: a mean of whole answers, with the number of them, gives
the sum back if its decimals are fine enough (GRIM: Brown & Heathers 2017; for SDs GRIMMER: Anaya 2016). So a statistic is
rounded to a unit, the smallest of 1, 2 and 5 times a power of ten that is no less than

    3 SE / sqrt(n)

where n is the clients behind it: a statistic is, to first order, a mean of one influence a client, whose SD is SE sqrt(n)
(Hampel et al. 1986, Robust Statistics, 2.1), and three of these SDs, over n, are what an extreme client moves it by. Where
the values lie on a scale of known width R, one client moves their mean by R / n at most, and the unit is no less than that:
whatever one client could have answered then leads to at most two neighbouring values of what is shown.
"""

from __future__ import annotations

import math

from pipeline.results.backing import Backing

SIGMAS = 3.0
RANGE = 4.0  # SDs between the ends of a scale whose ends are not known
COARSEST = 0.2  # a correlation that cannot be shown in steps of this is not shown
TWO_DIGITS_UP_TO = (
    3.54  # a standard error led by more than this is shown with one digit, else with two (Particle Data Group)
)
MOST_DIGITS = 6
SLACK = 1e-9
LEAST_P = 0.001  # no p value is shown finer
COARSEST_P = 0.5


def effective_people(behind: Backing) -> float:
    """How many clients a number rests on as if all had the same share: fewer, where one has more than the others."""
    return min(behind.clients, 1 / behind.largest) if behind.largest else float(behind.clients)


def next_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below `least` (> 0)."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= least * (1 - SLACK))


def unit_of(std_error: float, behind: Backing) -> float:
    """The unit a statistic with this standard error is rounded to; 0 for a standard error of 0."""
    reach = SIGMAS * std_error / math.sqrt(effective_people(behind))
    return next_step(reach) if reach > 0 else 0.0


def unit_of_mean(spread: float, behind: Backing, width: float | None) -> float:
    """The unit of a mean of values with this SD, on a scale of this width (None: not known)."""
    reach = max(SIGMAS * spread, RANGE * spread if width is None else width)
    return next_step(reach / effective_people(behind)) if reach > 0 else 0.0


def unit_of_spread(spread: float, behind: Backing, width: float | None) -> float:
    """The unit of an SD: one value that moves from the mean by a whole width R adds R^2 / n to the variance at most."""
    reach = (RANGE * spread if width is None else width) ** 2 / (2 * spread) if spread else 0.0
    return next_step(reach / effective_people(behind)) if reach > 0 else 0.0


def unit_of_p(p: float, behind: Backing) -> float:
    """The unit of a two-sided p value: what a statistic that moves by three influences makes of it."""
    from statistics import NormalDist

    normal = NormalDist()
    score = normal.inv_cdf(max(p / 2, 1e-300)) if p < 1 else 0.0
    return min(COARSEST_P, next_step(max(2 * normal.pdf(score) * SIGMAS / math.sqrt(effective_people(behind)), LEAST_P)))


def std_error_of_std_error(value: float, behind: Backing) -> float:
    """The large-sample standard error of a standard error, or of half an interval: as of an SD, normal theory."""
    return value / math.sqrt(2 * max(1, behind.clients))


def std_error_of_correlation(value: float, behind: Backing) -> float:
    """The large-sample standard error of a correlation, and of what lies between -1 and 1 like one."""
    return max(0.0, 1 - value**2) / math.sqrt(max(1, behind.clients))


def std_error_of_variance(value: float, groups: int) -> float:
    """The large-sample standard error of a variance over so many groups, normal theory."""
    return value * math.sqrt(2 / groups)


def std_error_of_portion(value: float, groups: int) -> float:
    """The large-sample standard error of a share of variance, by the delta method from that of the variance."""
    return math.sqrt(2 / groups) * abs(value) * abs(1 - value)


def decimals(unit: float) -> int:
    """How many decimals a multiple of the unit has."""
    return max(0, -math.floor(math.log10(unit) + SLACK)) if unit > 0 else 0


def to_unit(value: float, unit: float) -> float:
    """The nearest multiple of a unit, halves up; the value itself for a unit of 0.

    Halves always up: to even ones, values no further apart than a unit could round to three neighbours.
    """
    return math.floor(value / unit + 0.5 + SLACK) * unit if unit > 0 else value


def digits_for(std_error: float | None, default: int = 2) -> int:
    """The decimals that show a standard error with two significant digits, or one where it is led by a 4 or more.

    The rule of the Particle Data Group (Review of Particle Physics, "Rounding"): what lies beyond is noise.
    """
    if std_error is None or not math.isfinite(std_error) or std_error <= 0:
        return default
    lead, power = f"{std_error:.2e}".split("e")
    return min(MOST_DIGITS, max(0, (1 if float(lead) <= TWO_DIGITS_UP_TO else 0) - int(power)))
