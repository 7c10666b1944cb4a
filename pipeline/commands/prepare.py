"""prepare: on the machine where the identified files lie, write de-identified ones under data/raw/; print counts only."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from pipeline.base.errors import ParamsError, Problem, SourceError
from pipeline.base.key_path import problem, telling
from pipeline.base.yaml_text import parse
from pipeline.prepare.identified import Identified
from pipeline.prepare.plan import Preparation
from pipeline.prepare.reading import read_identified
from pipeline.prepare.study import PreparedStudy, prepare
from pipeline.prepare.telling import tell
from pipeline.project.io import Batch, ignore_data
from pipeline.project.key_file import key_of
from pipeline.project.raw_files import read_bytes

KEYS = "~/.alliance_keys"  # where keys lie unless another place is named
LARGEST = 4096  # megabytes
COLUMNS = ("client", "worker", "agency", "session", "episode", "intake", "date", "age", "zip", "keep")
FOLDER = re.compile(r"data/raw/[A-Za-z0-9][A-Za-z0-9_-]*")


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Prepare the files, write them, and say what was done in counts."""
    plan = plan_of(arguments)
    files = read_all(root, arguments.files)
    folder = _folder(arguments.to)
    kept = arguments.key or f"{KEYS}/{folder.rpartition('/')[2]}.key"
    key, is_new = key_of(Path(kept).expanduser(), root)
    prepared = prepare(files, plan, key)
    write(root, folder, prepared)
    print(*tell(prepared, folder), sep="\n")
    print("A new key was made" if is_new else "The key was used again", end=": ")
    print("keep it apart from the study, for nobody can make the same pseudonyms without it.")
    print("The files are de-identified, not anonymous: keep them where you may keep such data.")
    return 0


def read_all(root: Path, given: list[Path]) -> dict[str, Identified]:
    """The identified files by name; SourceError where one lies inside the project or cannot be read."""
    files: dict[str, Identified] = {}
    problems: list[Problem] = []
    for number, path in enumerate(given, start=1):
        where = f"file {number}"
        if root.resolve() in (path.resolve().parent, *path.resolve().parents):
            what = "lies inside the project, where no identified file may be"
            problems.append(Problem(where, what, "move it out of the project, then name it there"))
            continue
        blob, faults = read_bytes(path, where, LARGEST)
        problems += faults
        if blob is not None:
            table, wrong = read_identified(number, path.suffix.lower().lstrip("."), blob)
            problems += wrong
            if table is not None:
                files[path.name if path.name not in files else f"{number}:{path.name}"] = table
    if problems:
        raise SourceError(problems)
    return files


def plan_of(arguments: argparse.Namespace) -> Preparation:
    """The plan of a plan file, and of the options over it; ParamsError names every key that cannot be."""
    data: dict[str, object] = {}
    if arguments.plan is not None:
        try:
            found = parse(Path(arguments.plan).read_text(encoding="utf-8"), telling(Preparation))
        except (OSError, UnicodeDecodeError):
            raise ParamsError(Problem("--plan", "cannot be read", "name a YAML file")) from None
        data = dict(found) if isinstance(found, dict) else {}
    for name in COLUMNS:
        if given := getattr(arguments, name):
            data[name] = [text for group in given for text in group]
    data |= {name: True for name in ("first_date_is_intake", "set_aside") if getattr(arguments, name)}
    data |= {"zone": arguments.zone} if arguments.zone else {}
    data |= {"bands": arguments.bands} if arguments.bands else {}
    pairs: dict[str, Mapping[str, object]] = {
        "order": {column or "*": text for column, text in map(_pair, arguments.order or [])},
        "codes": {column: text.split(";") for column, text in map(_pair, arguments.codes or [])},
    }
    data |= {name: found for name, found in pairs.items() if found}
    try:
        return Preparation.model_validate_json(json.dumps(data))
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
    raise ParamsError(sorted({problem(detail, data, Preparation) for detail in details}))


def write(root: Path, folder: str, prepared: PreparedStudy) -> None:
    """Write the prepared files, all or none, for their owner alone; git is told to pass by all of data/."""
    names = [f"{folder}/{file.name}" for file in prepared.files if file.content]
    ignore_data(root)
    batch = Batch(root, (), names)
    for file in prepared.files:
        if file.content:
            batch.put_bytes(f"{folder}/{file.name}", file.content)
    batch.commit()


def _pair(text: str) -> tuple[str, str]:
    column, _, value = text.rpartition("=")
    return column, value


def _folder(given: str) -> str:
    name = given.replace("\\", "/").rstrip("/")
    if not FOLDER.fullmatch(name):
        raise SourceError(Problem("--to", "not a folder below data/raw/", "such as data/raw/my_study"))
    return name
