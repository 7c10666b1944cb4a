"""A set of ids must look random as a whole: schemes that tell who somebody is are refused, sound sets are not."""

from __future__ import annotations

import pytest
from numpy.random import PCG64, Generator

from benchmarks.id_schemes import SCHEMES, SOUND, verdict

# Nine digits behind a letter are what many sound generators make, too: nothing in them tells the register.
CANNOT_BE_KNOWN = {"social security number behind a letter"}
SEED = 5_150


@pytest.mark.parametrize("name", sorted(set(SCHEMES) - CANNOT_BE_KNOWN))
def test_ids_that_tell_who_they_are_are_refused(name: str) -> None:
    assert verdict(SCHEMES[name](Generator(PCG64([SEED, 1])), 60))


def test_pseudonyms_of_prepare_are_sound_however_few() -> None:
    from pipeline.prepare.pseudonyms import pseudonym

    refused = 0
    for key in range(100):
        for n in (5, 8, 20, 60):
            ids = [pseudonym(str(key).encode() * 16, "worker", f"worker {number}") for number in range(n)]
            refused += bool(verdict(ids))
    assert refused <= 4  # of 400


@pytest.mark.parametrize("name", sorted(SOUND))
def test_ids_drawn_at_random_are_hardly_ever_refused(name: str) -> None:
    refused = [verdict(SOUND[name](Generator(PCG64([SEED, place])), n)) for place, n in enumerate((10, 30, 60, 120, 400))]
    assert sum(map(bool, refused)) <= 1  # at 1% a set, two of five are met once in a thousand
