"""example: write a tiny sound study in one format or all, with the `sources:` block that maps it."""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

from pipeline.ingest.example import Rows, files, sources
from pipeline.project.io import Batch

CODES = ("client", "worker", "visit", "episode")


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Write data/raw/example_<format>/ and say what to do with it."""
    chosen = arguments.format or list(WRITERS)
    for ending in chosen:
        folder = f"data/raw/example_{ending}"
        batch = Batch(root, (), (folder,))
        for stem, rows in files().items():
            batch.put_bytes(f"{folder}/{stem}.{ending}", WRITERS[ending](rows))
        batch.put_text(f"{folder}/sources.yaml", sources(ending))
        batch.commit()
        print(f"Wrote {folder}: put its sources.yaml in the place of `sources:` in params.yaml, then run ingest.")
    return 0


def _csv(rows: Rows) -> bytes:
    return "".join(",".join(row) + "\n" for row in rows).encode("utf-8")


def _tsv(rows: Rows) -> bytes:
    return "".join("\t".join(row) + "\n" for row in rows).encode("utf-8")


def _xlsx(rows: Rows) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (rows[0], *(_numbers(rows, row) for row in rows[1:])):
        sheet.append(row)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _parquet(rows: Rows) -> bytes:
    import pyarrow as pa

    from pipeline.tables.stored import parquet_bytes

    cells = [_numbers(rows, row) for row in rows[1:]]
    return parquet_bytes(pa.table({name: [row[place] for row in cells] for place, name in enumerate(rows[0])}))


def _statistics(ending: str) -> Callable[[Rows], bytes]:
    def write(rows: Rows) -> bytes:
        import pandas as pd
        import pyreadstat

        table = pd.DataFrame([_numbers(rows, row) for row in rows[1:]], columns=rows[0])
        with tempfile.TemporaryDirectory() as folder:  # the library writes to a path only
            path = Path(folder) / f"example.{ending}"
            (pyreadstat.write_dta if ending == "dta" else pyreadstat.write_sav)(table, path)
            return path.read_bytes()

    return write


def _numbers(rows: Rows, row: list[str]) -> list[str | int]:
    return [int(cell) if cell.isdigit() and name not in CODES else cell for name, cell in zip(rows[0], row, strict=True)]


WRITERS: dict[str, Callable[[Rows], bytes]] = {
    "csv": _csv,
    "tsv": _tsv,
    "xlsx": _xlsx,
    "parquet": _parquet,
    "sav": _statistics("sav"),
    "dta": _statistics("dta"),
}
