"""Trial: another version of a hypothesis beside the declared one, and what differs between the two as judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from pipeline.base.errors import ParamsError, Problem
from pipeline.base.key_path import nearest
from pipeline.base.params import Hypothesis, Params, validate
from pipeline.base.section import Section
from pipeline.base.specs import ContrastSpec, ExposureSpec, MediatorSpec, OutcomeSpec
from pipeline.base.yaml_text import parse
from pipeline.disclosure.gate import Gate
from pipeline.hypotheses.rules import hypothesis_problems
from pipeline.hypotheses.told import Told, told
from pipeline.results.verdict import Judged
from pipeline.vocabulary.checks import CHECKS
from pipeline.vocabulary.results import RULES

IMPUTED = ("imputed", "observed_rows")  # attempts that need imputed values
EXAMPLE = "write it as `exposure.lag=2` or `covariates=[phase]`"


def settings_of(words: Sequence[str]) -> dict[str, Any]:
    """`key=value` words as settings, values read as params.yaml would; ParamsError names all that cannot be read."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for word in words:
        key, sign, value = word.partition("=")
        try:
            if not sign or not key:
                raise ParamsError(Problem(key or "the setting", "no `=` in it", EXAMPLE))
            read = parse(f"value: {value}")
            found[key] = read["value"] if value.strip() and isinstance(read, dict) else None
        except ParamsError as error:
            problems += [Problem(key, problem.what, problem.mend or EXAMPLE) for problem in error.problems]
    if problems:
        raise ParamsError(problems)
    return found


def changed_hypothesis(data: Mapping[str, Any], name: str, settings: Mapping[str, Any]) -> Hypothesis:
    """The hypothesis with its settings changed; ParamsError names every key and value that cannot be meant."""
    hypotheses = data["hypotheses"]
    if name not in hypotheses:
        raise ParamsError(Problem("hypotheses", f"there is no `{name}`", nearest(name, list(hypotheses))))
    changed = deepcopy(dict(data))
    if lost := [key for key in settings if _home(key)]:
        raise ParamsError(
            [Problem(key, "a hypothesis has no such key itself", f"did you mean `{_home(key)}`?") for key in lost]
        )
    for key, value in settings.items():
        _put(changed["hypotheses"][name], key, value)
    hypothesis = validate(changed).hypotheses[name]
    problems = list(hypothesis_problems(name, hypothesis))
    if problems:
        raise ParamsError(problems)
    return hypothesis


def hypotheses_with(params: Params, hypothesis: Hypothesis, name: str) -> dict[str, Hypothesis]:
    """All hypotheses of a study with one of them in another version, in their order."""
    return {one: hypothesis if one == name else other for one, other in params.hypotheses.items()}


def _home(key: str) -> str:
    """Where a key that was given without its section belongs: `lag` to `exposure.lag`; empty where nobody knows it."""
    if key.split(".")[0] in Hypothesis.model_fields:
        return ""
    inner: dict[str, type[Section]] = {
        "exposure": ExposureSpec,
        "outcome": OutcomeSpec,
        "contrast": ContrastSpec,
        "mediator": MediatorSpec,
    }
    return next((f"{section}.{key}" for section, fields in inner.items() if key in fields.model_fields), "")


def _put(node: dict[str, Any], key: str, value: object) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        inner = node.get(parent)
        node[parent] = dict(inner) if isinstance(inner, dict) else {}
        node = node[parent]
    node[last] = value


def comparison_lines(before: Judged | None, after: Judged, gate: Gate, odds: bool = False) -> Iterator[str]:
    """The two versions as a few lines: estimate, interval, adjusted p, verdict, rule, and the checks whose state changed."""
    for label, one in (("declared", before), ("this try", after)):
        yield f"  {label}: {numbers(one, told(one, gate, odds))}" if one is not None else f"  {label}: not fitted yet"
        if one is not None and one.tested is not None:
            yield f"    why: {RULES[one.rule]}"
    changed = list(_changed(before, after)) if before is not None else []
    if changed:
        yield "  attempts that end otherwise:"
        yield from (f"    {one}" for one in changed)
    elif before is not None and before.attempts and after.attempts:
        yield "  every attempt ends as before"


def numbers(judged: Judged, told: Told) -> str:
    """Estimate with its interval, adjusted p and verdict in one line, or the verdict and why there is no number."""
    if not told.effect:
        return f"{judged.verdict} ({told.why})" if told.why else str(judged.verdict)
    return f"{told.effect}, {told.p}, {judged.verdict}"


def _changed(before: Judged, after: Judged) -> Iterator[str]:
    states = {attempt.check: attempt.state for attempt in before.attempts}
    for attempt in after.attempts:
        was = states.get(attempt.check)
        if attempt.check in IMPUTED and attempt.state == "not_applicable":
            continue  # a try does not impute, which is said once
        if was != attempt.state:
            label = CHECKS[attempt.check].label if attempt.check in CHECKS else attempt.check
            yield f"{label}: {_said(was)} -> {_said(attempt.state)}"


def _said(state: str | None) -> str:
    words = {None: "not made", "no_difference": "nothing clear to break"}  # what is not clear is not called absent
    return words.get(state) or str(state).replace("_", " ")
