"""Imports point one way, and the pure core neither opens nor writes files."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHELL = {"stages", "commands", "project"}  # rooms that may touch files, beside __main__.py
WRITERS = {"write_text", "write_bytes", "to_csv", "to_parquet", "to_excel", "to_pickle", "savefig", "mkdir", "unlink"}
PURE = [
    path
    for path in sorted((ROOT / "pipeline").rglob("*.py"))
    if path.relative_to(ROOT / "pipeline").parts[0] not in SHELL | {"__main__.py"}
]


def test_the_layers_hold() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--config", str(ROOT / "pyproject.toml")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_core_writes_no_file(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    attributes = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute) and _writes_a_file(call)}
    names = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
    assert not attributes & WRITERS
    assert "open" not in names


def _writes_a_file(call: ast.Call) -> bool:
    """`to_csv()` without a path gives text; an in-memory file is named as such."""
    if not call.args:
        return not isinstance(call.func, ast.Attribute) or not call.func.attr.startswith("to_")
    return not (isinstance(call.args[0], ast.Name) and call.args[0].id in {"buffer", "sink", "png", "svg"})


def test_no_module_imports_itself_on_a_detour() -> None:
    """No import cycles: lazy imports and those for types alone included."""
    names = {_module(path): path for path in (ROOT / "pipeline").rglob("*.py")}
    left = {name: _imported(path, names) - {name} for name, path in names.items()}
    while free := {name for name, found in left.items() if not found & set(left)}:
        left = {name: found for name, found in left.items() if name not in free}
    wanted = {name: found & set(left) for name, found in left.items()}
    while unused := set(wanted) - set().union(*wanted.values(), set()):
        wanted = {name: found for name, found in wanted.items() if name not in unused}
    assert wanted == {}


def _module(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")


def _imported(path: Path, names: dict[str, Path]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in names else str(node.module) for name in inner}
    return found & set(names)
