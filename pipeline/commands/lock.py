"""lock: hold the confirmatory hypotheses fast before outcomes are looked at."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pipeline.base.errors import Problem, StageError
from pipeline.base.params import Params, load, settled
from pipeline.disclosure.neutral import markdown_text, visible_text
from pipeline.hypotheses.preregistration import FILE as TEXT
from pipeline.hypotheses.preregistration import preregistration_text
from pipeline.hypotheses.verdict import lock
from pipeline.hypotheses.verdict.lock import FILE
from pipeline.ingest.written import personal_in
from pipeline.project import promise
from pipeline.project.io import Batch
from pipeline.project.runner import params_text
from pipeline.results.lock import Lock, LockFile

RESULTS = ("data/analysis/fits/*.json", "data/analysis/verdicts.json", "reports/estimates/*.json", "reports/metrics.json")
UNHELD = "The raw files have no manifest (python -m pipeline manifest), so the lock does not hold which data these are."
VERDICTS = "data/analysis/verdicts.json"
DVC_LOCK = "dvc.lock"  # DVC's own record of what was run, which stays when results are deleted


def main(root: Path, _arguments: argparse.Namespace) -> int:
    """Write the lock; StageError where one is closed already, or nothing is confirmatory."""
    params = load(params_text(root))
    reads = tuple(name.format(sources=params.sources.directory) for name in promise.READS)
    batch = Batch(root, reads, (FILE, TEXT))
    record, promised = read(batch), promise.promise_now(batch, params, settled(params.hypotheses, params.missing))
    if record.locked is not None:
        raise StageError(Problem(FILE, "a lock is closed already", 'python -m pipeline unlock --why "..." opens it'))
    if not promised.hypotheses:
        raise StageError(
            Problem("hypotheses", "none is confirmatory, so there is nothing to lock", "set `role: confirmatory`")
        )
    seen, manifest = outcomes_seen(root, params), promise.manifest_hash(batch, params)
    if manifest is None and not agreed(UNHELD):
        raise StageError(Problem(FILE, "nothing was locked", "python -m pipeline manifest first, then lock again"))
    engine = f"{params.compute.engine}, numpy {version('numpy')}"
    history = record.history
    new = lock.locked(promised, date=today(), manifest=manifest, engine=engine, outcomes_seen=seen, history=history)
    batch.put_json(FILE, lock.closed_with(record, new))
    batch.put_text(TEXT, text_of(params, new))
    batch.commit()
    held = len(promised.hypotheses)
    print(f"Locked {held} confirmatory {'hypothesis' if held == 1 else 'hypotheses'} in {FILE}; commit that file now.")
    print(f"{TEXT}: the same in sentences, under the headings of OSF and AsPredicted, for a registry.")
    if manifest is None:
        print(UNHELD)
    if seen:
        print("Results of these data are there already: the lock says that outcomes may have been seen before.")
    return 0


def agreed(warning: str) -> bool:
    """Whether to go on all the same: asked at a terminal, before anything is closed; a script goes on and is told after."""
    if not sys.stdin.isatty():
        return True
    print(f"{warning} A lock is opened again only with a reason, on record.")
    try:
        return input("Lock without one? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:  # Ctrl+D
        return False


def text_of(params: Params, held: Lock) -> str:
    """The preregistration of what a lock holds, on one line a paragraph and without marks that hide what is read."""
    others = {name: one for name, one in params.hypotheses.items() if one.role == "exploratory"}
    study = params.study
    text = preregistration_text(markdown_text(study.title), markdown_text(study.question or study.title), held, others)
    return "\n".join(visible_text(line) for line in text.split("\n"))


def outcomes_seen(root: Path, params: Params) -> bool:
    """Whether results of this study have been there: files of results, or DVC's record of a fit.

    Results of the built-in study say nothing about real outcomes, so they do not count for a real study.
    """
    if any(True for pattern in RESULTS for _ in root.glob(pattern)) and _origin(root) in (None, params.study.origin):
        return True
    ran = root / DVC_LOCK
    text = ran.read_text(encoding="utf-8", errors="replace") if ran.is_file() else ""
    return "path: data/analysis/fits" in text and f"path: {params.sources.directory}\n" in text


def _origin(root: Path) -> str | None:
    """The origin of the study that was judged last, if any was."""
    try:
        return str(json.loads((root / VERDICTS).read_text(encoding="utf-8"))["origin"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def read(batch: Batch) -> LockFile:
    """The lock file, or an open one where there is none yet; StageError where it is none that `lock` wrote."""
    return lock.read_lock(batch.json(FILE)) if batch.has(FILE) else lock.OPEN


def reason(arguments: argparse.Namespace) -> str:
    """The reason that was given; StageError where it is empty, or seems to name somebody: lock.json keeps it."""
    why = str(arguments.why).strip()
    if not why:
        raise StageError(Problem("--why", "an empty reason", 'say why: --why "..."'))
    if (found := personal_in(why, "why")) is not None:
        raise StageError(
            Problem("--why", f"this text seems to hold {found}", "say it in other words: the report repeats it")
        )
    return why


def today() -> str:
    """The date in UTC: the one place where a date is wanted."""
    return datetime.now(UTC).date().isoformat()
