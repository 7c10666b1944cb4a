"""The answer: one line a hypothesis, the forest plot, and the same as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown
from pipeline.report import words
from pipeline.report.counts import model_key
from pipeline.report.figures import BLUE, GRAY, VERMILION, Figure, Interval, forest
from pipeline.report.findings import NONE, Effect, Finding, model_rows
from pipeline.report.table import Line, Table, Value

Row = Mapping[str, Any]
COLORS = {"supported": BLUE, "suggestive": BLUE, "opposite": VERMILION}
LONGEST = 52  # characters of a title that fit beside the plot
STYLES = {"supported": "o", "suggestive": "s", "opposite": "D"}


def tally(found: list[Finding]) -> str:
    """How many hypotheses of which role got which verdict, in the order of the verdicts."""
    said = []
    for role in ("confirmatory", "exploratory"):
        own = [one.verdict for one in found if one.role == role]
        parts = [f"{own.count(verdict)} {verdict}" for verdict in words.SYMBOLS if verdict in own]
        said += [f"{role.capitalize()}: {', '.join(parts)}."] if parts else []
    return " ".join(said)


def answer_table(found: list[Finding]) -> Table:
    """Verdict and effect of every hypothesis."""
    lines = [Line(words.title(one.name), (one.verdict, one.role, *_cells(one))) for one in found]
    head = ("Hypothesis", "Verdict", "Role", "Estimate", "95% CI", "Within-client SDs", "p", "Adjusted p")
    return Table("answer", "What was found, in numbers", head, tuple(lines), "Estimates in scale points of the outcome.")


def _cells(one: Finding) -> tuple[Value, ...]:
    if one.effect is None:
        return (NONE, "", NONE, NONE, NONE)
    effect = one.effect
    return (effect.estimate, effect.interval, effect.sd_estimate, effect.p, effect.p_adjusted)


def forest_figure(found: list[Finding], dpi: int) -> Figure | None:
    """The tested effects in within-client SDs with their intervals; only effects that may be shown."""
    shown = [(one, one.effect) for one in found if one.effect and one.effect.sd_estimate.value is not None]
    rows = [_interval(one, effect) for one, effect in shown]
    if not rows:
        return None
    band = min(one.spec.smallest_effect for one, _ in shown)
    same = len({one.spec.smallest_effect for one, _ in shown}) == 1
    axis = "Effect in within-client SDs (gray: too small to matter)"
    drawn = forest(rows, axis if same else "Effect in within-client SDs", band if same else None, dpi)
    told = [f"{words.title(one.name)}: {effect.sd_estimate}, {effect.sd_interval}, {one.verdict}" for one, effect in shown]
    alt = f"Forest plot of the tested effects with 95% intervals in within-client SDs. {'. '.join(told)}."
    return Figure("forest", "Tested effects with 95% intervals", alt, drawn)


def _interval(one: Finding, effect: Effect) -> Interval:
    estimate, low, high = (float(part.value or 0) for part in (effect.sd_estimate, effect.sd_low, effect.sd_high))
    title = words.title(one.name)
    label = f"{title if len(title) <= LONGEST else title[: LONGEST - 1] + '…'}\n{one.verdict}"
    return Interval(label, estimate, low, high, COLORS.get(one.verdict, GRAY), STYLES.get(one.verdict, "o"))


def estimate_json(one: Finding) -> dict[str, Any]:
    """One hypothesis' released result, as reports/estimates/<hypothesis>.json holds it."""
    effect = one.effect
    names = ("estimate", "std_error", "df", "low", "high", "low_90", "high_90", "sd_estimate", "sd_low", "sd_high")
    return {
        "hypothesis": one.name,
        "role": one.role,
        "claim": one.spec.claim,
        "verdict": one.verdict,
        "rule": one.rule,
        "reasons": list(one.reasons),
        "effect": {name: getattr(effect, name) for name in names} if effect else None,
        "p": effect.p.text if effect else None,
        "p_adjusted": effect.p_adjusted.text if effect else None,
        "correction": one.correction,
        "withheld": one.withheld,
    }


def metrics_json(one: Finding, fit: Row, gate: Gate) -> dict[str, Any]:
    """One hypothesis in reports/metrics.json: what `dvc metrics diff` shows moving."""
    effect = one.effect
    last = fit["counts"][-1] if fit.get("counts") else {}
    clients = gate.count(model_key(one.name, str(last["step"]))) if last.get("clients") is not None else NONE
    ratings = model_rows(one.name, last, gate) if last.get("rows") is not None else NONE
    return {
        "verdict": one.verdict,
        "estimate": effect.estimate if effect else None,
        "conf_low": effect.low if effect else None,
        "conf_high": effect.high if effect else None,
        "standardized": effect.sd_estimate if effect else None,
        "p": effect.p if effect else None,
        "clients": _about(clients, gate),
        "ratings": ratings,
    }


def _about(clients: Shown, gate: Gate) -> Shown:
    """A count of clients for the metrics: nearly all of the study's clients are given as its released number."""
    return gate.count(("clients",)) if clients.text == gate.nearly_all else clients
