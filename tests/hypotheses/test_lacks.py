"""check says, before anything runs, which hypotheses cannot run on what is mapped, and what each lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.params import load
from pipeline.commands.check import verdict
from pipeline.hypotheses.lacks import all_lacks

TEXT = (Path(__file__).parents[2] / "params.yaml").read_text(encoding="utf-8")
ALL = set(load(TEXT).hypotheses)


def without(line: str, text: str = TEXT) -> str:
    assert line in text
    return text.replace(line, "", 1)


def test_the_shipped_study_lacks_nothing() -> None:
    assert all_lacks(load(TEXT)) == {}
    assert verdict(load(TEXT)) == ["params.yaml is valid."]


@pytest.mark.parametrize(
    ("line", "recode", "names", "lack"),
    [
        ("        phase: stage\n", "        phase: { E:", None, "sources.tables.sessions.columns.phase (covariate)"),
        (
            "        setting: place_type\n",
            "        setting: { DSS:",
            {"social_services_visits_matter_most"},
            "sources.tables.advocacy.columns.setting (moderator)",
        ),
        (
            "        level: lvl\n",
            "        level: {",
            {"system_level_advocacy_strengthens_alliance"},
            "sources.tables.advocacy.columns.level (which episodes count)",
        ),
        (
            "        self_disclosure: wk_shared_0_3\n",
            "",
            {"self_disclosure_carries_the_effect"},
            "sources.tables.sessions.columns.self_disclosure (mediator)",
        ),
    ],
)
def test_a_column_that_is_not_mapped_is_named(line: str, recode: str, names: set[str] | None, lack: str) -> None:
    text = without(line)
    if recode:
        text = "\n".join(row for row in text.split("\n") if not row.startswith(recode))
    params = load(text)
    found = all_lacks(params)
    assert set(found) == (ALL - {"joint_advocacy_keeps_clients"} if names is None else names)
    assert all(lack in map(str, missing) for missing in found.values())
    said = verdict(params)
    assert f"{len(found)} of {len(ALL)} hypotheses cannot run" in said[0]
    assert any(lack in line for line in said)


def test_without_a_log_no_hypothesis_about_advocacy_runs() -> None:
    start, end = TEXT.index("    advocacy:\n"), TEXT.index("  ratings:\n")
    found = all_lacks(load(TEXT[:start] + TEXT[end:]))
    assert set(found) == ALL
    assert all(any(lack.table == "tables.advocacy" for lack in missing) for missing in found.values())


def test_a_measure_that_nobody_answered_is_named() -> None:
    shipped = "outcome: { instrument: wai_sr, score: total, rater: client }"
    text = TEXT.replace(shipped, "outcome: { instrument: wai_s, rater: worker }", 1)
    (missing,) = all_lacks(load(text)).values()
    assert str(missing[0]) == "sources.ratings (wai_s as the worker answers it, the outcome)"
