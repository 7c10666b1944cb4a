"""check: refuse params.yaml with every error at once, and write down what each hypothesis' fit depends on.

`missing.json` holds the plans of the hypotheses that ask for imputations and nothing of the others, so that these need none.
`check.json` says only that the file is valid, so a changed value reruns what depends on it and no more. A plan holds the
keys that shape a hypothesis' models, defaults filled in: DVC refuses params entries that are absent from the file, and an
optional key should stay optional.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.base.errors import ParamsError, Problem
from pipeline.base.params import Hypothesis, Params, effective, settled
from pipeline.curve.axes import check_multiverse
from pipeline.disclosure.rules import check_params as check_release
from pipeline.hypotheses.rules import check_params as check_hypotheses
from pipeline.ingest.declared import check_params as check_sources
from pipeline.ingest.written import problems_of, told_by, told_by_instrument, without_personal_texts
from pipeline.measures.rules import check_params as check_measures
from pipeline.project.instruments import FOLDER, texts
from pipeline.project.io import Batch
from pipeline.simulate.scenarios import check_overrides

READS = ("params.yaml", FOLDER)
DECLARED = "data/interim/declared.json"  # what judge and report must know and would fill dvc.lock, told there once
SOURCES = "data/interim/sources.json"
WRITES = (
    "data/interim/check.json",
    DECLARED,
    SOURCES,
    "data/interim/missing.json",
    "data/interim/multiverse.json",
    "data/interim/plans",
)
PARAMS = tuple(Params.model_fields)
JUDGED_ONLY = {"role", "claim", "predicted", "smallest_effect"}


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Write the marker and one plan a hypothesis; ParamsError carries every room's problems."""
    problems = room_problems(params, texts(batch, params.measures))
    if problems:
        raise ParamsError(problems)
    batch.put_json("data/interim/check.json", {"valid": True})
    for name, value in written(params).items():
        batch.put_json(name, value)


def written(params: Params) -> dict[str, Any]:
    """What is written of valid params for the stages after, by file: all that is declared, and a plan a hypothesis."""
    whole = settled(params.hypotheses, params.missing)
    declared = {name: effective(hypothesis) for name, hypothesis in params.hypotheses.items()}
    sources, compute = effective(params.sources), effective(params.compute)
    asked = {
        name: {"asked": effective(one), "hypothesis": effective(params.hypotheses[name])}
        for name, one in params.multiverse.items()
    }
    return {
        DECLARED: {"hypotheses": declared, "sources": sources, "verdict": effective(params.verdict)},
        SOURCES: sources,
        "data/interim/multiverse.json": asked,  # not a section every study must have: DVC would ask for it
        "data/interim/missing.json": {name: asking(own) for name, own in whole.items()},
        **{f"data/interim/plans/{name}.json": {"plan": plan(own), "compute": compute} for name, own in whole.items()},
    }


def room_problems(params: Params, instruments: Mapping[str, str]) -> list[Problem]:
    """The rules that need a room's knowledge, from all rooms; `instruments`: the study's own instrument files by name."""
    rooms = (
        check_overrides(params.simulate.truth),
        check_sources(params),
        check_measures(params, instruments),
        check_hypotheses(params),
        check_multiverse(params),
        check_release(params),
    )
    texts = [*told_by(params), *(one for item in instruments.items() for one in told_by_instrument(*item))]
    others = {without_personal_texts(problem, texts) for room in rooms for problem in room}
    return sorted({*problems_of(texts), *others})


def plan(hypothesis: Hypothesis) -> dict[str, Any]:
    """The keys of a hypothesis that shape its models, defaults filled in."""
    return {key: value for key, value in effective(hypothesis).items() if key not in JUDGED_ONLY}


def asking(hypothesis: Hypothesis) -> dict[str, Any] | None:
    """The plan of a hypothesis that asks for imputations; None of any other."""
    return plan(hypothesis) if hypothesis.missing is not None else None
