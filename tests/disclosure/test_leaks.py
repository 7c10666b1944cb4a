"""A whole study with sentinels planted in every column, run to its release; every released byte is searched for them."""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.base.params import load
from pipeline.commands import lock, manifest, release
from pipeline.project import runner
from pipeline.project.io import digest, json_bytes
from tests.project import copy_project, small_params

IDS = ("client_id", "worker_id", "agency_id", "session_id", "episode_id")
FEW = 3  # clients in each planted group: fewer than any release may show
HARMLESS_CHUNKS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"pHYs", b"tRNS", b"sRGB", b"gAMA", b"cHRM", b"sBIT"}
# Columns whose whole numbers count nothing: items, parameters of models, seeds, statistics in units of 1 and more.
MADE_UP = "characteristics"  # tables of simulated studies, the same in every report: their counts are of nobody
NO_COUNTS = {"Items", "df", "Value", "Item", "Mean", "Estimate", "SE", "χ²"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study with sentinels, released."""
    project = copy_project(tmp_path_factory.mktemp("leaks") / "project")
    (project.root / "params.yaml").write_text(small_params((project.root / "params.yaml").read_text("utf-8")), "utf-8")
    for stage in ("code", "check", "simulate", "ingest", "validate"):
        runner.run(stage, project.root)
    plant(project.root / "data/validated")
    for stage in ("score", "link", "curve", "describe", "reliability", "impute", "fit", "judge", "report"):
        runner.run(stage, project.root)
    assert release.main(project.root, argparse.Namespace(yes=True, record=None)) == 0
    return project.root


def plant(folder: Path) -> None:
    """A unique value in every column of a few clients, and groups of so few that nothing may be said of them."""
    clients = pd.read_parquet(folder / "clients.parquet")
    few = clients["client_id"].head(FEW)
    changed = {"agency_id": "AGsentinel01", "gender": "nonbinary", "referral_source": "sentinel_source"}
    for name, value in changed.items():
        clients[name] = clients[name].astype("object").mask(clients["client_id"].isin(few), value).astype("str")
    clients["barriers"] = clients["barriers"].mask(clients["client_id"].isin(few), "sentinel_barrier")
    clients["need_index"] = sentinels(len(clients), 5, 0.01)
    clients.to_parquet(folder / "clients.parquet")
    sessions = pd.read_parquet(folder / "sessions.parquet")
    sessions["worker_id"] = sessions["worker_id"].mask(sessions["client_id"] == few.iloc[0], "Wsentinel01")
    for name in ("duration_min", "empathy_client", "empathy_worker", "co_construction"):
        sessions[name] = sentinels(len(sessions), 3, 0.3)
    sessions.to_parquet(folder / "sessions.parquet")
    log = pd.read_parquet(folder / "advocacy.parquet")
    log["theme"] = log["theme"].astype("str").mask(log["client_id"] == few.iloc[0], "sentinel_theme")
    log["duration_min"] = sentinels(len(log), 40, 3)
    log.to_parquet(folder / "advocacy.parquet")


def sentinels(n: int, mean: float, spread: float) -> np.ndarray:
    """Values with five digits behind the point, none of them twice."""
    values = mean + spread * np.linspace(-1, 1, n)
    return np.round(np.random.Generator(np.random.PCG64(n)).permutation(values), 5)


@pytest.fixture(scope="module")
def files(root: Path) -> dict[str, bytes]:
    """What left, as the zip has it."""
    with zipfile.ZipFile(root / "release.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def texts(files: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Everything readable in a release: text files whole, the parts of a Word document, the streams of a PDF."""
    for name, content in files.items():
        if name.endswith(".pdf"):
            yield name, content.decode("latin-1")
            for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, flags=re.DOTALL):
                try:
                    yield name, zlib.decompress(stream).decode("latin-1")
                except zlib.error:
                    continue
        elif name.endswith(".docx"):
            with zipfile.ZipFile(io.BytesIO(content)) as inside:
                yield from ((f"{name}/{part}", inside.read(part).decode("utf-8")) for part in parts_of(inside))
        elif not name.endswith(".png"):
            yield name, content.decode("utf-8")


def parts_of(document: zipfile.ZipFile) -> list[str]:
    """The readable parts of a Word document."""
    return [name for name in document.namelist() if name.endswith((".xml", ".rels"))]


def table(root: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(root / f"data/validated/{name}.parquet")


TABLES = ("clients", "workers", "sessions", "advocacy")


def test_no_id_is_in_any_byte(root: Path, files: dict[str, bytes]) -> None:
    ids = {
        str(value) for name in TABLES for column in IDS if column in table(root, name) for value in table(root, name)[column]
    }
    assert len(ids) > 1000
    assert {"AGsentinel01", "Wsentinel01"} <= ids
    found = re.compile("|".join(sorted(map(re.escape, ids))))
    assert not [name for name, text in texts(files) if found.search(text)]
    assert not [name for name, content in files.items() if name.endswith(".png") and found.search(content.decode("latin-1"))]


def test_no_value_of_a_row_is_in_any_file(root: Path, files: dict[str, bytes]) -> None:
    values = set()
    for name in TABLES:
        for _, column in table(root, name).select_dtypes("number").items():
            values |= {f"{value:.5f}".rstrip("0") for value in column.dropna() if value != round(value, 2)}
    assert len(values) > 1000
    numbers = {
        number for name, text in texts(files) if not name.endswith(".pdf") for number in re.findall(r"\d+\.\d{3,}", text)
    }
    assert not values & numbers


def test_nothing_is_said_of_a_group_of_few(files: dict[str, bytes]) -> None:
    rows = list(csv.reader(io.StringIO(files["reports/tables/table1.csv"].decode("utf-8"))))
    names = ("nonbinary", "sentinel source", "sentinel barrier")
    assert len(rows) > 20
    assert not [row for row in rows if any(name in row[1].lower() for name in names)]  # a name alone would tell of somebody
    clients = next(row for row in rows if row[1] == "Clients")
    assert "·" in clients[3:]  # the agency of three, and the one it could be had from
    hidden = [i for i, cell in enumerate(clients) if cell == "·"]
    assert len(hidden) >= 2
    small = min(hidden, key=lambda i: sum(row[i] != "·" for row in rows))
    assert {row[small] for row in rows[1:] if len(row) > small} <= {"·", "–", ""}


def test_every_count_in_a_cell_is_rounded_and_large_enough(files: dict[str, bytes]) -> None:
    seen = 0
    for name, content in files.items():
        if name.endswith(".csv") and MADE_UP not in name:
            head, *rows = csv.reader(io.StringIO(content.decode("utf-8")))
            cells = 2 if head[0] == "Group" else 1  # before them stand the heads of the rows
            for column, cell in ((c, cell) for row in rows for c, cell in list(zip(head, row, strict=True))[cells:]):
                number = re.fullmatch(r"(\d[\d,]*)(?: \(\d+%\))?", cell)
                if number and column not in NO_COUNTS:
                    seen += 1
                    count = int(number[1].replace(",", ""))
                    assert count % 5 == 0, (name, column)
                    assert count >= 10, (name, column)
    assert seen > 300


def test_no_exact_count_is_in_any_text(root: Path, files: dict[str, bytes]) -> None:
    """Counts of three digits and more that are no multiple of five: nothing else in a report looks like them."""
    counts = set(exact(json.loads((root / "data/analysis/description.json").read_text("utf-8"))))
    for path in (root / "data/analysis/fits").glob("*.json"):
        counts |= set(exact(json.loads(path.read_text("utf-8"))["counts"]))
    wanted = {count for count in counts if count >= 100 and count % 5 and not 1900 <= count < 2100}
    assert len(wanted) > 30
    whole, cut = re.subn(rf'id="{MADE_UP}-title".*?</details>', ">", files["reports/report.html"].decode(), flags=re.DOTALL)
    assert cut == 1
    page = re.sub(r"<style.*?</style>|<[^>]*>", " ", whole, flags=re.DOTALL)
    told = {n: c.decode("utf-8") for n, c in files.items() if n.endswith((".csv", ".json")) and MADE_UP not in n}
    read = {"page": page} | told
    for name, text in read.items():
        said = {
            int(number.replace(",", ""))
            for number in re.findall(r"(?<![\w.,-])\d{1,3}(?:,\d{3})+|(?<![\w.,-])\d+(?![\w.])", text)
        }
        assert not said & wanted, name


def exact(value: Any) -> Iterator[int]:
    """Every whole number in a result."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from exact(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from exact(inner)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value


def test_pictures_hold_nothing_but_the_picture(files: dict[str, bytes]) -> None:
    pictures = {name: content for name, content in files.items() if name.endswith(".png")}
    assert pictures
    for name, content in pictures.items():
        assert set(chunks(content)) <= HARMLESS_CHUNKS, name
    for name, content in files.items():
        if name.endswith(".svg"):
            facts = re.findall(rb"<metadata>(.*?)</metadata>", content, flags=re.DOTALL)
            assert set(re.sub(rb"<[^>]*>", b"", b"".join(facts)).split()) <= {b"image/svg+xml"}, name


def chunks(content: bytes) -> Iterator[bytes]:
    """The kinds of chunks in a PNG; it must end with the last of them."""
    at = 8
    while at < len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        yield content[at + 4 : at + 8]
        at += 12 + length
    assert at == len(content)


def test_no_path_user_or_moment_is_in_any_file(root: Path, files: dict[str, bytes]) -> None:
    for name, text in texts(files):
        assert str(root) not in text, name
        assert str(Path.home()) + "/" not in text, name
    pdf = files["reports/report.pdf"]
    assert b"/Author" not in pdf
    assert set(re.findall(rb"/(?:CreationDate|ModDate) ?\(D:(\d{4})", pdf)) <= {b"1970"}


def test_no_hash_that_a_guess_could_be_held_against_is_in_any_file(root: Path, files: dict[str, bytes]) -> None:
    """Whoever knows all rows but one can hash a file with every guess at that one."""
    files_of_data = [path for path in (root / "data").rglob("*") if path.is_file() and path.name != ".gitignore"]
    private = [
        path.read_bytes() for path in files_of_data
    ]  # what git is to ignore is the package's own, equal in every study
    hashes = {hashlib.new(name, content).hexdigest() for content in private for name in ("md5", "sha1", "sha256")}
    assert len(hashes) > 60
    read = "\n".join(text for _, text in texts(files))
    assert not [found for found in set(re.findall(r"(?<![0-9a-f])[0-9a-f]{32,64}(?![0-9a-f])", read)) if found in hashes]


def test_the_lock_tells_nothing_to_who_knows_the_raw_files(root: Path) -> None:
    params = load(runner.params_text(root))
    assert manifest.main(root, argparse.Namespace()) == 0
    kept = root / params.sources.directory / "manifest.json"
    first = kept.read_bytes()
    assert manifest.main(root, argparse.Namespace()) == 0
    assert kept.read_bytes() == first  # the same files, the same manifest: a lock on it still holds
    assert lock.main(root, argparse.Namespace()) == 0
    known = json.loads(first)
    secret = known.pop("secret")
    text = (root / "lock.json").read_text("utf-8")
    assert hashlib.sha256(first).hexdigest() in text
    assert secret not in text
    assert not [guess for guess in (json_bytes(known), json_bytes({**known, "secret": ""})) if digest(guess) in text]


def test_every_fit_says_how_far_a_row_decides_it(root: Path) -> None:
    for path in (root / "data/analysis/fits").glob("*.json"):
        models = json.loads(path.read_text("utf-8"))["models"]
        assert models
        assert all(0 < model["max_leverage"] < 1 for model in models)
