"""compare: the study as it stands, its tries, and other revisions of it (git, `dvc exp`) side by side, a line each."""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pipeline.base.claim_numbers import numbered
from pipeline.base.params import load
from pipeline.commands.explain import roles
from pipeline.hypotheses.trial import numbers
from pipeline.project import tries
from pipeline.project.io import Batch
from pipeline.project.runner import params_text
from pipeline.results.verdict import Verdicts
from pipeline.vocabulary.outcomes import event_of

VERDICTS = "data/analysis/verdicts.json"
METRICS = "reports/metrics.json"


def main(root: Path, arguments: argparse.Namespace) -> int:
    """One block a hypothesis: as it stands, each try of it, each revision named or left by `dvc exp run`."""
    params = load(params_text(root))
    now = Batch(root, (VERDICTS,), ()).record(VERDICTS, Verdicts)
    revisions = {label: released(root, revision) for label, revision in _revisions(root, arguments.revisions).items()}
    recorded = tries.recorded(root).tries
    short = {name: number for number, name in numbered(roles(params)).items()}
    for name, hypothesis in params.hypotheses.items():
        odds = event_of(hypothesis.outcome.kind) is not None
        print(f"{short[name]} {name}")
        if name in now.hypotheses:
            print(f"  as it stands: {numbers(now.hypotheses[name], odds)}")
        for number, one in enumerate(recorded, 1):
            if one.hypothesis == name:
                result = tries.result(root, number)
                changes = " ".join(f"{key}={value}" for key, value in one.changes.items())
                print(
                    f"  try {number} ({changes}): {numbers(result, odds) if result else 'its result is not here any more'}"
                )
        for label, found in revisions.items():
            if name in found:
                print(f"  {label}: {found[name]}")
    for label, found in revisions.items():
        if not found:
            print(f"{label}: no released numbers in that revision")
    return 0


def released(root: Path, revision: str) -> dict[str, str]:
    """The released numbers of a revision, a line a hypothesis; none where it has none, or the revision is unknown."""
    done = _git(root, "show", f"{revision}:./{METRICS}")
    try:
        found = json.loads(done) if done else {}
        return {name: _line(values) for name, values in found.items() if isinstance(values, dict)}
    except ValueError:
        return {}


def _line(values: dict[str, object]) -> str:
    shown = [f"{key} {values[key]}" for key in sorted(values) if key != "verdict" and values[key] is not None]
    return ", ".join([str(values.get("verdict", "")), *shown])


def _revisions(root: Path, named: list[str]) -> dict[str, str]:
    return {**{name: name for name in named}, **dict(_experiments(root))}


def _experiments(root: Path) -> Iterator[tuple[str, str]]:
    """What `dvc exp run` left: references of git's under refs/exps/."""
    for reference in _git(root, "for-each-ref", "--format=%(refname)", "refs/exps").splitlines():
        parts = reference.split("/")
        if len(parts) >= 5 and parts[2] != "exec":
            yield f"experiment {parts[-1]}", reference


def _git(root: Path, *words: str) -> str:
    """What git says, or nothing where there is no git or it refuses."""
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, encoding="utf-8", check=False)
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""
