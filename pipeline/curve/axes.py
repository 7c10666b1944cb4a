"""Axes: which choices there are, what each does to a hypothesis, and their combinations (a draw of too many)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from pydantic import ValidationError

from pipeline.base.errors import Problem
from pipeline.base.key_path import nearest
from pipeline.base.params import Choice, Exposure, Hypothesis, Measures, Multiverse, Params, Plan

MOST = 1_000_000  # combinations: more are no longer choices that somebody could defend one by one


@dataclass(frozen=True)
class Way:
    """One way to analyse: the plan, how episodes are linked, how much of a rating must be answered, which rows stay."""

    plan: Plan
    exposure: Exposure
    min_answered: float
    min_ratings: int = 2
    gaps: str = "keep"
    form_of_time: str = "linear"
    residual: str = "independent"

    @property
    def apart(self) -> bool:
        """Whether effects of the exposure vary by group: such a model is fitted whole, and not held against shifts."""
        return any("exposure" in terms for terms in self.plan.random.values())

    @property
    def windows(self) -> str:
        """Equal where the same episodes are counted in the same windows of the same ratings."""
        own = self.plan.model_dump_json(include={"exposure": True, "outcome": {"instrument", "rater"}})
        return "|".join([*map(str, self.linked_by), own])

    @property
    def linked_by(self) -> tuple[str, float]:
        """What must be linked anew when it differs."""
        return self.exposure.model_dump_json(), self.min_answered


@dataclass(frozen=True)
class Specific:
    """A specification: its choice on each axis in words, the way it analyses, and whether it is the declared one."""

    choices: Mapping[str, str]
    way: Way
    declared: bool


Setter = Callable[[Way, Choice], Way]


def _outcome(key: str) -> Setter:
    return lambda way, choice: replace(way, plan=_changed(way.plan, "outcome", {key: choice}))


def _dose(key: str) -> Setter:
    return lambda way, choice: replace(way, plan=_changed(way.plan, "exposure", {key: choice}))


def _linked(key: str) -> Setter:
    def put(way: Way, choice: Choice) -> Way:
        data = way.exposure.model_dump(mode="json") | {key: choice}
        return replace(way, exposure=Exposure.model_validate_json(json.dumps(data)))

    return put


def _plan(key: str) -> Setter:
    return lambda way, choice: replace(way, plan=_changed(way.plan, "", {key: choice}))


def _changed(plan: Plan, part: str, update: Mapping[str, Choice]) -> Plan:
    data = plan.model_dump(mode="json")
    inner = data[part] if part else data
    inner.update({key: list(value) if isinstance(value, tuple) else value for key, value in update.items()})
    return Plan.model_validate_json(json.dumps(data))


def _one_of(key: str, allowed: Mapping[str, object]) -> Setter:
    def put(way: Way, choice: Choice) -> Way:
        if choice not in allowed:
            raise ValueError(" or ".join(allowed))
        return replace(way, **{key: allowed[str(choice)]})  # type: ignore[arg-type]

    return put


def _varying(way: Way, choice: Choice) -> Way:
    if choice not in VARYING:
        raise ValueError(" or ".join(VARYING))
    worker, client = VARYING[str(choice)]
    return replace(way, plan=way.plan.model_copy(update={"random": {"worker_id": worker, "client_id": client}}))


def _number(key: str, low: float, high: float) -> Setter:
    def put(way: Way, choice: Choice) -> Way:
        if isinstance(choice, bool) or not isinstance(choice, int | float) or not low <= choice <= high:
            raise ValueError(f"a number from {low:g} to {high:g}")
        return replace(way, **{key: type(getattr(way, key))(choice)})

    return put


# What varies by worker and by client, in the terms of params.
VARYING: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "intercepts": (("intercept",), ("intercept",)),
    "time_by_client": (("intercept",), ("intercept", "time")),
    "exposure_by_client": (("intercept",), ("intercept", "exposure", "time")),
    "exposure_by_worker": (("intercept", "exposure"), ("intercept", "time")),
    "exposure_by_both": (("intercept", "exposure"), ("intercept", "exposure", "time")),
}
AXES: Mapping[str, Setter] = {
    "instrument": _outcome("instrument"),
    "score": _outcome("score"),
    "rater": _outcome("rater"),
    "dose": _dose("dose"),
    "lag": _dose("lag"),
    "covariates": _plan("covariates"),
    "time": _plan("time"),
    "first_window": _linked("first_window"),
    "same_day": _linked("same_day"),
    "gap_after": _linked("gap_after"),
    "gaps": _one_of("gaps", {"keep": "keep", "drop": "drop"}),
    "form_of_time": _one_of("form_of_time", {"linear": "linear", "quadratic": "quadratic"}),
    "residual": _one_of("residual", {"independent": "independent", "car1": "car1"}),
    "random": _varying,
    "min_answered": _number("min_answered", 0.01, 1.0),
    "min_ratings": _number("min_ratings", 2, 50),
}
ANOTHER_QUESTION = frozenset({"lag"})  # choices of these ask something else, and form a panel of their own


def questions_of(asked: Multiverse) -> tuple[str, ...]:
    """The axes whose choices ask another question."""
    return tuple(name for name, axis in asked.axes.items() if axis.another_question or name in ANOTHER_QUESTION)


def count(asked: Multiverse) -> int:
    """How many combinations there are, the declared one aside."""
    return int(np.prod([len(axis.choices) for axis in asked.axes.values()], dtype=float)) if asked.axes else 0


def specifications(start: Way, asked: Multiverse, seed: int) -> list[Specific]:
    """Every combination (a seeded draw beyond `limit`), and the declared specification first where none of them is it."""
    names = list(asked.axes)
    choices = [asked.axes[axis].choices for axis in names]
    total = count(asked)
    drawn = range(total)
    if total > asked.limit:
        rng = np.random.Generator(np.random.PCG64(seed))
        drawn = sorted(rng.choice(total, asked.limit, replace=False).tolist())  # type: ignore[assignment]
    sizes = [len(one) for one in choices]
    found = []
    for number in drawn:
        picked = np.unravel_index(number, sizes)
        way, words = start, {}
        for axis, options, at in zip(names, choices, picked, strict=True):
            way = AXES[axis](way, options[int(at)])
            words[axis] = in_words(options[int(at)])
        found.append(Specific(words, way, way == start))
    if not any(one.declared for one in found):
        found.insert(0, Specific(dict.fromkeys(names, "as declared"), start, declared=True))
    return found


def declared_way(hypothesis: Hypothesis, exposure: Exposure, measures: Measures) -> Way:
    """The hypothesis as declared, without effects of the exposure that vary: with them no shift could do without a refit."""
    shape = {key: value for key, value in hypothesis.model_dump(mode="json").items() if key in Plan.model_fields}
    shape["random"] = {group: [term for term in terms if term != "exposure"] for group, terms in hypothesis.random.items()}
    return Way(Plan.model_validate_json(json.dumps(shape)), exposure, measures.min_answered)


def in_words(choice: Choice) -> str:
    """A choice as a label."""
    if isinstance(choice, tuple):
        return " + ".join(choice) or "none"
    return str(choice).lower() if isinstance(choice, bool) else str(choice)


def check_multiverse(params: Params) -> list[Problem]:
    """Everything in `multiverse:` that cannot be meant as it stands."""
    return [problem for name, asked in params.multiverse.items() for problem in _problems(name, asked, params)]


def _problems(name: str, asked: Multiverse, params: Params) -> Iterator[Problem]:
    at = f"multiverse.{name}"
    if name not in params.hypotheses:
        yield Problem(at, "there is no such hypothesis", nearest(name, list(params.hypotheses)))
        return
    one = params.hypotheses[name]
    if one.contrast or one.moderator or one.mediator or one.effect != "within" or one.outcome.kind != "score":
        yield Problem(
            at, "of a kind that has no curve yet", "name one about a within-client effect of one exposure on a score"
        )
        return
    for axis in asked.axes:
        if axis not in AXES:
            yield Problem(f"{at}.axes.{axis}", "no such axis", nearest(axis, list(AXES)))
    if count(asked) > MOST:
        yield Problem(at, f"{count(asked):,} combinations", f"take axes or choices out: at most {MOST:,} can be meant")
    dose = asked.axes.get("dose")
    if dose is not None and "minutes" in dose.choices and not dose.another_question and set(dose.choices) != {"minutes"}:
        what = "an effect for each minute and one for each episode are no two estimates of one number"
        yield Problem(f"{at}.axes.dose", what, "take `minutes` out, or say `another_question: true`")
    start = declared_way(one, params.exposure, params.measures)
    for axis, given in asked.axes.items():
        for index, choice in enumerate(given.choices if axis in AXES else ()):
            try:
                AXES[axis](start, choice)
            except (ValidationError, ValueError):
                yield Problem(
                    f"{at}.axes.{axis}.choices[{index}]", "not a value this may have", "see docs/specification-curve.md"
                )
        if len({in_words(choice) for choice in given.choices}) < len(given.choices):
            yield Problem(f"{at}.axes.{axis}.choices", "a choice stands twice", "keep one of the two")
