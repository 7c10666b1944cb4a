"""Our gate beside ACRO 1.0.2: `python -m benchmarks.acro <python of an environment with acro==1.0.2>`.

The tables of the default study (Table 1 by agency, attendance, episodes by mode and setting, mean need by agency) and 100
random ones go to ACRO as rows, and cell by cell its verdict is held against what our release hides. ACRO judges a table by
itself; ours judges the whole release. Exit status 1 where ACRO objects to a cell that we show.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.disclosure import study_of
from benchmarks.studies import params
from pipeline.description.people import CODED
from pipeline.description.summary import describe
from pipeline.disclosure.census import Key
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.rules import Rules
from pipeline.report.counts import CLIENTS, EPISODES, census_of, episode_key, group_key, level_key
from tests.disclosure.random_releases import census_of as random_census
from tests.disclosure.random_releases import study as random_study

RANDOM, ALL = 100, "All"
Cells = dict[tuple[str, str], bool]
RIVAL = Path(__file__).parent / "rivals/acro_tables.py"


@dataclass(frozen=True)
class Job:
    """A table as rows for ACRO, and for every cell whether our release hides it (or gives it as nearly all)."""

    name: str
    rows: pd.DataFrame
    row: str
    column: str
    hidden: Cells
    mean: str = ""


def default_study() -> list[Job]:
    """The tables of the built-in study."""
    study = study_of(params().study.seed)
    description = describe(study)
    gate = Gate(Rules(), census_of(description, {}, Rules().min_cell))
    groups = description.table1.groups
    clients = study.clients.astype({"agency_id": "str"})
    jobs = []
    for name in (name for name in CODED if name in clients):
        data = clients[["agency_id", name]].assign(
            **{name: clients[name].astype("str").replace({"True": "yes", "False": "no"})}
        )
        keys: dict[tuple[str, str], Key] = {(ALL, group): group_key(group) for group in groups} | {(ALL, ALL): CLIENTS}
        for level in data[name].unique():
            keys |= {(level, group): level_key(name, level, group) for group in groups} | {
                (level, ALL): level_key(name, level)
            }
        jobs.append(Job(f"table 1, {name}", data, name, "agency_id", _hidden(keys, gate)))
    assert study.advocacy is not None
    log = study.advocacy[["setting", "mode"]].astype("str")
    keys = {(s, m): episode_key(("mode", m), ("setting", s)) for s in log["setting"].unique() for m in log["mode"].unique()}
    keys |= {(s, ALL): episode_key(("setting", s)) for s in log["setting"].unique()}
    keys |= {(ALL, m): episode_key(("mode", m)) for m in log["mode"].unique()} | {(ALL, ALL): EPISODES}
    jobs.append(Job("episodes by setting and mode", log, "setting", "mode", _hidden(keys, gate)))
    need = clients[["agency_id", "need_index"]].assign(what="need")
    sizes = clients["agency_id"].value_counts()
    shown = {("need", group): not gate.group(int(sizes[group])) for group in groups}
    return [*jobs, Job("mean need by agency", need, "what", "agency_id", shown, "need_index")]


def random_tables() -> list[Job]:
    """Tables of one variable by group with rare codes."""
    rng, jobs = np.random.Generator(np.random.PCG64(5)), []
    for i in range(RANDOM):
        columns = random_study(rng, int(rng.integers(5, 400)))
        data = pd.DataFrame({name: columns[name].astype(str) for name in ("group", "v0")})
        gate = Gate(Rules(), random_census({name: columns[name] for name in ("group", "v0")}))
        groups, levels = sorted(data["group"].unique()), sorted(data["v0"].unique())
        keys: dict[tuple[str, str], Key] = {(ALL, g): ("n", g) for g in groups} | {(ALL, ALL): ("n",)}
        for level in levels:
            keys |= {(level, g): ("v0", level, g) for g in groups} | {(level, ALL): ("v0", level)}
        jobs.append(Job(f"random {i}", data, "v0", "group", _hidden(keys, gate)))
    return jobs


def _hidden(keys: dict[tuple[str, str], Key], gate: Gate) -> Cells:
    return {cell: gate.count(key).hidden for cell, key in keys.items()}


def verdicts(jobs: list[Job], python: str) -> list[dict[str, list[str]]]:
    """ACRO's objections by cell, in the order of the jobs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told = []
        for i, job in enumerate(jobs):
            job.rows.to_csv(folder / f"{i}.csv", index=False)
            told.append({"file": f"{i}.csv", "row": job.row, "column": job.column, "mean": job.mean})
        (folder / "job.json").write_text(json.dumps(told))
        done = subprocess.run([python, str(RIVAL), name], cwd=name, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        found: list[dict[str, list[str]]] = json.loads((folder / "verdicts.json").read_text())
        return found


def main() -> int:
    """Print how often both hide, neither, only one."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    jobs = [*default_study(), *random_tables()]
    lenient = 0
    total: Counter[str] = Counter()
    for job, objections in zip(jobs, verdicts(jobs, sys.argv[1]), strict=True):
        counts: Counter[str] = Counter()
        counts["of cells we never show"] = len(set(objections) - {f"{row}|{column}" for row, column in job.hidden})
        for (row, column), hidden in job.hidden.items():
            objected = bool(objections.get(f"{row}|{column}"))
            counts[("both" if hidden else "only ACRO") if objected else ("only ours" if hidden else "neither")] += 1
        lenient += counts["only ACRO"]
        total += +counts
        if not job.name.startswith("random") or counts["only ACRO"]:
            print(f"{job.name}: {dict(+counts)}")
    print(f"all {len(jobs)} tables: {dict(total)}")
    return int(lenient > 0)


if __name__ == "__main__":
    sys.exit(main())
