"""A fit is the same whether its tables were read whole or with the text that its plan does not name as codes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.base.params import Plan
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.imputed.gaps import gaps_of
from pipeline.project.io import Batch, parquet_bytes
from pipeline.stages.fit import READS, ROWS, linked
from tests.hypotheses.studies import COMPUTE, hypothesis
from tests.hypotheses.studies import linked as made

PLANS: dict[str, dict[str, Any]] = {
    "plain": {},
    "a covariate of text, with gaps": {"covariates": ["program", "phase"]},
    "barriers are counted": {"covariates": ["barriers"]},
    "moderated by text of the client": {"moderator": "program"},
    "moderated by text of the log": {"moderator": "theme"},
    "some settings only, the rest beside them": {"exposure": {"mode": "joint", "setting": "court"}},
    "decayed": {"exposure": {"mode": "joint", "dose": "decay(14)"}},
    "a column that is not there": {"covariates": ["referral_source"]},
    "two people's ratings": {"outcome": {"instrument": "wai_sr", "kind": "dyad_gap"}},
    "mediated": {"mediator": {"column": "empathy_client"}},
    "an agency as covariate": {"covariates": ["agency_id"]},
    "who comes back": {"outcome": {"instrument": "wai_sr", "kind": "dropout"}},
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.DataFrame, Batch]:
    """Occasions and ledger with text that plans may name, and the same as a stage finds them."""
    occasions, ledger = (table.copy() for table in made())
    random = np.random.default_rng(7)
    clients = {name: i for i, name in enumerate(sorted(occasions["client_id"].unique()))}
    program = random.choice(np.array(["shelter", "clinic", None], dtype=object), len(clients), p=[0.5, 0.45, 0.05])
    occasions["program"] = pd.array(program[occasions["client_id"].map(clients)], dtype="str")
    agency = np.resize(np.array(["north", "south", "south", "north", None], dtype=object), occasions["worker_id"].nunique())
    workers = {name: i for i, name in enumerate(sorted(occasions["worker_id"].unique()))}
    occasions["agency_id"] = pd.array(agency[occasions["worker_id"].map(workers)], dtype="str")
    occasions["barriers"] = pd.array(random.choice(["cost", "cost;housing", "none"], len(occasions)), dtype="str")
    occasions["language"] = pd.array(random.choice(["english", "spanish"], len(occasions)), dtype="str")
    ledger["theme"] = pd.array(random.choice(["housing", "benefits"], len(ledger)), dtype="str")
    text = dict.fromkeys(("client_id", "worker_id", "session_id"), "str")
    occasions, ledger = occasions.astype(text), ledger.astype(dict.fromkeys(("client_id", "worker_id"), "str"))
    theirs = occasions.assign(
        rater="worker", score_total=occasions["score_total"] + 0.3, occasion_id=occasions.index + 9_999
    )
    occasions = pd.concat([occasions.assign(rater="client"), theirs], ignore_index=True)
    root = tmp_path_factory.mktemp("study")
    for name, table in (("occasions", occasions), ("ledger", ledger)):
        (root / ROWS[name]).parent.mkdir(parents=True, exist_ok=True)
        (root / ROWS[name]).write_bytes(parquet_bytes(table))
    return occasions, ledger, Batch(root, READS, ())


@pytest.mark.parametrize("changes", PLANS.values(), ids=PLANS)
def test_a_fit_is_the_same_with_the_text_its_plan_does_not_name_as_codes(
    study: tuple[pd.DataFrame, pd.DataFrame, Batch], changes: dict[str, Any]
) -> None:
    occasions, ledger, batch = study
    plan: Plan = hypothesis(**changes)
    read = linked(batch, plan)
    assert {str(read[0][name].dtype) for name in ("client_id", "language")} == {"category"}
    whole, narrow = evaluate(plan, occasions, ledger, COMPUTE), evaluate(plan, *read, COMPUTE)
    assert narrow.model_dump_json() == whole.model_dump_json()
    assert "agency" in str(whole.formula) or whole.status != "estimated" or plan.mediator is not None
    assert gaps_of(plan, read[0]) == gaps_of(plan, occasions)
    assert all(found.outcome != "not_computed" or found.reason.code != "defect" for found in narrow.battery if found.reason)
