"""The sampler: what it keeps, what it draws, the same bytes again, and words where it cannot."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.base.errors import ModelError
from pipeline.imputation.records import Completed, Incomplete, Settings, Slope, Variable
from pipeline.imputation.sampler import impute
from tests.imputation.tables import simulated

QUICK = Settings(imputations=4, seed=7, warmup=10, watched=20, apart=3, r_hat=99.0, effective=0.0)  # bytes, not truth
MIXED = (
    Variable("y"),
    Variable("said", kind="yes_no"),
    Variable("a"),
    Variable("need", "client"),
    Variable("mandated", "client", "yes_no"),
)
SLOPES = (Slope("client", "x", "y"), Slope("worker", "x", "y"))


def drawn(data: Incomplete, settings: Settings = QUICK) -> list[Completed]:
    return list(impute(data, settings))


@pytest.fixture(scope="module")
def mixed() -> Incomplete:
    return simulated(3, variables=MIXED, changing=0.2, clients=80, slopes=SLOPES, slope_sd=0.3)[0]


@pytest.fixture(scope="module")
def filled(mixed: Incomplete) -> list[Completed]:
    return drawn(mixed)


def test_known_cells_are_kept_to_the_byte_and_gaps_are_filled(mixed: Incomplete, filled: list[Completed]) -> None:
    for one in filled:
        for values, given in ((one.session, mixed.session), (one.of_client, mixed.of_client)):
            known = ~np.isnan(given)
            assert values[known].tobytes() == given[known].tobytes()
            assert np.isfinite(values).all()
    assert [one.number for one in filled] == [0, 1, 2, 3]


def test_yes_no_stay_yes_and_no_and_numbers_are_neither_rounded_nor_clipped(
    mixed: Incomplete, filled: list[Completed]
) -> None:
    assert set(np.unique(filled[0].session[:, 1])) == {0.0, 1.0}
    assert set(np.unique(filled[0].of_client[:, 1])) == {0.0, 1.0}
    gaps = np.isnan(mixed.session[:, 0])
    assert len(np.unique(filled[0].session[gaps, 0])) == gaps.sum()


def test_imputations_differ_from_each_other(mixed: Incomplete, filled: list[Completed]) -> None:
    gaps = np.isnan(mixed.session[:, 0])
    first, second = filled[0].session[gaps, 0], filled[1].session[gaps, 0]
    assert np.abs(first - second).min() > 0.0


def test_the_same_seed_gives_the_same_bytes_another_seed_others(mixed: Incomplete, filled: list[Completed]) -> None:
    again = drawn(mixed)
    assert all(one.session.tobytes() == two.session.tobytes() for one, two in zip(filled, again, strict=True))
    other = drawn(mixed, replace(QUICK, seed=8))
    assert other[0].session.tobytes() != filled[0].session.tobytes()


def test_imputations_are_made_one_by_one(mixed: Incomplete, filled: list[Completed]) -> None:
    stream = iter(impute(mixed, replace(QUICK, imputations=10**9)))
    assert next(stream).session.tobytes() == filled[0].session.tobytes()


def test_the_order_of_the_rows_does_not_matter_to_where_draws_go(mixed: Incomplete) -> None:
    order = np.random.default_rng(1).permutation(len(mixed.client))
    shuffled = replace(
        mixed,
        session=mixed.session[order],
        client=mixed.client[order],
        worker=mixed.worker[order],
        predictors=mixed.predictors[order],
    )
    known = ~np.isnan(shuffled.session)
    assert np.array_equal(drawn(shuffled)[0].session[known], shuffled.session[known])


PROGRAM = """
import hashlib
from dataclasses import replace
from tests.imputation.tables import simulated
from tests.imputation.test_sampler import MIXED, QUICK, SLOPES
from pipeline.imputation.sampler import impute
data = simulated(5, clients=300, sessions=12, workers=30, variables=MIXED, changing=0.1, slopes=SLOPES)[0]
digest = hashlib.sha256()
for one in impute(data, replace(QUICK, warmup=5, watched=10, imputations=2)):
    digest.update(one.session.tobytes() + one.of_client.tobytes())
print(digest.hexdigest())
"""


def test_one_thread_and_two_give_equal_bytes() -> None:
    root = Path(__file__).parents[2]
    found = []
    for threads in ("1", "2"):
        limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=root,
            env={**os.environ, **limits},
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(done.stdout.strip())
    assert found[0] == found[1]
    assert len(found[0]) == hashlib.sha256().digest_size * 2


def _holes(data: Incomplete, column: int, keep: float) -> Incomplete:
    session = data.session.copy()
    session[int(keep * len(session)) :, column] = np.nan
    return replace(data, session=session)


def _twice(data: Incomplete) -> Incomplete:
    session = np.column_stack([data.session, 3.0 - 2.0 * data.session[:, 1]])
    return replace(data, session=session, variables=(*data.variables, Variable("b")))


def _made_up(data: Incomplete) -> Incomplete:
    session = np.column_stack([data.session, 4.0 * data.predictors[:, 0] + 1.0])
    return replace(data, session=session, variables=(*data.variables, Variable("b")))


def _sum(data: Incomplete) -> Incomplete:
    session = np.column_stack([data.session, data.session[:, 0] + data.session[:, 1]])
    return replace(data, session=session, variables=(*data.variables, Variable("b")))


def _constant(data: Incomplete) -> Incomplete:
    session = data.session.copy()
    session[~np.isnan(session[:, 0]), 0] = 2.0
    return replace(data, session=session)


def _endless(data: Incomplete) -> Incomplete:
    session = data.session.copy()
    session[:3, 1] = np.inf
    return replace(data, session=session)


def _of_clients(data: Incomplete) -> Incomplete:
    session = data.session.copy()
    session[:, 1] = data.client
    return replace(data, session=session)


def _gap_in_predictor(data: Incomplete) -> Incomplete:
    predictors = data.predictors.copy()
    predictors[:7] = np.nan
    return replace(data, predictors=predictors)


def _one_client(data: Incomplete) -> Incomplete:
    return replace(data, client=np.zeros_like(data.client))


def _few_clients(data: Incomplete) -> Incomplete:
    return replace(data, client=data.client % 3)


def _no_yes_no(data: Incomplete) -> Incomplete:
    return replace(data, variables=(Variable("y", kind="yes_no"), Variable("a")))


def _nothing(data: Incomplete) -> Incomplete:
    return replace(
        data, session=data.session[:0], client=data.client[:0], worker=data.worker[:0], predictors=data.predictors[:0]
    )


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: _holes(data, 0, 0.05), r"`y` is missing in \d+ of 360 sessions \(9\d%"),
        (lambda data: _holes(data, 0, 0.0), "missing in all 360 sessions"),
        (_twice, "`a` and `b` make each other up|`b` and `a` make each other up"),
        (_made_up, "`b` is made up by the predictors"),
        (_sum, "`y` and `a` and `b` make each other up"),
        (_constant, "`y` has one value only"),
        (_endless, "`a` is infinite in 3 of 360 sessions"),
        (_of_clients, "never changes within a client"),
        (_gap_in_predictor, r"`x` predicts .* missing in 7 of 360"),
        (_one_client, "one client only"),
        (_few_clients, "3 clients are too few"),
        (_no_yes_no, "`y` is no yes/no"),
        (_nothing, "no sessions"),
    ],
)
def test_what_cannot_be_imputed_is_said_in_words(spoil, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        drawn(spoil(simulated(4)[0]))


def test_all_problems_are_said_at_once() -> None:
    data = _holes(_gap_in_predictor(simulated(4)[0]), 0, 0.02)
    with pytest.raises(ModelError) as caught:
        drawn(data)
    assert len(caught.value.problems) == 2


def test_chains_that_do_not_mix_are_refused_in_words() -> None:
    with pytest.raises(ModelError, match=r"did not settle in \d+ sweeps .* R-hat"):
        drawn(simulated(4)[0], replace(QUICK, r_hat=1.0001, limit=120))


def test_a_variable_missing_for_a_whole_worker_is_drawn_and_said() -> None:
    data, _, _ = simulated(6, workers=8)
    session = data.session.copy()
    session[data.worker == 2, 0] = np.nan
    found = impute(replace(data, session=session), QUICK)
    assert any("one of 8 workers" in note for note in found.diagnostics.notes)
    assert all(np.isfinite(one.session).all() for one in found)


@pytest.mark.parametrize("workers", [1, 2, 60])
def test_any_number_of_workers(workers: int) -> None:
    data, _, _ = simulated(8, workers=workers, clients=60)
    found = impute(data, QUICK)
    assert len(list(found)) == 4
    said = {1: "one worker only", 2: "", 60: "60 workers for 60 clients"}[workers]
    assert (found.diagnostics.notes == ()) == (said == "")
    assert not said or said in found.diagnostics.notes[0]


@pytest.mark.parametrize("changing", [0.3, 1.0])
def test_clients_may_change_worker(changing: float) -> None:
    assert len(drawn(simulated(9, changing=changing)[0])) == 4


def test_dependent_predictors_do_no_harm() -> None:
    data, _, _ = simulated(10)
    x = np.column_stack([data.predictors, 2.0 * data.predictors - 1.0, np.ones(len(data.client))])
    assert len(drawn(replace(data, predictors=x, predictor_names=("x", "x2", "one")))) == 4


def test_diagnostics_name_what_was_watched(mixed: Incomplete) -> None:
    found = impute(mixed, QUICK).diagnostics
    assert found.traces.shape == (4, found.traces.shape[1], len(found.mixing))
    assert found.worst_r_hat <= QUICK.r_hat
    assert found.fewest_effective >= QUICK.effective
    assert any("between workers" in one.parameter for one in found.mixing)
    assert len({one.parameter for one in found.mixing}) == len(found.mixing)
