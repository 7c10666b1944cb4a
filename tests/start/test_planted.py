"""start on files full of names, numbers, dates and notes: nothing of them is in any byte it writes or prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.__main__ import main
from tests.prepare.identified_study import study

ROOT = Path(__file__).parents[2]


def test_a_set_up_from_identified_files_shows_and_writes_no_identifier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "params.yaml").write_text((ROOT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (root / "instruments").mkdir()
    monkeypatch.chdir(root)
    found = study()
    paths = found.write(tmp_path / "identified")
    answers = ["--answer", "advocacy.mode=J=joint W=worker_solo", "--key", str(tmp_path / "keys/a.key"), "--yes"]
    assert main(["start", *paths, *answers]) == 0
    printed = capsys.readouterr()
    written = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert any(path.name == "visits.csv" for path in written)
    everything = b"\n".join([*written.values(), *(str(path.relative_to(root)).encode() for path in written)])
    everything += (printed.out + printed.err).encode()
    assert [text for text in found.planted if text.lower().encode() in everything.lower()] == []
    assert "pass the gate" in printed.out
