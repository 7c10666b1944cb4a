"""The closed sets of options a model is fitted with, and the specification they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from pipeline.base.errors import ModelError, Problem

Method = Literal["REML", "ML"]
DegreesOfFreedom = Literal["satterthwaite", "kenward_roger", "none"]
Residual = Literal["independent", "car1"]
Random = Mapping[str, Sequence[str] | Sequence[Sequence[str]]]

INTERCEPT_TERM = "1"


@dataclass(frozen=True)
class Block:
    """Terms of one grouping factor whose effects are correlated with each other."""

    group: str
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Specification:
    """What is fitted, apart from the data: frozen, so that refits and profiles can vary one thing at a time."""

    outcome: str
    fixed: tuple[str, ...]
    random: tuple[Block, ...]
    method: Method = "REML"
    df: DegreesOfFreedom = "satterthwaite"
    residual: Residual = "independent"
    time: str | None = None
    weights: str | None = None

    @property
    def groups(self) -> tuple[str, ...]:
        """Grouping columns in the order given."""
        return tuple(dict.fromkeys(block.group for block in self.random))

    def with_method(self, method: Method) -> Specification:
        """The same model under another criterion."""
        return replace(self, method=method)


def blocks_of(random: Random) -> tuple[Block, ...]:
    """The blocks of a `random` mapping: a flat list is one correlated block, a list of lists one block each."""
    blocks: list[Block] = []
    if not isinstance(random, Mapping):
        raise ModelError(Problem("random", "is not a mapping", 'give e.g. {"client_id": ["1"]}'))
    for group, terms in random.items():
        listed = [terms] if isinstance(terms, str) else list(terms)
        if not all(isinstance(term, str | list | tuple) for term in listed):
            raise ModelError(Problem(str(group), "has a random term that is not a name", 'give names of columns, and "1"'))
        nested = listed if any(not isinstance(term, str) for term in listed) else [listed]
        for inner in nested:
            names = (inner,) if isinstance(inner, str) else tuple(str(term) for term in inner)
            blocks.append(Block(group, names))
    return tuple(blocks)


def terms_of(fixed: Sequence[str]) -> tuple[str, ...]:
    """The fixed terms; ModelError where they are no list of names."""
    if isinstance(fixed, str) or not all(isinstance(term, str) for term in fixed):
        raise ModelError(Problem("fixed", "is not a list of names", 'give e.g. ["x", "phase", "x:phase"]'))
    return tuple(fixed)


def option_problems(spec: Specification) -> list[Problem]:
    """Everything wrong with a specification that can be told without the data."""
    found = []
    for name, value, allowed in (
        ("method", spec.method, get_args(Method)),
        ("df", spec.df, get_args(DegreesOfFreedom)),
        ("residual", spec.residual, get_args(Residual)),
    ):
        if value not in allowed:
            found.append(Problem(where=name, what="is not one of the options", mend=f"use one of {', '.join(allowed)}"))
    if spec.residual == "car1" and spec.time is None:
        found.append(Problem(where="time", what="is needed for CAR(1) residuals", mend="name the column of days"))
    if spec.df == "kenward_roger" and spec.method == "ML":
        found.append(Problem("df", "Kenward-Roger is defined for REML only", "use method REML, or df satterthwaite"))
    if spec.df == "kenward_roger" and spec.residual == "car1":
        found.append(Problem("df", "Kenward-Roger is not defined for CAR(1) residuals", "use df satterthwaite"))
    if not spec.random:
        found.append(Problem(where="random", what="names no grouping column", mend="give at least one, e.g. client_id"))
    if len(set(spec.fixed)) < len(spec.fixed):
        found.append(Problem(where="fixed", what="names a term twice", mend="name each term once"))
    if spec.outcome in spec.fixed:
        found.append(Problem(where="fixed", what="holds the outcome itself", mend="leave the outcome out"))
    return found + _random_problems(spec)


def _random_problems(spec: Specification) -> list[Problem]:
    found = []
    for group in spec.groups:
        terms = [term for block in spec.random if block.group == group for term in block.terms]
        if not terms or any(not block.terms for block in spec.random):
            found.append(Problem(where=group, what="has an empty list of random terms", mend='give at least ["1"]'))
        if len(set(terms)) < len(terms):
            found.append(Problem(where=group, what="names a random term twice", mend="name each term once"))
        if spec.outcome in {part for term in terms for part in term.split(":")}:
            found.append(Problem(where=group, what="holds the outcome as a random term", mend="leave the outcome out"))
    return found
