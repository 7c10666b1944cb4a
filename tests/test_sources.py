"""Where a number comes from: public functions of the rooms that estimate name the source of their formula, or say "ours"."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "pipeline"
ROOMS = (
    "dynamic/*.py",
    "exposure/latent.py",
    "exposure/parts.py",
    "hypotheses/battery/*.py",
    "hypotheses/confounding.py",
    "hypotheses/kinds/*/*.py",
    "hypotheses/leftover.py",
    "hypotheses/logit.py",
    "hypotheses/memory.py",
    "hypotheses/sensitivity.py",
    "hypotheses/verdict/memory.py",
    "hypotheses/verdict/multiplicity.py",
    "imputation/*.py",
    "measures/*.py",
    "multilevel/design/*.py",
    "multilevel/face/*.py",
    "multilevel/inference/*.py",
    "multilevel/likelihood/*.py",
    "multilevel/search/*.py",
    "sem/*.py",
)
STATISTIC = re.compile(r"\b(Estimate|Contrast|float|Omega|Alpha|Correlation|Intraclass\w*|Pooled\w*|JointTest)\b")
SOURCE = re.compile(r"\b(18|19|20)[0-9]{2}\b|METHODS\.md|\bours\b|\bby definition\b|\blme4\b|\blavaan\b")


def statistics(path: Path) -> Iterator[tuple[str, str]]:
    """The public functions of a module that return a statistic, each with all that is said of it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    above = ast.get_docstring(tree) or ""
    for holder in (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))):
        around = above if holder is tree else f"{above} {ast.get_docstring(holder) or ''}"
        for node in holder.body:
            public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            if public and node.returns is not None and STATISTIC.search(ast.unparse(node.returns)):
                yield node.name, f"{around} {ast.get_docstring(node) or ''}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_statistic_names_its_source(room: str) -> None:
    paths = sorted(ROOT.glob(room))
    assert paths, room
    told = [(path, *one) for path in paths for one in statistics(path)]
    nameless = [f"{path.relative_to(ROOT)}: {name}" for path, name, said in told if not SOURCE.search(said)]
    assert nameless == []


def test_the_rooms_hold_statistics() -> None:
    assert sum(len(list(statistics(path))) for room in ROOMS for path in ROOT.glob(room)) >= 80
