"""The command line: one subcommand a stage, and the commands a researcher runs by hand.

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
from typing import Any

from pipeline.base.errors import PipelineError
from pipeline.project.private import owner_only

STAGES = {
    "simulate": "make the built-in study (nothing, where study.origin is real)",
    "ingest": "read the raw files through the de-identification gate",
    "validate": "hold the canonical tables to their rules",
    "score": "score the alliance measures",
    "link": "link advocacy episodes to the ratings that follow them",
    "curve": "fit all declared defensible choices of a hypothesis (nothing, where none are declared)",
    "describe": "count and describe",
    "reliability": "estimate how reliable the measures are",
    "impute": "draw what is missing, for the hypotheses that ask for it",
    "code": "take the fingerprint of the code each stage is made of",
    "fit": "fit and try to falsify one hypothesis",
    "judge": "give each hypothesis its verdict",
    "report": "write the report",
}
MODULES = {"try": "trial"}  # commands whose name is a word of Python's
# Sums in parallel are added up in another order and differ in their last digits: one thread a process, everywhere.
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR")}
ONE_THREAD["VECLIB_MAXIMUM_THREADS"] = "1"
Arguments = tuple[tuple[str, dict[str, Any]], ...]
HYPOTHESIS: tuple[str, dict[str, Any]] = ("hypothesis", {"help": "its name in params.yaml"})
WHY: tuple[str, dict[str, Any]] = ("--why", {"required": True, "help": "the reason, in a sentence; the report prints it"})
PREPARED = {
    "client": "ids of clients",
    "worker": "ids of workers",
    "agency": "ids of agencies",
    "session": "ids of sessions",
    "episode": "ids of episodes of advocacy",
    "intake": "the date of intake, which is day 0",
    "date": "calendar dates, to become days since intake",
    "age": "ages or dates of birth, to become bands",
    "zip": "ZIP codes, to become three digits",
    "keep": "codes and numbers that stay as they are; `wai_*` names all that begin so; all others are left behind",
}


def _columns(text: str) -> dict[str, Any]:
    return {"action": "append", "nargs": "+", "metavar": "COLUMN", "help": text}


def _pairs(form: str, text: str) -> dict[str, Any]:
    return {"action": "append", "metavar": form, "help": text}


COMMANDS: dict[str, tuple[str, Arguments]] = {
    "study": ("the whole way: set up what is missing, check, run every stage that must run, print the verdicts", ()),
    "check": ("say everything that is wrong with params.yaml and the raw files", ()),
    "start": (
        "set a study up from your files: looks at them, asks what it cannot see, writes params.yaml",
        (
            (
                "files",
                {"nargs": "*", "type": Path, "metavar": "FILE", "help": "exports; identified ones outside the project"},
            ),
            ("--name", {"metavar": "NAME", "help": "the folder of the files below data/raw/, and of the key"}),
            ("--study", {"metavar": "FOLDER", "help": "make a study of its own in this folder, without a clone"}),
            ("--answer", _pairs("QUESTION=ANSWER", "an answer given beforehand; may be repeated")),
            ("--answers", {"metavar": "FILE", "help": "a YAML file of answers, such as the answers.yaml of a former run"}),
            ("--yes", {"action": "store_true", "help": "ask nothing: take what is proposed, refuse where nothing is"}),
            ("--key", {"metavar": "FILE", "help": "the pseudonyms' secret, where files are prepared (~/.alliance_keys)"}),
            ("--propose", {"action": "store_true", "help": "print the block for params.yaml, write nothing"}),
            ("--renew", {"action": "store_true", "help": "take the installed package, in a study of its own"}),
        ),
    ),
    "prepare": (
        "de-identify files that lie outside the project into data/raw/: pseudonyms, days, bands; prints counts only",
        (
            ("files", {"nargs": "+", "type": Path, "metavar": "FILE", "help": "identified files, outside the project"}),
            ("--to", {"required": True, "metavar": "FOLDER", "help": "where the new files go, such as data/raw/my_study"}),
            (
                "--key",
                {"metavar": "FILE", "help": "the pseudonyms' secret, made if not there (~/.alliance_keys)"},
            ),
            ("--plan", {"metavar": "FILE", "help": "a YAML file with the options below as keys"}),
            *((f"--{name}", _columns(text)) for name, text in PREPARED.items()),
            ("--first-date-is-intake", {"action": "store_true", "help": "day 0 is a client's earliest date"}),
            ("--order", _pairs("COLUMN=day_first", "or month_first, where a column's dates do not tell")),
            ("--codes", _pairs("COLUMN=WORD;WORD", "words that may stay in a kept column")),
            ("--bands", {"nargs": "+", "type": int, "metavar": "AGE", "help": "where age bands begin (18 30 45 65)"}),
            ("--zone", {"metavar": "ZONE", "help": "where times with an offset fall on a day: America/New_York"}),
            ("--set-aside", {"action": "store_true", "help": "leave out and count rows whose date gives no day"}),
        ),
    ),
    "example": (
        "write a tiny sound study, in one format or all, to start from",
        (
            (
                "--format",
                {"action": "append", "choices": ["csv", "tsv", "xlsx", "parquet", "sav", "dta"], "help": "may be repeated"},
            ),
        ),
    ),
    "manifest": ("freeze the hashes and row counts of the raw files", ()),
    "codebook": (
        "write data/README.md and the other pages made from the code; --study: a codebook of your own data",
        (("--study", {"action": "store_true", "help": "print what your own columns hold, cleared as the report is"}),),
    ),
    "explain": (
        "say what would be fitted for a hypothesis, and on how many rows",
        (
            ("hypothesis", {"nargs": "?", "help": "its name in params.yaml"}),
            ("--multiverse", {"action": "store_true", "help": "say what curves would be fitted"}),
        ),
    ),
    "try": (
        "look at another version of a hypothesis beside the declared one; nothing changes, and it is put on record",
        (HYPOTHESIS, ("settings", {"nargs": "*", "metavar": "KEY=VALUE", "help": "such as exposure.lag=2"})),
    ),
    "compare": (
        "the study as it stands, its tries, and other revisions side by side",
        (("revisions", {"nargs": "*", "metavar": "REVISION", "help": "of git, such as HEAD~1"}),),
    ),
    "plan": (
        "how many workers, clients and sessions a study needs",
        (
            (
                "--ladder",
                {"action": "store_true", "help": "draw studies and put them through every attempt to break the claim"},
            ),
            ("--all-truths", {"action": "store_true", "help": "with --ladder: also where nothing, or the reverse, is true"}),
        ),
    ),
    "lock": ("hold the confirmatory hypotheses fast before outcomes are looked at", ()),
    "unlock": ("open the lock, saying why", (WHY,)),
    "deviate": ("declare a deviation from the lock", (HYPOTHESIS, WHY)),
    "summary": (
        "print the verdicts, and where the report is",
        (
            ("--why", {"action": "store_true", "help": "under each claim its name, its number and the rule that decided"}),
            ("--strict", {"action": "store_true", "help": "exit status 1 where some hypothesis has no number"}),
        ),
    ),
    "export": (
        "write the report as a Word document; with --r, data and script for a reviewer who trusts R",
        (("--r", {"action": "store_true", "help": "a private folder with the model's rows and an R script"}),),
    ),
    "open": ("open the report in the browser", ()),
    "release": (
        "say what would leave, ask, and pack what the report's manifest lists into release.zip",
        (
            ("--yes", {"action": "store_true", "help": "release without asking"}),
            (
                "--record",
                {"type": Path, "metavar": "FILE", "help": "a colleague's data/releases.json, taken up first"},
            ),
        ),
    ),
    "doctor": ("find and mend what a run that was stopped has left behind", ()),
    "schema": ("write the JSON Schema that editors use for params.yaml", ()),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return the exit status: 0 done, 1 refused, 2 wrong usage, 3 a defect of the pipeline."""
    arguments = _parser().parse_args(argv)
    os.environ.update(ONE_THREAD)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # library warnings may echo values; what matters is stored as a fact
    root = _project()
    try:
        with owner_only(root):
            return _dispatch(arguments, root)
    except PipelineError as error:
        print(f"{error.title}: {_count(len(error.problems))} to mend.", file=sys.stderr)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="From raw logs to a report; see README.md.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (text, specification) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        for argument, options in specification:
            command.add_argument(argument, **options)
    for name, text in STAGES.items():
        stage = commands.add_parser(name, help=f"(stage) {text}", description=text)
        if name == "fit":
            stage.add_argument("hypothesis", help="its name in params.yaml")
    return parser


def _dispatch(arguments: argparse.Namespace, root: Path) -> int:
    if arguments.command in STAGES:
        from pipeline.project import runner

        runner.run(arguments.command, root, getattr(arguments, "hypothesis", None))
        return 0
    module = MODULES.get(arguments.command, arguments.command)
    command = importlib.import_module(f"pipeline.commands.{module}")
    return int(command.main(root, arguments))


def _project() -> Path:
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "params.yaml").is_file()), here)


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
