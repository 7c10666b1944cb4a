"""The stage: the same bytes anywhere, back through ingest as they were, and nothing but a note for a real study."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from pipeline.base.params import load
from pipeline.ingest.together import KEYS
from pipeline.project import runner
from pipeline.project.io import digest
from pipeline.simulate import canonical

ROOT = Path(__file__).parent.parent.parent
PARAMS = (ROOT / "params.yaml").read_text(encoding="utf-8")
SMALL = PARAMS.replace("workers: 40", "workers: 6").replace("clients: 400", "clients: 60")


def _project(folder: Path, params: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    for name in ("data/interim", "instruments"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "data/interim/check.json").write_text("{}\n", encoding="utf-8")
    return folder


def _hashes(project: Path) -> dict[str, str]:
    return {path.name: digest(path.read_bytes()) for path in sorted((project / "data/raw/simulated").iterdir())}


def _run_elsewhere(project: Path, **environment: str) -> dict[str, str]:
    code = (
        "import sys; from pathlib import Path; from pipeline.project.runner import run; run('simulate', Path(sys.argv[1]))"
    )
    inherited = {name: value for name, value in os.environ.items() if name not in environment}
    environment = {**inherited, "PYTHONPATH": str(ROOT), **environment}
    subprocess.run([sys.executable, "-c", code, str(project)], cwd=project, env=environment, check=True, timeout=60)
    return _hashes(project)


def test_equal_bytes_whatever_the_hash_seed_time_zone_locale_and_folder(tmp_path: Path) -> None:
    one = _run_elsewhere(_project(tmp_path / "a", SMALL), PYTHONHASHSEED="1", TZ="Asia/Tokyo", LC_ALL="C")
    two = _run_elsewhere(_project(tmp_path / "b/c", SMALL), PYTHONHASHSEED="77", TZ="America/Lima", LC_ALL="C.UTF-8")
    assert one == two
    assert len(one) == 8


def test_another_seed_gives_another_study_and_the_same_truth(tmp_path: Path) -> None:
    found = []
    for name, params in (("a", SMALL), ("b", SMALL.replace("seed: 20261122", "seed: 7"))):
        project = _project(tmp_path / name, params)
        runner.run("simulate", project)
        found.append(_hashes(project))
    same = {name for name in found[0] if found[0][name] == found[1][name]}
    assert same == {"truth.json"}


def test_ingest_reads_back_what_was_drawn(tmp_path: Path) -> None:
    project = _project(tmp_path, SMALL)
    runner.run("simulate", project)
    (project / "data/interim").mkdir(parents=True, exist_ok=True)
    (project / "data/interim/sources.json").write_text("{}", encoding="utf-8")  # what check hands ingest
    runner.run("ingest", project)
    params = load(SMALL)
    for name, drawn in canonical(params.simulate, params.study.seed).items():
        read = pd.read_parquet(project / f"data/interim/ingested/{name}.parquet")
        ordered = drawn.sort_values([key for key in KEYS if key in drawn], ignore_index=True)
        pd.testing.assert_frame_equal(read, ordered.astype(read.dtypes.to_dict()), obj=name)
        assert [str(kind) for kind in read.dtypes] == [str(kind) for kind in drawn.dtypes], name


def test_a_real_study_gets_a_note_and_no_data(tmp_path: Path) -> None:
    project = _project(tmp_path, SMALL)
    runner.run("simulate", project)
    _project(project, SMALL.replace("origin: simulated", "origin: real"))
    runner.run("simulate", project)
    folder = project / "data/raw/simulated"
    assert [path.name for path in folder.iterdir()] == ["truth.json"]
    assert json.loads((folder / "truth.json").read_text(encoding="utf-8")) == {"simulated": False}


@pytest.mark.parametrize("size", ["workers: 6", "clients: 60", "sessions: 16"])
def test_the_small_study_is_what_the_shipped_params_are_cut_down_to(size: str) -> None:
    assert size in SMALL
