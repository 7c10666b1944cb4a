"""The domain's codes in a reader's words; the codes are those of `base.options` and `tables.canonical` (tested)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.base.options import Attendance, Effect, EpisodeFact, Initiator, Level, Modality, Mode, Phase, Rater

Kind = Literal["flag", "number", "code", "list"]
Where = Literal["sessions", "clients", "workers", "linked"]


@dataclass(frozen=True)
class ColumnWords:
    """A column of the data: where it comes from, its kind, its heading, and what it is in a sentence."""

    name: str
    where: Where
    kind: Kind
    heading: str
    phrase: str


# The columns a hypothesis may name as covariate or moderator. `linked`: made by the link stage.
COLUMNS: Mapping[str, ColumnWords] = {
    column.name: column
    for column in (
        ColumnWords("phase", "sessions", "code", "Phase", "phase"),
        ColumnWords("modality", "sessions", "code", "Modality", "modality"),
        ColumnWords("duration_min", "sessions", "number", "Duration min", "duration min"),
        ColumnWords("crisis", "sessions", "flag", "Crisis", "crisis"),
        ColumnWords("empathy_client", "sessions", "number", "Empathy client", "empathy as the client rates it"),
        ColumnWords("empathy_worker", "sessions", "number", "Empathy worker", "empathy as the worker rates it"),
        ColumnWords("self_disclosure", "sessions", "number", "Self disclosure", "the worker's self-disclosure"),
        ColumnWords("co_construction", "sessions", "number", "Co construction", "co-construction"),
        ColumnWords("rupture", "sessions", "flag", "Rupture", "ruptures"),
        ColumnWords("repair", "sessions", "flag", "Repair", "repairs"),
        ColumnWords("gap", "linked", "flag", "Gap", "gap"),
        ColumnWords("worker_changed", "linked", "flag", "Worker changed", "worker changed"),
        ColumnWords("agency_id", "clients", "code", "Agency", "agency id"),
        ColumnWords("age_band", "clients", "code", "Age", "age band"),
        ColumnWords("gender", "clients", "code", "Gender", "gender"),
        ColumnWords("race_ethnicity", "clients", "code", "Race and ethnicity", "race ethnicity"),
        ColumnWords("language", "clients", "code", "Language", "language"),
        ColumnWords("program", "clients", "code", "Program", "program"),
        ColumnWords("mandated", "clients", "flag", "Mandated", "whether the client is mandated"),
        ColumnWords("need_index", "clients", "number", "Need index", "need index"),
        ColumnWords("barriers", "clients", "list", "Barriers (several possible)", "barriers"),
        ColumnWords("referral_source", "clients", "code", "Referred by", "referral source"),
        ColumnWords("discipline", "workers", "code", "Discipline", "discipline"),
        ColumnWords("experience_band", "workers", "code", "Experience band", "experience band"),
        ColumnWords("caseload_band", "workers", "code", "Caseload band", "caseload band"),
    )
}
MODES: Mapping[Mode, str] = {
    "joint": "joint advocacy",
    "worker_solo": "advocacy by the worker alone",
    "client_solo": "advocacy by the client alone",
    "concrete": "concrete services",
}
EPISODE_FACTS: Mapping[EpisodeFact, str] = {
    "setting": "the place",
    "level": "the level of the system",
    "initiated_by": "who asked for it",
    "debriefed": "whether it was talked over afterwards",
    "planned": "whether it was planned",
}
YES_NO: Mapping[str, tuple[str, str]] = {
    "debriefed": ("talked over", "not talked over"),
    "planned": ("planned", "not planned"),
    "mandated": ("mandated", "not mandated"),
}
SETTINGS: Mapping[str, str] = {
    "social_services": "social services",
    "hospital": "hospital",
    "school": "school",
    "child_welfare": "child welfare",
    "court": "court",
    "housing": "housing",
    "employment": "employment",
    "other": "other",
}
LEVELS: Mapping[Level, str] = {
    "micro": "for one client",
    "mezzo": "for a group or an agency",
    "macro": "for a policy",
}
PHASES: Mapping[Phase, str] = {
    "engagement": "engagement",
    "assessment": "assessment",
    "intervention": "intervention",
    "evaluation": "evaluation",
}
MODALITIES: Mapping[Modality, str] = {
    "office": "at the office",
    "home": "at home",
    "community": "in the community",
    "phone": "by phone",
    "video": "by video",
}
ATTENDANCE: Mapping[Attendance, str] = {"attended": "attended", "no_show": "no-show", "cancelled": "cancelled"}
INITIATORS: Mapping[Initiator, str] = {
    "client": "the client",
    "worker": "the worker",
    "both": "both",
    "other": "somebody else",
}
RATERS: Mapping[Rater, str] = {"client": "clients", "worker": "workers", "observer": "observers"}
INSTRUMENTS: Mapping[str, str] = {"wai_36": "WAI-36", "wai_s": "WAI-S", "wai_sr": "WAI-SR", "srs": "SRS"}
SCORES: Mapping[str, str] = {
    "total": "the alliance",
    "goal": "agreement on goals",
    "task": "agreement on tasks",
    "bond": "the bond",
    "relationship": "the relationship",
    "goals_topics": "fit of goals and topics",
    "approach": "fit of the approach",
    "overall": "the session overall",
}
EFFECTS: Mapping[Effect, str] = {
    "within": "how a client's ratings move when that client has more than their own usual dose",
    "between": "how clients of one worker with more advocacy than others differ",
    "worker": "how workers whose clients have more advocacy than others differ",
    "contextual": "between minus within",
}


def plain(code: str) -> str:
    """A code that has no words of its own, as words: joint_advocacy -> joint advocacy."""
    return code.replace("_", " ")


def mode(code: str) -> str:
    """A mode of advocacy, in a sentence."""
    return next((words for key, words in MODES.items() if key == code), plain(code))
