"""The report as a Word document: real headings and captions, tables that can be edited (APA 7), figures with alt text.

Text is written as text, never as markup; folds are opened, or left out where the appendix has what is in them. Equal reports
give equal bytes: no date, and the parts of the package are put in with the first moment a zip file knows.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.disclosure.neutral import visible_text
from pipeline.disclosure.shown import insist_cleared
from pipeline.report.blocks import (
    Aside,
    Block,
    Bullets,
    Cards,
    ClaimBlock,
    Columns,
    Equation,
    FigureBlock,
    Fold,
    Folds,
    Glosses,
    Heading,
    Matrix,
    Paragraph,
    Prose,
    Strong,
    TableBlock,
)
from pipeline.report.document import Document
from pipeline.report.plots.figures import Figure
from pipeline.report.readers.word_layout import (
    CHARACTERS,
    LYING,
    UPRIGHT,
    draw_rules,
    keep_together,
    lay_out,
    put_field,
    put_text,
    repeat_head,
    same_bytes,
    set_widths,
)
from pipeline.report.section import Section
from pipeline.report.table import Line, Table

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table as WordTable
    from docx.text.paragraph import Paragraph as WordParagraph

DPI = 300
WIDE = 6.3  # inches between the margins
LANDSCAPE = 9.9  # inches between the margins of a page on its side
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)
STYLES = {"question": "Question", "answer": "Answer", "kick": "Small", "small": "Small", "sample": "Small"}
TO_WRITE = "[To be written by the authors: setting, dates, recruitment, ethics approval, funding.] What the pipeline knows:"


def word_bytes(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """The document's bytes; `pictures`: the PNG of each figure by name. DisclosureError where a number is not cleared."""
    insist_cleared(document, "report")
    writer = _Writer(pictures)
    writer.title(document)
    for section in document.sections:
        writer.section(section)
    return same_bytes(writer.saved())


class _Writer:
    """A Word document as it grows: its styles, and how many tables and figures it has so far."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        import docx

        self.file: WordDocument = docx.Document()
        self.pictures = pictures
        self.counts = {"Table": 0, "Figure": 0}
        self.wide, self.points = WIDE, UPRIGHT
        lay_out(self.file)

    def title(self, document: Document) -> None:
        """The title page: title, flags, contents."""
        self.file.add_heading(visible_text(document.title), 0)
        for flag in document.flags:
            self.file.add_paragraph(visible_text(f"{flag.head}: {flag.text}"), style="Flag")
        if document.banner:
            self.file.sections[0].header.paragraphs[0].text = visible_text(document.banner)
        put_field(self.file.add_paragraph(), 'TOC \\o "1-2" \\h \\z', "Contents: update this field (F9).")
        for kind in ("Table", "Figure"):
            put_field(
                self.file.add_paragraph(), f'TOC \\h \\z \\c "{kind}"', f"List of {kind.lower()}s: update this field (F9)."
            )
        core = self.file.core_properties
        core.title, core.author, core.last_modified_by, core.revision = visible_text(document.title), "", "", 1
        core.created = core.modified = NO_TIME

    def section(self, section: Section) -> None:
        """A section under its heading; the appendix starts a page."""
        if section.letter == "A":
            self.file.add_page_break()  # type: ignore[no-untyped-call]
        if section.part == "paper":
            self._turn()
        head = f"{section.letter}. {section.title}" if section.letter else section.title
        self.file.add_heading(visible_text(head), 1)
        if section.anchor == "methods":
            self.file.add_paragraph(TO_WRITE)
        ahead = [block for block in section.blocks if isinstance(block, Fold) and block.word]
        self.blocks((*ahead, *(block for block in section.blocks if block not in ahead)))

    def _turn(self) -> None:
        """From here on pages lie on their side: tables with a column a claim."""
        from docx.enum.section import WD_ORIENT, WD_SECTION
        from docx.shared import Cm

        page = self.file.add_section(WD_SECTION.NEW_PAGE)
        page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, Cm(29.7), Cm(21.0)
        page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2.25)
        self.wide, self.points = LANDSCAPE, LYING

    def blocks(self, blocks: Iterable[Block]) -> None:
        """Blocks, one under the other."""
        for block in blocks:
            self.block(block)

    def block(self, block: Block) -> None:
        """One block: what holds other blocks by its parts, all else as it is drawn."""
        match block:
            case Fold():
                if block.paper:
                    self.file.add_heading(visible_text(block.title), 3)
                if block.paper or block.word:
                    self.blocks(block.blocks)
            case Folds():
                self.blocks(block.folds)
            case Columns():
                self.blocks((*block.left, *block.right))
            case TableBlock():
                if block.word and (block.paper or block.links):  # the checklist is wanted whole, ready to be cut out
                    self._table(block.table)
            case FigureBlock():
                if block.paper:
                    self._figure(block.figure)
            case Matrix():
                self._matrix(block)
            case Cards():
                pass  # the table of tested numbers has them
            case ClaimBlock():
                self._claim(block)
            case _:
                self._text(block)

    def _text(self, block: Paragraph | Aside | Bullets | Heading | Equation | Glosses) -> None:
        """A block that is nothing but text."""
        match block:
            case Paragraph():
                self._prose(block.text, STYLES.get(block.style, "Normal"), block.head)
            case Aside():
                self._prose(block.text, "Normal", block.head)
            case Bullets():
                for item in block.items:
                    self._prose(item, "List Number" if block.ordered else "List Bullet")
            case Heading():
                self.file.add_heading(visible_text(block.text), 2)
            case Equation():
                self.file.add_paragraph(visible_text(block.text), style="Equation")
            case Glosses():
                for chip in block.used:
                    self._prose(chip.gloss, "Normal", f"{chip.word}.")

    def _prose(self, text: Prose, style: str, head: str = "") -> WordParagraph:
        paragraph = self.file.add_paragraph(style=style)
        if head:
            paragraph.add_run(visible_text(head if head.endswith(("?", ".", ":")) else f"{head}.") + " ").bold = True
        for part in (text,) if isinstance(text, str) else text:
            paragraph.add_run(visible_text(part)).bold = True if isinstance(part, Strong) else None
        return paragraph

    def _claim(self, block: ClaimBlock) -> None:
        if block.folded:
            said = (block.line,) if isinstance(block.line, str) else block.line
            self._prose((f"“{block.claim}” ", *said), "Normal", f"{block.short}, {block.chip.word.lower()}.")
            return
        self.file.add_heading(visible_text(f"{block.short}: {block.chip.word}"), 2)
        self.file.add_paragraph(f"“{visible_text(block.claim)}”", style="Quote")
        for inner in block.blocks:
            # what the data say before its figure
            self.blocks((*inner.right, *inner.left) if isinstance(inner, Columns) and inner.shape == "figure" else (inner,))

    def _matrix(self, block: Matrix) -> None:
        lines = []
        for row in block.rows:
            states = (row.wide.word,) * len(block.columns) if row.wide else tuple(cell.word for cell in row.cells)
            lines.append(Line(row.text, states))
        self._table(Table("attempts_by_claim", block.title, ("Attempt", *block.columns), tuple(lines), block.lead))

    def _table(self, table: Table) -> None:
        self._caption("Table", table.caption)
        grid: WordTable = self.file.add_table(rows=1, cols=len(table.head), style="APA Table")
        for cell, text in zip(grid.rows[0].cells, table.head, strict=True):
            put_text(cell, text, self.points, bold=True)
        repeat_head(grid)
        for line in table.lines:
            cells = grid.add_row().cells  # type: ignore[no-untyped-call]
            put_text(
                cells[0].merge(cells[-1]) if line.group else cells[0],
                ("    " if line.inner else "") + line.head,
                self.points,
                bold=line.group,
            )
            values = () if line.group else (*map(str, line.cells), *[""] * (len(cells) - 1 - len(line.cells)))
            for cell, value in zip(cells[1:], values, strict=False):
                put_text(cell, value, self.points)
        set_widths(grid, table, self.wide, CHARACTERS * self.wide / WIDE * UPRIGHT / self.points)
        draw_rules(grid)
        keep_together(grid)
        if table.note:
            note = self.file.add_paragraph(style="Table Note")
            note.add_run("Note. ").italic = True
            note.add_run(visible_text(table.note))

    def _figure(self, figure: Figure) -> None:
        from docx.shared import Inches

        picture = self.pictures.get(figure.name)
        if picture is None:
            return
        self._caption("Figure", figure.caption)
        shape = self.file.add_picture(io.BytesIO(picture), width=Inches(WIDE))
        properties = shape._inline.docPr
        properties.set("descr", visible_text(figure.alt))
        properties.set("name", figure.name)
        note = getattr(figure, "note", "")
        if note:
            self.file.add_paragraph(visible_text(note), style="Table Note")

    def _caption(self, kind: str, text: str) -> None:
        """A caption with a number that Word counts itself, so that lists of tables and figures can be made."""
        self.counts[kind] += 1
        paragraph = self.file.add_paragraph(style="Caption")
        paragraph.add_run(f"{kind} ").bold = True
        put_field(paragraph, f"SEQ {kind} \\* ARABIC", str(self.counts[kind]))
        paragraph.add_run(". " + visible_text(text))
        paragraph.paragraph_format.keep_with_next = True

    def saved(self) -> bytes:
        """The package as python-docx writes it."""
        sink = io.BytesIO()
        self.file.save(sink)
        return sink.getvalue()
