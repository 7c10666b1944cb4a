"""How long ingest and validate take beside pandas' plain C reader, and how much memory: `python -m benchmarks.ingest`.

Makes a study of N sessions with 12 items in one CSV file (in a temporary folder, removed afterwards), runs each step in a
process of its own and prints seconds, peak memory, and both as multiples of the plain reader and of the file's size.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
ITEMS, SESSIONS_A_CLIENT, CLIENTS_A_WORKER = 12, 16, 25
MOST_TIME, MOST_MEMORY = 3.0, 4.0  # the bounds promised for a million sessions
PARAMS = {
    "study": {"title": "A large study", "origin": "real", "seed": 1},
    "sources": {
        "directory": "data/raw/large",
        "tables": {
            "sessions": {
                "file": "sessions.csv",
                "columns": {
                    "session_id": "visit",
                    "client_id": "client",
                    "worker_id": "worker",
                    "day": "day",
                    "session_number": "number",
                    "attendance": "kept",
                    "phase": "stage",
                    "duration_min": "minutes",
                    "empathy_client": "empathy",
                },
            }
        },
        "ratings": {
            "wai": {
                "file": "sessions.csv",
                "instrument": "wai_sr",
                "rater": "client",
                "items": "wai_{item}",
                "columns": {"session_id": "visit"},
            }
        },
    },
    **{
        section: {}
        for section in ("simulate", "privacy", "measures", "exposure", "hypotheses", "verdict", "report", "compute")
    },
}
READER = "import sys, pandas as pd; pd.read_csv(sys.argv[1], engine='c', dtype='string[pyarrow]', keep_default_na=False)"


def main() -> int:
    """Measure one or more sizes and print one line a step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sessions", nargs="*", type=int, default=[100_000, 1_000_000])
    sizes = parser.parse_args().sessions
    print(f"{'sessions':>10} {'step':<12} {'seconds':>8} {'x reader':>9} {'MB':>7} {'x file':>7}")
    kept = [measure(size) for size in sizes]
    return 0 if all(kept) else 1


def measure(size: int) -> bool:
    """One size: whether ingest and validate together stay within the bounds."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        raw = project / "data" / "raw" / "large" / "sessions.csv"
        raw.parent.mkdir(parents=True)
        write(raw, size)
        (project / "params.yaml").write_text(json.dumps(PARAMS), encoding="utf-8")
        (project / "data" / "interim").mkdir()
        (project / "instruments").mkdir()
        (project / "data" / "interim" / "check.json").write_text("{}", encoding="utf-8")
        (project / "data" / "interim" / "sources.json").write_text("{}", encoding="utf-8")
        megabytes = raw.stat().st_size / 1e6
        reader = run([sys.executable, "-c", READER, str(raw)], project)
        steps = {name: run([sys.executable, "-m", "pipeline", name], project) for name in ("ingest", "validate")}
        together = (sum(s for s, _ in steps.values()), max(m for _, m in steps.values()))
        for name, (seconds, memory) in {"plain reader": reader, **steps, "both": together}.items():
            times, files = seconds / reader[0], memory / megabytes
            print(f"{size:>10,} {name:<12} {seconds:>8.2f} {times:>9.2f} {memory:>7.0f} {files:>7.2f}", flush=True)
    return together[0] <= MOST_TIME * reader[0] and together[1] <= MOST_MEMORY * megabytes


def run(command: list[str], project: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of one process."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=project, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[-1]} failed")
    return time.perf_counter() - started, usage.ru_maxrss * 1024 / 1e6


def write(path: Path, sessions: int) -> None:
    """The study's one file, block by block."""
    rng = np.random.Generator(np.random.PCG64(20261122))
    items = [f"wai_{item}" for item in range(1, ITEMS + 1)]
    header = ",".join(["visit,client,worker,day,number,kept,stage,minutes,empathy", *items])
    clients = -(-sessions // SESSIONS_A_CLIENT)
    names = rng.choice(16**8, clients, replace=False)
    workers = rng.choice(16**8, -(-clients // CLIENTS_A_WORKER), replace=False)
    stages = ("engagement", "assessment", "intervention", "evaluation")
    with path.open("w", encoding="utf-8") as file:
        file.write(header + "\n")
        for first in range(0, clients, 5_000):
            block = []
            for client in range(first, min(first + 5_000, clients)):
                who = f"C{names[client]:08x},W{workers[client // CLIENTS_A_WORKER]:08x}"
                answers = rng.integers(1, 6, (SESSIONS_A_CLIENT, ITEMS))
                visits = rng.integers(16**8, size=SESSIONS_A_CLIENT)
                for number in range(SESSIONS_A_CLIENT):
                    answered = ",".join(map(str, answers[number].tolist()))
                    stage = stages[number * 4 // SESSIONS_A_CLIENT]
                    visit = f"S{visits[number]:08x}{client:06x}{number:x}"
                    block.append(f"{visit},{who},{number * 7},{number + 1},attended,{stage},{40 + number},3.5,{answered}\n")
            file.writelines(block)


if __name__ == "__main__":
    sys.exit(main())
