"""The simulated study in a site's own words: its files, column names and codes.

`sources:` in params.yaml maps them back; a test holds the two to each other.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

YES_NO = {"True": "Y", "False": "N"}

HEADERS: Mapping[str, Mapping[str, str]] = {  # file -> canonical column -> the site's column
    "clients.csv": {
        "client_id": "cl_ref",
        "agency_id": "site",
        "age_band": "age_grp",
        "gender": "gender",
        "race_ethnicity": "race_eth",
        "language": "lang",
        "program": "prog",
        "mandated": "mandated_yn",
        "need_index": "need_0_10",
        "barriers": "barrier_cds",
        "referral_source": "referred_by",
    },
    "workers.csv": {
        "worker_id": "wk_ref",
        "agency_id": "site",
        "discipline": "disc",
        "experience_band": "yrs_grp",
        "caseload_band": "load_grp",
    },
    "sessions.csv": {
        "session_id": "visit_ref",
        "client_id": "cl_ref",
        "worker_id": "wk_ref",
        "day": "days_in",
        "session_number": "visit_no",
        "attendance": "kept",
        "phase": "stage",
        "modality": "where_held",
        "duration_min": "mins",
        "crisis": "crisis_yn",
    },
    "process.csv": {
        "session_id": "visit_ref",
        "empathy_client": "emp_cl",
        "empathy_worker": "emp_wk",
        "self_disclosure": "wk_shared_0_3",
        "co_construction": "cocon",
        "rupture": "rupt_yn",
        "repair": "mend_yn",
    },
    "advocacy.csv": {
        "episode_id": "adv_ref",
        "client_id": "cl_ref",
        "worker_id": "wk_ref",
        "day": "days_in",
        "mode": "who_went",
        "order": "rel_visit",
        "setting": "place_type",
        "level": "lvl",
        "duration_min": "mins",
        "initiated_by": "asked_by",
        "planned": "planned_yn",
        "outcome": "result",
        "theme": "theme_cd",
        "disclosure": "wk_shared_yn",
        "debriefed": "talked_over_yn",
    },
    "wai_sr_client.csv": {"session_id": "visit_ref", **{f"item_{item}": f"wai_{item}" for item in range(1, 13)}},
    "srs_client.csv": {"session_id": "visit_ref", **{f"item_{item}": f"srs_{item}" for item in range(1, 5)}},
}

CODES: Mapping[str, Mapping[str, Mapping[str, str]]] = {  # file -> canonical column -> canonical code -> the site's code
    "clients.csv": {
        "gender": {"female": "F", "male": "M"},
        "race_ethnicity": {"black": "B", "latine": "L", "white": "W"},
        "language": {"english": "EN", "spanish": "ES"},
        "program": {"family_preservation": "FAM", "outpatient": "OPT", "reentry": "REN", "housing_first": "HSG"},
        "mandated": YES_NO,
    },
    "workers.csv": {"discipline": {"social_work": "SW", "counseling": "CO", "psychology": "PS"}},
    "sessions.csv": {
        "attendance": {"attended": "1", "no_show": "NS", "cancelled": "CX"},
        "phase": {"engagement": "E", "assessment": "A", "intervention": "I", "evaluation": "V"},
        "modality": {"office": "O", "home": "H", "community": "C", "phone": "P", "video": "V"},
        "crisis": YES_NO,
    },
    "process.csv": {"rupture": YES_NO, "repair": YES_NO},
    "advocacy.csv": {
        "mode": {"joint": "TOGETHER", "worker_solo": "WORKER", "client_solo": "CLIENT", "concrete": "SERVICE"},
        "order": {"before_session": "pre", "after_session": "post"},
        "setting": {
            "social_services": "DSS",
            "hospital": "HSP",
            "school": "SCH",
            "child_welfare": "CPS",
            "court": "CRT",
            "housing": "HSG",
            "employment": "EMP",
            "other": "OTH",
        },
        "level": {"micro": "1", "mezzo": "2", "macro": "3"},
        "initiated_by": {"client": "C", "worker": "W", "both": "B", "other": "O"},
        "planned": YES_NO,
        "outcome": {"granted": "G", "partial": "P", "denied": "D", "pending": "W"},
        "disclosure": YES_NO,
        "debriefed": YES_NO,
    },
}

TABLES = {  # file -> canonical table it is cut from
    "clients.csv": "clients",
    "workers.csv": "workers",
    "sessions.csv": "sessions",
    "process.csv": "sessions",
    "advocacy.csv": "advocacy",
    "wai_sr_client.csv": "ratings_wai_sr",
    "srs_client.csv": "ratings_srs",
}


LEFT_OUT = {"wai_sr_client.csv": "-9"}  # how a site marks an item without an answer, where it is not an empty cell


def raw_files(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Canonical tables -> the site's files by name: text columns only, an empty cell where nothing is known."""
    return {file: _site_file(file, tables[table]) for file, table in TABLES.items()}


def _site_file(file: str, table: pd.DataFrame) -> pd.DataFrame:
    codes, unknown = CODES.get(file, {}), LEFT_OUT.get(file, "")
    return pd.DataFrame(
        {theirs: _as_text(table[ours], codes.get(ours), unknown) for ours, theirs in HEADERS[file].items()},
        index=table.index,
    )


def _as_text(column: pd.Series, codes: Mapping[str, str] | None, unknown: str) -> pd.Series:
    if pd.api.types.is_float_dtype(column):
        form = ".0f" if (column.dropna() % 1 == 0).all() else ".1f"
        return column.map(lambda value: unknown if value != value else format(value, form))
    text = column.astype("str").where(column.notna(), unknown)
    return text.map({**codes, unknown: unknown}) if codes else text
