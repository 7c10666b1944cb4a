"""Where in params.yaml an error stands: its key path, what was found there, what is allowed, and the nearest valid name.

A key path shows the keys that are ours and those formed like them; any other key is told by its number, and what stands
under a key by its kind (pipeline.base.spoken): nothing of params.yaml has been through the net for personal data yet.
"""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel, StringConstraints

from pipeline.base.errors import Problem
from pipeline.base.spoken import NAME_PATTERN, close_to, found, spoken
from pipeline.base.yaml_text import Path, show

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

NOWHERE = object()


def nearest(name: str, names: list[str]) -> str:
    """A `did you mean` for a misspelt name, or the list of valid ones."""
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean `{close[0]}`?" if close else f"allowed: {', '.join(sorted(names))}"


def problem(detail: ErrorDetails, data: object, whole: type[BaseModel]) -> Problem:
    """One of pydantic's errors over `data`, which was to be a `whole`: its key path, what was found, what is allowed."""
    path = _real_path(detail["loc"], data)
    kind, where = detail["type"], told(path, whole, data)
    if kind == "extra_forbidden":
        return Problem(where, "unknown key", nearest(str(path[-1]), _keys_at(whole, path[:-1])))
    if kind == "missing":
        mend = f"add `{path[-1]}: {{}}`, which means the defaults" if len(path) == 1 else "add it"
        return Problem(where, "this key is missing", mend)
    if kind == "literal_error" and "[key]" in detail["loc"]:
        return Problem(where, "unknown key", nearest(str(path[-1]), _choices(detail)))
    if path and "[key]" in detail["loc"]:
        return Problem(
            where,
            f"a name that cannot be used as a key ({str(detail['msg']).removeprefix('Value error, ')})",
            f"use a name like {NAME_PATTERN}",
        )
    if kind == "literal_error" and detail.get("input") is None and "null" in _choices(detail):
        return Problem(where, "found nothing", 'name one; "null" needs its quotes, YAML reads it as nothing without them')
    if kind == "literal_error":
        seen = found(detail.get("input"), _choices(detail))
        return Problem(where, f"found {seen}", nearest(str(detail.get("input")), _choices(detail)))
    return Problem(where, f"found {found(detail.get('input'))}", f"allowed: {_allowed(detail)}")


def told(path: Path, whole: type[BaseModel], data: object = None) -> str:
    """A key path over `data`, which was to be a `whole`: our own keys and what is formed like them, others as `<key 3>`."""
    kinds: list[object] = [whole]
    parts: list[str | int] = []
    for part in path:
        parts.append(part if isinstance(part, int) or _may_be_told(part, kinds) else _number_of(part, data))
        kinds = [inner for kind in kinds for inner in _step(kind, part)]
        data = _inner(data, part)
    return show(tuple(parts))


def telling(whole: type[BaseModel]) -> Callable[[Path], str]:
    """How the reader of YAML shows a key path in a file that is to be a `whole`."""
    return lambda path: told(path, whole)


def _may_be_told(key: str, kinds: list[object]) -> bool:
    """Whether a key is ours, nearly ours, or one that the study names and that is formed like ours."""
    ours = _names_in(kinds)
    named = any(get_origin(kind) is dict and _is_name(get_args(kind)[0]) for kind in kinds)
    return key in ours or (named and spoken(key)) or close_to(key, ours)


def _names_in(kinds: list[object]) -> set[str]:
    """The keys that sections and closed sets of keys among some annotations know."""
    fields = {name for kind in kinds if _is_model(kind) for name in kind.model_fields}
    keys = (get_args(kind)[0] for kind in kinds if get_origin(kind) is dict)
    return fields | {name for key in keys if get_origin(key) is Literal for name in get_args(key)}


def _is_name(key: object) -> bool:
    rules = get_args(key)[1:] if get_origin(key) is Annotated else ()
    return any(isinstance(rule, StringConstraints) and rule.pattern == NAME_PATTERN for rule in rules)


def _number_of(key: str, here: object) -> str:
    keys = list(here) if isinstance(here, dict) else []
    return f"<key {keys.index(key) + 1}>" if key in keys else "<key>"


def _choices(detail: ErrorDetails) -> list[str]:
    return re.findall(r"'([^']*)'", detail["ctx"]["expected"])


def _allowed(detail: ErrorDetails) -> str:
    if detail["type"] == "bool_type":
        return "true or false"  # never yes or no: YAML readers disagree about them
    message = str(detail["msg"])
    return message.removeprefix("Input should be ").removeprefix("Value error, ").replace("String should", "should")


def _real_path(loc: tuple[str | int, ...], data: object) -> Path:
    """Drop what pydantic adds to a location (union branch names, `[key]`), keeping only keys that are in the file."""
    path: list[str | int] = []
    here = data
    for index, part in enumerate(loc):
        inner = _inner(here, part)
        if inner is not NOWHERE:
            here = inner
            path.append(part)
        elif index == len(loc) - 1 and isinstance(here, dict) and part != "[key]":
            path.append(part)
    return tuple(path)


def _inner(here: object, part: str | int) -> object:
    """What stands under a key or at a place of plain data, or NOWHERE."""
    if isinstance(here, dict):
        return here.get(part, NOWHERE)
    if isinstance(here, list) and isinstance(part, int) and part < len(here):
        return here[part]
    return NOWHERE


def _keys_at(whole: type[BaseModel], path: Path) -> list[str]:
    """The keys allowed at a path, walked through the models' annotations."""
    kinds: list[object] = [whole]
    for part in path:
        kinds = [inner for kind in kinds for inner in _step(kind, part)]
    return sorted({name for kind in kinds if _is_model(kind) for name in kind.model_fields})


def _is_model(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _step(kind: object, part: str | int) -> list[object]:
    if _is_model(kind):
        field = kind.model_fields.get(str(part))
        return _branches(field.annotation) if field else []
    if get_origin(kind) is dict:
        return _branches(get_args(kind)[1])
    return [inner for arg in get_args(kind) for inner in _branches(arg)] if get_origin(kind) is tuple else []


def _branches(annotation: object) -> list[object]:
    if get_origin(annotation) in (Union, types.UnionType):
        return [inner for arg in get_args(annotation) for inner in _branches(arg)]
    return _branches(get_args(annotation)[0]) if get_origin(annotation) is Annotated else [annotation]
