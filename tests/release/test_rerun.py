"""What a reviewer reruns: whole, the same twice, and with nothing of the raw files, of anybody, or of this machine in it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline.base.errors import DisclosureError
from pipeline.base.params import Params, load
from pipeline.measures.library import load_instruments
from pipeline.project.package import CODE
from pipeline.project.rerun import rerun_files
from tests.project import ROOT, small_params

TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")
REAL = small_params(TEXT).replace("origin: simulated", "origin: real").replace("data/raw/simulated", "data/raw/own")
OWN_FORM = "Gx[0-9]{7}"  # of a site's ids
REAL = REAL.replace("  release: public", f'  release: public\n  id_patterns: {{ client_id: "{OWN_FORM}" }}')


def made(text: str) -> dict[str, bytes]:
    params = load(text)
    return rerun_files(text, params, load_instruments(params.measures, {}), {})


def own_words(params: Params) -> set[str]:
    """Headers, codes and files of a site, where they are not ours, too."""
    tables = [*params.sources.tables.values(), *params.sources.ratings.values()]
    headers = {one for table in tables for one in table.columns.values() if isinstance(one, str) and "_" in one}
    codes = {code for table in tables for column in table.recode.values() for code in column if len(code) > 3}
    return (headers | codes | {"process.csv"}) - {"other"}


def test_it_is_the_same_twice_and_its_params_are_those_declared() -> None:
    assert made(REAL) == made(REAL)
    declared, again = load(REAL), load(made(REAL)["rerun/params.yaml"].decode())
    same = ("hypotheses", "verdict", "exposure", "measures", "compute", "missing", "multiverse", "report")
    assert all(getattr(declared, name) == getattr(again, name) for name in same)
    assert again.study.origin == "simulated"


def test_nothing_of_the_raw_files_is_in_it() -> None:
    files = {name: content.decode() for name, content in made(REAL).items() if not name.startswith("rerun/pipeline/")}
    words = own_words(load(REAL))
    assert len(words) > 30
    everything = "\n".join(text for name, text in files.items() if name != "rerun/requirements.lock")
    found = [word for word in words if re.search(rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])", everything)]
    assert found == []
    assert OWN_FORM not in everything
    assert "data/raw/own" not in everything


def test_a_remark_is_left_out_and_so_is_a_remote(monkeypatch: pytest.MonkeyPatch) -> None:
    text = REAL.replace("study:", "# Mary was the first client\nstudy:", 1)
    files = made(text)
    assert all(b"Mary was" not in content for content in files.values())
    assert b"remote" not in files["rerun/.dvc/config"]


def test_a_text_that_seems_personal_is_named_and_nothing_is_made() -> None:
    text = REAL.replace("clients rate the alliance higher.", "as mary.smith@example.org told us.", 1)
    with pytest.raises(DisclosureError, match="claim: this text seems to hold an e-mail address"):
        made(text)


def test_every_file_of_the_package_goes_along() -> None:
    """A kind of file that CODE does not name would be missed in an archive, and change no stamp."""
    made = {path.suffix for path in (ROOT / "pipeline").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert made == set(CODE)


def test_the_stages_find_every_file_they_depend_on() -> None:
    files = {name.removeprefix("rerun/") for name in made(REAL)}
    stages = YAML(typ="safe").load(made(REAL)["rerun/dvc.yaml"].decode())["stages"]
    bodies = [stage.get("do", stage) for stage in stages.values()]
    deps = {dep for body in bodies for dep in body["deps"] if dep.startswith(("pipeline", "instruments", "requirements"))}
    assert deps
    assert [dep for dep in deps if dep not in files and not any(name.startswith(f"{dep}/") for name in files)] == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [REAL, (ROOT / "tests/foreign/params.yaml").read_text(encoding="utf-8")])
def test_others_can_run_it(tmp_path: Path, text: str) -> None:
    for name, content in made(text).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    command = [sys.executable, "-m", "pipeline", "study"]
    done = subprocess.run(command, cwd=tmp_path / "rerun", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "rerun/reports/report.html").read_text(encoding="utf-8")
    assert "Simulated data" in page
