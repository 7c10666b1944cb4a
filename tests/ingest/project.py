"""A project folder with the small study's files, for tests that need real files and whole stages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

from tests.ingest.small_study import PARAMS, csv, files

ROOT = Path(__file__).parent.parent.parent
FOLDER = "data/raw/small"
INSTRUMENT = """id: mini
title: "A small instrument"
raters: [client]
items: 4
scale: [1, 5]
reversed_items: [1]
source: "made for these tests"
licence: "none"
"""


def project(root: Path, data: dict[str, Any] | None = None) -> Path:
    """Write params, an instrument of its own, and the raw files; the folder of the raw files is returned."""
    raw = root / FOLDER
    raw.mkdir(parents=True)
    for name, rows in files().items():
        (raw / name).write_bytes(csv(rows))
    (root / "instruments").mkdir()
    (root / "instruments" / "mini.yaml").write_text(INSTRUMENT, encoding="utf-8")
    (root / "data" / "interim").mkdir()
    (root / "data" / "interim" / "check.json").write_text("{}", encoding="utf-8")
    (root / "data" / "interim" / "sources.json").write_text("{}", encoding="utf-8")
    params = deepcopy(data or PARAMS)
    params["measures"] = {"instruments": ["mini.yaml"]}
    (root / "params.yaml").write_text(json.dumps(params), encoding="utf-8")
    return raw


def stage(root: Path, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one stage as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline", name],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def written(root: Path) -> dict[str, bytes]:
    """Everything below data/ other than the raw files."""
    outputs = (root / "data").rglob("*")
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in outputs
        if path.is_file() and "raw" not in path.parts
    }
