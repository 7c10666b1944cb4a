"""The only module that writes.

A stage works on a Batch: it reads what it declared, puts what it declared, and all of it lands together at the end: temp
file, fsync, a look whether an input changed meanwhile, rename. Equal input gives equal bytes. Whatever lies under data/ is
readable by its owner alone.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pipeline.errors import Problem, StageError

if TYPE_CHECKING:
    import pandas as pd

Stamp = tuple[int, int, int]
RERUN = "run `dvc repro`, which runs the stages in their order"


class Batch:
    """The files one run of one stage reads and writes, all named relative to the project's folder with `/`."""

    def __init__(self, root: Path, reads: Sequence[str], writes: Sequence[str]) -> None:
        self.root = root
        self.reads = tuple(reads)
        self.writes = tuple(writes)
        self._pending: dict[str, bytes] = {}
        self._seen: dict[Path, Stamp] = {}

    def has(self, name: str) -> bool:
        """Whether a declared input file is there (a study may have no advocacy log)."""
        return self._input(name).is_file()

    def names(self, folder: str) -> list[str]:
        """The files below a declared input folder, sorted, relative to the project."""
        base = self._input(folder)
        found = (path for path in base.rglob("*") if path.is_file() and not path.name.startswith("."))
        return sorted(path.relative_to(self.root).as_posix() for path in found)

    def path(self, name: str) -> Path:
        """The path of a declared input, for a reader of its own; the file is re-checked before anything is written."""
        path = self._input(name)
        if not path.is_file():
            raise StageError(Problem(name, "this input is not there", RERUN))
        self._seen[path] = _stamp(path)
        return path

    def table(self, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        """Read one Parquet table."""
        import pandas as pd

        try:
            return pd.read_parquet(self.path(name), columns=columns)
        except StageError:
            raise
        except Exception:
            raise StageError(Problem(name, "not a table this version can read", RERUN)) from None

    def json(self, name: str) -> Any:
        """Read one JSON file."""
        try:
            return json.loads(self.path(name).read_text(encoding="utf-8"))
        except ValueError:
            raise StageError(Problem(name, "not readable as JSON", RERUN)) from None

    def content(self, name: str) -> bytes:
        """Read one file whole."""
        return self.path(name).read_bytes()

    def put_table(self, name: str, table: pd.DataFrame) -> None:
        """Write one Parquet table: declared dtypes, no index, the same bytes for the same content."""
        self.put_bytes(name, parquet_bytes(table))

    def put_json(self, name: str, value: Any) -> None:
        """Write one JSON file: sorted keys, NaN as null."""
        self.put_bytes(name, json_bytes(value))

    def put_csv(self, name: str, table: pd.DataFrame) -> None:
        """Write one CSV file with `\\n` line ends."""
        self.put_bytes(name, table.to_csv(index=False, lineterminator="\n").encode("utf-8"))

    def put_text(self, name: str, text: str) -> None:
        """Write one UTF-8 text file."""
        self.put_bytes(name, text.encode("utf-8"))

    def put_bytes(self, name: str, content: bytes) -> None:
        """Hold one file's content until `commit`."""
        if not _declared(name, self.writes):
            raise StageError(Problem(name, "a stage wrote a file it had not declared", "add it to the stage's WRITES"))
        self._pending[name] = content

    def commit(self) -> None:
        """Write all that was put, or nothing; remove what an earlier run left in the declared folders."""
        temporary = {name: _write_temporary(self.root, name, content) for name, content in self._pending.items()}
        try:
            self._refuse_changed_inputs()
        except StageError:
            for path in temporary.values():
                path.unlink(missing_ok=True)
            raise
        for name in (name for name in self.writes if not PurePosixPath(name).suffix):
            folder = _make_folder(self.root, name)
            _remove_others(folder, {self.root / name for name in self._pending} | set(temporary.values()))
        for name, path in temporary.items():
            path.replace(self.root / name)
        for parent in {(self.root / name).parent for name in self._pending}:
            _sync_folder(parent)

    def _input(self, name: str) -> Path:
        if not _declared(name, self.reads):
            raise StageError(Problem(name, "a stage read a file it had not declared", "add it to the stage's READS"))
        return self.root / name

    def _refuse_changed_inputs(self) -> None:
        changed = [path for path, stamp in self._seen.items() if not path.is_file() or _stamp(path) != stamp]
        if changed:
            names = sorted(path.relative_to(self.root).as_posix() for path in changed)
            raise StageError([Problem(name, "changed while the stage was running", RERUN) for name in names])


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """A table as Parquet without the index and without pandas' own metadata beyond the dtypes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def json_bytes(value: Any) -> bytes:
    """A value as UTF-8 JSON text: sorted keys, one entry a line, NaN and infinities as null, numpy scalars as numbers."""
    text = json.dumps(plain(value), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8")


def plain(value: Any) -> Any:
    """Nested dicts, lists and scalars fit for JSON, from whatever a pure function returned."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if hasattr(value, "tolist"):  # numpy scalars and arrays
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    raise TypeError(f"not fit for JSON: {type(value).__name__}")


def digest(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def remove_undeclared(folder: Path, keep: Callable[[str], bool]) -> None:
    """Delete the files of a stage's folder whose stem is not kept: results of hypotheses that are no longer declared."""
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        if not keep(path.stem):
            path.unlink()


def _declared(name: str, allowed: Sequence[str]) -> bool:
    return any(name == entry or name.startswith(entry.rstrip("/") + "/") for entry in allowed)


def _stamp(path: Path) -> Stamp:
    stat = path.stat()
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns)


def _write_temporary(root: Path, name: str, content: bytes) -> Path:
    path = _make_folder(root, PurePosixPath(name).parent.as_posix()) / PurePosixPath(name).name
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if _is_private(name) else 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return temporary


def _make_folder(root: Path, name: str) -> Path:
    folder = root
    for part in PurePosixPath(name).parts:
        folder = folder / part
        folder.mkdir(exist_ok=True, mode=0o700 if _is_private(name) else 0o755)
    return folder


def _is_private(name: str) -> bool:
    return PurePosixPath(name).parts[:1] == ("data",)


def _remove_others(folder: Path, keep: set[Path]) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path not in keep:
            path.unlink()


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
