"""The methods in words, made from the settings that were really used."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.base.params import Params
from pipeline.disclosure.gate import Gate
from pipeline.report import words
from pipeline.report.blocks import Paragraph
from pipeline.report.material import Material
from pipeline.report.numbers import listed, percent
from pipeline.report.section import Built, Planned
from pipeline.report.sections.done import done_paragraphs
from pipeline.vocabulary.checks import CHECKS
from pipeline.vocabulary.results import AGENCIES

CORRECTIONS = {
    "holm": "Holm's correction",
    "benjamini_hochberg": "the Benjamini-Hochberg correction",
    "none": "no correction",
}
DEGREES = {"satterthwaite": "Satterthwaite", "kenward_roger": "Kenward-Roger", "none": "no"}


TOLD = (
    "No log of single episodes was kept: with each session stands how many there were since the session before. They count "
    "for the first rating at that session or after it; where the number was not told, the window's dose is unknown, and its "
    "rating is left out. The days of the episodes, their order on a day and their settings are not known, so nothing that "
    "rests on them could be tested. Each exposure is split into a part within the client (this window against the client's "
    "own mean), a part between clients of the same worker, and a part between workers."
)


def build(material: Material) -> Built:
    """A paragraph each on design, measures, exposure, models, verdicts and disclosure."""
    params, description = material.params, material.description
    log, days = description.advocacy_log, description.has_days
    exposure = TOLD if description.doses_told else _exposure(params, log, days)
    paragraphs = [hypotheses_sentence(params), _design(params, log), _measures(params), exposure]
    paragraphs += [
        _models(params),
        *done_paragraphs(material),
        _attempts(params),
        _verdicts(params),
        disclosure_paragraph(material.gate),
    ]
    blocks = tuple(Paragraph(text) for text in paragraphs if text)
    met = ("STROBE 4", "STROBE 12") + (("STROBE 7", "STROBE 11") if log else ())
    return Built(blocks, met)


def disclosure_paragraph(gate: Gate) -> str:
    """How the report keeps any one client from being read off it."""
    if gate.rules.exact:
        return "This is an internal report with exact counts. It must not leave the team."
    rules = gate.rules
    return (
        f"Counts are rounded to {rules.round_to}, percentages are taken from rounded counts, and counts and means with "
        f"fewer than {rules.min_cell} clients behind them are withheld, as is a count from which a withheld one could be "
        "worked out. A count that differs from its whole by fewer clients than that is given as nearly all. No minimum, no "
        "maximum and no single client is shown."
    )


def _design(params: Params, log: bool) -> str:
    kind = "simulated as an observational" if params.study.origin == "simulated" else "an observational"
    assigned = " Advocacy was recorded as it happened, not assigned." if log else ""
    return f"The study is {kind}, longitudinal one: clients seen by workers are followed from session to session.{assigned}"


def _measures(params: Params) -> str:
    share = percent(params.measures.min_answered)
    return (
        f"A score is the mean of its answered items where at least {share} of them were answered, reverse-keyed "
        "items turned round first. Reliability is Cronbach's alpha with Feldt's 95% interval and omega total of a "
        "one-factor model, for scores as such and within clients; shares of variance come from a mixed model."
    )


def _exposure(params: Params, log: bool, days: bool) -> str:
    if not log:
        return (
            "The study has no advocacy log, so no exposure could be formed and no hypothesis about advocacy could be tested."
            + ("" if days else " Session order is the only time there is.")
        )
    settings = params.exposure
    same_day = (
        "the log's own order decides, and an episode without one counts for neither window"
        if settings.same_day == "by_order"
        else "episodes count for neither window"
    )
    return (
        "Advocacy episodes count for the rating that ends the window they fall into: after the rating before, up to the day "
        f"of this one. A client's first window reaches back {settings.first_window:g} days. On the day of a rating, "
        f"{same_day}. Windows longer than {settings.gap_after:g} days are flagged as gaps. Each exposure is split into a "
        "part within the client (this window against the client's own mean), a part between clients of the same worker, "
        "and a part between workers, so that the within part is not mixed up with what kind of client gets more advocacy."
    )


def _models(params: Params) -> str:
    compute = params.compute
    return (
        f"Ratings nested in clients and workers are modeled by linear mixed models ({compute.method}), with "
        f"{DEGREES[compute.df]} degrees of freedom{_few(params)}, never more of them than there are workers (clients) for "
        f"a number about workers (clients).{_agencies(params)} All tests are two-sided. Effects in within-client SDs "
        "divide the estimate by the standard deviation of the outcome within clients. A rating for which outcome, exposure "
        "or a covariate is not known is left out of that model; the counts of each claim say what is left."
    )


def _agencies(params: Params) -> str:
    """How agencies are in the models; nothing where no table names them."""
    if not any("agency_id" in source.columns for source in params.sources.tables.values()):
        return ""
    said = AGENCIES[params.compute.agency].format(least=params.compute.random_agencies)
    return f" Where there are several agencies they enter {said}."


def _few(params: Params) -> str:
    compute = params.compute
    if compute.engine == "statsmodels" or compute.df == "kenward_roger":
        return ""
    return f" (Kenward-Roger where there are fewer than {compute.kenward_roger_below} workers)"


def _attempts(params: Params) -> str:
    rules = params.verdict
    deciding = [CHECKS[check].clause for check in (*rules.direction_checks, *rules.fragile_checks) if check in CHECKS]
    return (
        "Every claim is tried to be proved wrong: it has to hold "
        f"{listed(deciding)}; and other kinds of advocacy are set beside it where it is about being there together. What "
        "each attempt changes is refitted on its own; one that could not be fitted is said so and never counts as held."
    )


def _verdicts(params: Params) -> str:
    rules = params.verdict
    roles = {spec.role for spec in params.hypotheses.values()}
    corrections = []
    if "confirmatory" in roles:
        corrections.append(f"{CORRECTIONS[rules.confirmatory_correction]} over the confirmatory hypotheses")
    if "exploratory" in roles:
        corrections.append(f"{CORRECTIONS[rules.exploratory_correction]} over the exploratory ones")
    return (
        f"Verdicts follow rules laid down before. Significance is judged at {rules.alpha:g} with {listed(corrections)}. An "
        f"effect is called practically zero where its {percent(rules.equivalence_level)} interval lies within the smallest "
        "effect of interest. An exploratory hypothesis can be suggestive at most, whatever its p."
    )


def hypotheses_sentence(params: Params) -> str:
    """How many hypotheses of which role the study asks, as a sentence."""
    roles = [spec.role for spec in params.hypotheses.values()]
    counts = {role: roles.count(role) for role in ("confirmatory", "exploratory")}
    parts = [f"{_number(n)} {role}" for role, n in counts.items() if n]
    raters = sorted({spec.outcome.rater for spec in params.hypotheses.values()})
    noun = "hypothesis" if sum(counts.values()) == 1 else "hypotheses"
    about = f"about advocacy and the working alliance as rated by {_raters(raters)}"
    return f"An observational, longitudinal study. {listed(parts).capitalize()} {noun} {about}."


def _raters(raters: Iterable[str]) -> str:
    return listed([words.rater(rater) for rater in raters])


def _number(n: int) -> str:
    names = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return names[n] if n < len(names) else str(n)


SECTION = Planned("methods", "Methods", "appendix", build)
