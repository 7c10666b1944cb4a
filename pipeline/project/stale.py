"""Stale: what has changed since results were made of it, by what DVC has noted of the run in dvc.lock.

What a run was made of is told by content, never by the clock: a comment in params.yaml makes nothing stale.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.base.yaml_text import parse

DVC_LOCK = "dvc.lock"
CACHE = ".dvc/cache/files/md5"
WHOLE = {"missing", "multiverse", "sources"}  # what `check` writes of one section alone
SECTION = {"plan": "hypotheses"}  # a file a hypothesis
LAST = ("judge", "report")  # the stages whose results are read
FILES = {"lock.json": "lock.json", "tries.json": "the tries on record", "instruments": "instruments"}


def what_changed(root: Path, params: str, made: Mapping[str, bytes], raw: str) -> list[str] | None:
    """What has changed since the results at hand were made, in words; None where nothing is noted of how they were.

    `params`: the text of params.yaml; `made`: what `check` would write of it now, by file; `raw`: the raw files' folder.
    """
    stages = _stages(root / DVC_LOCK)
    if not stages or any(stage not in stages for stage in LAST):
        return None
    sections = sorted({*_sections(stages, _mapping(parse(params))), *_written(root, stages, made)})
    found = [f"params.yaml ({', '.join(sections)})"] if sections else []
    noted = _deps(stages["judge"])
    names = {raw: f"the raw files in {raw}", **FILES}
    return found + [said for name, said in names.items() if name in noted and noted[name] != dvc_hash(root / name)]


def dvc_hash(path: Path) -> str | None:
    """The hash DVC notes: MD5 of a file; of a folder, of its files' hashes by name; None where nothing is there."""
    if path.is_file():
        return _md5(path)
    if not path.is_dir():
        return None
    files = sorted(one for one in path.rglob("*") if one.is_file())
    listed = [{"md5": _md5(one), "relpath": one.relative_to(path).as_posix()} for one in files]
    listed.sort(key=lambda entry: entry["relpath"])
    text = json.dumps(listed, sort_keys=True).encode()
    return f"{hashlib.md5(text, usedforsecurity=False).hexdigest()}.dir"


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _stages(path: Path) -> Mapping[str, Any]:
    import ruamel.yaml
    from ruamel.yaml.error import YAMLError

    try:
        found = ruamel.yaml.YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, YAMLError):
        return {}
    return _mapping(_mapping(found).get("stages"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _sections(stages: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for stage in stages.values():
        noted = (stage.get("params") or {}).get("params.yaml") or {}
        yield from (name for name, value in noted.items() if now.get(name) != value)


def _written(root: Path, stages: Mapping[str, Any], made: Mapping[str, bytes]) -> Iterator[str]:
    for name, content in made.items():
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        noted = {_deps(stage).get(name, digest) for stage in stages.values()} - {digest}
        if noted and Path(name).stem in WHOLE:
            yield Path(name).stem
        elif noted:
            yield from _keys([root / name, *_cached(root, noted)], noted, json.loads(content))


def _cached(root: Path, noted: set[str]) -> list[Path]:
    """Where DVC keeps what it has noted: `check` may have written the file anew since."""
    return [root / CACHE / digest[:2] / digest[2:] for digest in sorted(noted)]


def _keys(kept: Sequence[Path], noted: set[str], now: Mapping[str, Any]) -> Iterator[str]:
    """The sections that differ in one file, where what was there then is kept; all it holds where not."""
    found = next((one.read_text(encoding="utf-8") for one in kept if dvc_hash(one) in noted), "{}")
    then: Mapping[str, Any] = json.loads(found)
    yield from (SECTION.get(key, key) for key, value in now.items() if then.get(key) != value)


def _deps(stage: Mapping[str, Any]) -> dict[str, str]:
    return {str(entry["path"]): str(entry.get("md5", "")) for entry in stage.get("deps") or ()}
