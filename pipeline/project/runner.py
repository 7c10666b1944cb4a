"""Run one stage: read params, open its batch, call it, write all of its outputs at once."""

from __future__ import annotations

import importlib
import os
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Protocol, cast

from pipeline.base.at_once import available, processes
from pipeline.base.errors import Problem, StageError
from pipeline.base.params import Params, load
from pipeline.project.io import RERUN, Batch

NAMES = (
    "code",
    "check",
    "simulate",
    "ingest",
    "validate",
    "score",
    "link",
    "curve",
    "describe",
    "reliability",
    "impute",
    "fit",
    "judge",
    "report",
)


class Stage(Protocol):
    """A stage module: what it reads and writes (relative paths), the sections of params it sees, and what it does."""

    @property
    def READS(self) -> tuple[str, ...]: ...  # noqa: D102, N802
    @property
    def WRITES(self) -> tuple[str, ...]: ...  # noqa: D102, N802
    @property
    def PARAMS(self) -> tuple[str, ...]: ...  # noqa: D102, N802

    def run(self, batch: Batch, params: Params, hypothesis: str | None) -> None:
        """Read from the batch, compute, put into the batch."""


def run(name: str, root: Path, hypothesis: str | None = None) -> None:
    """Run stage `name` in the project at `root`; raises PipelineError, having written nothing."""
    _die_with_parent()
    module = cast(Stage, importlib.import_module(f"pipeline.stages.{name}"))
    params = load(params_text(root))
    if hypothesis is not None and hypothesis not in params.hypotheses:
        raise StageError(Problem("fit", "no such hypothesis in params.yaml", f"one of: {', '.join(params.hypotheses)}"))
    batch = open_batch(module, root, params)
    _require(batch)
    # A copy inherits locks and pools of threads it has not got: only a process that DVC began for this stage is copied.
    with processes(available() if "DVC_STAGE" in os.environ else 1):
        module.run(batch, scoped_params(params, module.PARAMS), hypothesis)
    batch.commit()


def params_text(root: Path) -> str:
    """The text of params.yaml; StageError where it is not there or not UTF-8."""
    path = root / "params.yaml"
    if path.exists() and not path.is_file():  # a pipe: reading it would wait without end
        raise StageError(Problem("params.yaml", "not a regular file", "put a plain copy in its place"))
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise StageError(Problem("params.yaml", "not found here", "run this in the project's folder")) from None
    except UnicodeDecodeError:
        raise StageError(Problem("params.yaml", "not UTF-8 text", "save it as UTF-8")) from None


def open_batch(module: Stage, root: Path, params: Params) -> Batch:
    """The batch of a stage module, with `{sources}` filled in."""
    names = {"sources": params.sources.directory}
    return Batch(root, [name.format(**names) for name in module.READS], [name.format(**names) for name in module.WRITES])


def _require(batch: Batch) -> None:
    """StageError names every declared input that is not there."""
    missing = [name for name in batch.reads if not (batch.root / name).exists()]
    if missing:
        raise StageError([Problem(name, "this input is not there", _way_on(name)) for name in missing])


def _way_on(name: str) -> str:
    return "put your raw files there" if name.startswith("data/raw/") else RERUN


def scoped_params(params: Params, sections: tuple[str, ...]) -> Params:
    """Only the sections a stage declared, so that it cannot depend on one DVC does not know of."""
    return cast(Params, SimpleNamespace(**{section: getattr(params, section) for section in sections}))


def _die_with_parent() -> None:
    """End this process when DVC, or the shell DVC started it through, is gone: a killed `dvc` leaves its child running."""
    if os.name != "posix" or "DVC_STAGE" not in os.environ:
        return
    family = _ancestors()
    threading.Thread(target=_watch, args=(family,), daemon=True).start()


def _watch(family: tuple[int, ...]) -> None:
    while _ancestors() == family:
        time.sleep(0.2)
    os._exit(1)


def _ancestors() -> tuple[int, ...]:
    parent = os.getppid()
    try:
        stat = Path(f"/proc/{parent}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return (parent,)
    return (parent, int(stat.rpartition(")")[2].split()[1]))
