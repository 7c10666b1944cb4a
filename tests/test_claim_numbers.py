"""Claims by the number a report gives them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.claim_numbers import named, numbered
from pipeline.base.errors import ParamsError
from pipeline.base.options import Role

NAMES = st.text("abcdefgh_", min_size=3, max_size=8)
STUDIES = st.dictionaries(NAMES, st.sampled_from(("confirmatory", "exploratory")), min_size=1, max_size=12)


@given(STUDIES)
def test_every_claim_is_found_by_its_name_and_by_its_number(roles: dict[str, Role]) -> None:
    known = numbered(roles)
    assert sorted(known.values()) == sorted(roles)
    for number, name in known.items():
        assert {"C": "confirmatory", "E": "exploratory"}[number[0]] == roles[name]
        assert named(name, roles) == named(number, roles) == named(number.lower(), roles) == name
    assert [known[f"E{i}"] for i in range(1, 1 + sum(key[0] == "E" for key in known))] == [
        name for name, role in roles.items() if role == "exploratory"
    ]


def test_a_hypothesis_called_as_a_number_is_itself() -> None:
    assert named("C2", {"first": "confirmatory", "second": "confirmatory", "C2": "exploratory"}) == "C2"


@pytest.mark.parametrize(("given_", "says"), [("C9", "C1 going_along"), ("going_alnog", "did you mean `going_along`?")])
def test_what_is_not_there_is_said_with_what_is(given_: str, says: str) -> None:
    with pytest.raises(ParamsError) as caught:
        named(given_, {"going_along": "confirmatory"})
    assert says in str(caught.value)
