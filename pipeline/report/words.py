"""Display labels: machine names become words here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipeline.base.options import Verdict
from pipeline.base.params import ExposureSpec

MODES = {
    "joint": "joint advocacy",
    "worker_solo": "advocacy by the worker alone",
    "client_solo": "advocacy by the client alone",
    "concrete": "concrete help",
}
INSTRUMENTS = {"wai_36": "WAI-36", "wai_s": "WAI-S", "wai_sr": "WAI-SR", "srs": "SRS"}
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
EPISODE_FACTS = ("setting", "level", "initiated_by", "debriefed", "planned")  # noted of an episode, not of a client
CATEGORIES = (
    "phase",
    "modality",
    *("agency_id", "age_band", "gender", "race_ethnicity", "language", "program", "referral_source"),
    *("discipline", "experience_band", "caseload_band"),
)
MODERATORS = {
    "setting": "the place",
    "level": "the level of the system",
    "initiated_by": "who asked for it",
    "debriefed": "whether it was talked over afterwards",
    "planned": "whether it was planned",
    "mandated": "whether the client is mandated",
}
YES_NO = {
    "debriefed": ("talked over", "not talked over"),
    "planned": ("planned", "not planned"),
    "mandated": ("mandated", "not mandated"),
}
CHECKS = {
    "lead_placebo": "when advocacy after the rating is set beside it",
    "nearer_windows": "when advocacy closer to the rating is taken into account",
    "lagged_outcome": "when the rating before is taken into account",
    "detrended": "when each client's own trend in advocacy is taken out",
    "time_slope": "when each client may have a trend of their own",
    "car1": "when ratings close in time may resemble each other",
    "quadratic_time": "when time may run in a curve",
    "unadjusted": "without the declared covariates",
    "influence": "when one worker or another is left out",
    "cluster_robust": "when ratings of one worker's clients may hang together in ways the model does not know",
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
    "could not be computed": "–",
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
    return {"initiated_by": "Who asked for it", "phase": "Phase of the rating it counts for"}.get(name, title(name))


def episode_level(column: str, level: str) -> str:
    """A code of the advocacy log as a row heading."""
    return "Counted for no rating" if (column, level) == ("phase", "missing") else title(level)


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
    label = str(row.get("label") or title(str(row["check"])))
    return re.sub(r"\b(worker_solo|client_solo|concrete)\b(?=,)", lambda found: mode(found[0]), label)


def check_clause(row: Mapping[str, Any]) -> str:
    """What a check does, as the end of a sentence: `it does not hold when the rating before is taken into account`."""
    return CHECKS.get(str(row["check"])) or f"under the check “{check(row)}”"


def leave_one_out(passed: bool | None) -> str:
    """What leaving out one worker after the other shows, without saying which or how much."""
    if passed is None:
        return ""
    if passed:
        return "Whichever one worker is left out, the effect holds."
    return "There are workers without whom the interval includes no effect or lies on the other side: few carry it."


def rule(text: str) -> str:
    """The rule of a verdict as a sentence; checks that do not decide have no part in it."""
    text = text.replace("all checks are passed", "all checks that decide are passed")
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def moderator(name: str) -> str:
    """What an effect may differ by, in a sentence."""
    return MODERATORS.get(name, plain(name))


def moderator_level(name: str, level: str) -> str:
    """A level of a moderator as a label."""
    if level in ("yes", "no"):
        yes, no = YES_NO.get(name, (plain(name), f"no {plain(name)}"))
        return yes if level == "yes" else no
    return plain(level)


def against_others(name: str, level: str) -> str:
    """A level of a moderator against the others, as the end of a sentence about a difference."""
    if level in ("yes", "no"):
        one, other = moderator_level(name, level), moderator_level(name, "no" if level == "yes" else "yes")
        return (
            f"where it was {one} than where it was {other}" if name in EPISODE_FACTS else f"with “{one}” than with “{other}”"
        )
    told = {
        "setting": f"where the place was {plain(level)} than at other places",
        "phase": f"in the {plain(level)} phase than in the others",
        "level": f"at the {plain(level)} level than at the others",
        "initiated_by": f"where {'both' if level == 'both' else f'the {plain(level)}'} asked for it than otherwise",
    }
    return told.get(name, f"with {plain(name)} “{plain(level)}” than with the others")


def series(instrument_name: str, rater_name: str) -> str:
    """Which ratings: `WAI-SR, rated by clients`."""
    return f"{instrument(instrument_name)}, rated by {rater(rater_name)}"
