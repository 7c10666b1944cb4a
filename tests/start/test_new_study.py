"""A study in a folder of its own: the installed package stands for the code of a clone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline.base.errors import StageError
from pipeline.project.new_study import files_of_study, renew_study, write_study
from pipeline.project.package import package_stamp, project_files, refuse_other_package
from pipeline.start.template import PARTS, STAMP, stages, study_files

ROOT = Path(__file__).parents[2]


@pytest.fixture
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # as an installed package is


def test_every_stage_depends_on_the_package_and_on_no_file_of_it() -> None:
    before = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    after = YAML(typ="safe").load(stages((ROOT / "dvc.yaml").read_text(encoding="utf-8")))["stages"]
    assert list(after) == list(before)
    for name, stage in after.items():
        old, new = before[name].get("do", before[name]), stage.get("do", stage)
        kept = [dep for dep in old["deps"] if dep != "pipeline"]
        assert new["deps"] == [STAMP, *kept]
        assert {key: value for key, value in new.items() if key not in ("deps", "always_changed")} == {
            key: value for key, value in old.items() if key != "deps"
        }
    assert after["check"]["always_changed"] is True


def test_a_new_study_holds_what_it_needs_and_another_package_is_refused(tmp_path: Path, importable: None) -> None:
    folder = tmp_path / "mine"
    files = files_of_study(folder)
    write_study(folder, files)
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == set(files)
    assert "*" in (folder / "data/.gitignore").read_text(encoding="utf-8").splitlines()
    refuse_other_package(folder, STAMP)
    (folder / STAMP).write_text("another\n", encoding="utf-8")
    with pytest.raises(StageError, match="start --renew"):
        refuse_other_package(folder, STAMP)
    (folder / "lock.json").unlink()
    (folder / "params.yaml").write_text("mine\n", encoding="utf-8")
    renew_study(folder)
    refuse_other_package(folder, STAMP)
    assert (folder / "lock.json").is_file()
    assert (folder / "params.yaml").read_text(encoding="utf-8") == "mine\n"
    with pytest.raises(StageError, match="not empty"):
        files_of_study(folder)


def test_a_study_is_not_made_where_the_package_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    done = subprocess.run([sys.executable, "-c", "import pipeline"], cwd=tmp_path, capture_output=True, check=False)
    if done.returncode == 0:
        pytest.skip("the package is installed here")
    with pytest.raises(StageError, match="pip install"):
        files_of_study(tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_the_study_begins_with_the_projects_params_and_an_open_lock() -> None:
    files = study_files(project_files(PARTS), package_stamp())
    assert files["params.yaml"].startswith("# What this study asks")
    assert '"locked": null' in files["lock.json"]
    assert files[STAMP] == package_stamp()


def test_a_new_study_has_every_file_that_its_stages_ask_for() -> None:
    files = study_files(project_files(PARTS), package_stamp())
    asked = YAML(typ="safe").load(files["dvc.yaml"])["stages"].values()
    deps = {dep for stage in asked for dep in stage.get("do", stage)["deps"]}
    own = {dep for dep in deps if not dep.startswith(("data/", "reports/", "${"))}
    assert not [dep for dep in own if not any(name == dep or name.startswith(f"{dep}/") for name in files)]


def test_renewing_a_clone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="no study in a folder of its own"):
        renew_study(tmp_path)


def test_the_wheel_carries_what_a_study_begins_with() -> None:
    namespace: dict[str, object] = {"__name__": "packing", "__file__": str(ROOT / "setup.py")}
    source = (ROOT / "setup.py").read_text(encoding="utf-8").partition("setup(cmdclass")[0]
    exec(compile(source, "setup.py", "exec"), namespace)
    assert namespace["carried"]() == PARTS  # type: ignore[operator]
