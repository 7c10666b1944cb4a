"""The site builds without a request outside, and every link inside it leads somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.project import ROOT

FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.ids |= {found["id"]} if "id" in found else set()
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag in FETCHED and FETCHED[tag] in found:
            self.fetched.append(found[FETCHED[tag]])


@pytest.mark.slow
def test_the_site_builds_offline_with_no_broken_link(tmp_path: Path) -> None:
    source = tmp_path / "project"
    for folder in ("docs", "notebooks", "pipeline", "data"):
        ignored = shutil.ignore_patterns(
            "_build", "tutorials", "__pycache__", "raw", "interim", "validated", "scored", "analysis"
        )
        shutil.copytree(ROOT / folder, source / folder, ignore=ignored)
    shutil.copy(ROOT / "docs/tutorials.py", source / "docs/tutorials.py")
    site = tmp_path / "site"
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", str(source / "docs"), str(site)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pages = {path: _read(path) for path in site.rglob("*.html")}
    outside = {link for page in pages.values() for link in page.fetched if re.match(r"(https?:)?//", link)}
    assert not outside
    broken = [(path.name, link) for path, page in pages.items() for link in page.links if _is_broken(path, link, pages)]
    assert not broken


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _is_broken(path: Path, link: str, pages: dict[Path, _Page]) -> bool:
    if re.match(r"[a-z]+:", link):
        return False
    name, _, anchor = link.partition("#")
    target = (path.parent / name).resolve() if name else path
    if not target.exists():
        return True
    return bool(anchor) and target in pages and anchor not in pages[target].ids


@pytest.mark.parametrize("page", ["README.md", "docs/start.md"])
def test_a_page_shows_three_pictures_with_words_and_leads_nowhere_wrong(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    pictures = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", text)
    assert len({name for _, name in pictures}) == 3
    assert all(len(words.split()) >= 8 for words, _ in pictures)
    assert all(((ROOT / page).parent / name).stat().st_size < 200_000 for _, name in pictures)
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 90
