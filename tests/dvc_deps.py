"""What each stage of dvc.yaml depends on, worked out from the stage modules themselves.

`python -m tests.dvc_deps` rewrites dvc.yaml's deps, params and outs; tests/test_dvc.py holds dvc.yaml to `expected`.
"""

from __future__ import annotations

import ast
import importlib
import io
from pathlib import Path
from types import ModuleType
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from pipeline.__main__ import STAGES
from pipeline.project import runner

ROOT = Path(__file__).parent.parent
PRIVATE = {"pipeline/__main__.py", "pipeline/project/runner.py", "pipeline/project/private.py"}  # they shape no output
MANY = 20  # more deps than that stand side by side
TEMPLATES = {"{sources}": "${sources.directory}", "{hypothesis}": "${key}"}
CHECK = "refuse params.yaml with every error at once"
GATE = "data/interim/check.json"
DECLARED = "data/interim/declared.json"  # holds the sections of params.yaml that would fill dvc.lock
LONG = ("hypotheses", "sources")
# Rooms of which a stage depends on files: what words, rules and the lock say must refit nothing. `stages` is one file each.
BY_FILE = ("hypotheses", "stages", "commands")
FITS_BY_FILE = (*BY_FILE, "project", "results")


def module_file(name: str) -> Path | None:
    """The file of a module of this package, or None where it is not one."""
    base = ROOT.joinpath(*name.split("."))
    candidates = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


def imports_of(path: Path, inside_functions: bool = True) -> set[str]:
    """The package's own modules that a file imports, at its top level or anywhere; type-checking blocks aside."""
    found: set[str] = set()
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
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
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assigned = [node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "LOADS"]
    patterns = [str(pattern) for node in assigned for pattern in ast.literal_eval(node.value)]
    found = [path for pattern in patterns for path in ROOT.glob(pattern.replace(".", "/") + ".py")]
    names = [file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for file in sorted(found)]
    return [name for name in names if not name.endswith(".__init__")]


def _is_named(module: str, importer: Path) -> bool:
    """Whether a file takes names from a module itself, not only from modules inside it."""
    tree = ast.parse(importer.read_text(encoding="utf-8"))
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
    return path.name == "__init__.py" and len(ast.parse(path.read_text(encoding="utf-8")).body) <= 1


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
    gate = [] if stage == "check" or plan else [GATE]
    data = [templated(name) for name in module.READS]
    params = [] if stage == "check" else [name for name in module.PARAMS if DECLARED not in module.READS or name not in LONG]
    return {
        "deps": list(dict.fromkeys(gate + data + _code_of(stage, module))),
        "params": params,
        "outs": [templated(name) for name in module.WRITES],
    }


def _code_of(stage: str, module: ModuleType) -> list[str]:
    """The code a stage depends on: its own, or the fingerprint that another stage takes of it."""
    takes = getattr(module, "FINGERPRINT_OF", None)
    if takes is not None:
        own = {f"pipeline/stages/{stage}.py"}
        return sorted(own.union(*(code_deps(one, FITS_BY_FILE) for one in takes)))
    fingerprints = {importlib.import_module(f"pipeline.stages.{name}") for name in runner.NAMES}
    own = [taker for taker in fingerprints if stage in getattr(taker, "FINGERPRINT_OF", ())]
    return [str(own[0].WRITES[0])] if own else code_deps(stage)


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
    """A stage's mapping in dvc.yaml, inside its foreach where there is one."""
    body = document["stages"][stage]
    return body["do"] if "foreach" in body else body


def write() -> None:
    """Rewrite dvc.yaml so that it states what `expected` says, keeping the flags of outs that stay."""
    yaml = YAML()
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    path = ROOT / "dvc.yaml"
    document = yaml.load(path.read_text(encoding="utf-8"))
    for stage in runner.NAMES:
        if module_file(f"pipeline.stages.{stage}") is None:
            continue
        body, wanted = stage_body(document, stage), expected(stage)
        body.pop("desc", None)
        body.insert(0, "desc", STAGES.get(stage, CHECK))
        body["deps"] = in_one_line(wanted["deps"]) if len(wanted["deps"]) > MANY else wanted["deps"]
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
    path.write_text(buffer.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    write()
