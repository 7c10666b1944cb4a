"""What is said of items: keys that may be wrong, items that do not go together, scores that came with them."""

from __future__ import annotations

from pipeline.results.record import Record
from pipeline.results.series import Number, RatingSeries


class ItemRow(RatingSeries):
    """One item: how it is answered, and its correlation with the mean of the others under the key."""

    item: int
    n: int
    answered_share: Number = None
    mean: Number = None
    sd: Number = None
    floor: Number = None
    ceiling: Number = None
    item_rest: Number = None
    conf_low: Number = None
    conf_high: Number = None
    item_rest_subscale: Number = None
    reversed: bool = False
    subscale: str | None = None
    note: str = ""


class SuspectItem(Record):
    """An item that runs against its key: correlation as keyed and as flipped, and alpha with it as keyed and as flipped."""

    item: int
    correlation: Number
    conf_low: Number
    conf_high: Number
    flipped: Number
    alpha: Number
    alpha_flipped: Number


class BetterKey(Record):
    """Another instrument's key that fits better, and where it differs."""

    instrument: str
    suspects_here: tuple[int, ...]
    suspects_there: tuple[int, ...]
    chi2_gain: Number
    other_subscale: tuple[int, ...]
    other_direction: tuple[int, ...]


class ItemFindings(RatingSeries):
    """What the item checks found: items against their key, keys that fit better, ends of the scale nobody used."""

    ratings: int
    clients: int
    suspects: tuple[SuspectItem, ...] = ()
    siblings: tuple[BetterKey, ...] = ()
    unused: tuple[int, int] = (0, 0)
    overruled: bool = False
    items: tuple[ItemRow, ...] = ()


class ItemRest(Record):
    """An item's correlation with the mean of the others, under our key."""

    item: int
    correlation: Number


class ShippedScore(RatingSeries):
    """A score that came with the data, `mostly` the same as ours or not; `evidence`: the items the two keys turn apart."""

    score: str
    verdict: str
    rule: str
    n: int
    agree: int
    reproduced: int
    reversed_there: tuple[int, ...]
    not_reversed_there: tuple[int, ...]
    left_out_there: tuple[int, ...]
    added_there: tuple[int, ...]
    constant: float
    unit: float
    mostly: bool
    clients: int
    evidence: tuple[ItemRest, ...] = ()
