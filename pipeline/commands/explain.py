"""explain: what would be fitted for one hypothesis, and on how many rows."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.base.claim_numbers import named
from pipeline.base.errors import ParamsError
from pipeline.base.options import Role
from pipeline.base.params import Params, load, settled
from pipeline.disclosure.neutral import visible_text
from pipeline.hypotheses.explain import explain
from pipeline.project.io import Batch
from pipeline.project.runner import params_text
from pipeline.results.verdict import Verdicts

SECONDS = 0.04  # a specification of a study with 6,000 ratings, on two cores
VERDICTS = "data/analysis/verdicts.json"
LINKED = ("data/analysis/linked/occasions.parquet", "data/analysis/linked/ledger.parquet")


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Print the explanation; ParamsError where there is no such hypothesis."""
    params = load(params_text(root))
    if getattr(arguments, "multiverse", False):
        return multiverse(params)
    batch = Batch(root, (*LINKED, VERDICTS), ())
    name = named(arguments.hypothesis or "", roles(params))
    linked = all(batch.has(path) for path in LINKED)
    occasions, ledger = (batch.table(path) if linked else None for path in LINKED)
    hypothesis = settled(params.hypotheses, params.missing)[name]
    said = explain(name, hypothesis, params.compute, params.verdict, occasions, ledger, _counted_as(batch, name))
    for line in said.splitlines():
        print(visible_text(line))  # a claim may hold anything, a terminal obeys some of it
    return 0


def roles(params: Params) -> dict[str, Role]:
    """The role each hypothesis is declared in, by which the report numbers its claims."""
    return {name: one.role for name, one in params.hypotheses.items()}


def _counted_as(batch: Batch, name: str) -> Role | None:
    """The role a hypothesis was judged in, which differs from the declared one where it differs from the lock."""
    judged = batch.record(VERDICTS, Verdicts).hypotheses if batch.has(VERDICTS) else {}
    return judged[name].role if name in judged else None


def multiverse(params: Params) -> int:
    """How many specifications each curve has, which choices they are made of, and about how long they take."""
    from pipeline.curve.axes import check_multiverse, count, in_words

    if problems := check_multiverse(params):
        raise ParamsError(problems)
    if not params.multiverse:
        print("No curve is asked for: declare one under `multiverse:` (docs/specification-curve.md).")
    for name, asked in params.multiverse.items():
        total = count(asked)
        fitted = min(total, asked.limit)
        drawn = f", of which {fitted:,} are drawn" if fitted < total else ""
        print(f"{name}: {total:,} specifications{drawn}; about {max(1, round(fitted * SECONDS)):,} s on two cores")
        for axis, given in asked.axes.items():
            print(visible_text(f"  {axis}: {', '.join(in_words(choice) for choice in given.choices)} ({given.why})"))
    return 0
