"""start: look at files, ask what no file can tell, and write `sources:` and the hypotheses that the columns can carry."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from pipeline.base.errors import ParamsError, Problem, SourceError
from pipeline.base.params import Privacy, load
from pipeline.base.yaml_text import parse
from pipeline.ingest.written import personal_in
from pipeline.measures.library import shipped
from pipeline.prepare.identified import Identified
from pipeline.prepare.plan import Preparation
from pipeline.prepare.reading import read_identified
from pipeline.prepare.sheets import as_csv, read_sheets
from pipeline.project.io import Batch, ignore_data
from pipeline.project.key_file import key_of
from pipeline.project.new_study import files_of_study, renew_study, write_study
from pipeline.project.raw_files import read_bytes
from pipeline.project.runner import params_text
from pipeline.start.bring import Brought, as_they_are, prepared
from pipeline.start.choose import Choice, choose
from pipeline.start.dictionary import labelled
from pipeline.start.file_names import brought_as, held_back
from pipeline.start.identify import propose_plan, sound_ids
from pipeline.start.params_text import (
    base_of,
    mark_of,
    plan_text,
    section_yaml,
    with_policies,
    with_scales,
    with_section,
    with_study,
    with_values,
    without_hypotheses,
)
from pipeline.start.planning import plan_from
from pipeline.start.questions import Interview, Question
from pipeline.start.result import Setup
from pipeline.start.setup import set_up
from pipeline.start.telling import ANSWERS, BEFORE, told

KEYS = "~/.alliance_keys"
LARGEST = 4096  # megabytes
COMMENT = "written by python -m pipeline start; every key is explained in docs/own-data.md"
PROPOSAL = "a proposal of python -m pipeline start --propose: check every line"
MARK = "# hypotheses as written:"  # before their digest, in the file of answers
TITLE = "Joint advocacy and the working alliance"


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Set a study up from files; with --propose print a block to paste, and write nothing."""
    if arguments.renew:
        renew_study(root)
        print("The study is computed with the installed package from now on: dvc repro computes everything anew.")
        return 0
    if not arguments.files:
        raise SourceError(Problem("start", "no files are named", "python -m pipeline start FILE FILE ..."))
    arguments.name = arguments.name or _name(arguments.study or root.name)
    if (somebody := personal_in(arguments.name, "directory")) is not None:
        what = f"the name of the study's folder below data/raw/ seems to hold {somebody}"
        raise ParamsError(Problem("--name", what, "give another: --name our_study"))
    interview = Interview(_given(arguments), None if arguments.yes or arguments.propose else _person())
    home = root if arguments.study is None else Path(arguments.study).expanduser().resolve()
    inside = _folder_of(home, arguments.files)
    blobs, tables = _read(arguments.files, stays=arguments.propose or inside is not None)
    if arguments.propose:
        _propose(tables, inside or f"data/raw/{arguments.name}", interview)
        return 0
    new: dict[str, str] = {}
    if arguments.study is not None:
        root = home
        new = files_of_study(root)
    before = new["params.yaml"] if new else params_text(root)
    first, mark = (before, "") if new else _former(root, before)
    folder, brought = _bring(root, blobs, tables, interview, arguments)
    print(*brought.said, sep="\n", end="\n" if brought.said else "")
    setup = set_up(brought.tables, folder, interview, shipped(), _privacy(before))
    title = interview.ask(
        Question("title", "What is the study called? The report has this title.", _title(before), _is_no_title)
    )
    _refuse(interview, setup)
    text, choice = _written(base_of(before, first, mark), setup, title)
    params = load(text)
    if new:
        write_study(root, new)
        print(f"A study of its own: {root.name}/, with params.yaml, dvc.yaml and folders for data and reports.")
    _save(root, first, text, interview, brought.files)
    print(*told(setup, len(params.hypotheses), choice, interview.asked), sep="\n")
    from pipeline.commands.check import main as check

    check(root, arguments)
    where = f"cd {arguments.study}, then " if arguments.study is not None else ""
    print(f"Next: {where}python -m pipeline study. Then read reports/report.html.")
    return 0


def _propose(tables: dict[str, Identified], folder: str, interview: Interview) -> None:
    """Print `sources:` to paste, with a plan for `prepare` before it where the files hold identifiers."""
    proposed = propose_plan(tables)
    if proposed.is_identified() or not sound_ids(tables, proposed):
        print(_first_prepare(plan_from(proposed, interview)), end="")
    print(section_yaml("sources", set_up(tables, folder, interview, shipped()).sources(), PROPOSAL), end="")


def _title(text: str) -> str:
    """The title as it stands."""
    try:
        return load(text).study.title
    except ParamsError:
        return TITLE


def _is_no_title(answer: str) -> str:
    found = personal_in(answer, "title")
    return "" if found is None else f"it seems to hold {found}, and the report prints it"


def _privacy(text: str) -> Privacy:
    """The rules of the gate as params.yaml has them; the defaults where it has none, or cannot be read yet."""
    try:
        return load(text).privacy
    except ParamsError:
        return Privacy()


def _first_prepare(plan: Preparation) -> str:
    """A proposed plan as comments, so that the block below it can still be pasted."""
    head = (
        f"These files hold what may not come in: prepare them first (start does). As `--plan plan.yaml`:\n{plan_text(plan)}"
    )
    return "".join(f"# {line}\n" for line in head.splitlines()) + "\n"


def _bring(
    root: Path,
    blobs: Mapping[str, bytes],
    tables: dict[str, Identified],
    interview: Interview,
    arguments: argparse.Namespace,
) -> tuple[str, Brought]:
    """The folder below data/raw/ and what is to lie in it: files that lie there, copies, or what prepare makes of them."""
    proposed = propose_plan(tables)
    inside = _folder_of(root, arguments.files)
    if inside is not None:
        if proposed.is_identified():
            what = "some files hold dates, ages, ZIP codes, text or columns named like identifiers"
            raise SourceError(
                Problem(inside, what, "move them out of the project, then name them there: start prepares them")
            )
        return inside, Brought(tables, {}, ())
    folder = f"data/raw/{arguments.name}"
    if not proposed.is_identified() and sound_ids(tables, proposed):
        return folder, as_they_are(tables, blobs, folder)
    print("The files hold dates, text or ids that are no pseudonyms: copies without them are made; yours stay as they are.")
    plan = plan_from(proposed, interview)
    _refuse(interview, None)
    key, is_new = key_of(Path(arguments.key or f"{KEYS}/{arguments.name}.key").expanduser(), root)
    brought = prepared(tables, plan, key, folder)
    print(*brought.said, sep="\n")
    print("A new key of the pseudonyms was made." if is_new else "The key of the pseudonyms was used again.")
    return folder, replace(brought, said=())


def _read(given: list[Path], stays: bool) -> tuple[dict[str, bytes], dict[str, Identified]]:
    """The files as they are and as text, by the names they come in under; SourceError names all that cannot be read.

    `stays`: they keep their names, so that one that may be somebody's is refused.
    """
    blobs: dict[str, bytes] = {}
    tables: dict[str, Identified] = {}
    problems: list[Problem] = []
    for number, path in enumerate(given, start=1):
        print(f"Reading file {number} of {len(given)} ...", file=sys.stderr)
        blob, faults = read_bytes(path, f"file {number}", LARGEST)
        problems += faults
        if blob is None:
            continue
        ending = path.suffix.lower().lstrip(".")
        sheets, wrong = read_sheets(number, blob) if ending == "xlsx" and not stays else ({}, [])
        problems += wrong
        if sheets:
            _add_sheets(number, path, sheets, blobs, tables)
            continue
        table, wrong = read_identified(number, ending, blob)
        problems += wrong
        if stays and (held := held_back(number, path.name)) is not None:
            problems.append(held)
            continue
        name = path.name if stays else brought_as(path.name, blobs)
        if name != path.name:
            print(f"File {number} comes in as {name}: its own name may be somebody's.")
        if name in blobs:
            problems.append(Problem(f"file {number}", "has the name of another file", "rename one of the two"))
        if table is not None:
            blobs[name], tables[name] = blob, table
    if problems:
        raise SourceError(problems)
    return blobs, labelled(tables)


def _add_sheets(
    number: int, path: Path, sheets: Mapping[str, Identified], blobs: dict[str, bytes], tables: dict[str, Identified]
) -> None:
    """Take each sheet of a workbook as a CSV file of its own, called after the workbook and the sheet."""
    names = []
    for title, table in sheets.items():
        called = re.sub(r"[^A-Za-z0-9]+", "_", f"{path.stem}_{title}").strip("_")
        name = brought_as(f"{called}.csv", blobs)
        name = name if name not in blobs else f"sheet_{len(blobs) + 1}.csv"
        blobs[name], tables[name] = as_csv(table), table
        names.append(name)
    print(f"File {number}: its sheets that hold a table come in as {', '.join(names)}; any other is left out.")


def _folder_of(root: Path, given: list[Path]) -> str | None:
    """The folder below data/raw/ in which all files lie; None where they lie elsewhere."""
    folders = {path.resolve().parent for path in given}
    one = next(iter(folders)) if len(folders) == 1 else root
    return f"data/raw/{one.name}" if one.parent == root.resolve() / "data" / "raw" else None


def _written(before: str, setup: Setup, title: str) -> tuple[str, Choice]:
    """The text of params.yaml for this set-up, and which hypotheses it carries."""
    text = with_section(before, "sources", section_yaml("sources", setup.sources(), COMMENT))
    text = with_policies(with_scales(with_study(text, title), setup.scales), setup.policies)
    choice = choose(load(text), shipped(), setup.present, setup.reliabilities)
    for name, changes in choice.changes.items():
        text = with_values(text, name, changes)
    return without_hypotheses(text, set(choice.gone)), choice


def _former(root: Path, text: str) -> tuple[str, str]:
    """params.yaml as it was before the first set-up, and the mark of the hypotheses as the last one wrote them."""
    first, answers = root / BEFORE, root / ANSWERS
    if not (first.is_file() and answers.is_file()):
        return text, ""
    found = re.search(rf"^{MARK} (\w+)$", answers.read_text(encoding="utf-8"), re.MULTILINE)
    return first.read_text(encoding="utf-8"), found[1] if found else ""


def _save(root: Path, first: str, text: str, interview: Interview, files: Mapping[str, bytes]) -> None:
    """Write the raw files, params.yaml, what it was before the first set-up, and the answers: all or nothing."""
    answers = "# The answers given to `python -m pipeline start`: --answers answers.yaml gives them again.\n"
    answers += f"{MARK} {mark_of(text)}\n"
    answers += "".join(f"{_quoted(name)}: {_quoted(answer)}\n" for name, answer in interview.answers.items())
    ignore_data(root)
    batch = Batch(root, (), (*files, "params.yaml", BEFORE, ANSWERS))
    for name, content in files.items():
        batch.put_bytes(name, content)
    batch.put_text(BEFORE, first)
    batch.put_text("params.yaml", text)
    batch.put_text(ANSWERS, answers)
    batch.commit()


def _given(arguments: argparse.Namespace) -> dict[str, str]:
    """The answers given beforehand: a file, and options over it."""
    given: dict[str, str] = {}
    if arguments.answers is not None:
        try:
            found = parse(Path(arguments.answers).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            raise ParamsError(Problem("--answers", "cannot be read", "name a YAML file of `question: answer`")) from None
        given |= {str(name): str(answer) for name, answer in found.items()} if isinstance(found, dict) else {}
    for text in arguments.answer or []:
        name, _, answer = text.partition("=")
        given[name] = answer
    return given


def _person() -> Callable[[Question], str]:
    """Asks the person at the terminal until the answer can be one."""
    asked = 0

    def ask(question: Question) -> str:
        nonlocal asked
        asked += 1
        print(f"\n{asked}. {question.text}")
        while True:
            try:
                answer = input(f"  [{question.default}] > " if question.default else "  > ").strip()
            except EOFError:
                mend = f"--answer '{question.name}=...', or a line `{question.name}: ...` in a file for --answers"
                raise ParamsError(Problem(question.name, "nobody answers this question", mend)) from None
            answer = answer or question.default or ""
            fault = question.check(answer) or ("" if answer or question.default is not None else "this one is needed")
            if not fault:
                return answer
            print(f"  {fault}")

    return ask


def _refuse(interview: Interview, setup: Setup | None) -> None:
    """ParamsError where questions have no answer, an answer cannot be one, or the files lack what every study needs."""
    problems = [
        Problem(one.name, f"needs an answer: {one.text.splitlines()[0]}", f"--answer '{one.name}=...'")
        for one in interview.unanswered
    ]
    problems += [Problem(one.name, "this answer cannot be", fault) for one, fault in interview.wrong]
    if setup is not None:
        problems += [Problem("the files", what, "docs/own-data.md says what a study needs") for what in setup.missing]
    if problems:
        raise ParamsError(problems)


def _name(folder: str) -> str:
    """The name of a study's folder below data/raw/, after the folder it lies in."""
    name = re.sub(r"[^a-z0-9]+", "_", Path(folder).name.lower()).strip("_")
    return name or "study"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
