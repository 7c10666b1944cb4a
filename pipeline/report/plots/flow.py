"""From the logs to what the models use, as bars: sessions, clients and episodes, each group on its own scale."""

from __future__ import annotations

from pipeline.disclosure.shown import Shown
from pipeline.disclosure.steps import setting_shown
from pipeline.report import words
from pipeline.report.counts import CLIENTS, EPISODES, SESSIONS, attendance_key, episode_key, left_out_key, step_key
from pipeline.report.material import Material
from pipeline.report.plots.figures import Bar, Bars, Part


def flow_figure(material: Material) -> Bars:
    """The steps of the main series: sessions logged, attended, rated; clients; episodes by mode, and those that count."""
    description, gate = material.description, material.gate
    series = _series(material)
    sessions = [("logged", gate.count(SESSIONS))]
    sessions += [
        ("attended", gate.count(attendance_key(row))) for row in description.attendance if row.attendance == "attended"
    ]
    for row in description.flow:
        if series and row.step == "linked" and (row.instrument, row.rater) == series:
            sessions.append(
                (
                    f"rated by {words.rater(series[1])} ({words.instrument(series[0])})",
                    gate.rows(row.count, min(row.count, description.clients), "flow"),
                )
            )
    clients = [("on file", gate.count(CLIENTS))]
    for flow_ in description.clients_flow:
        if series is None or (flow_.instrument, flow_.rater) == series:
            steps = [step for step in flow_.steps if step.step != "on_file"]
            clients += [
                (words.STEPS[step.step], gate.count(step_key(step.step, flow_.instrument, flow_.rater), "flow"))
                for step in steps
            ]
    episodes: list[tuple[str, Shown]] = []
    if material.log:
        episodes = [("logged", gate.count(EPISODES))]
        episodes += [
            (f"of {words.mode(row.code)}", gate.count(episode_key(("mode", row.code)))) for row in description.exposure.modes
        ]
        reasons = {row.reason for row in description.left_out if (row.instrument, row.rater) == series}
        if series and "counted" in reasons:
            episodes.append(("counted for a rating", gate.count(left_out_key(*series, "counted"), "flow")))
    groups = [("Sessions", sessions), ("Clients", clients), ("Episodes of advocacy", episodes)]
    bars = [bar for title, rows in groups if rows for bar in (_head(title), *_bars(rows))]
    told = "; ".join(
        f"{title.lower()}: {', '.join(f'{count} {text}' for text, count in rows)}" for title, rows in groups if rows
    )
    caption = "From the logs to the ratings, and to the advocacy that counts for one."
    rounded = (
        "" if gate.rules.exact else f" Counts rounded to {gate.rules.round_to}; differences are taken from rounded counts."
    )
    note = f"What was set aside, and why, is in the appendix under Tables.{rounded}"
    return Bars("flow", caption, f"{caption} {told}.", tuple(bars), setting_shown(100), note=note, abreast=True)


def _series(material: Material) -> tuple[str, str] | None:
    if material.leading:
        outcome = material.leading[0].spec.outcome
        return outcome.instrument, outcome.rater
    one = next(iter(material.description.series), None)
    return (one.instrument, one.rater) if one else None


def _head(title: str) -> Bar:
    return Bar(title, (), "", head=True)


def _bars(rows: list[tuple[str, Shown]]) -> list[Bar]:
    """A group's bars in percent of its largest count; a withheld count has none."""
    most = max((float(count.value or 0.0) for _, count in rows), default=0.0)
    return [
        Bar(text, (Part(setting_shown(100 * count.value / most, 1), "held"),) if count.value and most else (), count.text)
        for text, count in rows
    ]
