"""The axes of a specification curve in a reader's words."""

from __future__ import annotations

from collections.abc import Mapping

AXIS_WORDS: Mapping[str, str] = {
    "instrument": "the instrument",
    "score": "the score",
    "rater": "who rates",
    "dose": "how advocacy is counted",
    "lag": "how many ratings later",
    "covariates": "the covariates",
    "time": "the clock",
    "first_window": "the days before the first rating",
    "same_day": "episodes on the day of a rating",
    "gap_after": "from when on a window is a gap",
    "gaps": "ratings after a gap",
    "min_answered": "how much of a rating must be answered",
    "min_ratings": "how many ratings a client must have",
    "form_of_time": "the form of time",
    "residual": "whether ratings close in time resemble each other",
    "random": "what varies by worker and by client",
}
CHOICE_WORDS: Mapping[str, str] = {
    "any": "any (yes or no)",
    "session_number": "session number",
    "by_order": "by order",
    "car1": "resemble each other (CAR(1))",
    "independent": "do not",
    "intercepts": "levels alone",
    "time_by_client": "slopes in time by client",
    "exposure_by_client": "the effect by client",
    "exposure_by_worker": "the effect by worker",
    "exposure_by_both": "the effect by both",
}
