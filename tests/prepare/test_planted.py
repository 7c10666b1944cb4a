"""Nothing of what identifies leaves: searched for in every byte that prepare wrote or printed."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from pipeline.__main__ import main
from tests.prepare.identified_study import OPTIONS, Study, study


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "params.yaml").write_text("{}\n", encoding="utf-8")
    monkeypatch.chdir(root)
    return root


def run(project: Path, found: Study, *more: str, key: str = "one.key", to: str = "data/raw/study") -> int:
    paths = found.write(project.parent / "identified")
    return main(["prepare", *paths, "--to", to, "--key", str(project.parent / "keys" / key), *OPTIONS, *more])


def written(project: Path) -> dict[str, bytes]:
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in project.rglob("*") if path.is_file()}


def test_no_planted_identifier_or_date_is_in_any_byte(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = study()
    assert len(found.planted) >= 1000
    assert run(project, found) == 0
    printed = capsys.readouterr()
    everything = b"\n".join([*written(project).values(), *(name.encode() for name in written(project))])
    everything += (printed.out + printed.err).encode()
    left = [text for text in found.planted if text.lower().encode() in everything.lower()]
    assert left == []
    zips = {row[6] for row in found.files["people.csv"][1:]}
    assert not zips & {cell for content in written(project).values() for cell in re.split(r"[,\n]", content.decode())}


def test_a_refusal_shows_no_value_and_writes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = study()
    before = written(project)
    assert run(project, found, "--keep", "notes", "comment", "email=mail", "street=way") == 1
    printed = capsys.readouterr()
    assert printed.err.count("cells (") == 4
    assert [text for text in found.planted if text in printed.out + printed.err] == []
    assert written(project) == before


def test_equal_input_and_key_give_equal_bytes_whatever_the_order_of_rows(project: Path) -> None:
    assert run(project, study()) == 0
    first = written(project)
    shuffled = Study({name: [rows[0], *reversed(rows[1:])] for name, rows in study().files.items()}, frozenset())
    assert run(project, shuffled) == 0
    assert written(project) == first


def test_another_key_gives_no_common_id(project: Path) -> None:
    assert run(project, study()) == 0
    first = written(project)["data/raw/study/table.csv"].decode()
    assert run(project, study(), key="two.key") == 0
    second = written(project)["data/raw/study/table.csv"].decode()
    ids = [{line.split(",")[0] for line in text.splitlines()[1:]} for text in (first, second)]
    assert len(ids[0]) == len(ids[1]) == 60
    assert not ids[0] & ids[1]


def test_files_and_key_are_for_their_owner_alone(project: Path) -> None:
    assert run(project, study()) == 0
    if os.name == "posix":
        for path in (project.parent / "keys/one.key", *(project / "data/raw/study").iterdir()):
            assert path.stat().st_mode & 0o077 == 0
    assert "*" in (project / "data/.gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("place", ["inside", "in_git", "open", "link", "other"])
def test_a_key_that_would_not_stay_secret_is_refused(project: Path, place: str, capsys: pytest.CaptureFixture[str]) -> None:
    keys = project.parent / "keys"
    keys.mkdir(mode=0o700)
    path = keys / "a.key"
    if place == "inside":
        path = project / "a.key"
    elif place == "in_git":
        (keys / ".git").mkdir()
    elif place == "open":
        path.write_text("ab" * 32 + "\n", encoding="ascii")
        path.chmod(0o644)
    elif place == "link":
        (project.parent / "real.key").write_text("ab" * 32 + "\n", encoding="ascii")
        (project.parent / "real.key").chmod(0o600)
        path.symlink_to(project.parent / "real.key")
    else:
        path.write_text("hello\n", encoding="ascii")
        path.chmod(0o600)
    found = study(clients=10)
    paths = found.write(project.parent / "identified")
    assert main(["prepare", *paths, "--to", "data/raw/study", "--key", str(path), *OPTIONS]) == 1
    assert "--key" in capsys.readouterr().err
    assert not (project / "data/raw").exists()


def test_identified_files_inside_the_project_are_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = study(clients=10).write(project / "mine")
    assert main(["prepare", *paths, "--to", "data/raw/study", "--key", str(project.parent / "k"), *OPTIONS]) == 1
    assert "inside the project" in capsys.readouterr().err
    link = project.parent / "linked"
    link.symlink_to(project / "mine")
    assert main(["prepare", str(link / "people.csv"), "--to", "data/raw/study", *OPTIONS]) == 1
