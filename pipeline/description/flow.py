"""The flow of counts from raw rows to the ratings and episodes a model can use, nothing dropped in silence."""

from __future__ import annotations

import pandas as pd

from pipeline.description.tables import Row, Study, as_codes, one_series, series_of

UNITS = {"clients": "clients", "workers": "workers", "sessions": "sessions", "advocacy": "episodes"}


def flow(study: Study) -> list[Row]:
    """Every table's rows as read, kept by the gate, valid and used, with what was set aside at each step and why.

    Each step: `table`, `unit`, `step`, `count`, `set_aside` (reason -> rows).
    """
    names = list(study.ingest.get("tables", {})) or list(study.validation.get("tables", {}))
    steps = [step for name in sorted(names) for step in _table_steps(study, name)]
    return steps + _scoring_steps(study) + _linking_steps(study)


def clients_flow(study: Study) -> list[Row]:
    """Clients left at each step of each series: on file, attending, rated at least once, rated at least twice."""
    sessions, occasions = study.sessions, study.occasions
    attended = sessions
    if "attendance" in sessions:
        attended = sessions[as_codes(sessions["attendance"]) == "attended"]
    start = [
        {"step": "on_file", "clients": len(study.clients)},
        {"step": "attended", "clients": int(attended["client_id"].nunique())},
    ]
    found = []
    for instrument, rater in series_of(occasions):
        rows = one_series(occasions, instrument, rater)
        scored = rows[rows["score_total"].notna()] if "score_total" in rows else rows
        per_client = scored.groupby("client_id", observed=True).size()
        rest = [
            {"step": "rated", "clients": int((per_client >= 1).sum())},
            {"step": "rated_twice", "clients": int((per_client >= 2).sum())},
        ]
        found.append({"instrument": instrument, "rater": rater, "steps": start + rest})
    return found or [{"instrument": None, "rater": None, "steps": start}]


def _table_steps(study: Study, name: str) -> list[Row]:
    unit = UNITS.get(name, "ratings")
    ingested = study.ingest.get("tables", {}).get(name, {})
    valid = study.validation.get("tables", {}).get(name, {})
    steps = []
    if ingested:
        aside = _reasons(ingested.get("set_aside"))
        read = int(ingested["rows"]) + sum(aside.values())
        steps.append({"table": name, "unit": unit, "step": "read", "count": read, "set_aside": aside})
    if valid:
        aside = _reasons(valid.get("set_aside"))
        steps.append({"table": name, "unit": unit, "step": "valid", "count": int(valid["rows_out"]), "set_aside": aside})
    return steps


def _scoring_steps(study: Study) -> list[Row]:
    scores = study.scores
    if not len(scores):
        return []
    steps = []
    for instrument, rater in series_of(scores):
        total = one_series(scores, instrument, rater)
        total = total[as_codes(total["score"]) == "total"]
        scored = total[total["value"].notna()]
        aside = {"too_few_items_answered": len(total) - len(scored)}
        row = {"table": f"ratings_{instrument}", "instrument": instrument, "rater": rater, "unit": "ratings"}
        steps.append({**row, "step": "scored", "count": len(scored), "set_aside": aside, "prorated": _prorated(scored)})
    return steps


def _prorated(scored: pd.DataFrame) -> int:
    return int(scored["prorated"].fillna(False).astype(bool).sum()) if "prorated" in scored else 0


def _linking_steps(study: Study) -> list[Row]:
    steps = []
    for instrument, rater in series_of(study.occasions):
        count = len(one_series(study.occasions, instrument, rater))
        row = {"table": "occasions", "instrument": instrument, "rater": rater, "unit": "ratings"}
        steps.append({**row, "step": "linked", "count": count, "set_aside": {}})
    for instrument, rater in series_of(study.ledger):
        reasons = as_codes(one_series(study.ledger, instrument, rater)["reason"]).value_counts()
        aside = {str(reason): int(n) for reason, n in reasons.items() if reason != "counted"}
        row = {"table": "ledger", "instrument": instrument, "rater": rater, "unit": "episodes"}
        steps.append({**row, "step": "counted", "count": int(reasons.get("counted", 0)), "set_aside": aside})
    return steps


def _reasons(found: object) -> dict[str, int]:
    return {str(reason): int(n) for reason, n in found.items()} if isinstance(found, dict) else {}
