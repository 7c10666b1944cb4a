"""The closed sets of options a model is fitted with, and the specification they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal, get_args

from pipeline.base.errors import ModelError, Problem

Method = Literal["REML", "ML"]
DegreesOfFreedom = Literal["satterthwaite", "kenward_roger", "none"]
Residual = Literal["independent", "car1"]
Random = Mapping[str, Sequence[str] | Sequence[Sequence[str]]]

INTERCEPT_TERM = "1"
FORMULA = "formulas are not read: name columns in a list, products as a:b"


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
    if not isinstance(random, Mapping):
        raise ModelError(Problem("random", "is not a mapping", 'give e.g. {"client_id": ["1"]}'))
    return tuple(block for group, terms in random.items() for block in _blocks(group, terms))


def _blocks(group: object, terms: object) -> list[Block]:
    if not isinstance(group, str):
        raise ModelError(Problem("random", "has a grouping column that is no name", "give names of columns as text"))
    listed = [terms] if isinstance(terms, str) else _listed(terms)
    inner = [(one,) if isinstance(one, str) else _listed(one) for one in listed or ()]
    if listed is None or not all(part is not None and all(isinstance(term, str) for term in part) for part in inner):
        raise ModelError(Problem(group, "has a random term that is not a name", 'give names of columns, and "1"'))
    known = [tuple(str(term) for term in part) for part in inner if part is not None]
    if all(isinstance(one, str) for one in listed):
        return [Block(group, tuple(term for part in known for term in part))]
    return [Block(group, part) for part in known]


def _listed(given: object) -> list[object] | None:
    """What is in an ordered collection; None for anything else. A set has no order, so its table would have none."""
    if isinstance(given, str | bytes | Mapping | Set) or not isinstance(given, Iterable):
        return None
    return list(given)


def terms_of(fixed: Sequence[str]) -> tuple[str, ...]:
    """The fixed terms; ModelError where they are no list of names."""
    listed = _listed(fixed)
    if listed is None or not all(isinstance(term, str) for term in listed):
        mend = (
            f'{FORMULA}, e.g. ["x", "phase", "x:phase"]' if isinstance(fixed, str) else 'give e.g. ["x", "phase", "x:phase"]'
        )
        raise ModelError(Problem("fixed", "is not a list of names", mend))
    return tuple(str(term) for term in listed)


def name_problems(outcome: object, time: object, weights: object) -> list[Problem]:
    """Arguments that must name one column and do not."""
    given = {"outcome": outcome, "time": time, "weights": weights}
    mend = "give the name of a column as text"
    return [
        Problem(where, "is not the name of a column", mend)
        for where, value in given.items()
        if not (isinstance(value, str) or (value is None and where != "outcome"))
    ]


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
