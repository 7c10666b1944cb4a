from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.base.errors import MeasureError
from pipeline.measures import shipped
from pipeline.project import runner
from tests.measures.make import likert, ratings
from tests.measures.test_instruments import OWN

PARAMS = (Path(__file__).parents[2] / "params.yaml").read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder with validated ratings on two instruments: 40 clients with 6 sessions each."""
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")
    valid = tmp_path / "data" / "validated"
    valid.mkdir(parents=True)
    (tmp_path / "instruments").mkdir()
    for name in ("wai_sr", "srs"):
        ratings(likert(shipped()[name], 240), shipped()[name]).to_parquet(valid / f"ratings_{name}.parquet", index=False)
    number = np.arange(240)
    sessions = pd.DataFrame(
        {
            "session_id": [f"S{n:06d}" for n in number],
            "client_id": [f"C{n // 6:06d}" for n in number],
            "worker_id": [f"W{n // 60:06d}" for n in number],
            "day": (number % 6) * 7,
            "session_number": number % 6 + 1,
            "attendance": "attended",
            "phase": np.array(["engagement", "assessment", "intervention"])[number % 6 // 2],
        }
    )
    sessions.to_parquet(valid / "sessions.parquet", index=False)
    return tmp_path


def result(project: Path, name: str) -> dict[str, object]:
    return json.loads((project / name).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def own_instrument(project: Path, text: str) -> None:
    (project / "params.yaml").write_text(
        PARAMS.replace("min_answered: 0.75", "min_answered: 0.75\n  instruments: [own.yaml]"), encoding="utf-8"
    )
    (project / "instruments" / "own.yaml").write_text(text, encoding="utf-8")


def test_scores_of_all_instruments_are_written(project: Path) -> None:
    runner.run("score", project)
    scores = pd.read_parquet(project / "data/scored/scores.parquet")
    assert list(scores.columns) == ["session_id", "instrument", "rater", "score", "value", "answered", "items", "prorated"]
    assert scores.groupby(["instrument", "score"], observed=True).size().to_dict() == {
        (name, score): 240 for name in ("srs", "wai_sr") for score in ("total", "goal", "task", "bond")
    }
    assert len(result(project, "data/scored/scoring.json")["counts"]) == 8  # type: ignore[arg-type]


def test_reliability_has_a_row_for_each_score(project: Path) -> None:
    runner.run("score", project)
    runner.run("reliability", project)
    rows = result(project, "data/analysis/reliability.json")["instruments"]
    assert [(row["instrument"], row["score"]) for row in rows] == [  # type: ignore[attr-defined]
        (name, score) for name in ("srs", "wai_sr") for score in ("total", "goal", "task", "bond")
    ]


def test_an_own_instrument_is_data_alone(project: Path) -> None:
    own_instrument(project, OWN)
    table = pd.DataFrame({"session_id": ["S000000"], "rater": ["worker"], "item_1": [2.0], "item_2": [1.0], "item_3": [4.0]})
    table.to_parquet(project / "data/validated/ratings_wai_s_worker.parquet", index=False)
    runner.run("score", project)
    scores = pd.read_parquet(project / "data/scored/scores.parquet")
    own = scores[scores["instrument"] == "wai_s_worker"].set_index("score")["value"]
    assert own.to_dict() == {"total": 13 / 3, "goal": 4.5, "bond": 4.0}


def test_an_own_file_that_is_not_there_is_named(project: Path) -> None:
    own_instrument(project, OWN)
    (project / "instruments/own.yaml").unlink()
    with pytest.raises(MeasureError, match="no file `instruments"):
        runner.run("score", project)


def test_a_study_without_ratings_is_scored_to_nothing(project: Path) -> None:
    for path in (project / "data/validated").glob("ratings_*"):
        path.unlink()
    runner.run("score", project)
    runner.run("reliability", project)
    assert len(pd.read_parquet(project / "data/scored/scores.parquet")) == 0
    assert result(project, "data/analysis/reliability.json")["instruments"] == []


def flip_item(project: Path, item: int) -> None:
    path = project / "data/validated/ratings_wai_sr.parquet"
    table = pd.read_parquet(path)
    table[f"item_{item}"] = 6 - table[f"item_{item}"]
    table.to_parquet(path, index=False)


def test_a_wrong_key_stops_the_run_and_writes_nothing(project: Path) -> None:
    flip_item(project, 5)
    with pytest.raises(MeasureError, match="item 5 runs against its key"):
        runner.run("score", project)
    assert not (project / "data/scored").exists()


def test_an_overruled_key_is_used_and_reported(project: Path) -> None:
    flip_item(project, 5)
    text = PARAMS.replace("min_answered: 0.75", "min_answered: 0.75\n  overrule: [wai_sr]")
    (project / "params.yaml").write_text(text, encoding="utf-8")
    runner.run("score", project)
    runner.run("reliability", project)
    checks = result(project, "data/analysis/reliability.json")["item_checks"]
    (found,) = [check for check in checks if check["instrument"] == "wai_sr"]  # type: ignore[attr-defined]
    assert found["overruled"] is True
    assert [suspect["item"] for suspect in found["suspects"]] == [5]


def test_two_runs_write_the_same_bytes(project: Path) -> None:
    names = ("data/scored/scores.parquet", "data/scored/scoring.json", "data/analysis/reliability.json")
    written = []
    for _ in range(2):
        runner.run("score", project)
        runner.run("reliability", project)
        written.append([(project / name).read_bytes() for name in names])
    assert written[0] == written[1]
