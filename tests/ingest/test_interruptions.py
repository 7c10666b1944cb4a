"""Killed at any moment, or out of disk: nothing half-written is ever taken for whole, and the rerun is clean."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pipeline.project import runner
from tests.ingest.project import ROOT, project, stage, written

KILLS = 6
LONGEST = 1.2  # seconds into the run: start-up, reading, and the moment of writing lie within
SMALL_DISK = 2_000  # bytes that a file may have before writing fails, as on a full disk
SEED = 20261122


def complete(root: Path) -> dict[str, bytes]:
    """The outputs that could be taken for whole: temporary files carry a name of their own."""
    return {name: content for name, content in written(root).items() if not Path(name).name.startswith(".")}


@pytest.fixture
def undisturbed(tmp_path) -> dict[str, bytes]:
    """A project whose ingest and validate have run, and what they wrote."""
    project(tmp_path)
    runner.run("ingest", tmp_path)
    runner.run("validate", tmp_path)
    return complete(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ingest", "validate"])
def test_killed_at_random_moments(tmp_path, undisturbed, name):
    rng = np.random.Generator(np.random.PCG64(SEED))
    for moment in rng.uniform(0, LONGEST, KILLS):
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", name],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(moment)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert complete(tmp_path) == undisturbed
    assert stage(tmp_path, name).returncode == 0
    assert written(tmp_path) == undisturbed


@pytest.mark.parametrize("name", ["ingest", "validate"])
def test_a_full_disk(tmp_path, undisturbed, name):
    code = "import resource, sys; from pipeline.__main__ import main; "
    code += f"resource.setrlimit(resource.RLIMIT_FSIZE, ({SMALL_DISK}, {SMALL_DISK})); sys.exit(main(['{name}']))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert complete(tmp_path) == undisturbed
    assert stage(tmp_path, name).returncode == 0
    assert written(tmp_path) == undisturbed
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != SMALL_DISK
