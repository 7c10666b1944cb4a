"""The alliance brings advocacy: after a low (or a high) rating the worker goes along."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

from benchmarks.worlds.law import Law, Size
from benchmarks.worlds.world import BuiltIn, World

feedback = partial(World, family="feedback", truth=0.0)
LENGTHS = (Size(40, 300, 6), Size(40, 300, 8), Size(40, 300, 16))
STRENGTH = 0.45  # log rate an SD of the rating
LOW, HIGH = Law(feedback=-STRENGTH), Law(feedback=STRENGTH)


def slope(law: Law) -> float:
    """Episodes an SD of a normal rating brings: f r exp(f^2 / 2), by Stein's lemma for a rate r exp(f d)."""
    of = 1.0 if law.feedback_of == "rating" else 1.0 - law.error_share
    rate = law.joint_rate * math.exp(law.rate_worker_sd**2 / 2)
    return law.feedback * rate * math.exp(of * law.feedback**2 / 2)


WORLDS = (
    feedback(
        name="feedback_low",
        words="a low rating brings joint advocacy",
        law=LOW,
        sizes=LENGTHS,
        feedback=slope(LOW),
    ),
    feedback(
        name="feedback_high",
        words="a high rating brings joint advocacy",
        law=HIGH,
        sizes=LENGTHS,
        feedback=slope(HIGH),
    ),
    feedback(
        name="feedback_built_in",
        words="the built-in simulator, scenario null: a point of alliance less, 1.2 more in the log rate",
        law=BuiltIn("null", {"alliance_on_joint": -1.2}),
        sizes=LENGTHS,
        question={"covariates": ["phase", "crisis"]},
    ),
    feedback(
        name="feedback_built_in_high",
        words="the same with the sign turned",
        law=BuiltIn("null", {"alliance_on_joint": 1.2}),
        sizes=LENGTHS,
        question={"covariates": ["phase", "crisis"]},
    ),
    feedback(
        name="feedback_felt",
        words="what the worker feels, not what the client ticks, brings joint advocacy: a poor state",
        law=replace(LOW, feedback_of="state"),
        sizes=LENGTHS[1:2],
        feedback=slope(replace(LOW, feedback_of="state")),
    ),
    feedback(
        name="feedback_low_memory",
        words="a low rating brings joint advocacy, and states last (.5)",
        law=replace(LOW, state_ar=0.5),
        sizes=LENGTHS[::2],
    ),
    feedback(
        name="feedback_high_memory",
        words="a high rating brings joint advocacy, and states last (.5)",
        law=replace(HIGH, state_ar=0.5),
        sizes=LENGTHS[:1],
    ),
    feedback(
        name="feedback_all_modes",
        words="a low rating brings every kind of advocacy",
        law=replace(LOW, feedback_on_others=-STRENGTH),
        sizes=LENGTHS[1:2],
    ),
    feedback(
        name="feedback_delayed",
        words="a low rating brings joint advocacy two ratings later",
        law=replace(LOW, feedback_delay=2),
        sizes=LENGTHS[::2],
    ),
    feedback(
        name="feedback_missing",
        words="a low rating brings joint advocacy; a fifth of the ratings is missing, days are unequal",
        law=replace(LOW, missed=0.2, uneven_days=True),
        sizes=LENGTHS[1:2],
    ),
    feedback(
        name="feedback_unreliable",
        words="a low rating brings joint advocacy; half of a rating's variance is error",
        law=replace(LOW, error_share=0.5),
        sizes=LENGTHS[1:2],
        feedback=slope(LOW),
    ),
    feedback(
        name="feedback_small",
        words="a low rating brings joint advocacy, in a small study",
        law=LOW,
        sizes=(Size(8, 60, 8), Size(20, 150, 6)),
    ),
    feedback(
        name="feedback_low_effect",
        words="a low rating brings joint advocacy, and that lifts the next rating by .15 SD",
        law=replace(LOW, effect=0.15),
        truth=0.15,
        sizes=LENGTHS,
        feedback=slope(LOW),
    ),
    feedback(
        name="feedback_high_effect",
        words="a high rating brings joint advocacy, and that lifts the next rating by .15 SD",
        law=replace(HIGH, effect=0.15),
        truth=0.15,
        sizes=LENGTHS,
        feedback=slope(HIGH),
    ),
    feedback(
        name="feedback_high_harm",
        words="a high rating brings joint advocacy, and that lowers the next rating by .15 SD",
        law=replace(HIGH, effect=-0.15),
        truth=-0.15,
        sizes=LENGTHS[1:2],
    ),
    feedback(
        name="feedback_none_claimed",
        words="a high rating brings joint advocacy, that lifts the next rating by .15 SD, and no difference is claimed",
        law=replace(HIGH, effect=0.15),
        truth=0.15,
        sizes=LENGTHS[1:2],
        question={"predicted": "none"},
    ),
    feedback(
        name="feedback_worker_slopes",
        words="a low rating brings joint advocacy, whose effect differs by worker (SD .10) and is zero on average",
        law=replace(LOW, worker_slope_sd=0.10),
        sizes=(Size(40, 400, 8),),
    ),
)
