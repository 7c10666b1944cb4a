"""What params.yaml must get right about instruments, beyond the shape of its keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pipeline.base.errors import MeasureError, Problem
from pipeline.base.key_path import nearest
from pipeline.base.params import Params
from pipeline.base.sources import RatingSource
from pipeline.base.specs import OutcomeSpec
from pipeline.measures.instrument import Instrument
from pipeline.measures.library import load_instruments

ITEM = "{item}"
PLACE = re.compile(r"\{item(?::0[1-9])?\}")
OWN_KEY = "its shipped key is for other raters: give a key of your own as a file in measures.instruments"


def check_params(params: Params, texts: Mapping[str, str] | None = None) -> list[Problem]:
    """Every problem of params.yaml with instruments, scores, raters, item lists and scales.

    `texts`: file name -> content of each file in `measures.instruments`. Without them the researcher's own instruments
    are not known, and a name that no shipped instrument bears is let pass.
    """
    try:
        known = load_instruments(params.measures, texts)
    except MeasureError as error:
        return list(error.problems)
    return list(_problems(params, known, complete=texts is not None or not params.measures.instruments))


def _problems(params: Params, known: Mapping[str, Instrument], complete: bool) -> Iterator[Problem]:
    for name in params.measures.overrule:
        yield from _unknown(f"measures.overrule: {name}", name, known, complete)
    for name, scale in params.measures.scales.items():
        yield from _unknown(f"measures.scales.{name}", name, known, complete)
        yield from _scale_problems(name, scale, known)
    for key, source in params.sources.ratings.items():
        yield from _source_problems(f"sources.ratings.{key}", source, known, complete)
    for key, hypothesis in params.hypotheses.items():
        where = f"hypotheses.{key}"
        yield from _outcome_problems(f"{where}.outcome", hypothesis.outcome, known, complete)
        contrast = hypothesis.contrast.outcome_minus if hypothesis.contrast else None
        if contrast is not None and hypothesis.outcome.instrument in known:
            yield from _score_problems(f"{where}.contrast.outcome_minus", contrast, known[hypothesis.outcome.instrument])


def _unknown(where: str, name: str, known: Mapping[str, Instrument], complete: bool) -> Iterator[Problem]:
    if name not in known and complete:
        yield Problem(where, f"no instrument `{name}`", nearest(name, list(known)))


def _scale_problems(name: str, scale: tuple[float, float], known: Mapping[str, Instrument]) -> Iterator[Problem]:
    where, (low, high) = f"measures.scales.{name}", scale
    if low >= high:
        yield Problem(where, "the lowest answer comes first, then the highest", "swap them")
    elif name in known and known[name].whole_numbers and not (low.is_integer() and high.is_integer()):
        yield Problem(where, "this instrument is answered in whole numbers", "give whole numbers")


def _source_problems(where: str, source: RatingSource, known: Mapping[str, Instrument], complete: bool) -> Iterator[Problem]:
    yield from _unknown(f"{where}.instrument", source.instrument, known, complete)
    instrument = known.get(source.instrument)
    if instrument is None:
        return
    yield from _rater_problems(f"{where}.rater", source.rater, instrument)
    if source.items is not None:
        yield from _item_problems(f"{where}.items", source.items, instrument)
    elif not source.scores:
        example = f"write for instance wai_{ITEM}; or scores: {{ total: wai_total }}"
        yield Problem(f"{where}.items", "neither items nor scores are mapped", example)
    for key, scores in (("totals", source.totals), ("scores", source.scores)):
        for score in scores:
            yield from _score_problems(f"{where}.{key}.{score}", score, instrument)
    if source.scores and (source.items is not None or source.totals):
        what = "scores stand in place of items: with items, shipped scores are compared under `totals`"
        yield Problem(f"{where}.scores", what, "keep items and totals, or scores alone")
    low, high = instrument.scale
    outside = sum(not low <= value <= high for value in source.labels.values())
    if outside:
        mend = f"use {low:g} to {high:g}, or set measures.scales.{instrument.id}"
        yield Problem(f"{where}.labels", f"{outside} of the labels stand for numbers outside the scale", mend)


def _rater_problems(where: str, rater: str, instrument: Instrument) -> Iterator[Problem]:
    if rater not in instrument.raters:
        yield Problem(where, f"`{instrument.id}` has no key for the rater `{rater}`", OWN_KEY)


def _item_problems(where: str, items: str | tuple[str, ...], instrument: Instrument) -> Iterator[Problem]:
    if isinstance(items, str):
        if len(PLACE.findall(items)) != 1:
            yield Problem(where, f"a pattern names the item once, as {ITEM}", f"write for instance wai_{ITEM}")
    elif len(items) != instrument.items:
        listed = "1 column is" if len(items) == 1 else f"{len(items)} columns are"
        what = f"{listed} listed, `{instrument.id}` has {instrument.items} items"
        mend = "list one column an item, in item order; if only scores were kept, write scores: { total: wai_total }"
        yield Problem(where, what, mend)
    elif len(set(items)) < len(items):
        yield Problem(where, "a column is listed twice", "list one column an item, in item order")


def _outcome_problems(
    where: str, outcome: OutcomeSpec, known: Mapping[str, Instrument], complete: bool
) -> Iterator[Problem]:
    yield from _unknown(f"{where}.instrument", outcome.instrument, known, complete)
    instrument = known.get(outcome.instrument)
    if instrument is not None:
        yield from _score_problems(f"{where}.score", outcome.score, instrument)
        yield from _rater_problems(f"{where}.rater", outcome.rater, instrument)


def _score_problems(where: str, score: str, instrument: Instrument) -> Iterator[Problem]:
    if score not in instrument.scores:
        yield Problem(where, f"`{instrument.id}` has no score `{score}`", nearest(score, list(instrument.scores)))
