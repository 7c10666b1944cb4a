"""A whole description."""

from __future__ import annotations

from pipeline.base.at_once import both
from pipeline.description.codebook import codebook_of
from pipeline.description.course import harms, leaving, staying, trajectories
from pipeline.description.episodes import episode_levels, exposure, left_out, themes, windows, with_phase
from pipeline.description.flow import clients_flow, flow
from pipeline.description.people import attendance, table_one, workers_of
from pipeline.description.strain import falls, leavers
from pipeline.description.tables import StudyTables, as_codes, course_of, series_of
from pipeline.results.description import Description
from pipeline.results.people import Codes, Series

IDS = ["client_id", "worker_id", "session_id", "instrument", "rater"]
MOST_LEVELS = 50  # no model takes a factor of more levels; a code with more is an id


def describe(study: StudyTables) -> Description:
    """Count and describe a study: everything the report says about it before any model."""
    rated = course_of(study.occasions)
    courses, (episodes, about_themes, columns) = both(  # so that each half takes about as long
        lambda: trajectories(rated),
        lambda: (
            exposure(with_phase(study.advocacy, rated, study.ledger)),
            themes(study.advocacy),
            codebook_of(study),
        ),
    )
    has_days = bool(study.sessions["day"].notna().any()) if "day" in study.sessions else False
    return Description(
        files=study.ingest.files,
        notes=study.ingest.notes,
        warnings=study.validation.warnings,
        advocacy_log=study.advocacy is not None,
        doses_told=bool(study.link.doses_told),
        has_days=has_days,
        series=tuple(Series(instrument=instrument, rater=rater) for instrument, rater in series_of(rated)),
        ranges=_ranges(study),
        clients=len(study.clients),
        sessions=len(study.sessions),
        workers=workers_of(study.sessions),
        flow=flow(study),
        clients_flow=clients_flow(study),
        table1=table_one(study.clients, study.sessions),
        attendance=attendance(study.sessions),
        level_clients=level_clients(study),
        episode_level_clients=episode_levels(study.advocacy),
        trajectories=courses,
        staying=staying(rated),
        harms=harms(study.sessions),
        leaving=leaving(rated),
        falls=falls(rated, study.ledger),
        leavers=leavers(rated, study.clients),
        exposure=episodes,
        themes=about_themes,
        windows=windows(rated, study.ledger),
        left_out=left_out(study.ledger),
        codebook=columns,
    )


def _ranges(study: StudyTables) -> dict[str, dict[str, tuple[float, float]]]:
    """The lowest and highest value of every score, by instrument."""
    return {name: key.ranges for name, key in study.scoring.instruments.items()}


def level_clients(study: StudyTables) -> dict[str, Codes]:
    """Clients behind each code of each column a model may take as a factor: the output gate asks for them."""
    found: dict[str, Codes] = {}
    clients = study.occasions["client_id"]
    for name in study.occasions.columns.difference(IDS):
        column = study.occasions[name]
        if column.dtype in ("float64", "int64", "Int64") or column.nunique() > MOST_LEVELS:
            continue
        codes = as_codes(column)
        held = clients.groupby(codes).nunique()
        found[str(name)] = {str(code): int(n) for code, n in held.items()}
    return found
