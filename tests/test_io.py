"""The writer: all or nothing, equal bytes for equal content, private under data/, and only what was declared."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.base.errors import StageError
from pipeline.project import io


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


def everything(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def second(batch: io.Batch) -> io.Batch:
    """A batch over what an earlier run has written."""
    batch.put_text("data/out/a.txt", "old")
    batch.put_text("data/out/gone.txt", "old")
    batch.commit()
    later = io.Batch(batch.root, batch.reads, batch.writes)
    later.put_text("data/out/a.txt", "new")
    later.put_text("data/out/b.txt", "new")
    later.put_text("reports/page.html", "new")
    return later


@pytest.mark.parametrize(
    ("code", "says"),
    [(errno.ENOSPC, "the disk is full"), (errno.EDQUOT, "the disk is full"), (errno.EROFS, "not written")],
)
@pytest.mark.parametrize("call", ["open", "fsync"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_write_that_fails_leaves_all_as_it_was(
    second: io.Batch, monkeypatch: pytest.MonkeyPatch, code: int, says: str, call: str, nth: int
) -> None:
    before, real, calls = everything(second.root), getattr(os, call), iter(range(1, 100))

    def failing(*arguments: object) -> object:
        if next(calls) == nth:
            raise OSError(code, "injected")
        return real(*arguments)

    monkeypatch.setattr(io.os, call, failing)
    with pytest.raises(StageError, match=says):
        second.commit()
    monkeypatch.undo()
    assert everything(second.root) == before
    second.commit()
    assert set(everything(second.root)) == {"data/in.json", "data/out/a.txt", "data/out/b.txt", "reports/page.html"}


def test_a_mark_that_cannot_be_set_leaves_all_as_it_was(second: io.Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(second.root)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "injected")

    monkeypatch.setattr(Path, "touch", full)
    with pytest.raises(StageError, match="data/out: not written: the disk is full"):
        second.commit()
    assert everything(second.root) == before


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_folder_that_was_left_half_replaced_is_not_read_until_it_is_whole_again(
    second: io.Batch, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    real, calls = Path.replace, iter(range(1, 100))

    def killed(path: Path, target: Path) -> Path:
        if next(calls) == nth:
            raise KeyboardInterrupt
        return real(path, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        second.commit()
    monkeypatch.undo()
    reader = io.Batch(second.root, ("data/out",), ())
    for read in (reader.names, lambda _: reader.has("data/out/gone.txt"), lambda _: reader.content("data/out/a.txt")):
        with pytest.raises(StageError, match="data/out: left half replaced"):
            read("data/out")
    again = io.Batch(second.root, second.reads, second.writes)
    again.put_text("data/out/a.txt", "new")
    again.put_text("reports/page.html", "new")
    again.commit()
    assert set(everything(second.root)) == {"data/in.json", "data/out/a.txt", "reports/page.html"}
    assert reader.names("data/out") == ["data/out/a.txt"]


def test_a_folder_that_may_not_be_written_to_is_said_in_words(second: io.Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied", str(target))

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(StageError, match=r"could not be replaced \(Permission denied\)"):
        second.commit()


def test_what_stands_in_the_place_of_an_output_is_named(second: io.Batch) -> None:
    place = second.root / "reports/page.html"
    place.unlink(missing_ok=True)
    place.mkdir(parents=True)
    with pytest.raises(StageError, match=r"page\.html: could not be replaced"):
        second.commit()


def test_a_failing_rerun_does_not_clear_the_mark_of_a_killed_one(second: io.Batch) -> None:
    (second.root / "data/out" / io.UNFINISHED).touch()
    second.json("data/in.json")
    (second.root / "data/in.json").write_text('{"b": 1}', encoding="utf-8")
    with pytest.raises(StageError, match="changed while"):
        second.commit()
    assert (second.root / "data/out" / io.UNFINISHED).exists()


def test_what_a_killed_run_left_beside_a_single_file_goes(batch: io.Batch) -> None:
    (batch.root / "reports").mkdir()
    (batch.root / "reports/.page.html.1.partial").write_text("half", encoding="utf-8")
    batch.put_text("reports/page.html", "whole")
    batch.commit()
    assert [path.name for path in (batch.root / "reports").iterdir()] == ["page.html"]


def test_removing_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    io.remove_file(tmp_path, "a")
    io.remove_file(tmp_path, "a")
    assert not list(tmp_path.iterdir())


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


def test_text_that_nobody_asks_for_is_not_read_and_keys_are_held_once(tmp_path: Path) -> None:
    """Numbers, flags and categories are always there; keys come as categories in their order, missing ones missing."""
    table = pd.DataFrame(
        {
            "client_id": pd.array(["c2", "c1", None, "c2"], dtype="str"),
            "program": pd.array(["b", "a", "b", "a"], dtype="str"),
            "language": pd.array(["x", "y", "x", "y"], dtype="str"),
            "phase": pd.Categorical(["late", "early", "late", "early"], categories=["early", "late"]),
            "score": [1.0, 2.0, np.nan, 4.0],
        }
    )
    (tmp_path / "table.parquet").write_bytes(io.parquet_bytes(table))
    batch = io.Batch(tmp_path, ("table.parquet",), ())
    assert batch.text_columns("table.parquet") == ["client_id", "program", "language"]
    found = batch.table("table.parquet", coded={"client_id", "nor_this"}, without={"language", "phase", "score", "nor_that"})
    assert list(found) == ["client_id", "program", "phase", "score"]
    pd.testing.assert_frame_equal(found.drop(columns="client_id"), table[["program", "phase", "score"]])
    assert list(found["client_id"].cat.categories) == ["c1", "c2"]
    assert found["client_id"].isna().tolist() == [False, False, True, False]
