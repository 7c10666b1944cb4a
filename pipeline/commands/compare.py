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
from pipeline.commands.summary import workers_of
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.steps import p_text
from pipeline.hypotheses.told import card, terminal_gate, told
from pipeline.project import tries
from pipeline.project.io import Batch
from pipeline.project.runner import params_text
from pipeline.results.verdict import Judged, Verdicts
from pipeline.vocabulary.outcomes import event_of

VERDICTS = "data/analysis/verdicts.json"
METRICS = "reports/metrics.json"
LOST = "its result is not here any more"


def main(root: Path, arguments: argparse.Namespace) -> int:
    """One block a hypothesis: as it stands, each try of it, each revision named or left by `dvc exp run`."""
    params = load(params_text(root))
    now = Batch(root, (VERDICTS,), ()).record(VERDICTS, Verdicts)
    revisions = {label: released(root, revision) for label, revision in _revisions(root, arguments.revisions).items()}
    recorded = tries.recorded_tries(root).tries
    short = {name: number for number, name in numbered(roles(params)).items()}
    gate = terminal_gate(params, workers_of(root))
    for name, hypothesis in params.hypotheses.items():
        odds = event_of(hypothesis.outcome.kind) is not None
        print(f"{short[name]} {name}")
        if name in now.hypotheses:
            print(f"  as it stands: {_said(now.hypotheses[name], gate, odds)}")
        for number, one in enumerate(recorded, 1):
            if one.hypothesis == name:
                result = tries.try_result(root, number)
                changes = " ".join(f"{key}={value}" for key, value in one.changes.items())
                print(f"  try {number} ({changes}): {_said(result, gate, odds) if result else LOST}")
        for label, found in revisions.items():
            if name in found:
                print(f"  {label}: {_line(found[name], odds)}")
    for label, found in revisions.items():
        if not found:
            print(f"{label}: no released numbers in that revision")
    return 0


def _said(judged: Judged, gate: Gate, odds: bool) -> str:
    """A result at hand in the words of a released one: the number of its card."""
    shown = told(judged, gate, odds)
    if not shown.card:
        return f"{judged.verdict} ({shown.why})" if shown.why else judged.verdict
    return f"{judged.verdict}, {shown.card}, {shown.p}"


def released(root: Path, revision: str) -> dict[str, dict[str, object]]:
    """The released numbers of a revision, by hypothesis; none where it has none, or the revision is unknown."""
    done = _git(root, "show", f"{revision}:./{METRICS}")
    try:
        found = json.loads(done) if done else {}
        return {name: values for name, values in found.items() if isinstance(values, dict)}
    except ValueError:
        return {}


def _line(values: dict[str, object], odds: bool) -> str:
    """The released numbers of one claim, as `_said` has them; a verdict alone where there is no number."""
    said, estimate, interval = [str(values.get("verdict", ""))], values.get("estimate"), values.get("interval")
    if isinstance(estimate, int | float) and interval is not None:
        low, _, high = str(interval).replace("−", "-").partition(" to ")
        digits = len(low.partition(".")[2])
        said.append(card(f"{estimate:.{digits}f}", low, high, odds))
        p = values.get("p_adjusted")
        said.append(f"adjusted p {p_text(p) if isinstance(p, int | float) else p}")
    return ", ".join(said)


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
