"""The command line: reads what is asked, runs it, and says what there is to mend.

Errors are printed as problems to mend, never as a traceback: a traceback can carry values from the data.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path

from pipeline import command_line
from pipeline.base.errors import PipelineError, Problem, StageError
from pipeline.project.private import owner_only
from pipeline.project.terminal import soften_encoding

ANYWHERE = {"start", "prepare", "example", "schema"}  # commands that need no study
MODULES = {"try": "trial"}  # commands whose name is a word of Python's
# Sums in parallel are added up in another order and differ in their last digits: one thread a process, everywhere.
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR")}
ONE_THREAD["VECLIB_MAXIMUM_THREADS"] = "1"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return the exit status: 0 done, 1 refused, 2 wrong usage, 3 a defect of the pipeline."""
    for stream in (sys.stdout, sys.stderr):
        soften_encoding(stream)
    arguments = command_line.read(sys.argv[1:] if argv is None else argv)
    os.environ.update(ONE_THREAD)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # library warnings may echo values; what matters is stored as a fact
    root = _project()
    try:
        with owner_only(root):
            return _dispatch(arguments, root)
    except PipelineError as error:
        print(f"{_title(error, arguments.command)}: {_count(len(error.problems))} to mend.", file=sys.stderr)
        print(*(f"- {problem}" for problem in error.problems), sep="\n", file=sys.stderr)
        if error.report:
            print(f"The same as a table, without any value from the data: {error.report}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except ModuleNotFoundError as error:
        is_own = Path(sys.prefix).resolve() == (root / ".venv").resolve()
        if is_own or (error.name or "").partition(".")[0] == "pipeline" or not (root / "requirements.lock").is_file():
            print(_defect(error), file=sys.stderr)
            return 3
        from pipeline.commands.study import again_inside  # packages are missing: the study's environment has them

        return again_inside(root, sys.argv[1:] if argv is None else argv)
    except Exception as error:
        print(_defect(error), file=sys.stderr)
        return 3


def _dispatch(arguments: argparse.Namespace, root: Path) -> int:
    if arguments.command in command_line.STAGES:
        from pipeline.project import runner

        runner.run(arguments.command, root, getattr(arguments, "hypothesis", None))
        return 0
    if arguments.command not in ANYWHERE and not (root / "params.yaml").is_file():
        raise StageError(Problem("params.yaml", "not found here", "run this in the project's folder"))
    module = MODULES.get(arguments.command, arguments.command)
    command = importlib.import_module(f"pipeline.commands.{module}")
    return int(command.main(root, arguments))


def _project() -> Path:
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "params.yaml").is_file()), here)


def _title(error: PipelineError, command: str) -> str:
    """What stopped: `lock` or `open` is no stage."""
    is_stage = command in command_line.STAGES
    return error.title if is_stage or type(error) is not StageError else f"{command_line.PROGRAM} {command} stopped"


def _count(n: int) -> str:
    return "1 problem" if n == 1 else f"{n} problems"


def _defect(error: Exception) -> str:
    """Where a defect struck, without the message, which may carry a value from the data."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "pipeline" in Path(frame.filename).parts]
    places = [f"  {'/'.join(Path(f.filename).parts[-3:])} line {f.lineno}, in {f.name}" for f in frames]
    head = f"A defect of the pipeline ({type(error).__name__}); nothing was written. Please report these lines:"
    return "\n".join([head, *places])


if __name__ == "__main__":
    sys.exit(main())
