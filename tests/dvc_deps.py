"""What each stage depends on, worked out from the stage modules themselves.

`python -m tests.dvc_deps` rewrites dvc.yaml's deps, params and outs, and the list of the code each stage is made of, which
the stage `code` reads; tests/test_dvc.py holds both to what is worked out here. With `--check` nothing is written, and the
exit status says whether both are up to date.
"""

from __future__ import annotations

import ast
import importlib
import io
import sys
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from pipeline.command_line import STAGES
from pipeline.project import runner
from pipeline.stages import code

ROOT = Path(__file__).parent.parent
PRIVATE = {"pipeline/__main__.py", "pipeline/project/runner.py", "pipeline/project/private.py"}  # they shape no output
TEMPLATES = {"{sources}": "${sources.directory}"}
CHECK = "refuse params.yaml with every error at once"
GATE = "data/interim/check.json"
HELD = {  # sections of params.yaml that would fill dvc.lock, by the file of `check` that holds them
    "data/interim/declared.json": ("hypotheses", "sources", "verdict"),
    "data/interim/sources.json": ("sources",),
    "data/interim/plans": ("compute",),
}
LIST_HEAD = """# What each stage is made of: rooms its module imports, or files where words stand beside what is computed.
# `make deps` writes this; the stage `code` takes a fingerprint of it for each stage.
"""
# Rooms of which a stage depends on files: what words, rules and the lock say must refit nothing. `stages` is one file each.
BY_FILE = ("hypotheses", "stages", "commands")
FITS_BY_FILE = (*BY_FILE, "project", "results")


def module_file(name: str) -> Path | None:
    """The file of a module of this package, or None where it is not one."""
    base = ROOT.joinpath(*name.split("."))
    candidates = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


@cache
def tree_of(path: Path) -> ast.Module:
    """A file, parsed once."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path, inside_functions: bool = True) -> set[str]:
    """The package's own modules that a file imports, at its top level or anywhere; type-checking blocks aside."""
    found: set[str] = set()
    pending: list[ast.AST] = [tree_of(path)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending.extend(node.orelse)
            continue
        if isinstance(node, ast.FunctionDef) and not inside_functions:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
        pending.extend(ast.iter_child_nodes(node))
    return {name for name in found if name.split(".")[0] == "pipeline" and module_file(name)}


def closure(name: str) -> set[Path]:
    """All files of the package that using a module brings in.

    A package that is imported only because a module of it is runs its top level alone, so what its functions import
    does not count; a module that is imported by name may be called, so it does.
    """
    whole: set[str] = set()
    parents: set[str] = set()
    pending = [(name, True)]
    while pending:
        current, called = pending.pop()
        path = module_file(current)
        if path is None or current in whole or (not called and current in parents):
            continue
        (whole if called else parents).add(current)
        pending.extend((found, _is_named(found, path)) for found in imports_of(path, inside_functions=called))
        pending.extend((found, True) for found in loaded_by(path))
        pending.append((current.rpartition(".")[0], False))
    return {path for path in map(module_file, whole | parents) if path is not None}


def loaded_by(path: Path) -> list[str]:
    """The modules a file loads by name rather than by an import statement: its `LOADS`, with `*` for one part of a name."""
    tree = tree_of(path)
    assigned = [node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "LOADS"]
    patterns = [str(pattern) for node in assigned for pattern in ast.literal_eval(node.value)]
    found = [path for pattern in patterns for path in ROOT.glob(pattern.replace(".", "/") + ".py")]
    names = [file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for file in sorted(found)]
    return [name for name in names if not name.endswith(".__init__")]


@cache
def _is_named(module: str, importer: Path) -> bool:
    """Whether a file takes names from a module itself, not only from modules inside it."""
    tree = tree_of(importer)
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    taken = [f"{node.module}.{alias.name}" for node in froms if node.module == module for alias in node.names]
    return not taken or any(module_file(name) is None for name in taken)


def folded(files: set[Path], by_file: tuple[str, ...]) -> list[str]:
    """The rooms (folders of pipeline/) that the files lie in; of the rooms `by_file`, the files, or folders that are whole.

    A file that only says what its folder is for, `__init__.py` with a docstring alone, shapes nothing and is left out.
    """
    names = {path.relative_to(ROOT).as_posix() for path in files if not _is_docstring(path)} - PRIVATE
    fine = {name for name in names if name.split("/")[1] in by_file}
    rooms = {"/".join(name.split("/")[:2]) for name in names - fine}
    for folder in sorted((ROOT / "pipeline").rglob("*"), reverse=True):
        inside = {name for name in expand({folder.relative_to(ROOT).as_posix()}) if not _is_docstring(ROOT / name)}
        if folder.is_dir() and inside and inside <= expand(fine):
            prefix = folder.relative_to(ROOT).as_posix()
            fine = {name for name in fine if not name.startswith(prefix + "/")} | {prefix}
    return sorted(fine | rooms)


def _is_docstring(path: Path) -> bool:
    """Whether a file is an `__init__.py` that holds a docstring and nothing else."""
    return path.name == "__init__.py" and path.suffix == ".py" and len(tree_of(path).body) <= 1


def expand(names: set[str]) -> set[str]:
    """Every file that a list of files and folders stands for."""
    found: set[str] = set()
    for name in names:
        path = ROOT / name
        inside = path.rglob("*") if path.is_dir() else [path]
        found |= {p.relative_to(ROOT).as_posix() for p in inside if p.is_file() and "__pycache__" not in p.parts}
    return found


def code_deps(stage: str, by_file: tuple[str, ...] = BY_FILE) -> list[str]:
    """What of the package a stage's process imports, and the data files of it that it names."""
    files = closure(f"pipeline.stages.{stage}") | closure("pipeline.project.runner")
    data = {ROOT / name for path in files for name in expand(set(data_files(path)))}
    return folded(files | data, by_file)


def data_files(path: Path) -> tuple[str, ...]:
    """What a module's DATA_FILES lists: files of the package that it reads rather than imports."""
    if "DATA_FILES" not in path.read_text(encoding="utf-8"):
        return ()
    name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
    return tuple(getattr(importlib.import_module(name), "DATA_FILES", ()))


def expected(stage: str) -> dict[str, list[str]]:
    """The deps, params and outs that dvc.yaml must state for a stage."""
    module = importlib.import_module(f"pipeline.stages.{stage}")
    plan = any("/plans" in name for name in module.READS)  # which `check` writes as well
    gate = [] if stage in ("code", "check") or plan else [GATE]
    data = [templated(name) for name in module.READS]
    held = {name for file, sections in HELD.items() if file in module.READS for name in sections}
    made = ["pipeline"] if stage == "code" else [f"{code.WRITES[0]}/{stage}.json"]
    return {
        "deps": list(dict.fromkeys(gate + data + made)),
        "params": [] if stage == "check" else [name for name in module.PARAMS if name not in held],
        "outs": [templated(name) for name in module.WRITES],
    }


def made_of() -> dict[str, list[str]]:
    """The code each stage is made of, but for `code` itself; what is installed as well where models are fitted."""
    stages = [stage for stage in runner.NAMES if stage != "code"]
    found = {stage: code_deps(stage, FITS_BY_FILE if stage == "fit" else BY_FILE) for stage in stages}
    return {**found, "fit": ["requirements.lock", *found["fit"]]}


def made_of_text() -> str:
    """The list as the stage `code` reads it."""
    yaml = YAML()
    yaml.width = 120
    buffer = io.StringIO()
    yaml.dump({stage: in_one_line(names) for stage, names in made_of().items()}, buffer)
    return LIST_HEAD + buffer.getvalue()


def templated(name: str) -> str:
    """A declared name as dvc.yaml writes it."""
    for ours, dvc in TEMPLATES.items():
        name = name.replace(ours, dvc)
    return name


def out_name(entry: Any) -> str:
    """The path of an entry of outs, metrics or plots, with or without flags."""
    return str(next(iter(entry))) if isinstance(entry, dict) else str(entry)


def is_private(name: str) -> bool:
    """Whether an output may not leave by `dvc push`."""
    return name.startswith("data/")


def not_pushed(entry: Any) -> Any:
    """An entry of outs with `push: false` among its flags."""
    if isinstance(entry, dict):
        next(iter(entry.values()))["push"] = False
        return entry
    flags = CommentedMap(push=False)
    flags.fa.set_flow_style()
    return CommentedMap({entry: flags})


def in_one_line(names: list[str]) -> CommentedSeq:
    """A list as dvc.yaml writes short ones."""
    found = CommentedSeq(names)
    found.fa.set_flow_style()
    return found


def stage_body(document: Any, stage: str) -> Any:
    """A stage's mapping in dvc.yaml."""
    return document["stages"][stage]


def dvc_text() -> str:
    """dvc.yaml so that it states what `expected` says, keeping the flags of outs that stay."""
    yaml = YAML()
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
    for stage in runner.NAMES:
        if module_file(f"pipeline.stages.{stage}") is None:
            continue
        body, wanted = stage_body(document, stage), expected(stage)
        body.pop("desc", None)
        body.insert(0, "desc", STAGES.get(stage, CHECK))
        body["deps"] = wanted["deps"]
        body.pop("params", None)
        if wanted["params"]:
            body.insert(list(body).index("deps") + 1, "params", in_one_line(wanted["params"]))
        flagged = {out_name(entry): entry for entry in body.get("outs", [])}
        elsewhere = {out_name(entry) for kind in ("metrics", "plots") for entry in body.get(kind, [])}
        outs = [flagged.get(name, name) for name in wanted["outs"] if name not in elsewhere]
        for kind in ("outs", "metrics", "plots"):
            for entry in body.get(kind, []):
                if isinstance(entry, dict) and not entry.ca.items and not next(iter(entry.values())).ca.comment:
                    next(iter(entry.values())).fa.set_flow_style()
        body["outs"] = [not_pushed(entry) if is_private(out_name(entry)) else entry for entry in outs]
    buffer = io.StringIO()
    yaml.dump(document, buffer)
    return buffer.getvalue()


def main() -> int:
    """Write both files; with `--check`, say which are not up to date."""
    texts = {ROOT / code.LIST: made_of_text(), ROOT / "dvc.yaml": dvc_text()}
    stale = [path for path, text in texts.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        print(*(f"{path.relative_to(ROOT)} is not up to date; run: make deps" for path in stale), sep="\n", end="")
        return 1 if stale else 0
    for path in stale:
        path.write_text(texts[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
