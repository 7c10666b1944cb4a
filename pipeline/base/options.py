"""Every closed set of options, once: params.py validates with them, tables.py builds code lists from them."""

from __future__ import annotations

from typing import Literal, get_args

Origin = Literal["simulated", "real"]
Rater = Literal["client", "worker", "observer"]
TableName = Literal["clients", "workers", "sessions", "advocacy"]

Attendance = Literal["attended", "no_show", "cancelled"]
Phase = Literal["engagement", "assessment", "intervention", "evaluation"]
Modality = Literal["office", "home", "community", "phone", "video"]
Mode = Literal["joint", "worker_solo", "client_solo", "concrete"]
Order = Literal["before_session", "after_session"]
Setting = Literal["social_services", "hospital", "school", "child_welfare", "court", "housing", "employment", "other"]
Level = Literal["micro", "mezzo", "macro"]
Outcome = Literal["granted", "partial", "denied", "pending"]
Initiator = Literal["client", "worker", "both", "other"]
EpisodeFact = Literal["setting", "level", "initiated_by", "debriefed", "planned"]  # noted of an episode, not of a client

Role = Literal["confirmatory", "exploratory"]
Effect = Literal["within", "between", "worker", "contextual"]
Predicted = Literal["positive", "negative", "none"]
TimeScale = Literal["session_number", "day"]
MissingMethod = Literal["none", "beside", "headline"]
MissingLevel = Literal["score"]
Engine = Literal["multilevel", "statsmodels"]
DegreesOfFreedom = Literal["satterthwaite", "kenward_roger", "none"]
Method = Literal["REML", "ML"]
Agencies = Literal["by_number", "fixed", "random", "none"]
Release = Literal["public", "internal"]
Policy = Literal["refuse", "quarantine", "warn"]

Scenario = Literal[
    "default",
    "null",
    "shared_trend",
    "crisis",
    "crisis_marked",
    "crisis_null",
    "reverse",
    "presence_does_not_matter",
    "autocorrelated",
    "harm",
    "between_only",
    "bond_only",
    "mediated",
]

Verdict = Literal[
    "supported",
    "suggestive",
    "opposite",
    "practically zero",
    "inconclusive",
    "fragile",
    "not specific to being there",
    "no direction can be claimed",
    "not estimable",
    "could not be computed",
]

MODES: tuple[Mode, ...] = get_args(Mode)
EPISODE_FACTS: tuple[EpisodeFact, ...] = get_args(EpisodeFact)
