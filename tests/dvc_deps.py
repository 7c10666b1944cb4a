"""What each stage of dvc.yaml depends on, worked out from the stage modules themselves.

`python -m tests.dvc_deps` rewrites dvc.yaml's deps, params and outs; tests/test_dvc.py holds dvc.yaml to `expected`.
"""

from __future__ import annotations

import ast
import importlib
import io
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipeline.stages import runner

ROOT = Path(__file__).parent.parent
PRIVATE = {"pipeline/__main__.py"}  # only dispatches: it shapes no output
TEMPLATES = {"{sources}": "${sources.directory}", "{hypothesis}": "${key}"}
GATE = "data/interim/check.json"


def module_file(name: str) -> Path | None:
    """The file of a module of this package, or None where it is not one."""
    base = ROOT.joinpath(*name.split("."))
    candidates = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


def imports_of(path: Path) -> set[str]:
    """The package's own modules that a file imports anywhere, also inside functions; type-checking blocks aside."""
    found: set[str] = set()
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
        pending.extend(ast.iter_child_nodes(node))
    return {name for name in found if name.split(".")[0] == "pipeline" and module_file(name)}


def closure(name: str) -> set[Path]:
    """All files of the package that importing a module brings in, its parent packages included."""
    files: set[Path] = set()
    pending = [name]
    while pending:
        current = pending.pop()
        path = module_file(current)
        if path is None or path in files:
            continue
        files.add(path)
        pending.extend(imports_of(path))
        pending.append(current.rpartition(".")[0])
    return files


def folded(files: set[Path]) -> list[str]:
    """The files, with a folder in place of its files where all that git could see in it is in the set."""
    names = {path.relative_to(ROOT).as_posix() for path in files} - PRIVATE
    for folder in sorted((ROOT / "pipeline").rglob("*"), reverse=True):
        inside = {
            path.relative_to(ROOT).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        if folder.is_dir() and inside and inside <= expand(names):
            prefix = folder.relative_to(ROOT).as_posix()
            names = {name for name in names if not name.startswith(prefix + "/")} | {prefix}
    return sorted(names)


def expand(names: set[str]) -> set[str]:
    """Every file that a list of files and folders stands for."""
    found: set[str] = set()
    for name in names:
        path = ROOT / name
        inside = path.rglob("*") if path.is_dir() else [path]
        found |= {p.relative_to(ROOT).as_posix() for p in inside if p.is_file() and "__pycache__" not in p.parts}
    return found


def code_deps(stage: str) -> list[str]:
    """The package files a stage's process imports, folders where whole."""
    module = importlib.import_module(f"pipeline.stages.{stage}")
    files = closure(f"pipeline.stages.{stage}") | (closure("pipeline.stages.runner"))
    data = {ROOT / name for pattern in getattr(module, "DATA_FILES", ()) for name in expand({pattern})}
    return folded(files | data)


def expected(stage: str) -> dict[str, list[str]]:
    """The deps, params and outs that dvc.yaml must state for a stage."""
    module = importlib.import_module(f"pipeline.stages.{stage}")
    gate = [] if stage == "check" else [GATE]
    data = [templated(name) for name in module.READS]
    params = [] if stage == "check" else list(module.PARAMS)
    return {
        "deps": list(dict.fromkeys(gate + data + code_deps(stage))),
        "params": params,
        "outs": [templated(name) for name in module.WRITES],
    }


def templated(name: str) -> str:
    """A declared name as dvc.yaml writes it."""
    for ours, dvc in TEMPLATES.items():
        name = name.replace(ours, dvc)
    return name


def out_name(entry: Any) -> str:
    """The path of an entry of outs, metrics or plots, with or without flags."""
    return str(next(iter(entry))) if isinstance(entry, dict) else str(entry)


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
        body["deps"] = wanted["deps"]
        if wanted["params"]:
            body["params"] = wanted["params"]
        flagged = {out_name(entry): entry for entry in body.get("outs", [])}
        elsewhere = {out_name(entry) for kind in ("metrics", "plots") for entry in body.get(kind, [])}
        body["outs"] = [flagged.get(name, name) for name in wanted["outs"] if name not in elsewhere]
    buffer = io.StringIO()
    yaml.dump(document, buffer)
    path.write_text(buffer.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    write()
