"""The writer: all or nothing, equal bytes for equal content, private under data/, and only what was declared."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import io
from pipeline.errors import StageError


@pytest.fixture
def batch(tmp_path: Path) -> io.Batch:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/in.json").write_text("{}", encoding="utf-8")
    return io.Batch(tmp_path, ("data/in.json",), ("data/out", "reports/page.html"))


def test_nothing_is_written_before_commit(batch: io.Batch) -> None:
    batch.put_text("data/out/a.txt", "a")
    assert not (batch.root / "data/out").exists()
    batch.commit()
    assert (batch.root / "data/out/a.txt").read_text(encoding="utf-8") == "a"
    assert [p.name for p in (batch.root / "data/out").iterdir()] == ["a.txt"]


def test_an_input_that_changed_meanwhile_stops_the_stage_and_leaves_nothing(batch: io.Batch) -> None:
    batch.json("data/in.json")
    batch.put_text("data/out/a.txt", "a")
    (batch.root / "data/in.json").write_text('{"b": 1}', encoding="utf-8")
    with pytest.raises(StageError, match="changed while"):
        batch.commit()
    assert not list((batch.root / "data").rglob("*.txt*"))


def test_what_an_earlier_run_left_in_a_declared_folder_goes(batch: io.Batch) -> None:
    (batch.root / "data/out").mkdir()
    (batch.root / "data/out/old.json").write_text("{}", encoding="utf-8")
    batch.put_text("data/out/a.txt", "a")
    batch.commit()
    assert [p.name for p in (batch.root / "data/out").iterdir()] == ["a.txt"]


@pytest.mark.parametrize("name", ["data/other.txt", "data/outside/a.txt", "reports/page.html.bak"])
def test_an_undeclared_output_is_refused(batch: io.Batch, name: str) -> None:
    with pytest.raises(StageError, match="not declared"):
        batch.put_text(name, "a")


def test_an_undeclared_input_is_refused(batch: io.Batch) -> None:
    with pytest.raises(StageError, match="not declared"):
        batch.json("params.yaml")


def test_a_missing_or_broken_input_is_named(batch: io.Batch) -> None:
    (batch.root / "data/in.json").write_text("{", encoding="utf-8")
    with pytest.raises(StageError, match=r"data/in\.json: not readable"):
        batch.json("data/in.json")
    (batch.root / "data/in.json").unlink()
    with pytest.raises(StageError, match=r"data/in\.json: this input is not there"):
        batch.json("data/in.json")


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_data_is_readable_by_its_owner_alone_whatever_the_umask(batch: io.Batch) -> None:
    before = os.umask(0)
    try:
        batch.put_text("data/out/deep/a.txt", "a")
        batch.put_text("reports/page.html", "a")
        batch.commit()
    finally:
        os.umask(before)
    assert stat.S_IMODE((batch.root / "data/out/deep/a.txt").stat().st_mode) == 0o600
    assert stat.S_IMODE((batch.root / "data/out/deep").stat().st_mode) == 0o700
    assert stat.S_IMODE((batch.root / "reports/page.html").stat().st_mode) == 0o644


def test_equal_tables_give_equal_bytes_and_come_back_equal(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": ["x", None], "c": pd.Categorical(["u", "v"])})
    content = io.parquet_bytes(table)
    assert content == io.parquet_bytes(table.copy())
    (tmp_path / "t.parquet").write_bytes(content)
    back = io.Batch(tmp_path, ("t.parquet",), ()).table("t.parquet")
    pd.testing.assert_frame_equal(back, table)


def test_json_is_sorted_and_has_no_nan() -> None:
    value = {"b": np.float64("nan"), "a": (np.int64(1), pd.NA, True), "c": {"z": np.array([1.5])}}
    expected = '{\n "a": [\n  1,\n  null,\n  true\n ],\n "b": null,\n "c": {\n  "z": [\n   1.5\n  ]\n }\n}\n'
    assert io.json_bytes(value).decode() == expected
