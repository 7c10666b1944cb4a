"""The only module that writes.

A stage works on a Batch: it reads what it declared, puts what it declared, and all of it lands together at the end: temp
file, fsync, a look whether an input changed meanwhile, rename. A write that fails leaves what was there before; a folder
that a killed run was just then replacing is marked, and not read. Equal input gives equal bytes. Whatever lies under data/
is readable by its owner alone.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
from collections.abc import Container, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from pipeline.base.errors import Problem, StageError
from pipeline.project.memory import return_freed_memory
from pipeline.project.private import public_mask

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import BaseModel

Stamp = tuple[int, int, int]
Held = TypeVar("Held", bound="BaseModel")
RERUN = "run `python -m pipeline study` (or `dvc repro`), which runs the stages in their order"
SIDE_BY_SIDE = 8  # files being flushed at a time
UNFINISHED = ".unfinished"  # stands in a folder while its files are being replaced
IGNORED = "# Every byte below data/ stays out of git: it is about people.\n*\n!.gitignore\n!README.md\n"
TEXT = ("string", "large_string")  # as Arrow names them
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


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

    def text_columns(self, name: str) -> list[str]:
        """The columns of text of one Parquet table: most of its memory, where numbers and categories take little."""
        import pyarrow.parquet as pq

        return [field.name for field in pq.read_schema(self.path(name)) if str(field.type) in TEXT]

    def table(self, name: str, coded: Container[str] = (), without: Container[str] = ()) -> pd.DataFrame:
        """Read one Parquet table.

        `coded`: columns of text whose values are held once, as the categories of their column in their order; `without`:
        columns of text that are not read.
        """
        import pandas as pd
        import pyarrow.parquet as pq

        return_freed_memory()
        try:
            path = self.path(name)
            if not coded and not without:
                return pd.read_parquet(path)
            text = self.text_columns(name)
            once = [column for column in text if column in coded and column not in without]
            kept = [column for column in pq.read_schema(path).names if column not in text or column not in without]
            arrow = pq.read_table(path, columns=kept, read_dictionary=once)
            read: pd.DataFrame = arrow.to_pandas(self_destruct=True, split_blocks=True)
            del arrow
            in_order = {column: read[column].cat.reorder_categories(sorted(read[column].cat.categories)) for column in once}
            return read.assign(**in_order)  # as text is grouped, so that sums over groups are the same to the last digit
        except StageError:
            raise
        except Exception:
            raise StageError(Problem(name, "not a table this version can read", RERUN)) from None

    def json(self, name: str) -> object:
        """Read one JSON file."""
        try:
            return json.loads(self.path(name).read_text(encoding="utf-8"))
        except ValueError:
            raise StageError(Problem(name, "not readable as JSON", RERUN)) from None

    def entries(self, name: str) -> dict[str, object]:
        """Read one JSON file that holds entries by name; StageError where it holds anything else."""
        found = self.json(name)
        if not isinstance(found, dict):
            raise StageError(Problem(name, "not as this version writes it", RERUN))
        return found

    def record(self, name: str, kind: type[Held]) -> Held:
        """Read one record from its JSON; StageError where the file is not of this version's form."""
        from pydantic import ValidationError

        try:
            return kind.model_validate_json(self.content(name))
        except ValidationError:
            raise StageError(Problem(name, f"not a {kind.__name__} this version can read", RERUN)) from None

    def content(self, name: str) -> bytes:
        """Read one file whole."""
        return self.path(name).read_bytes()

    def before(self, name: str) -> bytes | None:
        """What an earlier run has left of a declared output; None where there is none, or a killed run was replacing it."""
        if not _declared(name, self.writes):
            raise StageError(Problem(name, "a stage asked for a file it had not declared", "add it to the stage's WRITES"))
        path = self.root / name
        return path.read_bytes() if path.is_file() and not (path.parent / UNFINISHED).exists() else None

    def put_table(self, name: str, table: pd.DataFrame) -> None:
        """Write one Parquet table: declared dtypes, no index, the same bytes for the same content."""
        self.put_bytes(name, parquet_bytes(table))

    def put_json(self, name: str, value: object) -> None:
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
        """Write all that was put, or nothing; remove what an earlier run left in the declared folders.

        StageError where an input has changed meanwhile or the disk takes no more: then all is as it was before.
        """
        temporary: dict[str, Path] = {}
        marks: list[Path] = []
        at = ""
        try:
            for at, content in self._pending.items():
                temporary[at] = _temporary(self.root, at)
                _write(temporary[at], content, at)
            _flush(temporary.values())
            self._refuse_changed_inputs()
            for at in (name for name in self.writes if not PurePosixPath(name).suffix):
                _mark(_make_folder(self.root, at), marks)
        except BaseException as error:
            for path in (*temporary.values(), *marks):
                path.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise StageError(_not_written(error, at)) from None
            raise
        try:
            self._replace(temporary)
        except OSError as error:
            place = error.filename2 or error.filename  # of a rename the name that is meant, not the temporary one
            where = Path(place).name if place else at
            why = os.strerror(error.errno) if error.errno else type(error).__name__
            raise StageError(Problem(where, f"could not be replaced ({why})", "mend that, then run this again")) from None

    def _replace(self, temporary: Mapping[str, Path]) -> None:
        """Put the written files in their places; a declared folder is marked while old and new lie in it together."""
        folders = [self.root / name for name in self.writes if not PurePosixPath(name).suffix]
        for folder in folders:
            keep = {self.root / name for name in temporary} | set(temporary.values()) | {folder / UNFINISHED}
            _remove_others(folder, keep)
        for name, path in temporary.items():
            path.replace(self.root / name)
            for left in path.parent.glob(f".{PurePosixPath(name).name}.*.partial"):  # of a run that was killed
                left.unlink(missing_ok=True)
        for parent in {(self.root / name).parent for name in temporary}:
            _sync_folder(parent)
        for folder in folders:
            (folder / UNFINISHED).unlink()

    def _input(self, name: str) -> Path:
        if not _declared(name, self.reads):
            raise StageError(Problem(name, "a stage read a file it had not declared", "add it to the stage's READS"))
        path = self.root / name
        for folder in (path, path.parent):
            if (folder / UNFINISHED).exists():
                where = folder.relative_to(self.root).as_posix()
                raise StageError(Problem(where, "left half replaced by a run that was stopped", RERUN))
        return path

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


def json_bytes(value: object) -> bytes:
    """A value as UTF-8 JSON text: sorted keys, one entry a line, NaN and infinities as null, numpy scalars as numbers."""
    text = json.dumps(plain_value(value), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8")


def plain_value(value: object) -> object:
    """Nested dicts, lists and scalars fit for JSON, from whatever a pure function returned."""
    if isinstance(value, Mapping):
        return {str(key): plain_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(inner) for inner in value]
    if hasattr(value, "model_dump"):  # a record, whose own types are the form
        return plain_value(value.model_dump(mode="json"))
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain_value(getattr(value, name)) for name in value.__dataclass_fields__}
    if hasattr(value, "tolist"):  # numpy scalars and arrays
        return plain_value(value.tolist())
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


def _declared(name: str, allowed: Sequence[str]) -> bool:
    return any(name == entry or name.startswith(entry.rstrip("/") + "/") for entry in allowed)


def _stamp(path: Path) -> Stamp:
    stat = path.stat()
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns)


def _mark(folder: Path, marks: list[Path]) -> None:
    """Mark a folder as being replaced, noting the mark if it is not one that a killed run has left there."""
    if not (mark := folder / UNFINISHED).exists():
        marks.append(mark)
        mark.touch(mode=0o600)


def _temporary(root: Path, name: str) -> Path:
    folder = _make_folder(root, PurePosixPath(name).parent.as_posix())
    return folder / f".{PurePosixPath(name).name}.{os.getpid()}.partial"


def _write(path: Path, content: bytes, name: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if os.name == "posix" and not _is_private(name):
            os.fchmod(descriptor, 0o666 & ~public_mask())
        file.write(content)


def _flush(paths: Iterable[Path]) -> None:
    """Have the disk keep the files' content before their names are changed; side by side, since each waits for the disk."""

    def flush(path: Path) -> None:
        descriptor = os.open(path, os.O_RDWR)  # Windows flushes only what is open for writing
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(flush, paths))


def _not_written(error: OSError, name: str) -> Problem:
    if error.errno in FULL:
        return Problem(name, "not written: the disk is full", "make room on it, then run this again; nothing was changed")
    why = os.strerror(error.errno) if error.errno else type(error).__name__
    return Problem(name, f"not written ({why})", "mend that, then run this again; nothing was changed")


def ignore_data(root: Path) -> None:
    """See to it that git passes by everything below data/, for a study that does not come from a clone."""
    path = Path(_make_folder(root, "data")) / ".gitignore"
    if not path.exists():
        path.write_text(IGNORED, encoding="utf-8")


def remove_file(root: Path, name: str) -> None:
    """Delete one file, if it is there."""
    (root / name).unlink(missing_ok=True)


def _make_folder(root: Path, name: str) -> Path:
    folder = root
    for part in PurePosixPath(name).parts:
        folder = folder / part
        if not folder.exists():
            folder.mkdir(exist_ok=True, mode=0o700)
            if not _is_private(name):
                folder.chmod(0o777 & ~public_mask())
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
