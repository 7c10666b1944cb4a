"""A whole description, as plain data."""

from __future__ import annotations

from pipeline.report.description.course import leaving, staying, trajectories
from pipeline.report.description.episodes import exposure, left_out, themes, windows
from pipeline.report.description.flow import clients_flow, flow
from pipeline.report.description.people import attendance, table_one, workers_of
from pipeline.report.description.tables import Row, Study, levels_of, series_of


def describe(study: Study) -> Row:
    """Count and describe a study: everything the report says about it before any model."""
    has_days = bool(study.sessions["day"].notna().any()) if "day" in study.sessions else False
    return {
        "files": study.ingest.get("files", []),
        "notes": study.ingest.get("notes", []),
        "warnings": study.validation.get("warnings", []),
        "advocacy_log": study.advocacy is not None,
        "has_days": has_days,
        "series": [{"instrument": instrument, "rater": rater} for instrument, rater in series_of(study.occasions)],
        "clients": len(study.clients),
        "sessions": len(study.sessions),
        "workers": workers_of(study.sessions),
        "flow": flow(study),
        "clients_flow": clients_flow(study),
        "table1": table_one(study.clients),
        "attendance": attendance(study.sessions),
        "level_clients": level_clients(study),
        "trajectories": trajectories(study.occasions),
        "staying": staying(study.occasions),
        "leaving": leaving(study.occasions),
        "exposure": exposure(study.advocacy),
        "themes": themes(study.advocacy),
        "windows": windows(study.occasions, study.ledger),
        "left_out": left_out(study.ledger),
    }


def level_clients(study: Study) -> dict[str, dict[str, int]]:
    """Clients behind each code of each column a model may take as a factor: the output gate asks for them."""
    found: dict[str, dict[str, int]] = {}
    for name in study.occasions.columns:
        column = study.occasions[name]
        if str(column.dtype) in ("category", "boolean", "bool") and str(name) not in ("instrument", "rater"):
            codes = column.astype("str")
            held = study.occasions.groupby(codes, observed=True)["client_id"].nunique()
            found[str(name)] = {code: int(held.get(code, 0)) for code in levels_of(codes[column.notna()])}
    return found
