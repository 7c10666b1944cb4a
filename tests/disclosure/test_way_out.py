"""Which code can make a released number or write a released file: no path leads around the gate."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.stages import report
from tests.project import ROOT

SHARES = "100 * value"  # of variance, by level: psychometrics.level_shares has asked the gate
WRITERS = {"write_text", "write_bytes", "to_csv", "to_parquet", "savefig", "dump"}


def modules(folder: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "pipeline" / folder).rglob("*.py")):
        yield path.relative_to(ROOT / "pipeline").as_posix(), ast.parse(path.read_text("utf-8"))


def calls(tree: ast.Module, name: str) -> list[ast.Call]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in found if (isinstance(call.func, ast.Name) and call.func.id == name)
            or (isinstance(call.func, ast.Attribute) and call.func.attr == name)]  # fmt: skip


def test_a_number_is_shown_by_the_gate_alone() -> None:
    """Outside the gate, a Shown that states a number is a p value; the others are dashes and marks."""
    stating = {
        name
        for name, tree in modules("report")
        for call in calls(tree, "Shown")
        if len(call.args) > 1 and ast.unparse(call.args[1]) != "None"
    }
    assert stating <= {"report/numbers.py"}
    bare = [
        ast.unparse(call.args[0]) for _, tree in modules("report") for call in calls(tree, "Shown") if len(call.args) == 1
    ]
    assert bare
    assert not [text for text in bare if re.search(r"[0-9]|:[.,0-9]|\brow\b|\bstr\(", text)]


def test_what_is_about_no_client_is_so_said_of_few_things() -> None:
    """`fact` shows without asking: items, parameters of a model, a share of rounded counts, few degrees of freedom."""
    about = {ast.unparse(call.args[0]) for _, tree in modules("report") for call in calls(tree, "fact")}
    assert about <= {
        "row.items",
        "model.df",
        "step.df",
        "100 * part.value / whole.value",
        "100 * count.value / most",  # a bar's length, from rounded counts
        "min(100.0, 100 * rated.value / sessions.value)",
        "row.session_number",
        "claims[0].spec.smallest_effect",  # what the authors said would matter
        "least",
        "math.exp(least)",
        "math.exp(-least)",
        "0",
        "1",
        "100",
        SHARES,
    }


def test_only_stages_and_commands_write() -> None:
    found = {}
    for folder in ("report", "disclosure"):
        for name, tree in modules(folder):
            written = [call for writer in WRITERS for call in calls(tree, writer)]
            opened = [call for call in calls(tree, "open") if not ast.unparse(call).startswith("zipfile")]
            where = [ast.unparse(call) for call in (*written, *opened)]
            kept = [text for text in where if "savefig(svg" not in text]  # into memory
            if kept:
                found[name] = kept
    assert found == {}


def test_only_the_report_stage_writes_reports() -> None:
    """No other stage or command declares an output under reports/."""
    for path in sorted((ROOT / "pipeline/stages").glob("*.py")) + sorted((ROOT / "pipeline/commands").glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id in ("WRITES", "OUT") for t in node.targets
            ):
                assert path.name == "report.py" or "reports/" not in ast.unparse(node), path.name


def test_every_output_of_the_report_stage_is_listed_or_the_list() -> None:
    text = Path(report.__file__).read_text("utf-8")
    puts = [
        ast.unparse(call)
        for name in ("put_bytes", "put_json", "put_text", "put_csv", "put_table")
        for call in calls(ast.parse(text), name)
    ]
    assert set(puts) == {
        "batch.put_bytes(name, content)",
        "batch.put_text(f'{INTERNAL}/README.txt', EMPTY)",
        "batch.put_bytes('reports/release.json', listed)",
        "batch.put_json(BASIS, basis(batch, params, listed))",
    }
    assert report.BASIS.startswith("data/")


def test_no_notebook_keeps_what_it_showed() -> None:
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert notebooks
    cells = [cell for path in notebooks for cell in json.loads(path.read_text("utf-8"))["cells"]]
    assert not [cell for cell in cells if cell.get("outputs")]
