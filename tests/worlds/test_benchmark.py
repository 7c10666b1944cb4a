"""The benchmark itself: worlds are sound, results are kept and gone on with, nothing is claimed that chance could make."""

from __future__ import annotations

import json

import pytest

from benchmarks.worlds import __main__, catalogue, document, ladder, shipped, store, study
from benchmarks.worlds.law import Law, Size
from benchmarks.worlds.shares import Share
from benchmarks.worlds.tally import Tally
from benchmarks.worlds.world import VERDICTS, World, untrue
from pipeline.base.params import Hypothesis
from pipeline.report.characteristics import Characteristics

TABLE = {  # of the issue that asked for this benchmark: world -> a name here
    "feedback_low", "feedback_high", "feedback_built_in", "hidden_5", "window_null",
    "window_null_joint", "window_effect", "frequency_null",
    "effect_worker_slopes", "masked", "masked_denied", "masked_contrast", "rare_controls", "halo", "between", "late_log",
    "effect", "dropout_null", "one_client_a_worker",
}  # fmt: skip
TINY = Size(4, 24, 6)


def test_there_are_enough_worlds_and_those_of_the_table():
    assert len(catalogue.WORLDS) >= 30
    assert catalogue.BY_NAME.keys() >= TABLE


@pytest.mark.parametrize("world", catalogue.WORLDS, ids=lambda world: world.name)
def test_a_world_is_sound(world):
    Hypothesis.model_validate_json(json.dumps(world.asked))
    assert world.untrue <= set(VERDICTS)
    assert world.untrue, "a world in which nothing can be wrong shows nothing"
    assert not world.untrue & {"inconclusive", "not estimable", "no direction can be claimed", "fragile"}
    assert (world.limit is None) == bool(world.unknowable)
    assert len(set(world.sizes)) == len(world.sizes)


@pytest.mark.parametrize(
    ("truth", "predicted", "wrong"),
    [
        (0.0, "positive", {"supported", "suggestive", "opposite"}),
        (0.15, "positive", {"opposite", "practically zero"}),
        (0.05, "positive", {"opposite"}),
        (-0.15, "positive", {"supported", "suggestive", "practically zero"}),
        (-0.15, "negative", {"opposite", "practically zero"}),
        (0.0, "none", {"opposite"}),
        (0.15, "none", {"supported", "suggestive", "practically zero"}),
    ],
)
def test_what_is_untrue_follows_from_the_truth(truth, predicted, wrong):
    assert untrue(truth, predicted, 0.10) == wrong


@pytest.mark.parametrize(("count", "of"), [(0, 200), (8, 100), (190, 200), (200, 200), (1, 3)])
def test_wilson_intervals_are_those_of_statsmodels(count, of):
    from statsmodels.stats.proportion import proportion_confint

    assert Share(count, of).interval == pytest.approx(proportion_confint(count, of, method="wilson"), abs=1e-12)


@pytest.mark.parametrize(
    ("count", "of", "low", "high", "standing"),
    [
        (2, 200, 0.0, 0.05, "met"),
        (6, 200, 0.0, 0.05, "not decided"),  # 3%, and up to 6.4% is not excluded
        (30, 200, 0.0, 0.05, "missed"),
        (190, 200, 0.95, 1.0, "not decided"),  # exactly the bound
        (199, 200, 0.95, 1.0, "met"),
        (3, 3, 0.0, 0.05, "not decided"),
        (960, 1000, 0.94, 0.98, "met"),
    ],
)
def test_nothing_is_claimed_within_its_interval(count, of, low, high, standing):
    assert Share(count, of).standing(low, high) == standing


def test_equal_seeds_give_equal_studies_and_others_do_not():
    world = catalogue.BY_NAME["effect"]
    first, again, other = (study.draw(world, study.Task(world.name, TINY, seed)) for seed in (1, 1, 2))
    assert all(first[name].equals(again[name]) for name in first)
    assert not first["ratings_wai_sr"].equals(other["ratings_wai_sr"])


def test_a_line_that_was_cut_off_is_passed_over_and_the_next_one_is_whole(tmp_path):
    path = tmp_path / "results.jsonl"
    store.add(path, {"world": "null", "size": "1x1x1", "seed": 1}, "code")
    with path.open("a") as file:
        file.write('{"world": "null", "si')
    store.add(path, {"world": "null", "size": "1x1x1", "seed": 2}, "code")
    assert sorted(seed for _, _, seed in store.read(path, "code")) == [1, 2]
    assert store.read(path, "other code") == {}


def test_a_cell_is_of_the_version_that_has_most_of_it_and_of_the_later_one_where_two_have_as_many(tmp_path):
    path = tmp_path / "results.jsonl"
    for code, seeds in {"old": {"null": 3, "effect": 1}, "new": {"null": 2, "effect": 1}, "other": {"null": 9}}.items():
        for world, count in seeds.items():
            for seed in range(count):
                store.add(path, {"world": world, "size": "1x1x1", "seed": seed}, code)
    found = store.read_versions(path, ["old", "new"])
    assert sorted((line["code"], line["world"], line["seed"]) for line in found.values()) == [
        ("new", "effect", 0), ("old", "null", 0), ("old", "null", 1), ("old", "null", 2),
    ]  # fmt: skip


@pytest.fixture
def tiny(monkeypatch):
    world = World("tiny", "null", "a very small study", Law(), 0.0, sizes=(TINY,), covered="claimed")
    monkeypatch.setattr(catalogue, "WORLDS", (world,))
    monkeypatch.setitem(catalogue.BY_NAME, "tiny", world)
    return world


def test_from_a_law_to_a_page_and_not_twice(tiny, tmp_path, capsys, monkeypatch):
    path, page = tmp_path / "results.jsonl", tmp_path / "page.md"
    call = ["--studies", "2", "--coverage", "3", "--processes", "1", "--results", str(path)]
    assert __main__.main(call) == 0
    told = capsys.readouterr()
    assert "3 studies" in told.out
    assert not told.err  # no progress in a pipe
    held = path.read_bytes()
    assert __main__.main(call) == 0
    assert path.read_bytes() == held  # nothing is run twice
    monkeypatch.setattr(document, "PAGE", page)
    monkeypatch.setattr(shipped, "RECORD", tmp_path / "record.json")
    assert __main__.main([*call, "--document"]) == 0
    assert "a very small study" in page.read_text(encoding="utf-8")
    record = Characteristics.model_validate_json((tmp_path / "record.json").read_text(encoding="utf-8"))
    assert (record.studies, record.families[0].worlds, record.designs) == (2, 1, ())
    lines = store.read(path, ladder.code()).values()
    assert {line["verdict"] for line in lines} <= {*VERDICTS, ""}
    assert not any(line["error"] for line in lines)
    tally = Tally(tiny, TINY, list(lines))
    assert (tally.of, tally.covered().of) == (2, 3)  # the third asks for the headline alone


def test_a_crash_of_the_pipeline_is_a_finding_not_the_end(tiny, tmp_path, capsys, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(ladder, "ask", fail)
    assert (
        __main__.main(
            ["--studies", "1", "--coverage", "1", "--processes", "1", "--results", str(tmp_path / "results.jsonl")]
        )
        == 1
    )
    assert "ZeroDivisionError: planted" in capsys.readouterr().out


def test_an_unknown_world_is_named_with_those_there_are(capsys):
    with pytest.raises(SystemExit):
        __main__.main(["--world", "nul"])
    assert "no such world: nul" in capsys.readouterr().err
