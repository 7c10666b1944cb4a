"""How the Word document is laid out: styles, the widths and rules of tables, fields, and the same bytes in every run."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from pipeline.disclosure.neutral import visible_text
from pipeline.report.table import Table

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.styles.style import ParagraphStyle
    from docx.table import Table as WordTable
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph as WordParagraph

CHARACTERS = 108  # of a table on an upright page, of 9 points
PADDING = 3.5  # of a cell, in such characters
SHORT = 8  # a cell that is never broken
ROOT = 8.0  # how much room a longer cell asks for, times the root of its length
UPRIGHT = 9.0  # points of the type in tables on upright pages
LYING = 7.5  # and on those that lie on their side
MOST_KEPT = 22  # rows of a table that stands on one page
FIRST_KEPT = 2  # rows of a longer one that stay with its head, and with its last row
OLDEST = (1980, 1, 1, 0, 0, 0)


def lay_out(file: WordDocument) -> None:
    """Margins and styles: headings in the ink of the page, quotes for claims, a table style without a rule of its own."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm, Pt, RGBColor

    for page in file.sections:
        page.page_width, page.page_height = Cm(21.0), Cm(29.7)
        page.left_margin = page.right_margin = Cm(2.5)
        page.top_margin = page.bottom_margin = Cm(2.0)
    ink = RGBColor(0x1B, 0x1C, 0x1F)
    normal: ParagraphStyle = file.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(11)
    normal.paragraph_format.space_after = Pt(6)
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


def put_text(cell: _Cell, text: str, points: float, *, bold: bool = False) -> None:
    """Text as the one paragraph of a cell."""
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.style = "Table Text" if points >= UPRIGHT else "Table Text Small"
    run = paragraph.add_run(visible_text(text))
    run.font.size, run.bold = Pt(points), bold or None
    paragraph.paragraph_format.space_after = Pt(1 if points >= UPRIGHT else 0)


def repeat_head(grid: WordTable) -> None:
    """The head of a table stands again where the table goes on over a page."""
    from docx.oxml import OxmlElement

    grid.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def set_widths(grid: WordTable, table: Table, room: float, characters: float) -> None:
    """Columns as wide as their content asks, and no row broken over two pages."""
    from docx.oxml import OxmlElement
    from docx.shared import Inches

    asked = column_shares(table, characters)
    wide = [room * share / sum(asked) for share in asked]
    grid.autofit = False
    for column, width in zip(grid.columns, wide, strict=True):
        column.width = Inches(width)
    for row, line in zip(grid.rows, (None, *table.lines), strict=True):
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        own = [sum(wide)] if line is not None and line.group else wide
        for cell, width in zip(row._tr.tc_lst, own, strict=True):
            cell.width = Inches(width)


def keep_together(grid: WordTable) -> None:
    """No page break within a table that fits on a page, nor right after the head or before the last row of a longer one."""
    rows = grid.rows
    whole = len(rows) <= MOST_KEPT
    for place, row in enumerate(rows[:-1]):
        if whole or place < FIRST_KEPT or place >= len(rows) - 1 - FIRST_KEPT:
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True


def column_shares(table: Table, characters: float = CHARACTERS) -> list[float]:
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


def draw_rules(grid: WordTable) -> None:
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


def put_field(paragraph: WordParagraph, code: str, shown: str) -> None:
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


def same_bytes(package: bytes) -> bytes:
    """The package with the same moment on every part."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as made, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as out:
        for name in made.namelist():
            entry = zipfile.ZipInfo(name, OLDEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, made.read(name))
    return sink.getvalue()
