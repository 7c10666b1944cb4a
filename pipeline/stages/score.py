"""score: turn validated answers into scores, and stop where a key cannot be right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.base.column_names import ratings_table
from pipeline.base.errors import MeasureError, Problem
from pipeline.base.params import Params
from pipeline.project.instruments import FOLDER, VALID, library, ratings_tables
from pipeline.project.io import Batch
from pipeline.vocabulary.measures import other_key_text, suspect_text

if TYPE_CHECKING:
    from pipeline.measures.checks import ItemChecks
    from pipeline.measures.items import Suspect
    from pipeline.measures.siblings import Sibling

TRUST = "data/scored/trust.json"  # how reliable changes of each score are: the fits take it as known
READS: tuple[str, ...] = (VALID, FOLDER)
WRITES: tuple[str, ...] = ("data/scored",)
PARAMS: tuple[str, ...] = ("measures",)
MEND_ITEM = (
    "look at the item's direction in the key (reversed_items), at the column it is mapped from and at its labels; "
    "if all of them are right, name the instrument in measures.overrule"
)
MEND_SIBLING = "set the source's instrument to the form that was used; if that is this one, name it in measures.overrule"


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Score every ratings table, as one long table; MeasureError where a key cannot be right and is not overruled."""
    from pipeline.measures.checks import check_items, client_codes, stopping_findings
    from pipeline.measures.scoring import combine_scores, score, summarize
    from pipeline.measures.within import trust_of
    from pipeline.results.trust import Trust

    known = library(batch, params.measures)
    tables = ratings_tables(batch, known)
    sessions = batch.table(f"{VALID}/sessions.parquet", ["session_id", "client_id"])
    checks = [
        check
        for instrument, table in tables
        for check in check_items(table, client_codes(table, sessions), instrument, known, params.measures.overrule)
    ]
    problems = [key_problem(check, found) for check, found in stopping_findings(checks)]
    if problems:
        raise MeasureError(problems)
    scored = combine_scores([score(table, instrument, params.measures.min_answered) for instrument, table in tables])
    batch.put_table("data/scored/scores.parquet", scored)
    batch.put_json(TRUST, Trust(scores=tuple(one for own, table in tables for one in trust_of(table, sessions, own))))
    batch.put_json("data/scored/scoring.json", summarize(scored, [instrument for instrument, _ in tables]))


def key_problem(check: ItemChecks, found: Sibling | Suspect) -> Problem:
    """What stops the run, and how to mend it."""
    from pipeline.measures.siblings import Sibling

    where = f"{ratings_table(check.instrument)} ({check.rater})"
    if isinstance(found, Sibling):
        return Problem(where, other_key_text(found, check.instrument), MEND_SIBLING)
    return Problem(where, suspect_text(found), MEND_ITEM)
