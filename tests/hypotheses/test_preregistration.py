"""The preregistration: what the lock holds, whole, in sentences, and nothing of the data."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import pytest

from pipeline.base.errors import StageError
from pipeline.base.params import load
from pipeline.commands import lock
from pipeline.hypotheses.preregistration import FILE, preregistration_text
from pipeline.results.lock import LockFile

ROOT = Path(__file__).parents[2]
HEADINGS = (
    "Hypotheses",
    "Design",
    "Sampling",
    "Variables",
    "Analyses",
    "Inference criteria",
    "Data exclusion",
    "Missing data",
    "Exploratory analyses",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("params.yaml", "lock.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    raw = tmp_path / "data/raw/simulated"
    raw.mkdir(parents=True)
    (raw / "manifest.json").write_text("{}", encoding="utf-8")
    return tmp_path


def test_lock_writes_it_under_the_headings_of_the_registries(project: Path) -> None:
    assert lock.main(project, argparse.Namespace()) == 0
    text = (project / FILE).read_text(encoding="utf-8")
    held = LockFile.model_validate_json((project / "lock.json").read_text(encoding="utf-8")).locked
    assert held is not None
    for heading in HEADINGS:
        body = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
        assert len(body.split()) >= 10, heading
    params = load((project / "params.yaml").read_text(encoding="utf-8"))
    for name, one in params.hypotheses.items():
        assert text.count(f"“{one.claim}”") == 1
        where = text.partition("\n## Exploratory analyses\n")
        assert (one.claim in where[0]) == (one.role == "confirmatory"), name
    assert f"{params.verdict.rho_star:g}" in text
    assert f"SHA-256 of the lock: {held.sha256}" in text


def test_it_says_nothing_of_the_files(project: Path) -> None:
    lock.main(project, argparse.Namespace())
    text = (project / FILE).read_text(encoding="utf-8")
    held = LockFile.model_validate_json((project / "lock.json").read_text(encoding="utf-8")).locked
    assert held is not None
    assert held.manifest is not None
    assert held.manifest not in text
    for table in load((project / "params.yaml").read_text(encoding="utf-8")).sources.tables.values():
        codes = [code for column in table.recode.values() for code in column if len(code) > 2]
        headers = [
            header for ours, header in table.columns.items() if isinstance(header, str) and "_" in header and header != ours
        ]
        assert not [word for word in (*codes, *headers, *table.files) if f"`{word}`" in text or f" {word} " in text]


def test_it_is_of_the_lock_and_not_of_what_params_say_since(project: Path) -> None:
    lock.main(project, argparse.Namespace())
    held = LockFile.model_validate_json((project / "lock.json").read_text(encoding="utf-8")).locked
    assert held is not None
    block = json.loads(json.dumps(held.model_dump(mode="json")))
    block["promise"]["verdict"]["alpha"] = 0.01
    block["promise"]["hypotheses"] = dict(list(block["promise"]["hypotheses"].items())[:1])
    text = preregistration_text("T", "Q?", type(held).model_validate_json(json.dumps(block)), {})
    assert "Two-sided tests at 0.01" in text
    assert "over the 1 confirmatory hypothesis;" in text
    assert "None was declared." in text
    block["promise"]["verdict"]["no_such_rule"] = 1
    with pytest.raises(StageError, match="another version"):
        preregistration_text("T", "Q?", type(held).model_validate_json(json.dumps(block)), {})
