"""The report's measures section on studies that strain it: what is not estimable says so, and why."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.disclosure.census import Census
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.rules import Rules
from pipeline.measures import Instrument, shipped
from pipeline.measures.overview import overview
from pipeline.measures.rated import rated
from pipeline.measures.scoring import combine_scores, score
from pipeline.measures.structure import factor_models
from pipeline.project.io import json_bytes
from pipeline.report.plots import measures as measure_figures
from pipeline.report.plots.figures import Figure
from pipeline.report.table import Table
from pipeline.report.tables import factors, measures, psychometrics
from pipeline.results.reliability import Reliability
from tests.measures.make import likert

WAI_SR, WAI_36 = shipped()["wai_sr"], shipped()["wai_36"]
MARK = "n.\u00a0e."


def gate(release: Any = "public") -> Gate:
    return Gate(Rules(10, 5, release), Census())


def study(clients: int, per: int, instrument: Instrument = WAI_SR, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sessions and ratings of a client rater."""
    number = np.tile(np.arange(1, per + 1), clients)
    who = np.repeat(np.arange(clients), per)
    sessions = pd.DataFrame(
        {
            "session_id": [f"S{client:04d}{n:02d}" for client, n in zip(who, number, strict=True)],
            "client_id": [f"C{client:04d}" for client in who],
            "worker_id": [f"W{client % 8}" for client in who],
            "session_number": number,
            "day": 7 * number,
        }
    )
    answers = likert(instrument, len(who), seed=seed)
    ratings = pd.DataFrame(answers, columns=instrument.columns)
    ratings.insert(0, "session_id", sessions["session_id"])
    ratings.insert(1, "rater", "client")
    return sessions, ratings


def found_in(sessions: pd.DataFrame, ratings: pd.DataFrame, instrument: Instrument = WAI_SR) -> Reliability:
    scores = combine_scores([score(ratings, instrument, 0.75)])
    result = overview([(instrument, ratings)], sessions, scores, shipped(), (instrument.id,))
    return Reliability.model_validate_json(json_bytes(result))


@cache
def usual() -> Reliability:
    return found_in(*study(80, 6))


@cache
def small() -> Reliability:
    """Fifteen clients and 36 items: enough for alpha, too few for omega by level and by block."""
    return found_in(*study(15, 14, WAI_36), WAI_36)


def tables(found: Reliability, through: Gate) -> dict[str, Table]:
    rest = (
        measures.reliability_table(found.instruments, through),
        psychometrics.levels_table(found, through),
        psychometrics.shares_table(found, through),
        psychometrics.occasions_table(found, through),
        factors.structure_table(found, through),
        factors.invariance_table(found, through),
        factors.items_table(found, through),
        factors.loadings_table(found, through),
    )
    return {table.name: table for table in rest if table}


def figures(found: Reliability, through: Gate) -> dict[str, Figure]:
    return {figure.name: figure for figure in measure_figures.measure_figures(found, through)}


def row_of(table: Table, head: str) -> list[str]:
    return next([str(cell) for cell in line.cells] for line in table.lines if line.head == head)


def test_every_number_the_issue_asks_for_is_there() -> None:
    made = tables(usual(), gate())
    assert set(made) == {
        "reliability",
        "reliability_levels",
        "variance",
        "reliability_by_occasion",
        "structure",
        "invariance",
        "items",
        "loadings",
    }
    assert made["reliability_levels"].head[1:] == ("Omega within", "Omega between", "RkF", "R1R", "RkR", "Rc")
    assert all("[" in cell for cell in row_of(made["reliability"], "Total")[2:4])
    assert "RMSEA [90% CI]" in made["structure"].head
    assert [line.head.split(":")[0] for line in made["invariance"].lines if line.cells] == ["Configural", "Metric", "Scalar"]
    assert len([line for line in made["items"].lines if line.cells]) == WAI_SR.items


def test_figures_are_there_with_words_for_those_who_cannot_see_them() -> None:
    made = figures(usual(), gate())
    assert list(made) == ["items_wai_sr_client", "variance_shares", "reliability_wai_sr_client"]
    assert "No item runs against its key" in made["items_wai_sr_client"].alt
    assert "clients" in made["variance_shares"].alt and "%" in made["variance_shares"].alt  # noqa: PT018
    assert "alpha 0." in made["reliability_wai_sr_client"].alt.lower()


def test_an_item_against_its_key_is_marked_in_the_figure() -> None:
    sessions, ratings = study(80, 6)
    ratings["item_3"] = 6 - ratings["item_3"]
    made = figures(found_in(sessions, ratings), gate())["items_wai_sr_client"]
    assert "Running against their key: item 3." in made.alt
    assert any(row.tip for group in made.groups for row in group.rows)  # type: ignore[union-attr]


def test_two_level_omega_of_few_clients_is_not_estimable_and_says_why() -> None:
    made = tables(small(), gate())["reliability_levels"]
    assert row_of(made, "Total")[:2] == [MARK, MARK]
    assert "too few clients (at least 72 for 36 items" in made.note
    assert "too few clients (at least 24 for 12 items" in made.note
    occasions = tables(small(), gate())["reliability_by_occasion"]
    assert all(str(line.cells[1]) == MARK for line in occasions.lines if line.cells)
    assert "too few complete ratings (at least 180 for 36 items)" in occasions.note


def test_a_model_that_did_not_converge_shows_no_number() -> None:
    found = usual().model_dump()
    model = found["structure"][0]["models"][-1]
    told = ("instrument", "rater", "model", "n", "df")
    for name in model:
        model[name] = model[name] if name in told else None
    model |= {"converged": False, "note": "the factor model did not converge"}
    made = tables(Reliability.model_validate(found, strict=False), gate())["structure"]
    cells = row_of(made, "Bifactor")
    assert cells[1] == MARK
    assert set(cells[3:]) == {MARK}
    assert "bifactor, the factor model did not converge" in made.note


def test_what_does_not_converge_has_no_number_at_all() -> None:
    """Twelve items of pure noise: no bifactor model has an optimum there."""
    sessions, ratings = study(80, 6)
    noise = np.random.default_rng(5).integers(1, 6, (len(ratings), 12)).astype(float)
    ratings[WAI_SR.columns] = noise
    models = factor_models(next(rated(ratings, sessions, WAI_SR))).models
    failed = [model for model in models if not model.converged]
    assert failed
    for model in failed:
        assert model.note
        assert all(
            getattr(model, name) is None for name in ("chi2", "cfi", "tli", "rmsea", "rmsea_low", "srmr", "aic", "p_value")
        )


def test_an_improper_solution_is_said_to_be_one() -> None:
    found = usual().model_dump()
    found["structure"][0]["models"][0]["note"] = "residual variance estimated below zero (item 4)"
    note = tables(Reliability.model_validate(found, strict=False), gate())["structure"].note
    assert "Not a proper solution, to be read with care: WAI-SR, rated by clients: one factor, residual variance" in note


def test_few_clients_with_many_ratings_give_no_number() -> None:
    """Eight clients who give 25 ratings each: rows are many, clients are not."""
    found = found_in(*study(8, 25))
    made = tables(found, gate())
    for name, column in (("reliability", 2), ("variance", 0)):
        assert row_of(made[name], "Total")[column] == "·"
    assert not [name for name in figures(found, gate()) if name.startswith(("items", "variance", "reliability"))]
    assert not [said for said in psychometrics.measure_sentences(found, gate()) if "run" in said]
    assert row_of(tables(found, gate("internal"))["reliability"], "Total")[2].startswith("0.")


def test_item_numbers_are_no_counts_and_counts_are_rounded() -> None:
    sessions, ratings = study(60, 4, WAI_36)
    wrong = WAI_36.model_copy(update={"reversed_items": tuple({*WAI_36.reversed_items} ^ {28, 29})})
    made = score(ratings, wrong, 0.75)
    values = made.loc[made["score"] == "bond"].set_index("session_id")["value"] * 12
    found = found_in(sessions, ratings.assign(shipped_bond=ratings["session_id"].map(values)), WAI_36)
    (said,) = [said for said in psychometrics.measure_sentences(found, gate()) if "shipped" in said]
    assert said.startswith("WAI-36, rated by clients. The bond score")
    assert "reverses item 28 (our key does not) and does not reverse item 29 (our key does)" in said
    assert "of 240 ratings" in said
    differ = int(said.split("differs from ours in ")[1].split(" of ")[0])
    assert differ % 5 == 0


@pytest.mark.parametrize("found", ["usual", "small"])
def test_no_table_shows_an_unrounded_count(found: str) -> None:
    result = usual() if found == "usual" else small()
    for table in tables(result, gate()).values():
        for line in table.lines:
            for title, cell in zip(table.head[1:], line.cells, strict=False):
                if title in ("Ratings", "Prorated", "Answered") and str(cell).replace(",", "").isdigit():
                    assert int(str(cell).replace(",", "")) % 5 == 0


def test_figure_and_table_show_the_same_shares_and_they_add_up() -> None:
    cells = row_of(tables(usual(), gate())["variance"], "Total")[:3]
    assert sum(int(cell.removesuffix("%")) for cell in cells) == 100
    worker, client, session = cells
    told = f"WAI-SR total: {worker} · {client} · {session}"
    assert told in figures(usual(), gate())["variance_shares"].alt
