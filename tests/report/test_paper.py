"""The report on paper: as many pages as were budgeted, and no number twice where one table can have it."""

from __future__ import annotations

import re

import pytest

from pipeline.report.blocks import ClaimBlock, TableBlock
from pipeline.report.document import Document
from pipeline.report.readers.paper import pdf_bytes
from pipeline.report.tables import families
from tests.report.results import built, material, thirteen

PAGES_3, PAGES_13 = 10, 14  # main part and appendix


def pages(document: Document) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf_bytes(document)))


@pytest.mark.parametrize(
    ("document", "most"), [(built(("supported", "fragile", "practically zero")), PAGES_3), (thirteen(), PAGES_13)]
)
def test_the_pages_keep_to_their_budget(document: Document, most: int) -> None:
    assert 4 <= pages(document) <= most


def test_claims_stand_abreast_in_even_groups_each_once() -> None:
    claims = material().claims
    for most in range(1, len(claims) + 2):
        groups = families.claims_abreast(claims, most)
        assert [claim for group in groups for claim in group] == list(claims)
        assert all(len(group) <= most and len({claim.role for claim in group}) == 1 for group in groups)


def test_every_attempt_and_coefficient_of_the_folds_is_on_paper() -> None:
    document = built()
    numbers = next(section for section in document.sections if section.part == "paper")
    paper = " ".join(
        str(cell)
        for block in numbers.blocks
        if isinstance(block, TableBlock)
        for line in block.table.lines
        for cell in line.cells
    )
    tables = {table.name: table for table in document.tables}
    claims = [
        block.anchor.removeprefix("claim-").replace("-", "_") for block in document.blocks if isinstance(block, ClaimBlock)
    ]
    seen = 0
    for kind, column in (("checks", 2), ("coefficients", 0)):
        for name in claims:
            for line in tables[f"{kind}_{name}"].lines if f"{kind}_{name}" in tables else ():
                if (interval := str(line.cells[column + 1])).startswith("["):
                    assert f"{line.cells[column]} {interval}" in paper
                    seen += 1
    assert seen > 40


def test_attempts_that_do_not_apply_are_counted_not_listed() -> None:
    claims = [claim for claim in material().claims if claim.effect]
    table = families.attempts_table(claims[:3])
    assert table is not None
    assert "Do not apply: 1 to C1, 1 to C2, and 1 to" in table.note
    assert not [line for line in table.lines if "nearer windows" in line.head]
