"""The list of contents, read off the document."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.report.blocks import ClaimBlock, Heading
from pipeline.report.document import Document
from pipeline.report.section import Section


@dataclass(frozen=True)
class Entry:
    """A line of the contents, with those under it."""

    anchor: str
    text: str
    inner: tuple[Entry, ...] = ()


def navigation_entries(document: Document) -> tuple[Entry, ...]:
    """The sections in order, claims under theirs, the appendix as one entry."""
    main = [Entry(one.anchor, one.nav or one.title, _inner(one)) for one in (*document.of("first"), *document.of("main"))]
    appendix = tuple(Entry(one.anchor, f"{one.letter} {one.nav or one.title}") for one in document.of("appendix"))
    return (*main, *((Entry("appendix", "Appendix", appendix),) if appendix else ()))


def _inner(section: Section) -> tuple[Entry, ...]:
    """Open claims, and one line for those that stand folded under a heading."""
    found = []
    for block in section.blocks:
        if isinstance(block, ClaimBlock) and not block.folded:
            found.append(Entry(block.anchor, f"{block.short} {block.chip.word.lower()}"))
        elif isinstance(block, Heading) and block.anchor:
            found.append(Entry(block.anchor, block.text))
    return tuple(found)
