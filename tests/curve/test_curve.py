"""A whole curve: what may be declared, what is drawn, what is counted, and what a reader is told."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from pipeline.base.params import Params, load
from pipeline.curve.axes import AXES, Specific, Way, check_multiverse, count, declared_way, specifications
from pipeline.curve.build import curve_of
from pipeline.exposure.link import link
from pipeline.measures import shipped
from pipeline.measures.scoring import score
from pipeline.report.release import material_of
from pipeline.report.sections.curve import build, panel_figure, shown_specifications
from pipeline.results.curve import Curve, Curves
from pipeline.simulate import canonical
from pipeline.vocabulary.curve import AXIS_WORDS
from tests.project import ROOT
from tests.report.results import params as report_params
from tests.report.results import sources

TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")
NAME = "joint_advocacy_strengthens_alliance"
ASKED = """
multiverse:
  joint_advocacy_strengthens_alliance:
    shifts: 99
    axes:
      score: { choices: [total, bond], why: "the claim names none" }
      dose: { choices: [count, any], why: "both are usual" }
      covariates: { choices: [[phase, crisis], []], why: "a crisis may lie on the way" }
      gaps: { choices: [keep, drop], why: "a missed rating lengthens a window" }
"""


def params(section: str = ASKED) -> Params:
    text = re.sub("^  (workers|clients|sessions): [0-9]+", lambda m: f"  {m[1]}: {SIZE[m[1]]}", TEXT, flags=re.MULTILINE)
    return load(text + section)


FORTY = ", ".join(map(str, range(1, 41)))
MANY = "".join(
    f"      {axis}: {{ choices: [{FORTY}], why: w }}\n" for axis in ("lag", "first_window", "gap_after", "min_ratings")
)
SIZE = {"workers": 8, "clients": 60, "sessions": 8}


@cache
def tables(scenario: str = "default") -> dict[str, pd.DataFrame]:
    settings = params().simulate.model_copy(update={"scenario": scenario})
    return canonical(settings, 11)


def linked(way: Way) -> tuple[pd.DataFrame, pd.DataFrame]:
    scores = score(tables()["ratings_wai_sr"], shipped()["wai_sr"], way.min_answered)
    return link(tables(), scores, way.exposure)[:2]


def ways(given: Params) -> list[Specific]:
    start = declared_way(given.hypotheses[NAME], given.exposure, given.measures)
    return specifications(start, given.multiverse[NAME], given.study.seed)


@cache
def curve() -> Curve:
    given = params()
    asked = given.multiverse[NAME]
    return curve_of(ways(given), linked, asked, given.compute, 1.0, 3)


def test_every_combination_stands_once_and_one_is_the_declared() -> None:
    given = params()
    found = ways(given)
    assert len(found) == count(given.multiverse[NAME]) == 16
    assert len({tuple(sorted(one.choices.items())) for one in found}) == 16
    assert sum(one.declared for one in found) == 1


def test_too_many_are_drawn_from_with_the_studys_seed_and_the_declared_one_stays() -> None:
    given = params(ASKED.replace("shifts: 99", "limit: 5"))
    found = ways(given)
    assert found == ways(given)
    assert len(found) in (5, 6)
    assert sum(one.declared for one in found) == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("score:", "scroe:", "did you mean `score`"),
        ("[count, any]", "[count, kount]", "not a value this may have"),
        ("[count, any]", "[count, minutes]", "no two estimates of one number"),
        ("[keep, drop]", "[keep, keep]", "stands twice"),
        (NAME, "nobody", "no such hypothesis"),
        (NAME, "joint_advocacy_keeps_clients", "of a kind that has no curve yet"),
        ("      dose:", MANY + "      dose:", "can be meant"),
    ],
)
def test_what_cannot_be_meant_is_said(old: str, new: str, says: str) -> None:
    problems = check_multiverse(params(ASKED.replace(old, new, 1)))
    assert any(says in f"{problem.what} {problem.mend}" for problem in problems), problems


def test_an_axis_without_a_reason_is_refused() -> None:
    with pytest.raises(Exception, match="why"):
        params(ASKED.replace(', why: "both are usual"', ""))


def test_every_axis_has_words_and_the_docs_tell_of_it() -> None:
    assert set(AXIS_WORDS) == set(AXES)
    page = (Path(ROOT) / "docs/specification-curve.md").read_text(encoding="utf-8")
    assert all(f"`{axis}`" in page for axis in AXES)


def test_the_true_effect_is_seen_under_every_choice_and_refits_agree() -> None:
    found = curve()
    assert found.fitted + found.duplicates + found.not_estimable == found.declared == 16
    panel = found.panels[0]
    assert panel.median.p_value == pytest.approx(0.01)
    assert panel.share.observed == 1.0
    assert found.largest_difference is not None
    assert (
        found.largest_difference < 0.25
    )  # a small study: variances move with the exposure; METHODS.md has .039 for larger ones
    assert sum(one.declared for one in panel.specified) == 1
    assert max(panel.variance, key=panel.variance.__getitem__) in ("dose", "score")


VARYING = """
multiverse:
  joint_advocacy_strengthens_alliance:
    shifts: 20
    axes:
      random: { choices: [intercepts, time_by_client, exposure_by_worker], why: "nobody knows what varies" }
      residual: { choices: [independent, car1], why: "ratings close in time may resemble each other" }
      form_of_time: { choices: [linear, quadratic], why: "alliances level off" }
"""


def test_what_varies_is_a_choice_and_effects_that_vary_stand_apart() -> None:
    given = params(VARYING)
    asked = given.multiverse[NAME]
    found = curve_of(ways(given), linked, asked, given.compute, 1.0, 3)
    panel = found.panels[0]
    assert found.fitted + found.duplicates + found.not_estimable == found.declared == 12
    assert {one.apart for one in panel.specified if one.choices["random"] == "exposure_by_worker"} == {True}
    assert len(panel.band_low) == sum(not one.apart for one in panel.specified) > 0
    assert next(one for one in panel.specified if one.declared).choices == {
        "random": "time_by_client",
        "residual": "independent",
        "form_of_time": "linear",
    }
    assert len({round(one.estimate.estimate, 9) for one in panel.specified}) > 4


def test_under_a_curve_a_tick_stands_where_a_choice_was_made() -> None:
    given, exact = report_params(("supported",)), sources(verdicts=("supported",))
    material = material_of(given, exact)
    panel = curve().panels[0]
    chart = panel_figure("tag", "a claim", panel, shown_specifications(panel, material), material)
    by_axis = {axis: {one.choices[axis] for one in panel.specified} for axis in panel.variance}
    assert len(chart.strips) == sum(map(len, by_axis.values()))
    assert sum(len(one.at) for one in chart.strips) == len(by_axis) * len(chart.lines[-1].points)
    assert sum(one.strong for one in chart.strips) == len(by_axis)


def test_equal_input_gives_an_equal_curve() -> None:
    given = params()
    asked = given.multiverse[NAME]
    assert curve_of(ways(given), linked, asked, given.compute, 1.0, 3) == curve()


def test_the_report_shows_it_cleared_and_says_what_it_is_not() -> None:
    given, exact = report_params(("supported",)), sources(verdicts=("supported",))
    name = next(iter(exact.verdicts.hypotheses))
    material = material_of(given, replace(exact, curves=Curves(curves={name: curve()})))
    made = build(material)
    assert made is not None
    words = " ".join(str(getattr(block, "text", "")) for block in made.blocks)
    assert "no basis for choosing" in words
    assert "specifications" in words
    assert {block.table.name.split("_")[1] for block in made.blocks if hasattr(block, "table")} == {"statistics", "choices"}
    assert build(material_of(given, exact)) is None
