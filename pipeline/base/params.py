"""params.yaml as frozen, typed models.

`load` reads the text, `schema` writes the JSON Schema an editor uses. A model field is the one place where a key, its
type, its bounds and its default stand. Rules that need another room's knowledge (is this item in that instrument?) stand in
that room's `check_params`; the check stage gathers all of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from pipeline.base import options
from pipeline.base.errors import ParamsError, Problem
from pipeline.base.key_path import problem, telling
from pipeline.base.section import FileName, Header, Name, Section, Share, Text
from pipeline.base.sources import Sources
from pipeline.base.specs import ContrastSpec, ExposureSpec, MediatorSpec, OutcomeSpec, RatingSpec
from pipeline.base.yaml_text import parse

MOST_TOLD = 200  # problems; for each one, the nearest valid name is looked for


class Study(Section):
    """What the study is called, where its data come from, and the one seed all random numbers start from."""

    title: Text
    question: Text | None = Field(
        None, description="what the study asks, in one sentence; heads the report (default: the title)"
    )
    origin: options.Origin
    seed: int = Field(ge=0, lt=2**32)


class Simulate(Section):
    """The built-in study: its size, and the scenario whose truth it is made from."""

    scenario: options.Scenario = "default"
    workers: int = Field(40, ge=2, le=100_000)
    clients: int = Field(400, ge=10, le=5_000_000)
    sessions: int = Field(16, ge=2, le=100)
    truth: dict[Name, float] = Field({}, description="overrides of single true effects, by name")


class Privacy(Section):
    """The two gates: what may come in, and what may leave."""

    id_pattern: str = "[A-Za-z]{1,4}[-_]?[A-Za-z0-9]{6,32}"
    id_patterns: dict[Name, str] = Field({}, description="an id column with another form than `id_pattern`")
    attested_ids: tuple[Name, ...] = Field((), description="id columns somebody vouches for, though they look guessable")
    quasi_identifiers: tuple[Name, ...] = ("age_band", "gender", "race_ethnicity", "language")
    k: int = Field(5, ge=2)
    attested_headers: tuple[Header, ...] = Field((), description="raw headers that only look like a person's identifier")
    policies: dict[Name, options.Policy] = Field({}, description="rules of docs/data-rules.md -> refuse, quarantine or warn")
    max_file_mb: int = Field(4096, ge=1, description="a raw file larger than this is refused unread")
    min_cell: int = Field(10, ge=2, description="clients behind every released number (public: at least 5)")
    round_to: int = Field(5, ge=1, description="released counts are multiples of it (public: at least 3)")
    min_workers: int = Field(5, ge=2, description="workers behind every number that tells of workers (public: at least 4)")
    release: options.Release = "public"


class Measures(Section):
    """How ratings become scores."""

    min_answered: Share = 0.75
    instruments: tuple[FileName, ...] = Field((), description="files of your own instruments, beside params.yaml")
    scales: dict[Name, tuple[float, float]] = Field({}, description="a scale other than the instrument's own")
    overrule: tuple[Name, ...] = Field((), description="instruments whose failing item checks do not stop the run")


class Exposure(Section):
    """How advocacy episodes become windows between ratings."""

    first_window: float = Field(14, gt=0, description="days before the first rating that count for it")
    same_day: Literal["by_order", "exclude"] = "by_order"
    gap_after: float = Field(28, gt=0, description="a window longer than this many days is flagged as a gap")


Delta = Annotated[float, Field(ge=0, le=5)]


class Missing(Section):
    """What is done about missing ratings, covariates, moderators and mediators, beside leaving rows out."""

    method: options.MissingMethod = Field(
        "none", description="beside: imputed analysis as a check; headline: in place of that of the observed rows"
    )
    imputations: int = Field(20, ge=2, le=1000)
    auxiliary: tuple[Name | RatingSpec, ...] = Field((), description="columns and ratings that help to draw what is missing")
    level: options.MissingLevel = Field(
        "score", description="what is drawn of a rating: its score. Items, and scores made of drawn items, cannot be had yet"
    )
    skipped: tuple[Delta, ...] = Field(
        (), description="within-client SDs by which ratings skipped while present may be lower"
    )
    after_dropout: tuple[Delta, ...] = Field(
        (), description="the same for the sessions that clients who left would have had"
    )
    seed: int = Field(20261125, ge=0, lt=2**32)


class Plan(Section):
    """What shapes a hypothesis' models; its fit depends on these keys and no others."""

    outcome: OutcomeSpec
    exposure: ExposureSpec
    effect: options.Effect = "within"
    time: options.TimeScale = "session_number"
    covariates: tuple[Name, ...] = ()
    window_length: bool = Field(
        True, description="days since the last rating in the model: ratings and advocacy may both grow with them"
    )
    random: dict[Name, tuple[Name, ...]] = Field(
        {"worker_id": ("intercept", "exposure"), "client_id": ("intercept", "exposure", "time")},
        description="the exposure by worker, too: where workers differ in it the interval else covers .65-.72, not .95",
    )
    contrast: ContrastSpec | None = None
    moderator: Name | None = None
    moderator_level: str | None = Field(None, description="the level tested against the others (default: the last)")
    mediator: MediatorSpec | None = None
    missing: Missing | None = Field(None, description="what differs for this hypothesis from the section `missing`")


class Hypothesis(Plan):
    """One claim, and the model that tests it."""

    role: options.Role
    claim: Text
    predicted: options.Predicted
    smallest_effect: float = Field(
        gt=0,
        le=3,
        description="in within-client SDs of the outcome, for one unit of the dose (an episode; with `minutes` a minute); "
        "with a moderator that is a number for each further point of it, too: 0.02 on need_index is 0.2 over ten points",
    )


class VerdictRules(Section):
    """The rules words follow."""

    alpha: float = Field(0.05, gt=0, lt=0.5)
    equivalence_level: float = Field(0.90, gt=0.5, lt=1)
    confirmatory_correction: Literal["holm", "none"] = "holm"
    exploratory_correction: Literal["benjamini_hochberg", "none"] = "benjamini_hochberg"
    rho_star: float = Field(
        0.38,
        gt=0,
        le=1,
        description="a hidden cause that keeps this share of itself from window to window must be excluded: at .38 a cause "
        "of memory .5 passes in fewer than 10% (docs/operating-characteristics.md)",
    )
    product_alpha: float = Field(
        0.20,
        gt=0,
        lt=1,
        description="below it the effect may hang on how often a client is accompanied, and the average client's must hold: "
        "effects bound to frequency passed in 3 of 25 studies (20 x 150 x 10) at .05, none at .20; 1 of 38 true ones lost",
    )
    direction_checks: tuple[Name, ...] = Field(
        ("hidden_cause", "recurring_cause", "feedback"),
        description="must not break: what lasts, what comes back in a rhythm of few sessions (it passed in 11 of 12 studies "
        "without the second), and ratings that bring the advocacy",
    )
    specificity_checks: tuple[Name, ...] = ("control_worker_solo", "control_client_solo", "control_concrete")
    evidence_checks: tuple[Name, ...] = Field(
        ("specificity",), description="must exclude zero for `supported`: not to see a control's effect is no evidence"
    )
    fragile_checks: tuple[Name, ...] = Field(
        (
            "nearer_windows",
            "lagged_outcome",
            "rating_before",
            "detrended",
            "time_slope",
            "free_time",
            "car1",
            "cluster_robust",
            "average_client",
            "imputed",
            "observed_rows",
        ),
        description="must keep the number's side of zero; free_time: sessions like no other for all clients at once (a "
        "review, a hearing) passed in 6 of 12 studies under the straight line alone",
    )
    mediation_checks: tuple[Name, ...] = Field(
        ("first_path", "reversed_order", "session_rating", "other_rater"),
        description="must hold for what runs through a step between, beside hidden_cause (a mood that lasts) and "
        "lagged_outcome: a cause of advocacy and step, ratings that bring the step, the mood of its day, and one person's "
        "way of answering each make such a path from nothing (docs/operating-characteristics.md)",
    )
    asked_of_claims: tuple[Name, ...] = Field(
        ("hidden_cause", "feedback", "specificity"),
        description="a number of which one of these cannot be asked is suggestive at most: nothing is supported by omission",
    )


class Report(Section):
    """What the report shows."""

    figure_dpi: int = Field(150, ge=72, le=600)


class Compute(Section):
    """How models are fitted, and what is too little to fit one."""

    engine: options.Engine = "multilevel"
    method: options.Method = "REML"
    df: options.DegreesOfFreedom = "satterthwaite"
    kenward_roger_below: int = Field(20, ge=0, description="with fewer workers, always Kenward-Roger")
    drop_slopes: tuple[Literal["exposure", "time"], ...] = Field(("exposure", "time"), description="when singular, in order")
    min_workers: int = Field(3, ge=2)
    min_clients: int = Field(10, ge=2, description="clients with enough ratings, and with an exposure that varies")
    min_ratings: int = Field(3, ge=2, description="ratings of a client in the model's rows")
    min_mean_reliability: float = Field(
        0.3,
        ge=0.05,
        lt=1,
        description="of a client's mean exposure, for a number between clients: below it, what the means give must be more "
        "than tripled, and its interval no longer holds",
    )
    agency: options.Agencies = Field(
        "by_number", description="agencies in the model: fixed or random by their number, always fixed, always random, not"
    )
    random_agencies: int = Field(
        10,
        ge=3,
        description="from so many agencies on their differences are a random effect above workers, of fewer they are "
        "fixed: a variance between fewer than ten can hardly be told (Snijders & Bosker 2012, 4.3)",
    )
    draws: int = Field(20_000, ge=1_000, le=1_000_000, description="of the Monte-Carlo interval of an indirect effect")
    seed: int = Field(20261122, ge=0, lt=2**32, description="of those draws, and of delays of the log")
    late_share: float = Field(
        0.25, ge=0, le=1, description="of episodes that are logged late: a guess, to be replaced by what the agency knows"
    )
    late_days: int = Field(7, ge=1, le=365, description="by at most so many days: records are mostly caught up on weekly")
    late_draws: int = Field(20, ge=1, le=1000, description="of delays at each step of the row on late logging")


Sizes = Annotated[tuple[Annotated[int, Field(ge=2, le=2000)], ...], Field(min_length=1, max_length=12)]


class Planning(Section):
    """A study that is being planned (`python -m pipeline plan`): sizes to compare, and what is expected of the ratings.

    SDs are in within-client SDs of the rating; a rate is that of joint episodes in the window before a rating.
    """

    hypothesis: Name | None = Field(None, description="whose study is planned (default: the first confirmatory one)")
    effect: float | None = Field(None, gt=0, le=3, description="default: the hypothesis' smallest_effect")
    target: Annotated[float, Field(gt=0, lt=1)] = 0.80
    workers: Sizes = (10, 20, 40)
    clients: Sizes = Field((5, 10), description="of a worker")
    sessions: Sizes = Field((8, 16), description="planned for a client")
    rate: float = Field(0.4, gt=0, le=20)
    rate_spread: float = Field(0.5, ge=0, le=3)
    missed: float = Field(0.10, ge=0, lt=1, description="share of ratings that will not be given")
    dropout: float = Field(0.02, ge=0, lt=1, description="chance to stay away for good, each session")
    client_sd: float = Field(1.0, ge=0, le=10)
    worker_sd: float = Field(0.3, ge=0, le=10)
    client_effect_sd: float = Field(0.1, ge=0, le=3)
    worker_effect_sd: float = Field(0.05, ge=0, le=3)
    trend_sd: float = Field(0.03, ge=0, le=1)
    variances_of: Name | None = Field(None, description="a fitted hypothesis whose variances are taken, never its estimate")
    studies: int = Field(200, ge=10, le=100_000, description="drawn for each design that is put through the ladder")
    designs: int = Field(4, ge=1, le=50, description="how many designs are put through the ladder")
    cluster: str | None = Field(None, pattern=r"^tcp://[A-Za-z0-9.:-]+$", description="address of a Dask scheduler")


Choice = bool | int | float | str | tuple[str, ...] | None


class Axis(Section):
    """A choice that could be defended in more than one way, and why."""

    choices: tuple[Choice, ...] = Field(min_length=2, max_length=50)
    why: Text
    another_question: bool = Field(False, description="its choices ask another question: a panel of their own")


class Multiverse(Section):
    """All defensible choices of one hypothesis at once (docs/specification-curve.md)."""

    axes: dict[Name, Axis] = Field(min_length=1)
    shifts: int = Field(500, ge=20, le=10_000, description="of the exposure within clients, to hold the curve against")
    limit: int = Field(2000, ge=2, le=20_000, description="a larger number of combinations is drawn from")


class Params(Section):
    """All of params.yaml; every section must be there, if only as `{}`, because DVC tracks them by name."""

    study: Study
    simulate: Simulate
    sources: Sources
    privacy: Privacy
    measures: Measures
    exposure: Exposure
    missing: Missing = Missing()
    hypotheses: dict[Name, Hypothesis]
    verdict: VerdictRules
    report: Report
    compute: Compute
    plan: Planning = Planning()
    multiverse: dict[Name, Multiverse] = Field({}, description="hypotheses whose defensible choices are all fitted")


def load(text: str) -> Params:
    """Read the text of params.yaml; ParamsError names every error with its key path and the nearest valid name."""
    return validate(parse(text, telling(Params)))


def validate(data: object) -> Params:
    """Turn plain data into Params; ParamsError as `load`."""
    try:
        return Params.model_validate_json(json.dumps(data))
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        problems = sorted({problem(detail, data, Params) for detail in details[:MOST_TOLD]})
        if (more := len(details) - MOST_TOLD) > 0:
            problems.append(Problem("params.yaml", f"{more:,} more problems", "mend these first"))
    raise ParamsError(problems)


def schema(closed: Mapping[str, Sequence[str]] | None = None) -> str:
    """The JSON Schema of params.yaml, as text; `closed` gives the values of keys that another room knows (`Model.key`)."""
    whole = Params.model_json_schema()
    for path, names in (closed or {}).items():
        section, key = path.split(".")
        field = whole["$defs"][section]["properties"][key]
        (field.get("items") or field)["enum"] = list(names)
    return json.dumps(whole, indent=1, sort_keys=True) + "\n"


def missing_for(params: Missing, own: Missing | None) -> Missing:
    """The section `missing` with what one hypothesis says otherwise."""
    if own is None:
        return params
    return params.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})


def settled(hypotheses: Mapping[str, Hypothesis], missing: Missing) -> dict[str, Hypothesis]:
    """The hypotheses, each with all it asks of imputation, or with none where it asks for nothing."""
    found = {}
    for name, hypothesis in hypotheses.items():
        asked = missing_for(missing, hypothesis.missing)
        found[name] = hypothesis.model_copy(update={"missing": asked if asked.method != "none" else None})
    return found


def effective(section: Section) -> dict[str, Any]:
    """A section with its defaults filled in, as plain data fit for JSON."""
    return section.model_dump(mode="json")
