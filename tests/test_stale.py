"""What has changed since results were made, by what DVC has noted and keeps."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from pipeline.project.stale import what_changed

DECLARED = "data/interim/declared.json"


def test_only_the_section_that_differs_is_named_also_after_check_has_written_anew(tmp_path: Path) -> None:
    then = json.dumps({"hypotheses": {"one": 1}, "sources": 1, "verdict": 1}).encode()
    now = json.dumps({"hypotheses": {"one": 2}, "sources": 1, "verdict": 1}).encode()
    noted = hashlib.md5(then, usedforsecurity=False).hexdigest()
    stages = {"judge": {"deps": [{"path": DECLARED, "md5": noted}]}, "report": {}}
    (tmp_path / "dvc.lock").write_text(json.dumps({"schema": "2.0", "stages": stages}), encoding="utf-8")
    (tmp_path / DECLARED).parent.mkdir(parents=True)
    (tmp_path / DECLARED).write_bytes(now)
    everything = ["params.yaml (hypotheses, sources, verdict)"]
    assert what_changed(tmp_path, "study: 1\n", {DECLARED: now}, "data/raw/mine") == everything
    kept = tmp_path / ".dvc/cache/files/md5" / noted[:2] / noted[2:]
    kept.parent.mkdir(parents=True)
    kept.write_bytes(then)
    assert what_changed(tmp_path, "study: 1\n", {DECLARED: now}, "data/raw/mine") == ["params.yaml (hypotheses)"]
