"""The Word document: the same sections, tables that are tables, pictures with words, and equal bytes twice."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import docx
import pytest

from pipeline.base.errors import DisclosureError
from pipeline.report.blocks import ClaimBlock, FigureBlock, Paragraph, TableBlock, plain_text, walk_blocks
from pipeline.report.document import Document
from pipeline.report.readers.word import word_bytes
from pipeline.report.readers.word_layout import FIRST_KEPT, MOST_KEPT, column_shares
from pipeline.report.table import Line, Table
from tests.report.results import built

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6300010000050001"
    "0d0a2db40000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def document() -> Document:
    return built(("supported", "practically zero", "inconclusive"))


@pytest.fixture(scope="module")
def content(document: Document) -> bytes:
    return word_bytes(document, {figure.name: PNG for figure in document.figures})


def test_every_section_has_its_heading_in_order(document: Document, content: bytes) -> None:
    file = docx.Document(io.BytesIO(content))
    heads = [paragraph.text for paragraph in file.paragraphs if paragraph.style.name == "Heading 1"]
    assert heads == [f"{one.letter}. {one.title}" if one.letter else one.title for one in document.sections]


def test_tables_are_tables_whose_heads_repeat_and_figures_have_words(document: Document, content: bytes) -> None:
    file = docx.Document(io.BytesIO(content))
    blocks = [block for section in document.sections for block in walk_blocks(section.blocks)]
    shown = sum(isinstance(block, TableBlock) and (block.paper or block.links) for block in blocks)
    assert (
        0
        < shown
        <= len(file.tables) + sum(1 for block in document.blocks if type(block).__name__ == "Fold" and not block.paper)
    )
    assert all("w:tblHeader" in table.rows[0]._tr.xml for table in file.tables)
    described = [shape._inline.docPr.get("descr") for shape in file.inline_shapes]
    assert described
    assert all(described)
    assert len(described) <= sum(isinstance(block, FigureBlock) for block in document.blocks)


def test_claims_are_quotes_and_captions_count(document: Document, content: bytes) -> None:
    file = docx.Document(io.BytesIO(content))
    quotes = [paragraph.text for paragraph in file.paragraphs if paragraph.style.name == "Quote"]
    assert len(quotes) == 3
    assert all(quote.startswith("“") for quote in quotes)
    captions = [paragraph.text for paragraph in file.paragraphs if paragraph.style.name == "Caption"]
    numbers = [int(text.split()[1].rstrip(".")) for text in captions if text.startswith("Table")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_equal_reports_give_equal_bytes(document: Document, content: bytes) -> None:
    assert word_bytes(document, {figure.name: PNG for figure in document.figures}) == content


def test_a_number_that_was_not_cleared_does_not_get_in(document: Document) -> None:
    first = document.sections[0]
    spoilt = replace(first, blocks=(*first.blocks, Paragraph(3.5)))  # type: ignore[arg-type]
    with pytest.raises(DisclosureError):
        word_bytes(replace(document, sections=(spoilt, *document.sections[1:])), {})


def test_columns_are_as_wide_as_their_content_and_break_no_word() -> None:
    long = "What an attempt says is a sentence or two, and takes the width that short columns leave over. " * 3
    lines = (Line("Attempts", (), group=True), Line("Exposure of nearer windows", ("held", "[0.090, 0.150]", long)))
    table = Table("t", "T", ("Attempt", "Decides", "95% CI", "What it says"), lines)
    found = column_shares(table)
    assert found[3] > found[0] > found[1]
    assert found[2] >= len("0.090,") + 2
    assert found[1] >= len("Decides")
    assert sum(found) <= 113


def test_the_tested_numbers_stand_under_at_a_glance_and_nowhere_else(document: Document, content: bytes) -> None:
    file = docx.Document(io.BytesIO(content))
    heads = [table.rows[0].cells[1].text for table in file.tables]
    assert heads.count("Estimate [95% CI]") == 1
    texts = [paragraph.text for paragraph in file.paragraphs if paragraph.style.name in ("Heading 1", "Caption")]
    glance = next(i for i, text in enumerate(texts) if "at a glance" in text)
    assert texts[glance + 1].endswith("The tested numbers")
    grid = next(table for table in file.tables if table.rows[0].cells[1].text == "Estimate [95% CI]")
    assert sum(row.cells[0].text.startswith("C") and row.cells[0].text[1].isdigit() for row in grid.rows) == 3


def test_simulated_is_said_by_a_flag_once_and_by_every_page_s_header(document: Document, content: bytes) -> None:
    file = docx.Document(io.BytesIO(content))
    assert file.sections[0].header.paragraphs[0].text == document.banner
    assert all(section.header.is_linked_to_previous for section in list(file.sections)[1:])
    assert sum("nothing here is about real clients" in paragraph.text for paragraph in file.paragraphs) == 1


def test_a_table_that_fits_on_a_page_is_not_parted_and_a_longer_one_not_at_its_ends(content: bytes) -> None:
    file = docx.Document(io.BytesIO(content))
    for table in file.tables:
        kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
        whole = len(kept) <= MOST_KEPT
        assert all(kept[:-1]) if whole else all((*kept[:FIRST_KEPT], *kept[-1 - FIRST_KEPT : -1]))
        assert not kept[-1]


def test_tables_with_a_column_a_claim_stand_on_pages_on_their_side(content: bytes) -> None:
    file = docx.Document(io.BytesIO(content))
    upright, lying = file.sections[0], file.sections[-1]
    assert upright.page_height > upright.page_width
    assert lying.page_width > lying.page_height
    widest = max(sum(cell.width for cell in row.cells) for table in file.tables for row in table.rows[:1])
    assert widest <= lying.page_width - lying.left_margin - lying.right_margin + 10


def test_what_is_said_of_a_claim_stands_once_and_before_its_figure(document: Document, content: bytes) -> None:
    texts = [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]
    for block in document.blocks:
        if isinstance(block, ClaimBlock) and not block.folded:
            said = plain_text(block.line)
            assert said in texts
            assert not [one for one, other in pairwise(texts) if one == other == said]
