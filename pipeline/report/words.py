"""Display labels: codes become words here, from the one vocabulary, and nowhere else in the report."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.base.specs import ExposureSpec, half_life_of
from pipeline.vocabulary.domain import (
    COLUMNS,
    EPISODE_FACTS,
    INSTRUMENTS,
    RATERS,
    SCORES,
    YES_NO,
    mode,
    plain,
)

__all__ = ["EPISODE_FACTS", "RATERS", "mode", "plain"]
REASONS: Mapping[str, str] = {
    "counted": "counted for a rating",
    "before_first_window": "before the client's first window",
    "after_last_rating": "after the client's last rating",
    "same_day_order_unknown": "on the day of a rating, order not recorded",
    "no_rating_for_client": "client gave no rating",
    "orphan": "points to a record that is not there",
    "duplicate_key": "key stands twice",
    "too_few_items_answered": "too few items answered",
}
STEPS: Mapping[str, str] = {
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
ONE_MORE: Mapping[str, str] = {"need_index": "point of need", "barriers": "barrier"}


def title(name: str) -> str:
    """A code as a heading: joint_advocacy -> Joint advocacy."""
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
    if spec.initiated_by:
        text += f" initiated by {'both' if spec.initiated_by == 'both' else f'the {spec.initiated_by}'}"
    for name, flag in (("talked over afterwards", spec.debriefed), ("planned", spec.planned)):
        text += "" if flag is None else f" {'' if flag else 'not '}{name}"
    return text


def session_column(name: str) -> str:
    """What was noted of a session, in a sentence."""
    return COLUMNS[name].phrase if name in COLUMNS else plain(name)


def phrase(name: str) -> str:
    """A column of the data in a sentence."""
    return session_column(name)


def score(name: str) -> str:
    """What a score is about, in a sentence."""
    return SCORES.get(name, plain(name))


def rater(name: str) -> str:
    """Those who rate, in the plural."""
    return next((words for key, words in RATERS.items() if key == name), plain(name))


def column(name: str) -> str:
    """A column of clients as a row heading."""
    return COLUMNS[name].heading if name in COLUMNS else title(name)


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
    if (days := half_life_of(kind)) is not None:
        return f"one more recent episode of {subject} (weight halving every {days:.7g} days)"
    return f"one more episode of {subject}"


def moderator(name: str) -> str:
    """What an association may differ by, in a sentence."""
    known = next((words for key, words in EPISODE_FACTS.items() if key == name), None)
    return known or phrase(name)


def one_more(name: str) -> str:
    """One unit of a moderator that is a number: `point of need`, `barrier`."""
    return ONE_MORE.get(name, f"point of {phrase(name)}")


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
        told = name in EPISODE_FACTS
        return f"where it was {one} than where it was {other}" if told else f"with “{one}” than with “{other}”"
    known = {
        "setting": f"where the place was {plain(level)} than at other places",
        "phase": f"in the {plain(level)} phase than in the others",
        "level": f"at the {plain(level)} level than at the others",
        "initiated_by": f"where {'both' if level == 'both' else f'the {plain(level)}'} asked for it than otherwise",
    }
    return known.get(name, f"with {plain(name)} “{plain(level)}” than with the others")


def series(instrument_name: str, rater_name: str) -> str:
    """Which ratings: `WAI-SR, rated by clients`."""
    return f"{instrument(instrument_name)}, rated by {rater(rater_name)}"


def is_code(name: str) -> bool:
    """Whether a column holds codes, so that a model has a first level of it."""
    return name in COLUMNS and COLUMNS[name].kind == "code"
