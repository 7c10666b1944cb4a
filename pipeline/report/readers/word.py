"""The report as a Word document: real headings and captions, tables that can be edited (APA 7), figures with alt text.

Text is written as text, never as markup; folds are opened, or left out where the appendix has what is in them. Equal reports
give equal bytes: no date, and the parts of the package are put in with the first moment a zip file knows.
"""

from __future__ import annotations

import io
import zipfile
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
from pipeline.report.section import Section
from pipeline.report.table import Line, Table

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.styles.style import ParagraphStyle
    from docx.table import Table as WordTable
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph as WordParagraph

DPI = 300
WIDE = 6.3  # inches between the margins
CHARACTERS, PADDING, SHORT, ROOT = 108, 3.5, 8, 8.0  # of a table, in characters of 9 points
UPRIGHT, LYING = 9.0, 7.5  # points of the type in tables, on upright pages and on those that lie on their side
LANDSCAPE = 9.9  # inches between the margins of a page on its side
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)
OLDEST = (1980, 1, 1, 0, 0, 0)
STYLES = {"question": "Question", "answer": "Answer", "kick": "Small", "small": "Small", "sample": "Small"}
TO_WRITE = "[To be written by the authors: setting, dates, recruitment, ethics approval, funding.] What the pipeline knows:"


def word(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """The document's bytes; `pictures`: the PNG of each figure by name. DisclosureError where a number is not cleared."""
    insist_cleared(document, "report")
    writer = _Writer(pictures)
    writer.title(document)
    for section in document.sections:
        writer.section(section)
    return _same_bytes(writer.saved())


class _Writer:
    """A Word document as it grows: its styles, and how many tables and figures it has so far."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        import docx

        self.file: WordDocument = docx.Document()
        self.pictures = pictures
        self.counts = {"Table": 0, "Figure": 0}
        self.wide, self.points = WIDE, UPRIGHT
        _lay_out(self.file)

    def title(self, document: Document) -> None:
        """The title page: title, flags, contents."""
        self.file.add_heading(visible_text(document.title), 0)
        for flag in document.flags:
            self.file.add_paragraph(visible_text(f"{flag.head}: {flag.text}"), style="Flag")
        if document.banner:
            self.file.add_paragraph(visible_text(document.banner), style="Flag")
        _field(self.file.add_paragraph(), 'TOC \\o "1-2" \\h \\z', "Contents: update this field (F9).")
        for kind in ("Table", "Figure"):
            _field(
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
        self.blocks(section.blocks)

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
                    self.blocks(block.blocks)
            case Folds():
                self.blocks(block.folds)
            case Columns():
                self.blocks((*block.left, *block.right))
            case TableBlock():
                if block.paper or block.links:  # the checklist is wanted whole, ready to be cut out
                    self._table(block.table)
            case FigureBlock():
                if block.paper:
                    self._figure(block.figure)
            case Matrix():
                self._matrix(block)
            case Cards():
                self._cards(block)
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
        self.file.add_heading(visible_text(f"{block.short}: {block.chip.word}"), 2)
        self.file.add_paragraph(f"“{visible_text(block.claim)}”", style="Quote")
        if block.folded:
            self._prose(block.line, "Normal")
        for inner in () if block.folded else block.blocks:
            # what the data say before its figure
            self.blocks((*inner.right, *inner.left) if isinstance(inner, Columns) and inner.shape == "figure" else (inner,))

    def _cards(self, block: Cards) -> None:
        heads = ("", "Claim", "Difference", "Verdict")
        rows = [
            (card.short, card.claim, f"{card.big} {card.unit}".strip() or "none", card.chip.word) for card in block.cards
        ]
        lines = tuple(Line(short, cells) for short, *cells in ((row[0], *row[1:]) for row in rows))  # type: ignore[arg-type]
        self._table(Table("claims_at_first_sight", "The claims, and what the data say", heads, lines))

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
            _put(cell, text, self.points, bold=True)
        _repeats(grid)
        for line in table.lines:
            cells = grid.add_row().cells  # type: ignore[no-untyped-call]
            _put(
                cells[0].merge(cells[-1]) if line.group else cells[0],
                ("    " if line.inner else "") + line.head,
                self.points,
                bold=line.group,
            )
            values = () if line.group else (*map(str, line.cells), *[""] * (len(cells) - 1 - len(line.cells)))
            for cell, value in zip(cells[1:], values, strict=False):
                _put(cell, value, self.points)
        _widths(grid, table, self.wide, CHARACTERS * self.wide / WIDE * UPRIGHT / self.points)
        _rules(grid)
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
        _field(paragraph, f"SEQ {kind} \\* ARABIC", str(self.counts[kind]))
        paragraph.add_run(". " + visible_text(text))
        paragraph.paragraph_format.keep_with_next = True

    def saved(self) -> bytes:
        """The package as python-docx writes it."""
        sink = io.BytesIO()
        self.file.save(sink)
        return sink.getvalue()


def _lay_out(file: WordDocument) -> None:
    """Margins and styles: headings in the ink of the page, quotes for claims, a table style without a rule of its own."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm, Pt, RGBColor

    for page in file.sections:
        page.page_width, page.page_height = Cm(21.0), Cm(29.7)
        page.left_margin = page.right_margin = Cm(2.5)
    ink = RGBColor(0x1B, 0x1C, 0x1F)
    normal: ParagraphStyle = file.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(11)
    for level in range(4):
        style: ParagraphStyle = file.styles["Title" if level == 0 else f"Heading {level}"]
        style.font.name, style.font.color.rgb = "Times New Roman", ink
        fonts = style.element.rPr.rFonts
        for theme in [name for name in fonts.attrib if name.endswith("Theme") or name.endswith("theme")]:
            del fonts.attrib[theme]  # a font of the theme would go before the one that is named
    sizes: dict[str, float] = {"Flag": 10, "Question": 13, "Answer": 14, "Small": 9, "Equation": 9, "Table Note": 9}
    sizes |= {"Table Text": UPRIGHT, "Table Text Small": LYING}
    for name, size in sizes.items():
        added: ParagraphStyle = file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        added.base_style, added.font.size = normal, Pt(size)
        added.font.bold = name in ("Answer", "Flag")
    caption: ParagraphStyle = file.styles["Caption"]
    caption.font.color.rgb, caption.font.size, caption.font.bold = ink, Pt(10), False
    table = file.styles.add_style("APA Table", WD_STYLE_TYPE.TABLE)
    table.base_style = file.styles["Normal Table"]


def _put(cell: _Cell, text: str, points: float, *, bold: bool = False) -> None:
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.style = "Table Text" if points >= UPRIGHT else "Table Text Small"
    run = paragraph.add_run(visible_text(text))
    run.font.size, run.bold = Pt(points), bold or None
    paragraph.paragraph_format.space_after = Pt(1 if points >= UPRIGHT else 0)


def _repeats(grid: WordTable) -> None:
    """The head of a table stands again where the table goes on over a page."""
    from docx.oxml import OxmlElement

    grid.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _widths(grid: WordTable, table: Table, room: float, characters: float) -> None:
    """Columns as wide as their content asks, and no row broken over two pages."""
    from docx.oxml import OxmlElement
    from docx.shared import Inches

    asked = shares(table, characters)
    wide = [room * share / sum(asked) for share in asked]
    grid.autofit = False
    for column, width in zip(grid.columns, wide, strict=True):
        column.width = Inches(width)
    for row, line in zip(grid.rows, (None, *table.lines), strict=True):
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        own = [sum(wide)] if line is not None and line.group else wide
        for cell, width in zip(row._tr.tc_lst, own, strict=True):
            cell.width = Inches(width)


def shares(table: Table, characters: float = CHARACTERS) -> list[float]:
    """Widths of columns in characters: no word and no short cell is broken; what is left goes to long texts."""
    lines = [line for line in table.lines if not line.group]
    rows = [tuple(table.head), *(("    " * line.inner + line.head, *map(str, line.cells)) for line in lines)]
    texts = [[row[place] for row in rows if place < len(row)] for place in range(len(table.head))]
    longest = [max((len(text) for text in column), default=0) for column in texts]
    words = [max((len(word) for text in column for word in text.split()), default=0) for column in texts]
    least = [float(PADDING + (length if length <= SHORT else word)) for length, word in zip(longest, words, strict=True)]
    more = [max(min(length + PADDING, ROOT * length**0.5) - own, 0.0) for length, own in zip(longest, least, strict=True)]
    spare = max(characters - sum(least), 0.0)
    return [own + spare * part / (sum(more) or 1.0) for own, part in zip(least, more, strict=True)]


def _rules(grid: WordTable) -> None:
    """APA's three rules: above and below the head, below the last row."""
    rows = grid.rows
    for cell in rows[0].cells:
        _border(cell, ("top", "bottom"))
    for cell in rows[len(rows) - 1].cells:
        _border(cell, ("bottom",))


def _border(cell: _Cell, sides: tuple[str, ...]) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = cell._tc.get_or_add_tcPr()
    borders = OxmlElement("w:tcBorders")
    for side in sides:
        rule = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "1B1C1F")):
            rule.set(qn(f"w:{name}"), value)
        borders.append(rule)
    properties.append(borders)


def _field(paragraph: WordParagraph, code: str, shown: str) -> None:
    """A field that Word works out: its code, and what stands there until it does."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind in ("begin", "code", "separate", "shown", "end"):
        run = paragraph.add_run(shown if kind == "shown" else "")
        if kind == "code":
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = code
            run._r.append(text)
        elif kind != "shown":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def _same_bytes(package: bytes) -> bytes:
    """The package with the same moment on every part."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as made, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as out:
        for name in made.namelist():
            entry = zipfile.ZipInfo(name, OLDEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, made.read(name))
    return sink.getvalue()
