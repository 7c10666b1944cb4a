"""try: one hypothesis in another version, beside the declared one, in one process; params.yaml stays as it is."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import cast

from pipeline.base.claim_numbers import named
from pipeline.base.errors import Problem, StageError
from pipeline.base.params import Hypothesis, Params, effective, load
from pipeline.base.params import Plan as Shape
from pipeline.base.yaml_text import parse
from pipeline.commands.explain import VERDICTS, roles
from pipeline.commands.summary import workers_of
from pipeline.hypotheses import trial
from pipeline.hypotheses.told import terminal_gate
from pipeline.project import tries
from pipeline.project.io import RERUN, Batch
from pipeline.project.runner import params_text
from pipeline.results.fit import Fit
from pipeline.results.trust import Trust
from pipeline.results.trying import Try
from pipeline.results.verdict import Judged
from pipeline.vocabulary.outcomes import event_of

LINKED = "data/analysis/linked"
NOT_IMPUTED = {
    "beside": "  Missing values are not imputed for a try (it takes minutes): that attempt is not among these.",
    "headline": "  Missing values are not imputed for a try (it takes minutes): only the declared version has them.",
}
FITS = "data/analysis/fits"
TRUST = "data/scored/trust.json"


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Fit, try to falsify and judge the version; print it beside the declared one; put it on record."""
    text = params_text(root)
    params, settings = load(text), trial.settings_of(arguments.settings)
    batch = Batch(root, (LINKED, FITS, TRUST, VERDICTS), ())
    name = named(str(arguments.hypothesis), roles(params))
    version = trial.changed_hypothesis(cast("dict[str, object]", parse(text)), name, settings)
    if not (root / LINKED).is_dir():
        raise StageError(Problem(LINKED, "there is nothing to fit yet", RERUN))
    before, after = judged(batch, params, name, version)
    changes = {key: _text(value) for key, value in settings.items()}
    said = ", ".join(f"{key}={value}" for key, value in changes.items())
    print(f"{name} with {said}" if said else f"{name} as declared")
    gate = terminal_gate(params, workers_of(root))
    print(*trial.comparison_lines(before, after, gate, event_of(version.outcome.kind) is not None), sep="\n")
    if params.missing.method != "none":
        print(NOT_IMPUTED[params.missing.method])
    if before is not None and batch.record(f"{FITS}/{name}.json", Fit).spec != shape_of(params.hypotheses[name]):
        print("  The declared version has changed since it was fitted: `python -m pipeline study` fits it anew.")
    if not changes:
        return 0
    one = Try(hypothesis=name, changes=changes, date=datetime.datetime.now(datetime.UTC).date().isoformat())
    recorded = tries.recorded_tries(root).with_one(one)
    number = recorded.number(one)
    tries.record_try(root, recorded, number, after)
    print(f"Try {number} of this study, exploratory whatever it says: the report counts it. params.yaml is as it was.")
    return 0


def judged(batch: Batch, params: Params, name: str, version: Hypothesis) -> tuple[Judged | None, Judged]:
    """The declared version (None where it has not been fitted) and the tried one, each judged among all others' fits."""
    from pipeline.hypotheses.evaluate import evaluate
    from pipeline.hypotheses.verdict.judge import judge_study

    there = [one for one in params.hypotheses if batch.has(f"{FITS}/{one}.json")]
    fits = {one: batch.record(f"{FITS}/{one}.json", Fit) for one in there}
    trust = batch.record(TRUST, Trust)
    occasions, ledger = batch.table(f"{LINKED}/occasions.parquet"), batch.table(f"{LINKED}/ledger.parquet")
    tried = evaluate(shape_of(version), occasions, ledger, params.compute, trust)
    known = {one: hypothesis for one, hypothesis in params.hypotheses.items() if one in fits}
    before = judge_study(fits, known, params.verdict).hypotheses.get(name)
    versions = {
        one: hypothesis
        for one, hypothesis in trial.hypotheses_with(params, version, name).items()
        if one in fits or one == name
    }
    after = judge_study({**fits, name: tried}, versions, params.verdict).hypotheses[name]
    return before, after


def shape_of(hypothesis: Hypothesis) -> Shape:
    """What of a hypothesis shapes its models."""
    return Shape.model_validate_json(
        _json({key: value for key, value in effective(hypothesis).items() if key in Shape.model_fields})
    )


def _json(value: object) -> str:
    import json

    return json.dumps(value)


def _text(value: object) -> str:
    return _json(value) if not isinstance(value, str) else value
