"""What the checks of a study's measures found, in words: from records, with numbers as the caller may show them.

The team reads exact numbers; the report passes those that went through the output gate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

Show = Callable[[float | None], str]
Count = Callable[[int], str]

MEANING: Mapping[str, str] = {
    "scalar": "scores mean the same in each: their means may be compared",
    "metric": "loadings are equal but intercepts are not: associations may be compared, means may not",
    "configural": "only the pattern of loadings is shared: neither means nor associations may be compared",
}


class SuspectLike(Protocol):
    """An item that runs against its key."""

    @property
    def item(self) -> int: ...  # noqa: D102
    @property
    def correlation(self) -> float | None: ...  # noqa: D102
    @property
    def conf_low(self) -> float | None: ...  # noqa: D102
    @property
    def conf_high(self) -> float | None: ...  # noqa: D102
    @property
    def flipped(self) -> float | None: ...  # noqa: D102
    @property
    def alpha(self) -> float | None: ...  # noqa: D102
    @property
    def alpha_flipped(self) -> float | None: ...  # noqa: D102


class OtherKey(Protocol):
    """Another form's key that fits the answers better."""

    @property
    def instrument(self) -> str: ...  # noqa: D102
    @property
    def suspects_here(self) -> tuple[int, ...]: ...  # noqa: D102
    @property
    def suspects_there(self) -> tuple[int, ...]: ...  # noqa: D102
    @property
    def chi2_gain(self) -> float | None: ...  # noqa: D102
    @property
    def other_subscale(self) -> tuple[int, ...]: ...  # noqa: D102


class ShippedLike(Protocol):
    """A score that came with the data, and how it was made; `constant` is 0 where only rounding differs."""

    @property
    def score(self) -> str: ...  # noqa: D102
    @property
    def verdict(self) -> str: ...  # noqa: D102
    @property
    def rule(self) -> str: ...  # noqa: D102
    @property
    def n(self) -> int: ...  # noqa: D102
    @property
    def agree(self) -> int: ...  # noqa: D102
    @property
    def reproduced(self) -> int: ...  # noqa: D102
    @property
    def mostly(self) -> bool: ...  # noqa: D102
    @property
    def reversed_there(self) -> tuple[int, ...]: ...  # noqa: D102
    @property
    def not_reversed_there(self) -> tuple[int, ...]: ...  # noqa: D102
    @property
    def left_out_there(self) -> tuple[int, ...]: ...  # noqa: D102
    @property
    def added_there(self) -> tuple[int, ...]: ...  # noqa: D102
    @property
    def constant(self) -> float: ...  # noqa: D102
    @property
    def unit(self) -> float: ...  # noqa: D102


def two_decimals(value: float | None) -> str:
    """A number as the team reads it."""
    return "not estimable" if value is None else f"{value:.2f}"


def suspect_text(found: SuspectLike, show: Show = two_decimals) -> str:
    """An item that runs against its key."""
    return (
        f"item {found.item} runs against its key: as keyed it correlates {show(found.correlation)} "
        f"(95% interval {show(found.conf_low)} to {show(found.conf_high)}) with the other items, flipped "
        f"{show(found.flipped)}; alpha {show(found.alpha)} as keyed, {show(found.alpha_flipped)} flipped"
    )


def unused_text(instrument: str, unused: tuple[int, int]) -> str:
    """A scale whose ends are never used: `unused` are its lowest and highest answers that nobody gave."""
    ends = [f"the {count} {name}" for count, name in zip(unused, ("lowest", "highest"), strict=True) if count]
    return (
        f"no item is ever answered with {' or '.join(ends)} of the scale's answers: if the form has a shorter scale, "
        f"set measures.scales.{instrument}, or reversed items are scored wrongly"
    )


def other_key_text(found: OtherKey, instrument: str, show: Callable[[float], str] = "{:.1f}".format) -> str:
    """A form whose key fits better than that of `instrument`."""
    parts = []
    if found.suspects_here and not found.suspects_there:
        parts.append(f"items {_numbers(sorted(found.suspects_here))} run against this key, none against the other")
    if found.chi2_gain is not None and found.chi2_gain > 0:
        where = f" (items {_numbers(found.other_subscale)} change subscale)" if found.other_subscale else ""
        parts.append(f"the three-factor model's chi2 is {show(found.chi2_gain)} smaller{where}")
    return f"the answers fit the key of `{found.instrument}` better than that of `{instrument}`: {'; '.join(parts)}"


def shipped_text(found: ShippedLike, instrument: str, count: Count = str) -> str:
    """What became of a score that came with the data; `count` shows numbers of ratings."""
    name, n = f"The {found.score} score shipped with the data", count(found.n)
    if found.verdict == "agrees":
        return f"{name} equals ours in all {n} ratings (as a {found.rule})."
    if found.verdict == "not comparable":
        return f"{name} could not be compared: no rating has all answers."
    head = f"{name} differs from ours in {count(found.n - found.agree)} of {n} ratings"
    if found.verdict == "explained":
        share = f"all {n} ratings" if found.reproduced == found.n else f"{count(found.reproduced)} of {n} ratings"
        return f"{head}. It is {_made(found)}; this reproduces {share}."
    if found.verdict == "ambiguous":
        return f"{head}. Several equally small changes of the key of `{instrument}` reproduce it: more ratings would tell."
    if found.mostly:
        return f"{head}. No other key reproduces more: look at those ratings one by one."
    return f"{head}. No key was found that leaves out, takes or reverses items and reproduces it."


def evidence_text(correlations: Mapping[int, str]) -> str:
    """What the answers say about items whose direction differs between two keys, by item; empty where there are none."""
    if not correlations:
        return ""
    ours = ", ".join(f"item {item} {shown}" for item, shown in sorted(correlations.items()))
    return f"Item-rest correlations under our key: {ours}; under the other key each has the other sign."


def invariance_text(holds: str | None, untested: str, cfi: str, least: float) -> str:
    """Which means and associations may be compared; `cfi`: that of the equal pattern, `least`: what it must reach."""
    if holds:
        return f"{holds.capitalize()} invariance: {MEANING[holds]}."
    if untested:
        return f"Not tested: {untested}."
    return (
        f"Not even the pattern of loadings fits (configural CFI {cfi}, below {least:.2f}): "
        "neither means nor associations may be compared."
    )


def _made(found: ShippedLike) -> str:
    """How the shipped score was made."""
    differences = _differences(found)
    if found.rule == "other":
        shift = found.unit * found.constant
        more = f", {'plus' if shift > 0 else 'minus'} {abs(shift):.4g}" if shift else ""
        scaled = f"our sum in other units ({found.unit:.4g} times it{more})"
        return f"{scaled} that {differences}" if differences else scaled
    added = f"adds {found.constant:g} to the sum" if found.constant else ""
    return f"the {found.rule} that {' and '.join(filter(None, (differences, added))) or 'differs in rounding alone'}"


def _differences(found: ShippedLike) -> str:
    parts = [
        (found.reversed_there, "reverses {} (our key does not)"),
        (found.not_reversed_there, "does not reverse {} (our key does)"),
        (found.left_out_there, "leaves out {}"),
        (found.added_there, "adds {}"),
    ]
    return " and ".join(text.format(_items(items)) for items, text in parts if items)


def _items(items: Sequence[int]) -> str:
    return ("item " if len(items) == 1 else "items ") + _numbers(items)


def _numbers(items: Sequence[int]) -> str:
    return ", ".join(map(str, items))
