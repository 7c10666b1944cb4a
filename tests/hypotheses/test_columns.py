"""Every column that `check` allows, as covariate and as moderator, ends in a number or in a reason of the data.

Dtypes are those the tables give (open codes are text, closed ones categories); alone, and with a level that one client has.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.base.options import EPISODE_FACTS
from pipeline.base.params import Compute, Exposure
from pipeline.exposure.link import link
from pipeline.hypotheses.design.coder import code_column
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.kinds.hazard import battery as hazard_battery
from pipeline.hypotheses.kinds.multilevel import evaluate as multilevel
from pipeline.results.fit import Fit
from pipeline.tables.canonical import Clients, Sessions, Workers
from pipeline.vocabulary.domain import COLUMNS
from tests.hypotheses.studies import hypothesis, study

HOMES = {"sessions": Sessions, "clients": Clients, "workers": Workers}
COMPUTE = Compute(min_clients=4, kenward_roger_below=0)
RARE = "rarely_seen"
LEAN = {"worker_id": ["intercept"], "client_id": ["intercept"]}


@cache
def linked(rare: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A study in which every canonical column that may be named is there, with its own dtype."""
    tables, scores = study(workers=8, per_worker=6, sessions=6)
    random = np.random.default_rng(3)
    workers = pd.DataFrame({"worker_id": sorted(set(tables["sessions"]["worker_id"]))})
    frames = {"sessions": tables["sessions"], "clients": tables["clients"], "workers": workers}
    for column in COLUMNS.values():
        if column.where == "linked":
            continue
        frame, declared = frames[column.where], HOMES[column.where].columns[column.name]
        frame[column.name] = values(declared, len(frame), random, rare)
    dropped = tables["sessions"]["session_number"] == 6
    tables["sessions"]["attendance"] = np.where(dropped & (random.random(len(dropped)) < 0.4), "no_show", "attended")
    occasions, ledger, _ = link(tables | {"workers": workers}, scores, Exposure())
    return occasions, ledger


def values(declared: Any, n: int, random: np.random.Generator, rare: bool) -> pd.Series:
    if declared.kind == "boolean":
        flags = random.random(n) < 0.4
        return pd.Series(np.arange(n) == 0 if rare else flags, dtype="boolean")
    if declared.kind in ("number", "integer"):
        return pd.Series(random.integers(1, 9, n).astype(float))
    codes = list(declared.codes[:3]) or ["18-29", "30-44", "45-59"]
    if declared.kind == "codes":
        return pd.Series(random.choice([codes[0], ";".join(codes[:2])], n), dtype="str")
    picked = random.choice(codes, n)
    if rare:
        picked = np.where(np.arange(n) == 0, declared.codes[3] if declared.closed else RARE, picked)
    categories = pd.CategoricalDtype(list(declared.codes)) if declared.closed else "str"
    return pd.Series(picked).astype(categories)


@pytest.fixture(autouse=True)
def _no_battery(monkeypatch: pytest.MonkeyPatch) -> None:
    """The battery asks nothing new of a column, and takes nine parts in ten of the time."""
    monkeypatch.setattr(multilevel, "run_battery", lambda *_: ())
    monkeypatch.setattr(hazard_battery, "CONTROLS", ())


def fitted(rare: bool, **changes: Any) -> Fit:
    fit = evaluate(hypothesis(random=LEAN, **changes), *linked(rare), COMPUTE)
    assert fit.status != "not_computed", fit.reason
    return fit


@pytest.mark.parametrize("rare", [False, True], ids=["alone", "rare level"])
@pytest.mark.parametrize("name", COLUMNS)
def test_as_covariate(name: str, rare: bool) -> None:
    for fit in (fitted(rare, covariates=[name]), fitted(rare, covariates=[name], outcome=DROPOUT)):
        own = [term for term in fit.coefficients if any(of.column == name for of in term.of)]
        left_out = [note for note in fit.notes if note.names.get("column") == name]
        assert own or left_out or fit.reason, fit.formula
        assert all(term.clients and term.workers for term in own)
        if rare and fit.estimated and COLUMNS[name].kind == "code" and COLUMNS[name].where == "clients":
            assert min(term.clients or 0 for term in own) == 1


@pytest.mark.parametrize("rare", [False, True], ids=["alone", "rare level"])
@pytest.mark.parametrize("name", [*COLUMNS, *EPISODE_FACTS])
def test_as_moderator(name: str, rare: bool) -> None:
    fit = fitted(rare, moderator=name)
    if fit.estimated:
        assert fit.moderation is not None
        numeric = name in COLUMNS and COLUMNS[name].kind in ("number", "list")
        assert fit.moderation.numeric == numeric
        df = 1 if numeric else len(fit.moderation.levels) - 1
        assert fit.moderation.homogeneity is not None
        assert fit.moderation.homogeneity.df_numerator == df
    else:
        assert fit.reason is not None


@pytest.mark.parametrize("code", ["sent_by_court", "a_by_b", "x]", "joint_other"])
def test_no_spelling_of_a_code_says_anything(code: str) -> None:
    """`_by_` in a code once turned a test of several levels into one with a single degree of freedom."""
    occasions, ledger = linked(False)
    odd = occasions.assign(referral_source=occasions["referral_source"].replace({"self": code}))
    fit = evaluate(hypothesis(random=LEAN, moderator="referral_source"), odd, ledger, COMPUTE)
    assert fit.estimated, fit.reason
    assert fit.moderation is not None
    assert fit.moderation.homogeneity is not None
    assert fit.moderation.homogeneity.df_numerator == 2
    assert not fit.moderation.numeric


def test_levels_are_those_in_use_in_their_declared_order() -> None:
    category = pd.Series(pd.Categorical(["b", "a", "b"], categories=["b", "never", "a"]))
    assert code_column("x", category).levels == ("b", "a")
    assert code_column("x", pd.Series(["b", "a", "b"], dtype="str")).levels == ("a", "b")
    assert [name for name, _ in code_column("x", pd.Series([True, True], dtype="boolean")).flags()] == ["yes"]
    with pytest.raises(ValueError, match="no levels"):
        code_column("x", pd.Series([1.0, 2.0])).flags()


DROPOUT = {"instrument": "wai_sr", "kind": "dropout"}
