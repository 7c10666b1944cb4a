"""The canonical tables themselves. Days are whole days since the client's intake; ids are pseudonyms."""

from __future__ import annotations

from functools import cache

from pipeline.base import options
from pipeline.base.column_names import is_item, item_column, ratings_table
from pipeline.tables.column import (
    Column,
    Table,
    band,
    boolean,
    closed_code,
    count,
    identifier,
    integer,
    number,
    open_code,
    process,
    several_codes,
)

DAYS = (-366, 7305)  # a year before intake to twenty years after it; an Excel date serial lies far outside
PROCESS = ((0, 10), (-10, 10))  # process ratings: their scale unless the source declares another (`scales`), and its bounds

GENDERS = "female male woman man nonbinary transgender other unknown declined"
RACES = (
    "american_indian asian black hispanic latine middle_eastern multiracial native_american pacific_islander white "
    "other unknown declined"
)
LANGUAGES = (
    "english spanish arabic armenian bengali burmese cantonese creole dari farsi french german gujarati haitian_creole "
    "hindi hmong italian japanese khmer korean mandarin navajo nepali pashto polish portuguese punjabi russian samoan "
    "sign_language somali swahili tagalog telugu tigrinya turkish ukrainian urdu vietnamese other unknown"
)
PROGRAMS = (
    "family_preservation outpatient inpatient reentry housing_first child_welfare mental_health substance_use school_based "
    "intensive_case_management crisis foster_care reunification other"
)
BARRIERS = (
    "transport childcare language cost schedule stigma housing documents health insurance literacy phone internet safety "
    "legal other none"
)
REFERRALS = "self family hospital school court child_welfare community primary_care police shelter employer other unknown"
DISCIPLINES = "social_work counseling psychology psychiatry nursing peer_support marriage_family_therapy other"
THEMES = (
    "benefits housing custody schooling treatment safety employment immigration legal transport food discrimination "
    "documents healthcare income other"
)


class Clients(Table):
    """One row a client."""

    name = "clients"
    client_id = identifier("pseudonym of the client", key=True)
    agency_id = identifier("pseudonym of the agency that serves the client")
    age_band = band("age at intake, as a band; 90 and older is one band")
    gender = open_code(GENDERS, "gender as the client names it")
    race_ethnicity = open_code(RACES, "race and ethnicity as the client names it")
    language = open_code(LANGUAGES, "language the client prefers")
    program = open_code(PROGRAMS, "program the client is in")
    mandated = boolean("whether a court or agency ordered the service")
    need_index = number(0, 100, "points", "needs at intake, summed up on the study's own index")
    barriers = several_codes(BARRIERS, "what stands between the client and the service")
    referral_source = open_code(REFERRALS, "who referred the client")


class Workers(Table):
    """One row a worker."""

    name = "workers"
    worker_id = identifier("pseudonym of the worker", key=True)
    agency_id = identifier("pseudonym of the agency the worker belongs to")
    discipline = open_code(DISCIPLINES, "professional discipline")
    experience_band = band("years in practice, as a band")
    caseload_band = band("clients on the caseload, as a band")


class Sessions(Table):
    """One row a planned session of one client with one worker. `worker_id` here decides who the worker is."""

    name = "sessions"
    session_id = identifier("pseudonym of the session", key=True)
    client_id = identifier("whose session it is", required=True)
    worker_id = identifier("who held it, or was to hold it; may be blank where nobody came", required=True, missing=True)
    day = integer(*DAYS, "days since the client's intake", "when it was", required=True, missing=True)
    session_number = integer(1, 2000, "sessions", "its place among the client's sessions with this worker", required=True)
    attendance = closed_code(options.Attendance, "whether it took place", required=True)
    phase = closed_code(options.Phase, "phase of the work")
    modality = closed_code(options.Modality, "where or how it was held")
    duration_min = number(0, 1440, "minutes", "how long it lasted")
    crisis = boolean("whether a crisis in the client's life was marked in the days before it")
    empathy_client = process(*PROCESS, "the worker's empathy as the client rates it")
    empathy_worker = process(*PROCESS, "the worker's empathy as the worker rates it")
    self_disclosure = process(*PROCESS, "how much the worker disclosed of her- or himself")
    co_construction = process(*PROCESS, "how far goals and tasks were built together")
    dose_joint = count("episodes of joint advocacy since the last session, where no log was kept")
    dose_worker_solo = count("episodes of advocacy by the worker alone since the last session, where no log was kept")
    dose_client_solo = count("episodes of advocacy by the client alone since the last session, where no log was kept")
    dose_concrete = count("episodes of concrete services since the last session, where no log was kept")
    rupture = boolean("whether a rupture of the alliance was marked")
    repair = boolean("whether a repair of the alliance was marked")


class Advocacy(Table):
    """One row an episode of advocacy outside the session. Absent where a study keeps no such log."""

    name = "advocacy"
    episode_id = identifier("pseudonym of the episode", key=True)
    client_id = identifier("for whom", required=True)
    worker_id = identifier("by whom, or with whom", required=True)
    day = integer(*DAYS, "days since the client's intake", "when it was", required=True)
    mode = closed_code(options.Mode, "who went: both, the worker alone, the client alone, or concrete help", required=True)
    order = closed_code(options.Order, "before or after a session on the same day; blank where nobody knows")
    setting = closed_code(options.Setting, "where")
    level = closed_code(options.Level, "micro, mezzo or macro practice")
    duration_min = number(0, 1440, "minutes", "how long it took")
    initiated_by = closed_code(options.Initiator, "whose idea it was")
    planned = boolean("whether it was planned in a session")
    outcome = closed_code(options.Outcome, "what came of it")
    theme = open_code(THEMES, "what it was about")
    disclosure = boolean("whether the worker shared a genuine reaction afterwards")
    debriefed = boolean("whether it was talked over in a later session")


def by_name() -> dict[str, type[Table]]:
    """The tables that do not depend on an instrument, by name."""
    return {"clients": Clients, "workers": Workers, "sessions": Sessions, "advocacy": Advocacy}


@cache
def ratings(instrument: str, items: int, low: float, high: float) -> type[Table]:
    """The ratings table of one instrument: `items` answers within the scale, as answered, nothing reversed."""
    columns: dict[str, object] = {
        "__doc__": "One row a rating of one session by one rater: answers as given, nothing reversed.",
        "name": ratings_table(instrument),
        "session_id": identifier("the session it is about", key=True),
        "rater": closed_code(options.Rater, "who answered", key=True),
    }
    for item in range(1, items + 1):
        columns[item_column(item)] = Column(
            "number", f"answer to item {item}", low=low, high=high, unit="points", required=True
        )
    return type(f"Ratings_{instrument}", (Table,), columns)


def of_scores(table: type[Table]) -> type[Table]:
    """The ratings table of an instrument of which only scores were kept: `score_<name>` in place of items."""
    columns: dict[str, object] = {
        "__doc__": "One row a rating of one session by one rater: its scores, since no answers were kept.",
        "name": table.name,
        **{name: column for name, column in table.columns.items() if not is_item(name)},
    }
    return type(f"{table.__name__}_scores", (Table,), columns)
