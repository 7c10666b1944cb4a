"""The falsification battery in words: one line a check, which is also what registers it.

A check is a module of its own name in `hypotheses/battery/` and its line here; the order here is the order on the card.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Group = Literal[
    "hidden_cause", "recurring_cause", "feedback", "specificity", "evidence", "robustness", "average", "rater", "reported"
]


@dataclass(frozen=True)
class CheckWords:
    """A check: its group (by which its state is read), its label, what it does as the end and as the start of a sentence."""

    name: str
    group: Group
    label: str
    clause: str
    given: str


CHECKS: Mapping[str, CheckWords] = {
    check.name: check
    for check in (
        CheckWords(
            "hidden_cause", "hidden_cause", "Hidden cause: exposure of this window minus that of the window after",
            "when something lasting behind both is looked for",
            "With the exposures of the windows before and after beside it",
        ),
        CheckWords(
            "recurring_cause", "recurring_cause", "Recurring cause: the windows one and two away beside it",
            "when something that comes and goes in a rhythm is looked for",
            "With the exposures of the windows one and two away beside it",
        ),
        CheckWords(
            "feedback", "feedback", "Feedback: the effect where ratings may bring the advocacy",
            "when ratings may bring the advocacy after them", "With ratings that may bring the advocacy after them",
        ),
        CheckWords(
            "first_path", "hidden_cause", "First path: exposure before the session minus that of the window after",
            "when something lasting behind advocacy and the step between is looked for",
            "With the exposures of the windows before and after beside the first path",
        ),
        CheckWords(
            "reversed_order", "feedback", "Reversed order: what runs through it where ratings may bring the step between",
            "when ratings may bring the step between after them", "With ratings that may bring the step between after them",
        ),
        CheckWords(
            "other_rater", "rater", "The step between or the rating as another person tells it",
            "when two people tell the step between and the rating", "With the step between or the rating told by another",
        ),
        CheckWords(
            "session_rating", "robustness", "Rating of the session of the step between added",
            "when the rating of that same session is taken into account",
            "With the rating of the session of the step between in the model",
        ),
        CheckWords(
            "nearer_windows", "robustness", "Exposure of nearer windows beside it",
            "when advocacy closer to the rating is taken into account", "With the exposure of nearer windows beside it",
        ),
        CheckWords(
            "lagged_outcome", "robustness", "Previous rating added",
            "when the rating before is taken into account", "With the previous rating in the model",
        ),
        CheckWords(
            "rating_before", "robustness", "Rating before the window added",
            "when the rating before, which may have brought the advocacy, is taken into account",
            "With the rating before the window in the model",
        ),
        CheckWords(
            "detrended", "robustness", "Exposure detrended within clients",
            "when each client's own trend in advocacy is taken out",
            "With each client's own trend taken out of the exposure",
        ),
        CheckWords(
            "time_slope", "robustness", "Own slope of time for each client",
            "when each client may have a trend of their own", "With slopes of time that differ by client",
        ),
        CheckWords(
            "car1", "robustness", "Autocorrelated residuals, CAR(1)",
            "when ratings close in time may resemble each other", "With residuals that correlate from rating to rating",
        ),
        CheckWords(
            "quadratic_time", "robustness", "Curved time", "when time may run in a curve", "With a curve in time",
        ),
        CheckWords(
            "free_time", "robustness", "Own level for every session number",
            "when every session of the course may be like no other", "With a level of its own for every session number",
        ),
        CheckWords(
            "unadjusted", "reported", "Without the declared covariates", "without the declared covariates",
            "Without the declared covariates",
        ),
        CheckWords(
            "control_worker_solo", "specificity", "Joint minus advocacy by the worker alone",
            "when advocacy by the worker alone is set beside it", "With advocacy by the worker alone beside it",
        ),
        CheckWords(
            "control_client_solo", "specificity", "Joint minus advocacy by the client alone",
            "when advocacy by the client alone is set beside it", "With advocacy by the client alone beside it",
        ),
        CheckWords(
            "control_concrete", "specificity", "Joint minus concrete services",
            "when concrete services are set beside it", "With concrete services beside it",
        ),
        CheckWords(
            "specificity", "evidence", "Joint minus the mean of the controls",
            "when all advocacy without being there together is set beside it", "With all controls beside it",
        ),
        CheckWords(
            "average_client", "average", "The average client, where the effect hangs on how often one is accompanied",
            "when clients count alike, however often they are accompanied",
            "With an effect that may hang on how often a client is accompanied",
        ),
        CheckWords(
            "influence", "robustness", "Leave one worker out", "when one worker or another is left out",
            "Without the one worker who changes it most",
        ),
        CheckWords(
            "cluster_robust", "robustness", "Cluster-robust error by worker, CR2",
            "when ratings of one worker's clients may hang together in ways the model does not know",
            "With errors that are robust to how ratings of one worker's clients hang together (CR2)",
        ),
        CheckWords(
            "late_logging", "reported", "Episodes logged late: the declared delay taken out (SIMEX)",
            "when episodes may have been logged late", "With the declared delay of the log taken out",
        ),
        CheckWords(
            "differential_logging", "reported", "Visits noted more often in good weeks than in bad: the tipping point",
            "when visits may be noted more often in good weeks", "With visits noted more often in good weeks than in bad",
        ),
        CheckWords(
            "imputed", "robustness", "Missing values imputed", "when what is missing is imputed",
            "With what is missing imputed",
        ),
        CheckWords(
            "observed_rows", "robustness", "Observed rows only", "when only the rows that were observed are used",
            "On the observed rows alone",
        ),
    )
}  # fmt: skip


def label_of_check(check: str) -> str:
    """A check by its label; one without a line here by its name."""
    return CHECKS[check].label if check in CHECKS else check.replace("_", " ").capitalize()


def group_of_check(check: str) -> Group:
    """The group of a check; one without a line here is only reported."""
    return CHECKS[check].group if check in CHECKS else "reported"
