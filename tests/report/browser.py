"""Look at reports in a real browser, by hand: `python -m tests.report.browser AXE.min.js PICTURES report.html ...`.

Wants Debian's chromium and axe-core's axe.min.js (`npm pack axe-core`), neither of which the product or its tests need.
Says for each page, wide, on a phone and in the dark: console errors, requests, sideways scroll, anchors without a target,
what axe finds; and leaves pictures and a printed PDF.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
VIEWS = {"wide": (1280, "light"), "phone": (360, "light"), "dark": (1280, "dark")}
DANGLING = """Array.from(document.querySelectorAll('a[href^="#"]'))
  .filter(a => !document.getElementById(a.getAttribute('href').slice(1))).length"""


def look(browser: Browser, report: Path, view: str, axe: str, pictures: Path) -> dict[str, Any]:
    """One page in one view: what is wrong with it; nothing where all lists are empty and numbers 0."""
    width, scheme = VIEWS[view]
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    console: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: console.append(message.text))
    page.on("pageerror", lambda error: console.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(report.resolve().as_uri())
    sideways = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    page.screenshot(path=pictures / f"{report.parent.parent.name}_{view}.png", full_page=True)
    if view == "wide":
        page.pdf(path=pictures / f"{report.parent.parent.name}.pdf", prefer_css_page_size=True)
    found = {
        "console": console,
        "requests": [url for url in requests if not url.startswith(("file:", "data:"))],
        "sideways": max(0, sideways),
        "dangling": page.evaluate(DANGLING),
        "axe": violations(page, axe),
    }
    context.close()
    return found


def violations(page: Page, axe: str) -> list[str]:
    """What axe finds with everything unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate(axe)
    return [f"{v['id']} ({len(v['nodes'])})" for v in page.evaluate("axe.run()")["violations"]]


def main() -> int:
    """Look at every page; 1 where anything is wrong."""
    axe, pictures = Path(sys.argv[1]).read_text(encoding="utf-8"), Path(sys.argv[2])
    pictures.mkdir(parents=True, exist_ok=True)
    wrong = 0
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for report in map(Path, sys.argv[3:]):
            for view in VIEWS:
                found = look(browser, report, view, axe, pictures)
                wrong += any(found.values())
                print(report, view, found)
        browser.close()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
