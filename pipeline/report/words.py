"""Display labels: machine names become words here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipeline.options import Verdict
from pipeline.params import ExposureSpec

MODES = {
    "joint": "joint advocacy",
    "worker_solo": "advocacy by the worker alone",
    "client_solo": "advocacy by the client alone",
    "concrete": "concrete help",
}
INSTRUMENTS = {"wai_36": "WAI (36 items)", "wai_s": "WAI-S", "wai_sr": "WAI-SR", "srs": "SRS"}
SCORES = {
    "total": "the alliance",
    "goal": "agreement on goals",
    "task": "agreement on tasks",
    "bond": "the bond",
    "relationship": "the relationship",
    "goals_topics": "fit of goals and topics",
    "approach": "fit of the approach",
    "overall": "the session overall",
}
RATERS = {"client": "clients", "worker": "workers", "observer": "observers"}
COLUMNS = {
    "age_band": "Age",
    "gender": "Gender",
    "race_ethnicity": "Race and ethnicity",
    "language": "Language",
    "program": "Program",
    "mandated": "Mandated",
    "need_index": "Need index",
    "barriers": "Barriers (several possible)",
    "referral_source": "Referred by",
    "agency_id": "Agency",
}
SESSIONS = {
    "empathy_client": "empathy as the client rates it",
    "empathy_worker": "empathy as the worker rates it",
    "self_disclosure": "the worker's self-disclosure",
    "co_construction": "co-construction",
    "rupture": "ruptures",
    "repair": "repairs",
}
REASONS = {
    "counted": "counted for a rating",
    "before_first_window": "before the client's first window",
    "after_last_rating": "after the client's last rating",
    "same_day_order_unknown": "on the day of a rating, order not recorded",
    "no_rating_for_client": "client gave no rating",
    "orphan": "points to a record that is not there",
    "duplicate_key": "key stands twice",
    "too_few_items_answered": "too few items answered",
}
STEPS = {
    "read": "rows read",
    "valid": "valid rows",
    "scored": "scored",
    "linked": "placed on the client's time line",
    "counted": "counted for a rating",
    "on_file": "clients on file",
    "attended": "attended a session",
    "rated": "gave a rating",
    "rated_twice": "gave two ratings or more",
}
SYMBOLS: dict[Verdict, str] = {
    "supported": "✓",
    "suggestive": "~",
    "opposite": "✗",
    "practically zero": "0",
    "inconclusive": "?",
    "fragile": "!",
    "not specific to being there": "=",
    "no direction can be claimed": "⇄",
    "not estimable": "–",
}


def plain(name: str) -> str:
    """A machine name as words: joint_advocacy -> joint advocacy."""
    return name.replace("_", " ")


def title(name: str) -> str:
    """A machine name as a heading: joint_advocacy -> Joint advocacy."""
    words = plain(name)
    return words[:1].upper() + words[1:]


def instrument(name: str) -> str:
    """An instrument's usual abbreviation, or its own name."""
    return INSTRUMENTS.get(name, plain(name))


def exposure(spec: ExposureSpec) -> str:
    """The advocacy a hypothesis is about, narrowed as it narrows it."""
    text = mode(spec.mode)
    text += f" ({plain(spec.setting)})" if spec.setting else ""
    text += f" at the {spec.level} level" if spec.level else ""
    text += (
        f" initiated by {'both' if spec.initiated_by == 'both' else f'the {spec.initiated_by}'}" if spec.initiated_by else ""
    )
    for name, flag in (("talked over afterwards", spec.debriefed), ("planned", spec.planned)):
        text += "" if flag is None else f" {'' if flag else 'not '}{name}"
    return text


def session_column(name: str) -> str:
    """What was noted of a session, in a sentence."""
    return SESSIONS.get(name, plain(name))


def score(name: str) -> str:
    """What a score is about, in a sentence."""
    return SCORES.get(name, plain(name))


def mode(name: str) -> str:
    """A mode of advocacy, in a sentence."""
    return MODES.get(name, plain(name))


def rater(name: str) -> str:
    """Those who rate, in the plural."""
    return RATERS.get(name, plain(name))


def column(name: str) -> str:
    """A column of clients as a row heading."""
    return COLUMNS.get(name, title(name))


def episode_column(name: str) -> str:
    """A column of the advocacy log as a heading."""
    return {"initiated_by": "Who asked for it"}.get(name, title(name))


def reason(name: str) -> str:
    """Why rows were set aside."""
    return REASONS.get(name, plain(name))


def dose(kind: str, subject: str) -> str:
    """One unit of a dose of advocacy: `one more episode of joint advocacy`."""
    if kind == "any":
        return f"at least one episode of {subject}"
    if kind == "minutes":
        return f"one more minute of {subject}"
    half_life = re.fullmatch(r"decay\((.+)\)", kind)
    if half_life:
        return f"one more recent episode of {subject} (weight halving every {half_life[1]} days)"
    return f"one more episode of {subject}"


def check(row: Mapping[str, Any]) -> str:
    """A check of the battery by its label."""
    return str(row.get("label") or title(str(row["check"])))


def series(instrument_name: str, rater_name: str) -> str:
    """Which ratings: `WAI-SR, rated by clients`."""
    return f"{instrument(instrument_name)}, rated by {rater(rater_name)}"
