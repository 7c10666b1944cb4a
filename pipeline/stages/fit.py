"""fit: one hypothesis, its model and its whole falsification battery."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING

from pipeline.base.params import Params, Plan
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.imputed.gaps import gaps_of
from pipeline.project.io import Batch, digest
from pipeline.results.fit import Engine, Fit
from pipeline.results.missing import ImputationFacts, Made
from pipeline.results.reason import Reason
from pipeline.results.trust import Trust

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.hypotheses.imputed.analyse import Imputations

IMPUTED = "data/analysis/imputed/{hypothesis}"
READS = (
    "data/analysis/linked",
    "data/scored/trust.json",
    "data/interim/plans/{hypothesis}.json",
    IMPUTED,
)
WRITES = ("data/analysis/fits/{hypothesis}.json",)
PARAMS = ("compute",)
PEOPLE = ("client_id", "worker_id")  # groups of every model, never a covariate
SESSION, EPISODE = "session_id", "episode_id"  # of which each row has its own
INPUTS = {
    "occasions": "data/analysis/linked/occasions.parquet",
    "ledger": "data/analysis/linked/ledger.parquet",
    "plan": "data/interim/plans/{hypothesis}.json",
    "trust": "data/scored/trust.json",
}


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Write the fit of one hypothesis, with the hashes of what it rests on."""
    names = {key: name.format(hypothesis=hypothesis) for key, name in INPUTS.items()}
    plan = Plan.model_validate_json(json.dumps(batch.entries(names["plan"])["plan"]))
    occasions, ledger = linked(batch, plan)
    fit = evaluate(plan, occasions, ledger, params.compute, batch.record(names["trust"], Trust))
    fit = fit.model_copy(update={"gaps": gaps_of(plan, occasions)})
    if plan.missing is not None:
        fit = with_imputed(batch, params, IMPUTED.format(hypothesis=hypothesis), plan, fit)
    own = "numpy" if params.compute.engine == "multilevel" else "statsmodels"
    facts = {
        "hypothesis": hypothesis or "",
        "engine": Engine(name=params.compute.engine, version=f"{own} {version(own)}"),
        "inputs": {key: digest(batch.content(name)) for key, name in names.items()},
    }
    batch.put_json(f"data/analysis/fits/{hypothesis}.json", fit.model_copy(update=facts))


def linked(batch: Batch, plan: Plan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Occasions and ledger; what the plan names is read as it is, other text as codes: it is most of both tables."""
    named = _words(plan.model_dump(mode="json")) - {*PEOPLE}
    if plan.outcome.kind == "dyad_gap":
        named.add(SESSION)  # two people's ratings of one session
    tables = []
    for name in (INPUTS["occasions"], INPUTS["ledger"]):
        coded = {*batch.text_columns(name)} - {*named, SESSION, EPISODE}
        tables.append(batch.table(name, coded, without={SESSION} - named))
    return tables[0], tables[1]


def _words(value: object) -> set[str]:
    """Every word of a plan: the columns it may ask for are among them."""
    if isinstance(value, Mapping):
        return {word for key, inner in value.items() for word in {str(key), *_words(inner)}}
    if isinstance(value, list | tuple):
        return {word for inner in value for word in _words(inner)}
    return {value} if isinstance(value, str) else set()


def with_imputed(batch: Batch, params: Params, folder: str, plan: Plan, fit: Fit) -> Fit:
    """The fit with the imputed analysis, one imputation read at a time."""
    from pipeline.hypotheses.imputed.analyse import ImputedStudy, imputed_of, with_imputed

    made = batch.record(f"{folder}/made.json", Made)
    main, leavers = (_read(batch, f"{folder}/{part}", getattr(made, part)) for part in ("present", "leavers"))
    if main is None:
        main = Reason(code="imputed_apart")
    return with_imputed(fit, imputed_of(plan, ImputedStudy(main, leavers, made.added), fit, params.compute))


def _read(batch: Batch, folder: str, facts: ImputationFacts | Reason | None) -> Imputations | Reason | None:
    from pipeline.hypotheses.imputed.analyse import Imputations

    if not isinstance(facts, ImputationFacts):
        return facts
    occasions, ledger = batch.table(f"{folder}/occasions.parquet"), batch.table(f"{folder}/ledger.parquet")
    return Imputations(occasions, ledger, _Cells(batch, folder, facts.imputations), facts)


class _Cells:
    """The cells of each imputation, read when their turn comes."""

    def __init__(self, batch: Batch, folder: str, number: int) -> None:
        self.batch, self.folder, self.number = batch, folder, number

    def __iter__(self) -> Iterator[pd.DataFrame]:
        return (self.batch.table(f"{self.folder}/cells_{place:04d}.parquet") for place in range(self.number))
