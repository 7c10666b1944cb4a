"""The glossary has the words the code keeps to: modes, levels, phases, raters, states, parts of an effect."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from pipeline.vocabulary import domain

TEXT = (Path(__file__).parent.parent / "docs" / "GLOSSARY.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "codes",
    [domain.MODES, domain.LEVELS, domain.PHASES, domain.RATERS, domain.EFFECTS],
    ids=["modes", "levels", "phases", "raters", "effects"],
)
def test_every_code_is_in_the_glossary(codes: Iterable[str]) -> None:
    assert [code for code in codes if code not in TEXT] == []


def test_a_word_is_explained_once() -> None:
    words = [line.split("|")[1].strip() for line in TEXT.splitlines() if line.startswith("| **")]
    assert len(words) == len(set(words))
