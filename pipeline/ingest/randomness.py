"""Whether a set of ids looks drawn at random, as a whole: place by place, in its lengths, in its numbers and in their order.

An id drawn at random is as likely to have one character at a place as another, whatever the others have. So at a place of an
alphabet of A, two of n ids agree with chance 1/A, and since pairs are independent two by two, the number of agreeing pairs
has mean P/A and variance P/A (1 - 1/A), P = n(n - 1)/2. Ids that tell who they are agree far more often: names have
favourite letters, years begin with 20, numbers that are counted share their first digits.
"""

from __future__ import annotations

import itertools
import math
import string
from collections import Counter
from collections.abc import Iterator
from functools import reduce

from pipeline.ingest.bodies import Bodies

FEW = 8  # fewer ids than this have no pattern that chance could not have
BEYOND = 6.5  # standard deviations of agreeing pairs beyond which it is no chance (and no fewer than SURPLUS pairs more)
SURPLUS = 8
EVEN = 1e-7  # the chance of a place's characters being spread as evenly as they are, below which somebody counted
KINDS = (frozenset(string.digits), frozenset(string.ascii_letters))
SEVERAL, ENOUGH = 8, 20  # characters of a place, each met so often that the alphabet's others cannot stand there
ORDERED = 5.0  # standard deviations of the rank correlation with the rows' order
ODD_LENGTHS = 0.25  # the share of ids of another length than most from which on they are words or names


def pattern_found(ids: Bodies) -> str:
    """What of a set of ids is no chance, in a few words; empty where it looks random."""
    if len(ids.ids) < FEW:
        return ""
    return next((said for said in (_lengths(ids), _places(ids), _even(ids), _steps(ids)) if said), "")


def order_strength(ids: Bodies) -> float:
    """How strongly the ids rise or fall with their rows, in standard deviations of chance (Spearman's correlation)."""
    n = len(ids.bodies)
    if n < 20:
        return 0.0
    keys = [(len(body) if ids.is_decimal else 0, body) for body in ids.bodies]
    places = sorted(range(n), key=keys.__getitem__)
    rank = [0] * n
    for position, place in enumerate(places):
        rank[place] = position
    squares = sum((position - rank[position]) ** 2 for position in range(n))
    correlation = 1 - 6 * squares / (n * (n * n - 1))
    return abs(correlation) * math.sqrt(n - 1)


def _lengths(ids: Bodies) -> str:
    """Ids of many lengths are words; numbers written without zeros before them may differ by a digit or two."""
    other = 1 - ids.lengths[ids.length] / len(ids.bodies)
    if ids.is_decimal:
        return "their numbers differ in length" if other > 0.5 or max(ids.lengths) - min(ids.lengths) > 3 else ""
    return "they differ in length, as words do" if other > ODD_LENGTHS else ""


def _places(ids: Bodies) -> str:
    """A place at which ids agree more often than chance makes them."""
    size, n = len(ids.alphabet), len(ids.usual)
    if n < FEW:
        return ""
    if not size:
        return "their characters are of no one alphabet" if ids.varying else ""
    pairs = n * (n - 1) / 2
    skewed = 0
    for place, missing in _free(ids):
        chance = 1 / (size - missing)
        mean, deviation = pairs * chance, math.sqrt(pairs * chance * (1 - chance))
        agreeing = sum(count * (count - 1) / 2 for count in Counter(place).values())
        if agreeing > mean + BEYOND * deviation and agreeing > mean + SURPLUS:
            skewed += 1
    return f"{skewed} of their places {'has' if skewed == 1 else 'have'} favourite characters" if skewed else ""


def _free(ids: Bodies) -> Iterator[tuple[str, int]]:
    """The places that chance decides (in a random UUID all but two), and how many characters cannot stand there.

    A number written without zeros before it begins with no zero; where only digits, or only letters, stand at a place, no
    others can (many generators begin with one of them); in a large set what never stands at a place cannot.
    """
    by_place = ("".join(place) for place in zip(*ids.usual, strict=True))
    is_uuid = ids.version == "4"
    for number, place in enumerate(by_place):
        if len(set(place)) == 1 or (is_uuid and set(place) <= set("89abAB")):
            continue
        met = len(set(place))
        if met >= SEVERAL and len(place) >= ENOUGH * met:  # a generator's own rule for this place, such as a digit first
            yield place, len(ids.alphabet) - met
            continue
        kind = next((kind for kind in KINDS if set(place) <= kind), frozenset(ids.alphabet))
        allowed = len(kind & set(ids.alphabet))
        yield place, len(ids.alphabet) - allowed + int(ids.is_decimal and number == 0 and "0" not in place)


def _even(ids: Bodies) -> str:
    """Characters spread more evenly than chance spreads them: the last digits of a count."""
    size, n = len(ids.alphabet), len(ids.usual)
    if not size or n < 5 * size:
        return ""
    for place, missing in _free(ids):
        counts = Counter(place)
        statistic = (size - missing) / n * sum(count * count for count in counts.values()) - n
        if _below(statistic, size - missing - 1) < EVEN:
            return "one of their places is spread evenly, as a count is"
    return ""


def _below(statistic: float, df: int) -> float:
    """The chance that chi-squared is below a small value: the leading term of its series, an upper bound near zero."""
    if statistic <= 0:
        return 0.0
    half = df / 2
    return math.exp(half * math.log(statistic / 2) - math.lgamma(half + 1))


def _steps(ids: Bodies) -> str:
    """Numbers that are all a multiple of one step apart."""
    if not ids.is_decimal or any(len(body) > 18 for body in ids.bodies):
        return ""
    numbers = sorted({int(body) for body in ids.bodies})
    if len(numbers) < FEW:
        return ""
    step = reduce(math.gcd, (b - a for a, b in itertools.pairwise(numbers)))
    if step > 1 and (len(numbers) >= 20 or step >= 10):
        return "their numbers go up in steps"
    return ""
