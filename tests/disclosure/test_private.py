"""Nothing of the data can be read by another user, whatever the umask; nothing of it leaves by `dvc push`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.project import runner
from pipeline.project.private import close_folder, owner_only
from tests.project import ROOT, Project, copy_project, small_params

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and users of POSIX")
MASKS = ("000", "022", "077")
PUBLIC = {"reports", "pipeline", "docs", "instruments", "tests", "benchmarks", "notebooks", ".ci", ".hypothesis"}
READING = """
import os, sys
from pathlib import Path
root = Path(sys.argv[1])
os.setgroups([]); os.setgid(65534); os.setuid(65534)
for folder in (root / name for name in sys.argv[2:]):
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                with open(os.path.join(where, name), "rb") as file:
                    print(os.path.join(where, name), len(file.read()))
            except OSError:
                pass
"""


def open_to_others(root: Path) -> Iterator[Path]:
    """Files of a project's private folders that somebody else could reach, by the modes of everything on the way."""
    for name in ("data", ".dvc"):
        pending = [root / name]
        while pending:
            path = pending.pop()
            mode = path.stat().st_mode
            if path.is_dir():
                pending += list(path.iterdir()) if mode & 0o055 else []
            elif mode & 0o044:
                yield path


def read_by_nobody(root: Path) -> str:
    """What a process of another user can read of the private folders, by really trying."""
    for folder in (root, *root.parents[:-1]):
        if not folder.stat().st_mode & 0o005:
            folder.chmod(folder.stat().st_mode | 0o005)  # pytest closes its own folders: the way to the project is free
    done = subprocess.run(
        [sys.executable, "-c", READING, str(root), "data", ".dvc"], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize("mask", MASKS)
def test_what_a_stage_writes_is_private_from_the_first_byte(tmp_path: Path, mask: str) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "params.yaml").write_text(small_params((ROOT / "params.yaml").read_text("utf-8")), "utf-8")
    (root / "instruments").mkdir()
    (root / ".dvc").mkdir()
    (root / ".dvc/config").touch()
    before = os.umask(int(mask, 8))
    try:
        with owner_only(root):
            for stage in ("check", "simulate"):
                runner.run(stage, root)
            assert os.umask(0o077) == 0o077
    finally:
        assert os.umask(before) == int(mask, 8)
    assert (root / "data/raw/simulated/clients.csv").stat().st_mode & 0o777 == 0o600
    assert not list(open_to_others(root))
    if os.geteuid() == 0:
        assert read_by_nobody(root) == ""


def test_what_was_left_open_is_closed(tmp_path: Path) -> None:
    for name in ("data", ".dvc/cache"):
        (tmp_path / name).mkdir(parents=True, mode=0o777)
    for name in ("data/rows.csv", ".dvc/cache/ab", "dvc.lock", "params.yaml"):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(0o666)
    (tmp_path / "data").chmod(0o777)
    assert list(open_to_others(tmp_path))
    close_folder(tmp_path)
    assert not list(open_to_others(tmp_path))
    assert (tmp_path / "dvc.lock").stat().st_mode & 0o077 == 0


@pytest.mark.slow
@pytest.mark.parametrize("mask", MASKS)
def test_a_whole_run_leaves_nothing_for_another_user_and_pushes_released_files_only(tmp_path: Path, mask: str) -> None:
    before = os.umask(int(mask, 8))
    try:
        project = copy_project(tmp_path / "project")
        (project.root / "params.yaml").write_text(small_params((ROOT / "params.yaml").read_text("utf-8")), "utf-8")
        status, _, output = project.repro()
        assert status == 0, output
        assert not list(open_to_others(project.root))
        assert (project.root / "data/.site_cache").is_dir()  # DVC's state, which lies in a shared temporary folder else
        if os.geteuid() == 0:
            assert read_by_nobody(project.root) == ""
        assert pushed(project, tmp_path / "remote") == cached(project)
    finally:
        os.umask(before)


def pushed(project: Project, remote: Path) -> set[bytes]:
    """The contents that `dvc push` moves to a folder."""
    for command in (["remote", "add", "--local", "-d", "here", str(remote)], ["push"]):
        done = project.run(sys.executable, "-m", "dvc", *command)
        assert done.returncode == 0, done.stderr
    return {path.read_bytes() for path in remote.rglob("*") if path.is_file() and not path.name.endswith(".dir")}


def cached(project: Project) -> set[bytes]:
    """The contents of the public outputs that DVC keeps."""
    names = ("report.html", "report.pdf", "report.docx", "figures")
    paths = [project.root / "reports" / name for name in names]
    return {
        inner.read_bytes()
        for path in paths
        for inner in ([path] if path.is_file() else path.rglob("*"))
        if inner.is_file() and inner.name != ".gitignore"
    }


@pytest.mark.slow
def test_an_internal_run_leaves_its_report_where_neither_git_nor_a_push_nor_a_release_takes_it(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    text = small_params((ROOT / "params.yaml").read_text("utf-8")).replace("release: public", "release: internal")
    (project.root / "params.yaml").write_text(text, "utf-8")
    status, _, output = project.repro()
    assert status == 0, output
    left = {path.name for path in (project.root / "reports").rglob("*") if path.is_file() and path.name != ".gitignore"}
    assert left == {"report.html", "report.pdf", "metrics.json", "release.json"}
    assert "internal" in (project.root / "reports/report.html").read_text("utf-8")
    assert (project.root / "data/internal/tables/table1.csv").is_file()
    assert (project.root / "data/internal/report.html").stat().st_mode & 0o077 == 0 or not list(open_to_others(project.root))
    assert pushed(project, tmp_path / "remote") == cached(project)
    done = project.pipeline("release", "--yes")
    assert (done.returncode, "internal" in done.stderr) == (1, True)
    subprocess.run(["git", "init", "-q", "."], cwd=project.root, check=True)
    subprocess.run(["git", "add", "."], cwd=project.root, check=True)
    listed = subprocess.run(["git", "ls-files"], cwd=project.root, check=True, capture_output=True, text=True).stdout
    assert not [
        name
        for name in listed.splitlines()
        if name.startswith("data/") and Path(name).name not in (".gitignore", "README.md")
    ]


@pytest.mark.slow
def test_a_study_is_released_again_only_where_nothing_tells_of_the_few_who_differ(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    (project.root / "params.yaml").write_text(small_params((ROOT / "params.yaml").read_text("utf-8")), "utf-8")
    assert project.repro("ingest")[0] == 0
    shutil.copytree(project.root / "data/raw/simulated", project.root / "data/raw/mine")
    project.edit("origin: simulated", "origin: real")
    project.edit("directory: data/raw/simulated", "directory: data/raw/mine")

    def again() -> tuple[int, str]:
        status, _, output = project.repro()
        assert status == 0, output
        done = project.pipeline("release", "--yes")
        return done.returncode, done.stdout + done.stderr

    assert again()[0] == 0
    first = (project.root / "release.zip").read_bytes()
    assert again()[0] == 0  # the identical data
    assert (project.root / "release.zip").read_bytes() == first
    project.edit("round_to: 5", "round_to: 6")
    assert again()[0] == 1
    project.edit("round_to: 6", "round_to: 5")
    raw = project.root / "data/raw/mine/clients.csv"
    head, one, *rest = raw.read_text("utf-8").splitlines()
    other = one.replace(",F,", ",M,") if ",F," in one else one.replace(",M,", ",F,")
    assert other != one
    raw.write_text("\n".join([head, other, *rest]) + "\n", "utf-8")
    status, said = again()
    assert status == 1
    assert "fewer than 10 clients joined, left or changed" in said
    assert (project.root / "release.zip").read_bytes() == first
