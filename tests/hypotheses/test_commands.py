"""explain, summary, lock, unlock and deviate as a researcher meets them."""

from __future__ import annotations

import argparse
import io
import json
import shutil
from pathlib import Path

import pytest

from pipeline.base.errors import StageError
from pipeline.base.params import VerdictRules, load
from pipeline.commands import deviate, lock, unlock
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.explain import explain
from pipeline.hypotheses.summary import summary_lines, terminal_columns
from pipeline.hypotheses.told import Told
from pipeline.hypotheses.verdict.judge import judge_study
from pipeline.results.verdict import LockState, Verdicts
from tests.hypotheses.studies import COMPUTE, hypothesis, linked
from tests.hypotheses.test_verdicts import NOTHING, result

ROOT = Path(__file__).parents[2]
RULES = VerdictRules()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("params.yaml", "lock.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def arguments(**values: str) -> argparse.Namespace:
    return argparse.Namespace(**values)


def test_lock_then_deviate_then_unlock(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lock.main(project, arguments()) == 0
    record = json.loads((project / "lock.json").read_text())
    assert len(record["locked"]["sha256"]) == 64
    assert record["locked"]["outcomes_seen_before"] is False
    with pytest.raises(StageError, match="closed already"):
        lock.main(project, arguments())
    name = sorted(record["locked"]["promise"]["hypotheses"])[0]
    deviate.main(project, arguments(hypothesis=name, why="the log of one agency was lost"))
    with pytest.raises(StageError, match="no locked hypothesis"):
        deviate.main(project, arguments(hypothesis="no_such", why="x"))
    unlock.main(project, arguments(why="a new wave of data"))
    record = json.loads((project / "lock.json").read_text())
    assert record["locked"] is None
    assert [entry["why"] for entry in record["declared"]] == ["the log of one agency was lost"]
    assert [entry["why"] for entry in record["history"]] == ["a new wave of data"]
    with pytest.raises(StageError, match="no lock is closed"):
        unlock.main(project, arguments(why="again"))
    assert "commit that file" in capsys.readouterr().out


class Terminal(io.StringIO):
    """What somebody types at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "closes"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)])
def test_at_a_terminal_a_lock_without_a_manifest_is_asked_for(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, closes: bool
) -> None:
    before = (project / "lock.json").read_bytes()
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    if closes:
        assert lock.main(project, arguments()) == 0
    else:
        with pytest.raises(StageError, match="nothing was locked"):
            lock.main(project, arguments())
        assert (project / "lock.json").read_bytes() == before
        assert not (project / "preregistration.md").exists()
    said = capsys.readouterr().out
    assert "does not hold which data these are" in said
    assert "Lock without one? [y/N]" in said


def test_a_script_locks_without_being_asked_and_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert lock.main(project, arguments()) == 0
    said = capsys.readouterr().out
    assert "[y/N]" not in said
    assert "does not hold which data these are" in said


def test_a_lock_after_fits_says_so(project: Path) -> None:
    (project / "data/analysis/fits").mkdir(parents=True)
    (project / "data/analysis/fits/a.json").write_text("{}")
    lock.main(project, arguments())
    assert json.loads((project / "lock.json").read_text())["locked"]["outcomes_seen_before"] is True


def test_a_lock_after_dvc_recorded_fits_of_these_files_says_so(project: Path) -> None:
    directory = load((project / "params.yaml").read_text("utf-8")).sources.directory
    (project / "dvc.lock").write_text(f"deps:\n- path: {directory}\nouts:\n- path: data/analysis/fits\n")
    lock.main(project, arguments())
    assert json.loads((project / "lock.json").read_text())["locked"]["outcomes_seen_before"] is True


def test_explain_gives_equation_rows_and_checks() -> None:
    text = explain("h", hypothesis(covariates=["phase"]), COMPUTE, RULES, *linked())
    assert (
        "total = b0 + b1*joint_within + b2*joint_between + b3*joint_worker + b4*time + b5*window_days + b6*phase"
        in " ".join(text.split())
    )
    assert "covariates known: 384 rows, 48 clients, 8 workers" in text
    assert "Kenward and Roger" in text
    assert "Hidden cause" in text
    assert "(not: Exposure of nearer windows" in text


def test_explain_without_linked_data_says_what_to_run() -> None:
    assert "run `dvc repro link`" in explain("h", hypothesis(), COMPUTE, RULES)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"contrast": {"minus": "worker_solo"}}, "minus that of advocacy by the worker alone"),
        (
            {"contrast": {"outcome_minus": "task"}, "outcome": {"instrument": "wai_sr", "score": "bond"}},
            "(bond - task) = b0",
        ),
        ({"moderator": "setting"}, "mean of the 2 other levels"),
        (
            {"moderator": "need_index", "smallest_effect": 0.02},
            "0.02 within-client SDs for each further episode, and for each ",
        ),
        (
            {"moderator": "need_index", "smallest_effect": 0.02},
            "further point of `need_index`: by how much the effect changes",
        ),
        ({"exposure": {"mode": "joint", "dose": "minutes"}}, "for each further minute (an hour is sixty of them)"),
        ({"effect": "worker"}, "no order in time"),
        ({"effect": "between"}, "is chance for the most part"),
        ({"exposure": {"mode": "joint", "lag": 1}}, "in the window one rating earlier"),
        ({"exposure": {"mode": "joint", "dose": "decay(14)"}}, "each halved every 14 days"),
        ({"exposure": {"mode": "joint", "setting": "hospital"}}, "Not estimable as things stand"),
        ({"mediator": {"column": "empathy_client", "lag": 0}}, "runs through `empathy_client`"),
        ({"outcome": {"instrument": "wai_sr", "kind": "dropout"}}, "no session attended any more"),
        ({"outcome": {"instrument": "wai_sr", "kind": "dropout"}}, "Not estimable as things stand: 0 events"),
        ({"exposure": {"mode": "joint", "level": "macro"}}, "only those at level macro, in the window"),
        ({"exposure": {"mode": "joint", "level": "macro"}}, "b4*joint_other_within"),
        ({"exposure": {"mode": "joint", "debriefed": False}}, "only those not talked over, in the window"),
        ({"mediator": {"column": "empathy_client", "lag": 0}}, "First path: empathy_client = b0 + b1*joint_within"),
    ],
)
def test_explain_in_words(changes: dict[str, object], words: str) -> None:
    text = explain("h", hypothesis(**changes), COMPUTE, RULES, *linked())
    assert words in " ".join(text.split())


@pytest.mark.parametrize(
    "changes",
    [
        {"exposure": {"mode": "joint", "lag": 2}},
        {"exposure": {"mode": "joint", "lag": 1}, "mediator": {"column": "empathy_client", "lag": 1}},
        {"exposure": {"mode": "joint", "setting": "court"}, "moderator": "mandated"},
        {"contrast": {"minus": "worker_solo"}, "random": {"client_id": ["intercept"]}},
    ],
)
def test_explain_tells_the_rows_and_the_equation_of_the_fit(changes: dict[str, object]) -> None:
    declared = hypothesis(**changes)
    text = " ".join(explain("h", declared, COMPUTE, RULES, *linked()).split())
    result = evaluate(declared, *linked(), COMPUTE)
    for row in result.counts[:-1]:
        assert f"{row.step}: {row.rows} rows, {row.clients} clients, {row.workers} workers" in text
    assert result.counts[-1].rows == result.counts[-2].rows
    assert str(result.formula).partition(" + [")[0] in text  # random terms may be simplified by the fit


CLAIMS = {
    "joint": hypothesis(claim="Going along together deepens the alliance, and does so whoever asked for it first."),
    "later": hypothesis(role="exploratory", claim="Two weeks later it still shows."),
    "wide": hypothesis(role="exploratory", claim="一緒に行くと同盟が深まる。" * 6),
}


NUMBERS = {
    "joint": Told("+0.40 SD [+0.32, +0.48]", "+0.20 points [+0.16, +0.24]", "adjusted p < .001"),
    "later": Told(),
    "wide": Told(" 0.00 SD [-0.08, +0.08]", " 0.00 points [-0.04, +0.04]", "adjusted p > .99"),
}


def verdicts_of(**found: object) -> Verdicts:
    return judge_study({"joint": result(0.2), "later": NOTHING, "wide": result(0.0)}, CLAIMS, RULES).model_copy(update=found)


def test_summary_tells_claim_and_verdict_confirmatory_first() -> None:
    assert summary_lines(verdicts_of(), ["wide", "later", "joint"], NUMBERS, simulated=True).splitlines() == [
        "Simulated data: nothing here is about real clients.",
        "",
        "Confirmatory",
        "  C1   supported         Going along together deepens the alliance, and does…",
        "",
        "Exploratory",
        "  E1   practically zero  一緒に行くと同盟が深まる。一緒に行くと同盟が深まる。一…",
        "  E2   not estimable     Two weeks later it still shows.",
        "",
        "The confirmatory hypotheses are not locked: python -m pipeline lock, before",
        "outcomes are looked at.",
    ]


def test_a_claim_that_differs_from_the_lock_keeps_its_number_and_is_told_as_exploratory() -> None:
    fits = {"joint": result(0.2), "later": NOTHING, "wide": result(0.0)}
    lock = LockState(locked=True, date="2026-01-01", deviations={"joint": ("exposure.lag: 0 -> 2",)})
    stamped = judge_study(fits, CLAIMS, RULES, demoted=lock.deviations).model_copy(update={"lock": lock})
    lines = summary_lines(stamped, list(CLAIMS), NUMBERS, simulated=False).splitlines()
    assert "Confirmatory" not in lines
    assert [line.split()[0] for line in lines if line.startswith(("  C", "  E"))] == ["C1", "E1", "E2"]
    assert "C1 differs from the lock, so it counts as exploratory" in " ".join(" ".join(lines).split())
    text = " ".join(explain("joint", CLAIMS["joint"], COMPUTE, RULES, counted_as="exploratory").split())
    assert "joint (declared confirmatory; counted as exploratory, as it differs from the lock)" in text
    assert "adjusted over the exploratory family" in text


def test_summary_after_a_lock_asks_for_no_lock() -> None:
    said = summary_lines(verdicts_of(), ["wide", "later", "joint"], NUMBERS, simulated=False, locked_since=True)
    assert said.endswith("The lock was closed after these verdicts: the next run takes it in.")
    assert "not locked" not in said


@pytest.mark.parametrize("why", [False, True])
@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_no_line_of_the_summary_is_wider_than_the_terminal_and_every_claim_has_one(width: int, why: bool) -> None:
    opened = LockState(locked=True, date="2026-01-01", outcomes_seen_before=True, deviations={"joint": ("changed",)})
    lines = summary_lines(
        verdicts_of(lock=opened, tried={"joint": 2}), list(CLAIMS), NUMBERS, False, width, why
    ).splitlines()
    assert max(terminal_columns(line) for line in lines) <= width
    assert [line.split()[0] for line in lines if line.startswith(("  C", "  E"))] == ["C1", "E1", "E2"]
    assert ("joint: +0.40 SD" in "\n".join(lines)) == why
    assert "C1 differs from the lock, so it counts as exploratory" in " ".join(" ".join(lines).split())
    assert "2 further versions" in " ".join(" ".join(lines).split())
    assert any("+0.40 SD [+0.32, +0.48]" in line for line in lines) == (why or width >= 100)
