"""A researcher's own instrument file: every fault named where it stands, all at once."""

from __future__ import annotations

import pytest

from pipeline.base.errors import MeasureError
from pipeline.measures import shipped
from pipeline.measures.instrument import read_instruments

GOOD = """id: my_wai
title: "mine"
raters: [worker]
items: 4
scale: [1, 7]
source: where
licence: who
"""


def faults(**files: str) -> list[tuple[str, str, str]]:
    with pytest.raises(MeasureError) as caught:
        read_instruments({f"{name}.yaml": text for name, text in files.items()}, shipped())
    return [(p.where, p.what, p.mend) for p in caught.value.problems]


def test_a_right_file_is_taken() -> None:
    found = read_instruments({"mine.yaml": GOOD + "form_of: wai_s\nconcern: 3\n"}, shipped())
    assert found["my_wai"].raters == ("worker",)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("", "mine.yaml", "the file is empty"),
        ("- a\n", "mine.yaml", "not a list of keys"),
        ("id: [", "mine.yaml line 1", "not readable"),
        (GOOD.replace("[worker]", "[therapist]"), "mine.yaml: raters[0]", "found some text"),
        (GOOD.replace("[worker]", "[]"), "mine.yaml: raters", "an empty list"),
        (GOOD.replace("items: 4", "items: four"), "mine.yaml: items", "found some text"),
        (GOOD.replace("[1, 7]", "[7, 1]"), "mine.yaml", "its lowest answer, then its highest"),
        (GOOD.replace("[1, 7]", "[1.5, 7]"), "mine.yaml", "whole numbers"),
        (GOOD.replace("[1, 7]", "[1, .inf]"), "mine.yaml: scale[1] (line 5)", "infinite or undefined"),
        (GOOD + "reverse_items: [1]\n", "mine.yaml: reverse_items", "unknown key"),
        (GOOD + "subscales: {goal: [1, 5]}\nreversed_items: [9]\n", "mine.yaml", "no such item: 5, 9"),
        (GOOD + "subscales: {goal: [1, 1]}\n", "mine.yaml", "goal lists an item twice"),
        (GOOD + "subscales: {total: [1]}\n", "mine.yaml", "cannot be called total"),
        (GOOD.replace("my_wai", "wai_s"), "mine.yaml: id", "taken by another"),
        (GOOD + "form_of: wai_sx\n", "mine.yaml: form_of", "no instrument `wai_sx`"),
        (GOOD + "form_of: my_wai\n", "mine.yaml: form_of", "names the instrument itself"),
        (GOOD + "concern: 99\n", "mine.yaml", "outside what a total can be (1 to 7)"),
        (GOOD + "items: 5\n", "mine.yaml: items (line 8)", "the key stands twice"),
    ],
)
def test_a_fault_is_named_where_it_stands(text: str, where: str, what: str) -> None:
    found = faults(mine=text)
    assert len(found) == 1
    assert found[0][0] == where
    assert what in found[0][1]
    assert found[0][2]


def test_all_faults_of_all_files_come_at_once() -> None:
    several = GOOD + "subscales: {total: [1], goal: [2, 2]}\nreversed_items: [9]\nconcern: 0\n"
    found = faults(one=several, two="id: two\n", three=GOOD.replace("my_wai", "srs"))
    assert [where.split(":")[0] for where, *_ in found] == ["one.yaml"] * 4 + ["two.yaml"] * 6 + ["three.yaml"]
