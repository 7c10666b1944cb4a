"""A foreign study goes through ingest and validate by a params change alone."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from pipeline.base.params import load
from pipeline.ingest import check_params
from pipeline.project import runner

HERE = Path(__file__).parent
LABELS = ["Never", "Rarely", "Occasionally", "Sometimes", "Often", "Very Often", "Always"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(HERE / "wai_sessions", tmp_path / "data" / "raw" / "wai_sessions")
    shutil.copy(HERE / "params.yaml", tmp_path / "params.yaml")
    (tmp_path / "instruments").mkdir()
    (tmp_path / "data" / "interim").mkdir()
    (tmp_path / "data" / "interim" / "check.json").write_text("{}", encoding="utf-8")
    (tmp_path / "data" / "interim" / "sources.json").write_text("{}", encoding="utf-8")
    return tmp_path


def table(root: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO((root / "data" / "validated" / f"{name}.parquet").read_bytes()))


def by_session(root: Path, name: str, raw: pd.DataFrame) -> pd.DataFrame:
    """A table in the order of the raw file: tables are in the order of their keys, whatever the files' was."""
    ids = [f"S{pairing}_{session}" for pairing, session in zip(raw["pairing_id"], raw["session_id"], strict=True)]
    return table(root, name).set_index("session_id").loc[ids].reset_index()


def test_it_is_taken_in_by_params_alone(root):
    assert check_params(load((root / "params.yaml").read_text(encoding="utf-8"))) == []
    runner.run("ingest", root)
    runner.run("validate", root)
    raw = pd.read_csv(HERE / "wai_sessions" / "survey_wai_logs.csv")
    pairings = pd.read_csv(HERE / "wai_sessions" / "simulation_pairings.csv").set_index("pairing_id")
    sessions, ratings = by_session(root, "sessions", raw), by_session(root, "ratings_wai_36", raw)
    assert list(sessions["client_id"]) == [f"C{pairings.loc[p, 'patient_id']}" for p in raw["pairing_id"]]
    assert list(sessions["worker_id"]) == [pairings.loc[p, "therapist_id"] for p in raw["pairing_id"]]
    assert sessions["day"].isna().all()
    assert list(sessions["session_number"]) == list(raw["session_id"])
    for item in range(1, 37):
        assert list(ratings[f"item_{item}"]) == [LABELS.index(label) + 1 for label in raw[f"question{item}"]]
    assert list(ratings["shipped_total"]) == list(raw["composite_wai"])
    srs = pd.read_csv(HERE / "wai_sessions" / "survey_srs_logs.csv")
    assert list(by_session(root, "ratings_srs", srs)["item_4"]) == list(srs["overall"])
    assert not (root / "data" / "validated" / "advocacy.parquet").exists()


def test_what_its_order_leaves_open_is_said(root):
    runner.run("ingest", root)
    runner.run("validate", root)
    notes = json.loads((root / "data" / "interim" / "ingested" / "ingest.json").read_text())["notes"]
    assert notes == ["[J03] simulation_pairings.csv, column 1 (key of a join): of the joined file match no row (2 rows)"]
    warnings = json.loads((root / "data" / "validated" / "validate.json").read_text())["warnings"]
    assert [entry["rule"] for entry in warnings] == ["session_order_unknown"]
