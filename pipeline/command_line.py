"""What can be asked on the command line: a subcommand a stage, and the commands run by hand, each with an example.

Only the standard library is used here: before the packages are there, this is all there is.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

PROGRAM = "python -m pipeline"
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
    "fit": "fit and try to falsify each hypothesis; those that nothing has changed for stay as they are",
    "judge": "give each hypothesis its verdict",
    "report": "write the report",
}
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
EXAMPLES = {
    "start": "start exports/sessions.csv exports/advocacy.csv --name my_agency",
    "prepare": "prepare ~/exports/sessions.xlsx --to data/raw/my_agency --client client_no --date session_date --keep wai_*",
    "example": "example --format csv",
    "codebook": "codebook --study",
    "explain": "explain joint_advocacy_strengthens_alliance",
    "try": "try joint_advocacy_strengthens_alliance exposure.lag=1 covariates=[phase]",
    "compare": "compare HEAD~1",
    "plan": "plan --ladder",
    "unlock": 'unlock --why "the agency sent corrected logs"',
    "deviate": 'deviate joint_advocacy_strengthens_alliance --why "phase was not logged in the first year"',
    "summary": "summary --why",
    "export": "export --r",
    "release": "release --record from_a_colleague/releases.json",
    "fit": "fit joint_advocacy_strengthens_alliance",
}


class Parser(argparse.ArgumentParser):
    """A parser that says what it does not know in a sentence, with what was probably meant, and ends with status 2."""

    def error(self, message: str) -> NoReturn:
        """Say it with an example; argparse's own words but for the list of all commands."""
        name = self.prog.removeprefix(PROGRAM).strip()
        said = message.removeprefix("the following arguments are required: ")
        text = f"`{self.prog}` needs: {said}" if said != message else f"`{self.prog}`: {message}"
        more = f"For example: {PROGRAM} {EXAMPLES.get(name, name)}" if name else "For example: python -m pipeline study"
        print(f"{text}\n{more}\nMore: {self.prog} --help", file=sys.stderr)
        raise SystemExit(2)


def read(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments of one subcommand; SystemExit 2 where they cannot be meant, 0 after help."""
    words = list(argv)
    whole, commands = parsers()
    if not words:
        print(f"Which command? The whole way is `{PROGRAM} study`.\nAll commands: {PROGRAM} --help", file=sys.stderr)
        raise SystemExit(2)
    if not words[0].startswith("-") and words[0] not in commands:
        meant = _close(words[0], [*commands])
        print(f"There is no command `{words[0]}`.{meant}\nAll commands: {PROGRAM} --help", file=sys.stderr)
        raise SystemExit(2)
    arguments, unknown = whole.parse_known_args(words)
    if unknown:
        command = commands[arguments.command]
        known = [option for action in command._actions for option in action.option_strings]
        command.error("; ".join(_unknown(word, known) for word in unknown))
    return arguments


def parsers() -> tuple[Parser, dict[str, Parser]]:
    """The parser of the whole line, and that of each subcommand by name."""
    text = "From raw logs to a report. The whole way is `study`; all else is for one step of it, or for looking on."
    whole = Parser(prog=PROGRAM, description=text, epilog=f"Example: {PROGRAM} study", allow_abbrev=False)
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (text, specification) in COMMANDS.items():
        command = _parser_of(commands, name, text, text)
        for argument, options in specification:
            command.add_argument(argument, **options)
    for name, text in STAGES.items():
        stage = _parser_of(commands, name, f"(stage) {text}", f"A stage that DVC runs in its turn: {text}.")
        if name == "fit":
            stage.add_argument("hypothesis", nargs="?", help="one that is fitted anew whatever was fitted before")
    return whole, dict(commands.choices)


def _parser_of(commands: argparse._SubParsersAction[Parser], name: str, short: str, text: str) -> Parser:
    example = f"Example: {PROGRAM} {EXAMPLES.get(name, name)}"
    return commands.add_parser(name, help=short, description=text, epilog=example, allow_abbrev=False)


def _unknown(word: str, known: list[str]) -> str:
    option = word.partition("=")[0]
    if word.startswith("-"):
        return f"there is no option `{option}`.{_close(option, known)}"
    return f"`{word}` is one word too many"


def _close(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f" Did you mean `{close[0]}`?" if close else ""
