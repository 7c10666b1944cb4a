"""A cause nobody logs raises joint advocacy and the alliance at once, and is remembered from week to week."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from benchmarks.worlds.law import Law, Size
from benchmarks.worlds.world import World

SIZES = (Size(20, 200, 16), Size(40, 400, 16))
FIVE = 5  # a share of 10% is to be told from one of 8%: five times as many studies

hidden = partial(World, family="hidden", truth=0.0, sizes=SIZES)
CAUSE = Law(hidden_on_joint=0.5, hidden_on_alliance=0.35)
FORGETS = "a cause that comes and goes within one window leaves no trace before it or after it"

WORLDS = (
    hidden(name="hidden_0", words="the cause is gone by the next session", law=CAUSE, limit=None, unknowable=FORGETS),
    hidden(
        name="hidden_3",
        words="the cause has a memory of .3",
        law=replace(CAUSE, hidden_ar=0.3),
        limit=None,
        unknowable="a cause of which .3 is left a session later leaves a trace too faint to tell from none",
    ),
    hidden(name="hidden_5", words="the cause has a memory of .5", law=replace(CAUSE, hidden_ar=0.5), limit=0.10, times=FIVE),
    hidden(name="hidden_8", words="the cause has a memory of .8", law=replace(CAUSE, hidden_ar=0.8), times=FIVE),
    hidden(
        name="hidden_5_lowers",
        words="a cause with a memory of .5 raises joint advocacy and lowers the alliance",
        law=replace(CAUSE, hidden_ar=0.5, hidden_on_alliance=-0.35),
        limit=0.10,
        sizes=SIZES[1:],
    ),
    hidden(
        name="hidden_8_lowers",
        words="a cause with a memory of .8 raises joint advocacy and lowers the alliance",
        law=replace(CAUSE, hidden_ar=0.8, hidden_on_alliance=-0.35),
        sizes=SIZES[1:],
    ),
    hidden(
        name="hidden_5_every_mode",
        words="a cause with a memory of .5 raises every kind of advocacy and the alliance",
        law=replace(CAUSE, hidden_ar=0.5, hidden_on_others=0.5),
        sizes=SIZES[1:],
    ),
    hidden(
        name="hidden_0_every_mode",
        words="a cause that is gone by the next session raises every kind of advocacy and the alliance",
        law=replace(CAUSE, hidden_on_others=0.5),
        sizes=SIZES[1:],
    ),
    hidden(
        name="hidden_5_and_feedback",
        words="a cause with a memory of .5, and a low rating brings joint advocacy",
        law=replace(CAUSE, hidden_ar=0.5, feedback=-0.3),
        limit=0.10,
        sizes=SIZES[1:],
    ),
    hidden(
        name="hidden_8_effect",
        words="a cause with a memory of .8 lowers the alliance, and joint advocacy lifts it by .15 SD",
        law=replace(CAUSE, hidden_ar=0.8, hidden_on_alliance=-0.25, effect=0.15),
        truth=0.15,
        sizes=SIZES[1:],
    ),
)
