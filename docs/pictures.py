"""The pictures of README and docs, taken of the study that is there: `python docs/pictures.py` after `make study`.

Wants Debian's chromium (or CHROMIUM=/path), which neither the product nor its tests need. Writes docs/images/*.png: the
first screen of the report, one claim as a line over the dose, and the summary as a terminal shows it.
"""

import html
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs/images"
BROWSER = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SIZES = {"report": (1280, 900), "curve": (1280, 410), "terminal": (980, 520)}
COLOURS = 128  # of a palette: text stays sharp, and the files small
TERMINAL = """<body style="margin:0;background:#1b1c1f;color:#eae9e5;padding:18px 22px;
font:15px/1.45 'DejaVu Sans Mono',monospace;white-space:pre">"""


def shoot(page: str, name: str) -> None:
    """One page as a PNG of SIZES."""
    width, height = SIZES[name]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "page.html", Path(folder) / "shot.png"
        source.write_text(page, encoding="utf-8")
        quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
        size = [f"--window-size={width},{height}", f"--screenshot={target}"]
        subprocess.run([BROWSER, *quiet, *size, source.as_uri()], check=True, capture_output=True, timeout=240)
        picture = Image.open(target).convert("RGB").crop((0, 0, width, height))
        picture.quantize(COLOURS).save(IMAGES / f"{name}.png", optimize=True)


def report() -> str:
    """The report as it is."""
    return (ROOT / "reports/report.html").read_text(encoding="utf-8")


def curve() -> str:
    """How the alliance goes with the dose: the drawn figure of the first confirmatory claim, alone on a page."""
    figure = (ROOT / "reports/figures/prediction_joint_advocacy_strengthens_alliance.svg").read_text(encoding="utf-8")
    return f'<body style="margin:0;background:#fff"><style>svg{{width:1280px;height:auto;display:block}}</style>{figure}'


def terminal() -> str:
    """What `python -m pipeline summary` prints."""
    environment = {**os.environ, "COLUMNS": "100"}
    command = [sys.executable, "-m", "pipeline", "summary"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return f"{TERMINAL}$ python -m pipeline summary\n{html.escape(done.stdout)}"


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for made in (terminal, curve, report):
        shoot(made(), made.__name__)
