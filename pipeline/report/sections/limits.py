"""What this cannot tell you: each limit from a fact of this study."""

from __future__ import annotations

from pipeline.report import words
from pipeline.report.blocks import Bullets, Prose, Strong
from pipeline.report.material import Material
from pipeline.report.numbers import listed
from pipeline.report.section import Built, Planned

FEW_WORKERS = 20
LOW_RELIABILITY = 0.70
TOO_WIDE = ("not_significant", "none_predicted_too_wide")  # rules by which an interval is too wide to decide
OFTEN_AT_THE_TOP = 0.15  # McHorney & Tarlov (1995): more than 15% at an end is a floor or ceiling effect


def build(material: Material) -> Built:
    """The limits this study really has, the gravest first."""
    said = [_data(material), _why(material), _first(material), _others(material), _open(material), _few_workers(material)]
    said += [_unreliable(material), _ceiling(material), _same_day(material), _no_days(material)]
    met = ("STROBE 19",) if material.simulated else ("STROBE 19", "RECORD 19.1")
    return Built((Bullets(tuple(text for text in said if text), ordered=True),), met)


def _data(material: Material) -> Prose:
    if material.simulated:
        return (Strong("Nothing about real clients."), " The data are simulated: they show how the method behaves.")
    return (
        Strong("Only what was written down."),
        " The records were made for practice, not for research: what stands in them depends on who wrote them and why.",
    )


def _why(material: Material) -> Prose:
    if not material.log or not any(claim.effect for claim in material.claims):
        return ""
    return (
        Strong("Not why."),
        " Advocacy was not assigned. A crisis, for instance, can bring it and strain the alliance; a comparison with "
        "advocacy without the client is fair only where both are brought on alike.",
    )


def _first(material: Material) -> Prose:
    if material.verdicts.lock.locked:
        return ""
    return (Strong("Not whether the claims came first."), " They were not locked before outcomes were looked at.")


def _others(material: Material) -> Prose:
    raters = {claim.spec.outcome.rater for claim in material.claims}
    if len(raters) != 1:
        return ""
    return (Strong("Not how others see it."), f" Only {words.rater(next(iter(raters)))} rated the alliance.")


def _open(material: Material) -> Prose:
    still_open = [claim for claim in material.claims if claim.verdict == "inconclusive"]
    wide = [claim.short for claim in still_open if claim.rule in TOO_WIDE]
    other = [claim.short for claim in still_open if claim.rule not in TOO_WIDE]
    said = [f"Too little is known to decide on {listed(wide)}; more ratings would help."] if wide else []
    said += (
        [f"An attempt to prove it wrong leaves {listed(other)} open, which more ratings alone may not settle."]
        if other
        else []
    )
    return (Strong("Not everything that was asked."), f" {' '.join(said)}") if said else ""


def _few_workers(material: Material) -> Prose:
    if material.description.workers.workers >= FEW_WORKERS:
        return ""
    return (Strong("Little about workers."), f" There are fewer than {FEW_WORKERS}.")


def _unreliable(material: Material) -> Prose:
    rows = [row for row in material.reliability.instruments if row.alpha is not None and row.alpha < LOW_RELIABILITY]
    names = [f"{words.instrument(row.instrument)} {row.score}" for row in rows]
    return (Strong("Rough measures."), f" Alpha is below {LOW_RELIABILITY:.2f} for {listed(names)}.") if names else ""


def _ceiling(material: Material) -> Prose:
    rows = [row for row in material.reliability.floor_ceiling if (row.ceiling or 0) > OFTEN_AT_THE_TOP]
    names = [f"{words.instrument(row.instrument)} {row.score}" for row in rows]
    if not names:
        return ""
    return (Strong("Ratings at the top."), f" More than {OFTEN_AT_THE_TOP:.0%} are at the highest score of {listed(names)}.")


def _same_day(material: Material) -> Prose:
    rows = (row for row in material.description.left_out if row.reason == "same_day_order_unknown" and row.episodes)
    if not any(rows):
        return ""
    return (
        Strong("Not every episode."),
        " Those on the day of a rating whose order was not recorded count for neither window.",
    )


def _no_days(material: Material) -> Prose:
    if material.description.has_days:
        return ""
    return (Strong("Not how far apart."), " The study has no days: sessions are in order only.")


SECTION = Planned("limits", "What this cannot tell you", "main", build)
