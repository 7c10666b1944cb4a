"""explain: what would be fitted for one hypothesis, and on how many rows."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.base.errors import ParamsError, Problem
from pipeline.base.key_path import nearest
from pipeline.base.params import load
from pipeline.disclosure.neutral import visible
from pipeline.hypotheses.explain import explain
from pipeline.project.io import Batch
from pipeline.project.runner import params_text

LINKED = ("data/analysis/linked/occasions.parquet", "data/analysis/linked/ledger.parquet")


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Print the explanation; ParamsError where there is no such hypothesis."""
    params = load(params_text(root))
    name = arguments.hypothesis
    if name not in params.hypotheses:
        raise ParamsError(Problem("hypotheses", "no hypothesis of this name", nearest(name, list(params.hypotheses))))
    batch = Batch(root, LINKED, ())
    tables = [batch.table(path) for path in LINKED] if all(batch.has(path) for path in LINKED) else [None, None]
    for line in explain(name, params.hypotheses[name], params.compute, params.verdict, *tables).splitlines():
        print(visible(line))  # a claim may hold anything, a terminal obeys some of it
    return 0
