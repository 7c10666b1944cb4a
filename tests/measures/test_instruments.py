from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import MeasureError
from pipeline.base.params import Measures
from pipeline.measures import load_instruments, shipped
from pipeline.measures.instrument import read_instrument, read_instruments

OWN = """
id: wai_s_worker
title: "made-up worker form"
raters: [worker]
form_of: wai_s
items: 3
scale: [1, 7]
subscales: {goal: [1, 2], bond: [3]}
reversed_items: [2]
source: "none"
licence: "none"
"""

KEYS = {
    ("wai_36", "goal"): "3r 6 9r 10r 12r 14 22 25 27r 30 32 34r",
    ("wai_36", "task"): "2 4 7r 11r 13 15r 16 18 24 31r 33r 35",
    ("wai_36", "bond"): "1r 5 8 17 19 20r 21 23 26 28 29r 36",
    ("wai_s", "goal"): "4r 6 10r 11",
    ("wai_s", "task"): "1 2 8 12",
    ("wai_s", "bond"): "3 5 7 9",
    ("wai_sr", "goal"): "4 6 8 11",
    ("wai_sr", "task"): "1 2 10 12",
    ("wai_sr", "bond"): "3 5 7 9",
    ("srs", "goal"): "2",
    ("srs", "task"): "3",
    ("srs", "bond"): "1",
}


@pytest.mark.parametrize(("name", "subscale"), KEYS)
def test_shipped_keys_are_the_published_ones(name: str, subscale: str) -> None:
    instrument = shipped()[name]
    words = [f"{item}{'r' * (item in instrument.reversed_items)}" for item in instrument.subscales[subscale]]
    assert " ".join(words) == KEYS[name, subscale]


@pytest.mark.parametrize("name", ["wai_36", "wai_s", "wai_sr"])
def test_each_item_of_an_alliance_form_has_one_subscale(name: str) -> None:
    instrument = shipped()[name]
    used = sorted(item for items in instrument.subscales.values() for item in items)
    assert used == list(range(1, instrument.items + 1))


def test_shipped_keys_are_for_clients_alone() -> None:
    assert {instrument.raters for instrument in shipped().values()} == {("client",)}


def test_a_shipped_instrument_says_numbers_never_wording() -> None:
    for entry in (Path(__file__).parents[2] / "pipeline" / "measures" / "instruments").glob("*.yaml"):
        assert "?" not in entry.read_text(encoding="utf-8")


def test_own_instrument_joins_the_shipped_ones() -> None:
    known = load_instruments(Measures(), {"own.yaml": OWN})
    assert set(known) == {"wai_36", "wai_s", "wai_sr", "srs", "wai_s_worker"}
    assert known["wai_s_worker"].scores == {"total": (1, 2, 3), "goal": (1, 2), "bond": (3,)}


def test_a_study_may_use_another_scale() -> None:
    assert load_instruments(Measures(scales={"wai_sr": (1, 7)}))["wai_sr"].scale == (1, 7)
    assert shipped()["wai_sr"].scale == (1, 5)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("items: 3", "items: 2", "no such item: 3"),
        ("[1, 2]", "[1, 1]", "goal lists an item twice"),
        ("bond: [3]", "bond: []", "bond has no items"),
        ("bond: [3]", "total: [3]", "cannot be called total"),
        ("scale: [1, 7]", "scale: [7, 1]", "lowest answer, then its highest"),
        ("reversed_items", "reversed", "reversed_items"),
        ("raters: [worker]", "raters: [therapist]", "raters"),
        ("raters: [worker]", "raters: []", "raters"),
        ("items: 3", "items: three", "items"),
        ('source: "none"', "", "source"),
        ("items: 3", "items: 3\nitems: 4", "twice"),
        ("id: wai_s_worker", "id: wai_s", "taken"),
        ("form_of: wai_s", "form_of: wai_z", "did you mean"),
        ("items: 3", "items: 0x3", "hexadecimal"),
    ],
)
def test_a_faulty_own_file_is_named_with_its_key(old: str, new: str, told: str) -> None:
    with pytest.raises(MeasureError, match=r"own\.yaml") as caught:
        read_instruments({"own.yaml": OWN.replace(old, new)}, shipped())
    assert told in str(caught.value)


def test_all_faulty_files_are_named_at_once() -> None:
    broken = OWN.replace("items: 3", "items: 2")
    with pytest.raises(MeasureError) as caught:
        read_instruments({"a.yaml": broken, "b.yaml": broken}, shipped())
    assert len(caught.value.problems) == 2


def test_an_instrument_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read_instrument(OWN, "own.yaml").items = 4  # type: ignore[misc]
