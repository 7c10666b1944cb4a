"""start a second time: on files in the project already, with more answers, with hypotheses that somebody changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.base.params import load
from tests.start.made import Made

ROOT = Path(__file__).parents[2]
NEEDED = ["--answer", "sessions.attendance=1=attended 2=no_show", "--answer", "advocacy.mode=1=joint 2=worker_solo"]
MORE = ["--answer", "advocacy.setting=1=social_services 2=court 3=school"]
CARRIED = "social_services_visits_matter_most"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "params.yaml").write_text((ROOT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (root / "instruments").mkdir()
    (tmp_path / "export.csv").write_text(Made(clients=40, sessions=4).redcap(), encoding="utf-8")
    monkeypatch.chdir(root)
    return root


def start(root: Path, *more: str, file: Path | None = None) -> set[str]:
    """Run start without questions; the hypotheses that params.yaml has then."""
    given = ["--key", str(root.parent / "keys/a.key"), "--yes", *NEEDED, *more]
    assert main(["start", str(file or root.parent / "export.csv"), *given]) == 0
    return set(load((root / "params.yaml").read_text(encoding="utf-8")).hypotheses)


def test_what_was_left_out_comes_back_when_its_column_is_there(root: Path) -> None:
    shipped = (root / "params.yaml").read_text(encoding="utf-8")
    assert CARRIED not in start(root)
    assert CARRIED in start(root, *MORE)
    assert (root / "params.before.yaml").read_text(encoding="utf-8") == shipped


def test_hypotheses_that_somebody_changed_stay_as_they_are(root: Path) -> None:
    first = start(root)
    text = (root / "params.yaml").read_text(encoding="utf-8")
    (root / "params.yaml").write_text(text.replace("lag: 0 }", "lag: 1 } # mine", 1), encoding="utf-8")
    assert start(root, *MORE) == first
    assert "lag: 1 } # mine" in (root / "params.yaml").read_text(encoding="utf-8")


def test_files_that_lie_in_the_project_are_used_where_they_are(root: Path) -> None:
    start(root)
    before = (root / "params.yaml").read_text(encoding="utf-8")
    files = sorted(path.name for path in (root / "data/raw/project").iterdir())
    start(root, file=root / "data/raw/project/table.csv" if "table.csv" in files else root / "data/raw/project" / files[0])
    assert (root / "params.yaml").read_text(encoding="utf-8") == before
    assert sorted(path.name for path in (root / "data/raw/project").iterdir()) == files


def test_identified_files_in_the_project_are_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "data/raw/project").mkdir(parents=True)
    inside = root / "data/raw/project/export.csv"
    inside.write_text((root.parent / "export.csv").read_text(encoding="utf-8"), encoding="utf-8")
    assert main(["start", str(inside), "--yes", *NEEDED]) == 1
    assert "move them out of the project" in capsys.readouterr().err
    assert not (root / "params.before.yaml").exists()
