"""The flow of counts from raw rows to the ratings and episodes a model can use, nothing dropped in silence."""

from __future__ import annotations

import pandas as pd

from pipeline.base.column_names import TOTAL_SCORE, ratings_table
from pipeline.description.tables import StudyTables, as_codes, one_series, series_of
from pipeline.results.flow import ClientsFlow, ClientsStep, FlowStep
from pipeline.results.people import Codes

UNITS = {"clients": "clients", "workers": "workers", "sessions": "sessions", "advocacy": "episodes"}


def flow(study: StudyTables) -> tuple[FlowStep, ...]:
    """Every table's rows as read, kept by the gate, valid and used, with what was set aside at each step and why.

    Every step of a table or series, in their order.
    """
    names = study.ingest.tables or study.validation.tables
    steps = [step for name in sorted(names) for step in _table_steps(study, name)]
    return (*steps, *_scoring_steps(study), *_linking_steps(study))


def clients_flow(study: StudyTables) -> tuple[ClientsFlow, ...]:
    """Clients left at each step of each series: on file, attending, rated at least once, rated at least twice."""
    sessions, occasions = study.sessions, study.occasions
    attended = sessions
    if "attendance" in sessions:
        attended = sessions[as_codes(sessions["attendance"]) == "attended"]
    start = (
        ClientsStep(step="on_file", clients=len(study.clients)),
        ClientsStep(step="attended", clients=int(attended["client_id"].nunique())),
    )
    found = []
    for instrument, rater in series_of(occasions):
        rows = one_series(occasions, instrument, rater)
        scored = rows[rows[TOTAL_SCORE].notna()] if TOTAL_SCORE in rows else rows
        per_client = scored.groupby("client_id", observed=True).size()
        once = ClientsStep(step="rated", clients=int((per_client >= 1).sum()))
        twice = ClientsStep(step="rated_twice", clients=int((per_client >= 2).sum()))
        found.append(ClientsFlow(instrument=instrument, rater=rater, steps=(*start, once, twice)))
    return tuple(found) or (ClientsFlow(instrument=None, rater=None, steps=start),)


def _table_steps(study: StudyTables, name: str) -> list[FlowStep]:
    unit = UNITS.get(name, "ratings")
    ingested, valid = study.ingest.tables.get(name), study.validation.tables.get(name)
    steps = []
    if ingested is not None:
        read = ingested.rows + sum(ingested.set_aside.values())
        steps.append(FlowStep(table=name, unit=unit, step="read", count=read, set_aside=dict(ingested.set_aside)))
    if valid is not None:
        steps.append(FlowStep(table=name, unit=unit, step="valid", count=valid.rows_out, set_aside=dict(valid.set_aside)))
    return steps


def _scoring_steps(study: StudyTables) -> list[FlowStep]:
    scores = study.scores
    if not len(scores):
        return []
    steps = []
    for instrument, rater in series_of(scores):
        total = one_series(scores, instrument, rater)
        total = total[as_codes(total["score"]) == "total"]
        scored = total[total["value"].notna()]
        aside = {"too_few_items_answered": len(total) - len(scored)}
        steps.append(
            FlowStep(
                table=ratings_table(instrument),
                unit="ratings",
                step="scored",
                count=len(scored),
                set_aside=aside,
                instrument=instrument,
                rater=rater,
                prorated=_prorated(scored),
            )
        )
    return steps


def _prorated(scored: pd.DataFrame) -> int:
    return int(scored["prorated"].fillna(False).astype(bool).sum()) if "prorated" in scored else 0


def _linking_steps(study: StudyTables) -> list[FlowStep]:
    steps = []
    for instrument, rater in series_of(study.occasions):
        count = len(one_series(study.occasions, instrument, rater))
        steps.append(_series_step("occasions", "ratings", "linked", (instrument, rater), count, {}))
    for instrument, rater in series_of(study.ledger):
        reasons = as_codes(one_series(study.ledger, instrument, rater)["reason"]).value_counts()
        aside = {str(reason): int(n) for reason, n in reasons.items() if reason != "counted"}
        counted = int(reasons.get("counted", 0))
        steps.append(_series_step("ledger", "episodes", "counted", (instrument, rater), counted, aside))
    return steps


def _series_step(table: str, unit: str, step: str, series: tuple[str, str], count: int, aside: Codes) -> FlowStep:
    return FlowStep(table=table, unit=unit, step=step, count=count, set_aside=aside, instrument=series[0], rater=series[1])
