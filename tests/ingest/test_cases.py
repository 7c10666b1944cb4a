"""Every case gets its verdict, and nothing that was planted is ever said."""

from __future__ import annotations

from copy import deepcopy

import pytest

from pipeline.base.params import validate
from tests.ingest.bad_files import BAD_FILES
from tests.ingest.bad_tables import BAD_TABLES
from tests.ingest.draft import Case, Draft
from tests.ingest.odd_cells import ODD_CELLS
from tests.ingest.small_study import PARAMS, Files, csv, files, verdict
from tests.ingest.sound import ACCEPTED

CASES = (*BAD_FILES, *BAD_TABLES, *ODD_CELLS, *ACCEPTED)
LEAST_CASES, LEAST_ACCEPTED = 150, 25
TELLING = 5  # planted text shorter than this may stand in a message by chance


def prepare(case: Case) -> tuple[Draft, Files]:
    draft = Draft(files(), deepcopy(PARAMS))
    for change in case.changes:
        change(draft)
    raw = {name: csv(rows) for name, rows in draft.rows.items() if name not in draft.removed}
    for name, make in draft.blobs.items():
        raw[name] = make(raw[name])
    return draft, raw


def test_there_are_enough_cases():
    assert len(CASES) >= LEAST_CASES
    assert len(ACCEPTED) >= LEAST_ACCEPTED
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case):
    draft, raw = prepare(case)
    codes, said = verdict(raw, validate(draft.params))
    assert codes == case.codes, said
    for text in draft.planted:
        known = text in str(draft.params)
        assert known or len(text) < TELLING or text not in said
