"""Ratings of sessions that did not take place, by what the codes mean: set aside, or left for somebody to mend."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.start.links import SessionKey, has_rating
from pipeline.start.questions import Question, one_of
from pipeline.start.result import Making
from pipeline.start.roles import Role

RULE = "rating_without_attendance"
ATTENDED = "attended"


def ask_unattended(making: Making, sessions: Role, rated: Sequence[Role], key: SessionKey | None) -> None:
    """Ask what becomes of such ratings, where there are any; the answer is a policy of the gate."""
    header = sessions.tables["sessions"].get("attendance")
    source = making.setup.tables.get("sessions", {})
    if header is None or "recode" not in source:
        return
    meaning = source["recode"].get("attendance", {}) if isinstance(source["recode"], dict) else {}
    away = {code for code, value in meaning.items() if value != ATTENDED} if isinstance(meaning, dict) else set()
    cells = sessions.block.columns[header].cells
    count = sum(has and cell in away for has, cell in zip(has_rating(sessions, rated, key), cells, strict=True))
    if not count:
        return
    text = f"{count:,} ratings are about sessions that did not take place, by what the codes of `{header}` mean.\n"
    text += "  Set these ratings aside, and count them (yes)? Or stop there until the file is mended (no)?"
    if making.interview.ask(Question("unattended_ratings", text, "yes", one_of(("yes", "no")))) == "yes":
        making.setup.policies[RULE] = "quarantine"
        making.setup.notes.append(f"{count:,} ratings of sessions that did not take place are set aside (privacy.policies)")
