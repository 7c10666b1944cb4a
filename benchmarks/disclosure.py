"""A study with one client more, released twice: `python -m benchmarks.disclosure [STUDIES] [CLIENTS_A_STUDY]`.

For every draw a simulated study is released without one of its clients and then with, as every count the report can show
(Table 1, flow, attendance, episodes, themes, who stays). Printed: how often both releases are the same, count by count and
as a whole; and how often somebody who has both, knows that one client has joined and has a linear program can tell of any
code in Table 1 whether it is the newcomer's: what the refusal of `python -m pipeline release` keeps from happening.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.studies import FIRST_SEED, each, params
from pipeline.description.summary import describe
from pipeline.description.tables import Study
from pipeline.exposure.link import link
from pipeline.measures import shipped
from pipeline.measures.scoring import combine, score
from pipeline.simulate import canonical
from tests.disclosure.newcomer import released, told, without

STUDIES, NEWCOMERS = 20, 10


@dataclass(frozen=True)
class Draw:
    """One newcomer: counts released, those the same in both releases, and codes told."""

    counts: int
    same: int
    told: int


def study_of(seed: int) -> Study:
    """A simulated study as the stages up to link would leave it."""
    given = params()
    tables = canonical(given.simulate, seed)
    ratings = {name.removeprefix("ratings_"): table for name, table in tables.items() if name.startswith("ratings_")}
    least = given.measures.min_answered
    scores = combine([score(table, shipped()[name], least) for name, table in ratings.items()])
    occasions, ledger, linked = link(tables, scores, given.exposure)
    named = (tables[name] for name in ("clients", "workers", "sessions", "advocacy"))
    return Study(*named, scores, occasions, ledger, link=linked)


def draws(seed: int) -> list[Draw]:
    """The newcomers of one study."""
    study, chosen = study_of(seed), np.random.Generator(np.random.PCG64(seed))
    after = describe(study)
    newcomers = int(sys.argv[2]) if len(sys.argv) > 2 else NEWCOMERS
    picked = chosen.choice(study.clients["client_id"], newcomers, replace=False)
    return [draw(describe(without(study, str(client))), after) for client in picked]


def draw(before: Mapping[str, Any], after: Mapping[str, Any]) -> Draw:
    """Release both."""
    first, first_census = released(before)
    second, census = released(after)
    names = {*first, *second}
    same = sum(first.get(name) == second.get(name) for name in names)
    return Draw(len(names), same, told(first, first_census, second, census))


def results(studies: int) -> Iterator[Draw]:
    """All draws of so many studies."""
    for found in each(draws, range(FIRST_SEED, FIRST_SEED + studies)):
        yield from found


def main() -> None:
    """Print what moved and what was told."""
    found = list(results(int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES))
    whole = np.mean([one.same == one.counts for one in found])
    single = np.mean([one.same / one.counts for one in found])
    some = np.mean([one.told > 0 for one in found])
    print(f"{len(found)} draws of {found[0].counts} counts")
    print(f"  the same: {single:.2%} of counts, {whole:.1%} of whole releases; told of the newcomer: {some:.1%}")


if __name__ == "__main__":
    main()
