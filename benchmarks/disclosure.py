"""What somebody else learns of one client: `python -m benchmarks.disclosure [STUDIES]` (300 unless told).

The attacker has every released file, the rules and the code, and knows all clients but one. Simulated studies of 20 to 400
clients are released, and then once more: with one client more, one fewer, one changed, under other rules. Printed:

1. Second releases: how many of each kind `release` lets leave (must be none), and how many of the identical data (all).
2. One release: of the one client's codes in Table 1 and answers to items, how many fit what was released (one: it is told).
   The bound: a count rounded to b tells of one client in 1 of b draws, and a statistic leaves at most two groups of answers
   apart. For answers the same is printed for two fixed decimals, as reports had them before.
3. Had a second release left with one client more: of how many codes of the newcomer a linear program is sure (10).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from benchmarks.studies import FIRST_SEED, each, params, spent
from pipeline.base.params import Simulate
from pipeline.description.people import CODED, table_one
from pipeline.description.summary import describe
from pipeline.description.tables import StudyTables
from pipeline.disclosure.census import Census
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.people import client_contents
from pipeline.disclosure.record import Candidate, ReleaseRecord, release_refusals
from pipeline.disclosure.record import release_entry as entry_of
from pipeline.disclosure.rules import Rules
from pipeline.exposure.link import link
from pipeline.measures import shipped
from pipeline.measures.scoring import combine_scores, score
from pipeline.project.io import json_bytes
from pipeline.report.counts import enter_table_one
from pipeline.results.backing import Backing
from pipeline.results.stage_counts import LinkCounts
from pipeline.simulate import canonical
from tests.disclosure.newcomer import released, told, without

STUDIES, SMALLEST, LARGEST, SESSIONS = 300, 20, 400, 6
SOLVED = 10  # studies in which the linear program is run: it takes a minute each
ITEMS = [f"item_{i}" for i in range(1, 13)]
ENDS = (1, 5)  # of the WAI-SR
KEY = bytes(32)
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Found:
    """What one study gave away."""

    clients: int
    left: dict[str, bool]  # a second release of this kind was let leave
    codes: list[int]  # for each variable: how many codes of the one fit the release
    answers: list[int]  # for each item: how many answers of the one fit the mean and SD as the rule shows them
    before: list[int]  # the same for two fixed decimals


def settings_of(seed: int) -> Simulate:
    """The size of a study, drawn from its seed."""
    rng = np.random.Generator(np.random.PCG64(seed))
    clients = int(rng.integers(SMALLEST, LARGEST + 1))
    update = {"clients": clients, "workers": max(2, clients // 10), "sessions": SESSIONS}
    return params().simulate.model_copy(update=update)


def study_of(seed: int, settings: Simulate | None = None) -> StudyTables:
    """A simulated study as the stages up to link would leave it."""
    given = params()
    return study_from(canonical(settings or given.simulate, seed))


def study_from(tables: Tables) -> StudyTables:
    """A study from its canonical tables."""
    given = params()
    ratings = {name.removeprefix("ratings_"): table for name, table in tables.items() if name.startswith("ratings_")}
    least = given.measures.min_answered
    scores = combine_scores([score(table, shipped()[name], least) for name, table in ratings.items()])
    occasions, ledger, linked = link(tables, scores, given.exposure)
    named = (tables[name] for name in ("clients", "workers", "sessions", "advocacy"))
    return StudyTables(*named, scores, occasions, ledger, link=LinkCounts.model_validate_json(json_bytes(linked)))


def attacked(seed: int) -> Found:
    """One study, released twice and attacked."""
    tables, rng = canonical(settings_of(seed), seed), np.random.Generator(np.random.PCG64([seed, 1]))
    one = str(rng.choice(tables["clients"]["client_id"]))
    codes = [fitting_codes(tables, one, name) for name in CODED if name in tables["clients"]]
    answers, before = fitting_answers(tables, one)
    return Found(len(tables["clients"]), second_releases(tables, one), codes, answers, before)


def second_releases(tables: Tables, one: str) -> dict[str, bool]:
    """Whether `release` lets a second one leave, by how it differs from the first."""
    first = candidate(tables)
    changed = tables["clients"].assign(
        need_index=tables["clients"]["need_index"].where(tables["clients"]["client_id"] != one, 0.5)
    )
    fewer = without_client(tables, one)
    pairs = {
        "one fewer": (first, candidate(fewer)),
        "one more": (candidate(fewer), first),
        "one changed": (first, candidate({**tables, "clients": changed})),
        "other rules (min_cell)": (first, replace(first, rules=Rules(min_cell=11))),
        "other rules (round_to)": (first, replace(first, rules=Rules(round_to=7))),
        "the identical data": (first, first),
    }
    return {
        name: not release_refusals(ReleaseRecord(releases=(entry_of(earlier, KEY),)), later)
        for name, (earlier, later) in pairs.items()
    }


def candidate(tables: Tables) -> Candidate:
    """A release of these tables."""
    return Candidate("data/raw/study", "real", Rules(), client_contents(tables))


def without_client(tables: Tables, one: str) -> Tables:
    """The tables without one client."""
    sessions = tables["sessions"]
    theirs = sessions.loc[sessions["client_id"] == one, "session_id"]
    return {
        name: table[table["client_id"] != one]
        if "client_id" in table
        else table[~table["session_id"].isin(theirs)]
        if "session_id" in table
        else table
        for name, table in tables.items()
    }


def fitting_codes(tables: Tables, one: str, name: str) -> int:
    """How many codes of a variable the one client could have, for all that Table 1 by agency shows of it."""
    clients = tables["clients"][["client_id", "agency_id", name]]
    if name == "agency_id" or clients[name].isna().all():
        return 2
    row = clients["client_id"] == one
    seen = shown_of(clients, tables["sessions"])
    levels = list(clients[name].dropna().unique())
    tried = (clients.assign(**{name: clients[name].mask(row, level)}) for level in levels)
    return sum(shown_of(one_of, tables["sessions"]) == seen for one_of in tried)


def shown_of(clients: pd.DataFrame, sessions: pd.DataFrame) -> dict[str, str]:
    """What Table 1 shows: rows headed by a code that is withheld are left out."""
    census = Census(int(sessions["worker_id"].nunique()))
    enter_table_one(census, table_one(clients, sessions))
    gate = Gate(Rules(), census)
    return {census.name(key): gate.count(key).text for key in census.cells if gate.names(key) or not census.cells[key].label}


def fitting_answers(tables: Tables, one: str) -> tuple[list[int], list[int]]:
    """How many answers the one client could have given to each item in one rating, by mean and SD, now and before."""
    ratings = tables["ratings_wai_sr"]
    client_of = dict(zip(tables["sessions"]["session_id"], tables["sessions"]["client_id"], strict=True))
    clients = ratings["session_id"].map(client_of)
    own = np.flatnonzero((clients == one).to_numpy())
    if not len(own):
        return [], []
    now, before = [], []
    gate = Gate(Rules(), Census())
    for item in ITEMS:
        answers = ratings[item].astype("float64").to_numpy(copy=True)
        given = ~np.isnan(answers)
        if not given[own[0]]:
            continue
        shares = clients[given].value_counts(normalize=True)
        behind = Backing(len(shares), largest=float(shares.iloc[0]))
        seen, fixed = [], []
        for answer in range(ENDS[0], ENDS[1] + 1):
            tried = answers.copy()
            tried[own[0]] = answer
            mean, spread = float(tried[given].mean()), float(tried[given].std(ddof=1))
            seen.append((str(gate.mean(mean, spread, behind, ends=ENDS)), str(gate.spread(spread, behind, ends=ENDS))))
            fixed.append((f"{mean:.2f}", f"{spread:.2f}"))
        at = int(answers[own[0]]) - ENDS[0]
        now.append(seen.count(seen[at]))
        before.append(fixed.count(fixed[at]))
    return now, before


def sure(seed: int) -> int:
    """Of how many codes of a newcomer two releases would tell for sure, had the second left."""
    study = study_of(seed, settings_of(seed))
    one = str(np.random.Generator(np.random.PCG64([seed, 1])).choice(study.clients["client_id"]))
    first, first_census = released(describe(without(study, one)))
    second, census = released(describe(study))
    return told(first, first_census, second, census)


def results(studies: int) -> Iterator[Found]:
    """All studies."""
    yield from each(attacked, range(FIRST_SEED, FIRST_SEED + studies))


def main() -> None:
    """Attack and print; exit status 1 where a second release was let leave or the identical data were not."""
    begun, studies = time.perf_counter(), int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES
    found = list(results(studies))
    sizes = [one.clients for one in found]
    print(f"{studies} studies of {min(sizes)} to {max(sizes)} clients; one client of each attacked")
    print("1. second releases let leave")
    for kind in found[0].left:
        print(f"   {kind}: {sum(one.left[kind] for one in found)} of {studies}")
    print("2. one release, everybody else known")
    for title, parts in (
        ("codes in Table 1", [one.codes for one in found]),
        ("answers to items, by the rule", [one.answers for one in found]),
        ("answers to items, two fixed decimals", [one.before for one in found]),
    ):
        flat = [n for part in parts for n in part]
        single = np.mean([n == 1 for n in flat])
        print(f"   {title}: {single:.1%} told, {np.mean(flat):.2f} values fit on average ({len(flat)})")
    solved = list(each(sure, range(FIRST_SEED, FIRST_SEED + min(SOLVED, studies))))
    some = np.mean([n > 0 for n in solved])
    print(f"3. had it left: some code of the newcomer told in {some:.0%} of {len(solved)} studies")
    print(spent(begun))
    wrong = any(one.left[kind] != (kind == "the identical data") for one in found for kind in one.left)
    sys.exit(int(wrong))


if __name__ == "__main__":
    main()
