"""The plan as a researcher meets it: words for nonsense, drawn studies that resume, equal results however drawn."""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pytest

from pipeline.base.errors import ParamsError
from pipeline.base.params import Hypothesis, load
from pipeline.commands import plan
from pipeline.hypotheses.battery import battery
from pipeline.hypotheses.battery.shared.setting import Setting
from pipeline.hypotheses.design.build import build_design
from pipeline.hypotheses.kinds.multilevel import evaluate
from pipeline.hypotheses.verdict.states import deciding_checks
from pipeline.planning.design import PlannedDesign, Variation
from pipeline.planning.fitted import of_fit
from pipeline.planning.plannable import problems
from pipeline.planning.studies import Outcome, answering, headline, outcome, settings
from pipeline.planning.tally import ladders, missing, run, tasks, wilson
from pipeline.results.fit import Fit, VarianceRow
from tests.project import ROOT

TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")
SMALL = "plan: { effect: 0.5, workers: [6], clients: [4], sessions: [6], studies: 10, designs: 1 }"


def project(root: Path, section: str) -> Path:
    (root / "params.yaml").write_text(TEXT.replace("\nverdict:", f"\n{section}\n\nverdict:"), encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("plan: { workers: [1] }", "plan.workers"),
        ("plan: { effect: 0 }", "plan.effect"),
        ("plan: { workers: [] }", "plan.workers"),
        ("plan: { clients: [10000000] }", "plan.clients"),
        ("plan: { target: 1.0 }", "plan.target"),
        ("plan: { hypothesis: nobody }", "plan.hypothesis"),
        ("plan: { hypothesis: joint_advocacy_keeps_clients }", "who leaves.*cannot be planned yet"),
        (
            "plan: { hypothesis: being_there_matters_beyond_advocacy }",
            "difference of two effects(.|\n)*at 0.7",
        ),
        ("plan: { hypothesis: clients_in_need_gain_more }", "between groups or along a number(.|\n)*without its moderator"),
        ("plan: { hypothesis: empathy_carries_the_effect }", "step between(.|\n)*without its mediator"),
        ("plan: { variances_of: nobody }", "plan.variances_of"),
        ("plan: { cluster: 'rm -rf' }", "plan.cluster"),
    ],
)
def test_nonsense_is_refused_in_words(tmp_path: Path, section: str, says: str) -> None:
    with pytest.raises(ParamsError, match=says):
        plan.main(project(tmp_path, section), argparse.Namespace(ladder=False))
    assert not (tmp_path / "reports").exists()


def test_the_page_has_the_power_of_every_design_and_a_paragraph_to_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    section = "plan: { effect: 0.3, workers: [3, 40], clients: [10], sessions: [4, 16] }"
    assert plan.main(project(tmp_path, section), argparse.Namespace(ladder=False)) == 0
    page = (tmp_path / "reports/plan.html").read_text(encoding="utf-8")
    for size in ("3 × 10 × 4", "40 × 10 × 16", "Fewer than 10 workers", "Fewer than 6 sessions"):
        assert size in page
    assert "is detected with" in page
    assert "report.pdf" not in page  # a plan has no paper of its own, and no appendix
    assert (tmp_path / "reports/plan.docx").read_bytes()[:2] == b"PK"
    assert "Smallest that reaches 80%" in capsys.readouterr().out


def test_shares_have_wilsons_interval() -> None:
    share = wilson(8, 10)
    assert (share.low, share.high) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)  # R: prop.test(8, 10, correct = FALSE)
    assert wilson(0, 0).studies == 0


def test_what_is_known_is_not_drawn_again_and_the_order_of_drawing_does_not_matter() -> None:
    asked = tasks([PlannedDesign(6, 4, 6)], ("effect", "none"), 3, 7)
    known = {task.key: Outcome(task.world == "effect", "supported") for task in reversed(asked[:4])}
    assert [task.seed for task in missing(asked, known)] == [8, 9]
    assert ladders(asked, known) == ladders(asked, dict(sorted(known.items())))
    assert len({task.key for task in asked}) == 6


def test_a_harm_is_as_large_as_the_effect_and_null_worlds_have_none(tmp_path: Path) -> None:
    params = load(project(tmp_path, SMALL).joinpath("params.yaml").read_text())
    _, hypothesis = plan.hypothesis_of(params)
    planned = plan.Planned(
        hypothesis, params.verdict, params.compute, params.exposure, plan.variation_of(tmp_path, params)[0], 0.5, 1
    )
    design = PlannedDesign(6, 4, 6)
    effect, harm = (settings(planned, design, world).truth["joint"] for world in ("effect", "harm"))
    assert effect == -harm > 0
    for world in ("none", "low_rating_brings", "high_rating_brings", "shared_trend"):
        assert settings(planned, design, world).truth["joint"] == 0  # type: ignore[arg-type]


@pytest.mark.slow
def test_drawn_studies_deliver_the_planned_effect_in_within_client_sds(tmp_path: Path) -> None:
    """Floor and ceiling take some of a shift, and effects that vary belong to the SD within clients: both are allowed."""
    params = load(project(tmp_path, SMALL).joinpath("params.yaml").read_text())
    _, hypothesis = plan.hypothesis_of(params)
    variation = Variation(client=1.5, client_effect=0.3, worker_effect=0.0, trend=0.0)
    planned = plan.Planned(hypothesis, params.verdict, params.compute, params.exposure, variation, 0.5, 1)
    told = headline(planned, PlannedDesign(60, 40, 6), "effect", 3)
    assert told.setting is not None
    sample = told.setting.sample
    design = build_design(hypothesis, sample, sample.keep)
    client, dose = design.rows.client, design.numeric()["joint_within"]
    value = sample.y[sample.keep] - (np.bincount(client, sample.y[sample.keep]) / np.bincount(client))[client]
    unit, effect = answering(variation).within_sd, float(dose @ value) / float(dose @ dose)
    assert effect / unit == pytest.approx(0.5, abs=0.035)
    spare = len(value) - client.max() - 1
    expected = np.sqrt(1.0 + 0.5**2 * float(dose @ dose) / spare)  # effects that vary are within the 1, their mean is not
    assert np.sqrt((value**2).sum() / spare) / unit == pytest.approx(expected, abs=0.02)
    assert answering(variation).kept < answering(Variation(client=0.5)).kept < 1.0


def test_a_verdict_by_the_attempts_that_decide_is_that_of_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    params = load(project(tmp_path, SMALL).joinpath("params.yaml").read_text())
    _, hypothesis = plan.hypothesis_of(params)
    planned = plan.Planned(hypothesis, params.verdict, params.compute, params.exposure, Variation(), 0.6, 1)
    asked: list[set[str] | None] = []
    fit_of = evaluate.fit_of

    def told(setting: Setting, only: Collection[str] | None = None) -> Fit:
        asked.append({one.check for one in fit_of(setting, only).battery})
        return fit_of(setting)  # every attempt

    found = outcome(planned, PlannedDesign(6, 6, 8), "effect", 4)
    monkeypatch.setattr(evaluate, "fit_of", told)
    assert outcome(planned, PlannedDesign(6, 6, 8), "effect", 4) == found
    assert found.significant
    assert asked == [set(deciding_checks(params.verdict)) & set(battery())]


@pytest.mark.parametrize(
    ("changed", "drawn", "says"),
    [
        ({"effect": "between"}, False, "differences between people"),
        ({"outcome": {"instrument": "wai_sr", "kind": "dyad_gap"}}, False, "distance of two people's ratings"),
        ({"predicted": "none"}, False, "predicts that nothing is there"),
        ({"exposure": {"mode": "joint", "dose": "minutes"}}, False, "does not count episodes"),
        ({"exposure": {"mode": "concrete"}}, True, "no advocacy other than joint"),
        (
            {"exposure": {"mode": "joint", "lag": 1, "setting": "court"}},
            True,
            "a later rating(.|\n)*one kind alone",
        ),
        ({"outcome": {"instrument": "srs"}}, True, "other than the clients' WAI-SR"),
        ({"covariates": ["phase", "weather"]}, True, "no column weather"),
    ],
)
def test_claims_without_a_plan_are_told_what_to_plan(changed: dict[str, object], drawn: bool, says: str) -> None:
    name, one = plan.hypothesis_of(load(TEXT))
    other = Hypothesis.model_validate_json(json.dumps(one.model_dump(mode="json") | changed))
    with pytest.raises(ParamsError, match=says):
        raise ParamsError(problems(name, other, drawn=drawn))
    assert not problems(name, one, drawn=True)
    assert not drawn or not problems(name, other, drawn=False)  # the formula has no need to know


def test_variances_of_a_fit_are_taken_and_what_it_does_not_tell_is_said(tmp_path: Path) -> None:
    params = load(project(tmp_path, SMALL).joinpath("params.yaml").read_text())
    _, hypothesis = plan.hypothesis_of(params)
    planned = plan.Planned(hypothesis, params.verdict, params.compute, params.exposure, Variation(), 0.5, 1)
    setting = headline(planned, PlannedDesign(6, 6, 8), "effect", 4).setting
    assert setting is not None
    fit = evaluate.fit_of(setting, only=())
    rows = [("client_id", "1", 0.25), ("client_id", "time", 0.0004), ("worker_id", "1", 0.0), ("residual", "", 0.1)]
    own = [VarianceRow(group=group, term_1=term, term_2=term, covariance=value) for group, term, value in rows]
    assert fit.tested is not None
    unit = fit.tested.standardized.outcome_sd_within
    told = of_fit(fit.model_copy(update={"variance": tuple(own)}), Variation())
    assert told is not None
    variation, left = told
    assert variation == Variation(client=pytest.approx(0.5 / unit), trend=pytest.approx(0.02 / unit))
    assert left == ("workers' levels", "the effect over clients", "the effect over workers")
    by_day = fit.model_copy(update={"variance": tuple(own), "spec": fit.spec.model_copy(update={"time": "day"})})
    assert of_fit(by_day, Variation()) == (Variation(client=pytest.approx(0.5 / unit)), (*left, "clients' own trends"))
    assert of_fit(fit.model_copy(update={"kind": "hazard"}), Variation()) is None
    assert of_fit(fit.model_copy(update={"variance": ()}), Variation()) is None


@pytest.mark.slow
def test_killed_and_resumed_on_one_core_or_two_the_plan_is_the_same(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for root in (one, two):
        root.mkdir()
        project(root, SMALL)
    assert plan.main(one, argparse.Namespace(ladder=True)) == 0
    store = next((one / "data/plans").iterdir())
    lines = store.read_text().splitlines()
    (two / "data/plans").mkdir(parents=True)
    (two / "data/plans" / store.name).write_text("\n".join([*lines[3:6], lines[0][:20]]) + "\n")  # cut by a kill
    assert plan.main(two, argparse.Namespace(ladder=True)) == 0
    assert (one / "reports/plan.html").read_bytes() == (two / "reports/plan.html").read_bytes()
    assert (one / "reports/plan.docx").read_bytes() == (two / "reports/plan.docx").read_bytes()


@pytest.mark.slow
def test_a_cluster_of_two_draws_what_one_core_draws(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    params = load(project(tmp_path, SMALL).joinpath("params.yaml").read_text())
    _, hypothesis = plan.hypothesis_of(params)
    variation = plan.variation_of(tmp_path, params)[0]
    planned = plan.Planned(hypothesis, params.verdict, params.compute, params.exposure, variation, 0.5, 1)
    asked = tasks([PlannedDesign(6, 4, 6)], ("effect",), 4, 7)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        there = list(run(planned, asked, cluster.scheduler_address, 2))
    assert there == list(run(planned, asked, None, 1))
