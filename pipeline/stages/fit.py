"""fit: every hypothesis, its model and its whole falsification battery; those that nothing has changed for stay as they are.

One stage for all, since starting a process and its packages costs as much as most fits. `fitted.json` says of every fit
what it was made from (its plan, the rows, what was imputed for it, the code) and what it gave: a fit of which either
is another now is made anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pipeline.base.at_once import at_once
from pipeline.base.params import Params, Plan
from pipeline.hypotheses.evaluate import evaluate, evaluation_of
from pipeline.hypotheses.imputed.gaps import gaps_of
from pipeline.project.io import Batch, digest, json_bytes
from pipeline.results.fit import Engine, Fit
from pipeline.results.fitted import FitOrigin, FitOrigins
from pipeline.results.missing import ImputationFacts, Made
from pipeline.results.reason import Reason
from pipeline.results.trust import Trust

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.hypotheses.imputed.analyse import Imputations

PLANS, IMPUTED = "data/interim/plans", "data/analysis/imputed"
CODE = "data/interim/code/fit.json"
READS = ("data/analysis/linked", "data/scored/trust.json", PLANS, IMPUTED, CODE)
FITS, ORIGINS = "data/analysis/fits", "data/analysis/fitted.json"
WRITES = (FITS, ORIGINS)
PARAMS = ("compute",)
PEOPLE = ("client_id", "worker_id")  # groups of every model, never a covariate
SESSION, EPISODE = "session_id", "episode_id"  # of which each row has its own
ROWS = {"occasions": "data/analysis/linked/occasions.parquet", "ledger": "data/analysis/linked/ledger.parquet"}
TRUST = "data/scored/trust.json"
# Two processes read the tables of their hypotheses each; larger ones (bytes of Parquet) are held once, and the parts of
# one hypothesis' battery are shared instead.
HELD_TWICE = 1 << 25


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Write all fits: anew those made from something else than before, and the one that is asked for by name."""
    shared = {key: digest(batch.content(name)) for key, name in {**ROWS, "trust": TRUST, "code": CODE}.items()}
    plans = {PurePosixPath(name).stem: _plan(batch, name) for name in batch.names(PLANS)}
    made_from = {name: _made_from(batch, shared, name) for name in plans}
    before = _origins_before(batch)
    fits = {name: old for name in plans if name != hypothesis and (old := _unchanged(batch, before, name, made_from[name]))}
    anew = sorted(plans.keys() - fits.keys(), key=lambda name: (plans[name].mediator is None, name))  # the longest first
    fits |= zip(anew, _made(batch, params, {name: plans[name] for name in anew}, shared), strict=True)
    for name, content in fits.items():
        batch.put_bytes(_file(name), content)
    origins = {name: FitOrigin(made_from=made_from[name], content=digest(fits[name])) for name in plans}
    batch.put_json(ORIGINS, FitOrigins(fits=origins))
    others = "; what the others rest on has not changed" if len(anew) < len(plans) else ""
    print(f"Fitted {len(anew)} of {len(plans)} hypotheses{others}.", flush=True)


def _plan(batch: Batch, name: str) -> Plan:
    return Plan.model_validate_json(json.dumps(batch.entries(name)["plan"]))


def _file(hypothesis: str) -> str:
    return f"{FITS}/{hypothesis}.json"


def _made_from(batch: Batch, shared: Mapping[str, str], hypothesis: str) -> str:
    """The hash of all that a fit is made from."""
    names = [f"{PLANS}/{hypothesis}.json", *batch.names(f"{IMPUTED}/{hypothesis}")]
    return digest(json_bytes({**shared, **{name: digest(batch.content(name)) for name in names}}))


def _origins_before(batch: Batch) -> Mapping[str, FitOrigin]:
    """What an earlier run noted of its fits; nothing where it cannot be read."""
    try:
        return FitOrigins.model_validate_json(batch.before(ORIGINS) or b"").fits
    except ValueError:
        return {}


def _unchanged(batch: Batch, before: Mapping[str, FitOrigin], hypothesis: str, made_from: str) -> bytes | None:
    """The fit of an earlier run, if it was made from the same and nobody has touched it since."""
    old, content = before.get(hypothesis), batch.before(_file(hypothesis))
    same = old is not None and content is not None and old == FitOrigin(made_from=made_from, content=digest(content))
    return content if same else None


def _made(batch: Batch, params: Params, plans: Mapping[str, Plan], shared: Mapping[str, str]) -> list[bytes]:
    """The fits of some hypotheses as files, in their order."""
    tasks = [partial(_fit, batch, params, name, plan, shared) for name, plan in plans.items()]
    if sum(batch.path(name).stat().st_size for name in ROWS.values()) > HELD_TWICE:
        return [task() for task in tasks]
    for plan in plans.values():
        evaluation_of(plan)  # what a process is copied with, it need not import
    return at_once(tasks)


def _fit(batch: Batch, params: Params, hypothesis: str, plan: Plan, shared: Mapping[str, str]) -> bytes:
    """The fit of one hypothesis with the hashes of what it rests on, as its file."""
    occasions, ledger = linked(batch, plan)
    fit = evaluate(plan, occasions, ledger, params.compute, batch.record(TRUST, Trust))
    fit = fit.model_copy(update={"gaps": gaps_of(plan, occasions)})
    if plan.missing is not None:
        fit = with_imputed(batch, params, f"{IMPUTED}/{hypothesis}", plan, fit)
    own = "numpy" if params.compute.engine == "multilevel" else "statsmodels"
    rests_on = {key: shared[key] for key in (*ROWS, "trust")}
    facts = {
        "hypothesis": hypothesis,
        "engine": Engine(name=params.compute.engine, version=f"{own} {version(own)}"),
        "inputs": {**rests_on, "plan": digest(batch.content(f"{PLANS}/{hypothesis}.json"))},
    }
    return json_bytes(fit.model_copy(update=facts))


def linked(batch: Batch, plan: Plan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Occasions and ledger; what the plan names is read as it is, other text as codes: it is most of both tables."""
    named = _words(plan.model_dump(mode="json")) - {*PEOPLE}
    if plan.outcome.kind == "dyad_gap":
        named.add(SESSION)  # two people's ratings of one session
    tables = []
    for name in ROWS.values():
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
