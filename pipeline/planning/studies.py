"""Tier 2: studies of a planned design drawn by the built-in simulator and put through the real ladder."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.base.params import Compute, Exposure, Hypothesis, Simulate, VerdictRules
from pipeline.planning.design import PlannedDesign, Variation, draw
from pipeline.planning.information import residual_variance
from pipeline.simulate.truth import Truth

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.hypotheses.battery.shared.setting import Setting
    from pipeline.results.estimate import Estimate
    from pipeline.results.trust import Trust

World = Literal["effect", "none", "low_rating_brings", "high_rating_brings", "shared_trend", "harm"]
WORLDS: Mapping[World, str] = {
    "effect": "the effect is there",
    "none": "nothing is there",
    "low_rating_brings": "a low rating brings joint advocacy, and nothing else",
    "high_rating_brings": "a high rating brings joint advocacy, and nothing else",
    "shared_trend": "alliance and advocacy rise together, and nothing else",
    "harm": "joint advocacy harms by as much",
}
CLIENTS = 100_000  # whose ratings tell how the simulator answers: the SD to a quarter of a hundredth
SHIFT = 0.1  # points, about an effect's size
FEEDBACK = 1.2  # log rate of joint advocacy a point of alliance: what fooled a ladder without the feedback check
# A plan says how often advocacy comes and how ratings vary; what else moves either in the built-in study is left out.
PLAIN = dict.fromkeys(
    (
        *("alliance_trend", "phase_step", "crisis_on_advocacy", "crisis_on_alliance", "alliance_on_dropout"),
        *("rate_worker_sd", "rate_need", "rate_intervention"),
        *("no_show", "cancelled", "change_of_worker", "same_day"),
    ),
    0.0,
)
TREND = {"trend_sd": 0.03, "advocacy_trend": 0.03, "advocacy_trend_sd": 0.07, "trend_correlation": 0.8}


@dataclass(frozen=True)
class Planned:
    """What the studies of a plan have in common: the claim, the rules, how ratings vary, the effect in within-client SDs."""

    hypothesis: Hypothesis
    rules: VerdictRules
    compute: Compute
    exposure: Exposure
    variation: Variation
    effect: float
    family: int  # confirmatory claims whose p-values are corrected together


@dataclass(frozen=True)
class Outcome:
    """What one drawn study came to: whether the headline was clear in the predicted direction, and the verdict."""

    significant: bool
    verdict: str


@dataclass(frozen=True)
class Headline:
    """The headline of one drawn study; no `setting` where the design does not carry it."""

    tables: Mapping[str, pd.DataFrame]
    setting: Setting | None
    alpha: float
    sign: float

    @property
    def tested(self) -> Estimate | None:
        """The tested number, where there is one."""
        return None if self.setting is None else self.setting.tested

    @property
    def significant(self) -> bool:
        """Clear of zero, on either side."""
        return self.tested is not None and self.tested.p_value < self.alpha

    @property
    def clear(self) -> bool:
        """Clear of zero on the predicted side."""
        return self.significant and self.tested is not None and self.sign * self.tested.estimate > 0


def headline(planned: Planned, design: PlannedDesign, world: World, seed: int) -> Headline:
    """Draw one study and fit its headline."""
    from pipeline.exposure.link import link
    from pipeline.hypotheses.design.sample import build_sample
    from pipeline.hypotheses.kinds.multilevel.evaluate import primary_fit
    from pipeline.results.reason import NotEstimable
    from pipeline.simulate import canonical

    tables = canonical(settings(planned, design, world), seed)
    occasions, ledger, _ = link(tables, _scored(tables), planned.exposure)
    try:
        setting = primary_fit(planned.hypothesis, build_sample(planned.hypothesis, occasions, ledger), planned.compute)
    except NotEstimable:
        setting = None
    sign = -1.0 if planned.hypothesis.predicted == "negative" else 1.0
    return Headline(tables, setting, planned.rules.alpha / planned.family, sign)


def outcome(planned: Planned, design: PlannedDesign, world: World, seed: int) -> Outcome:
    """Draw one study and ask the ladder: the attempts that decide, and none where the headline is not clear."""
    from pipeline.hypotheses.kinds.multilevel.evaluate import fit_of
    from pipeline.hypotheses.verdict.judge import judge_study
    from pipeline.hypotheses.verdict.states import deciding_checks

    told = headline(planned, design, world, seed)
    if told.setting is None or not told.significant:
        return Outcome(False, "not estimable" if told.setting is None else "inconclusive")
    asked = planned.hypothesis.outcome
    reliability = _trust(told.tables).of(asked.instrument, asked.rater)
    fit = fit_of(replace(told.setting, reliability=reliability), only=deciding_checks(planned.rules))
    rules = planned.rules.model_copy(update={"alpha": told.alpha})
    verdict = judge_study({"it": fit}, {"it": planned.hypothesis}, rules).hypotheses["it"].verdict
    return Outcome(told.clear, str(verdict))


def settings(planned: Planned, design: PlannedDesign, world: World) -> Simulate:
    """The simulator's settings for a design: SDs and effect turned into points of its scale."""
    scale = answering(planned.variation)
    vary, unit = planned.variation, scale.unit
    sign = -1.0 if planned.hypothesis.predicted == "negative" else 1.0
    effect = {"effect": sign * planned.effect, "harm": -sign * planned.effect}.get(world, 0.0)
    vary = vary if effect else replace(vary, client_effect=0.0, worker_effect=0.0)
    truth = PLAIN | {
        "joint": effect * unit,
        "joint_slope_sd": vary.client_effect * unit,
        "joint_worker_sd": vary.worker_effect * unit,
        "residual_sd": _residual_sd(design, vary, scale),
        "client_sd": vary.client * unit,
        "worker_sd": vary.worker * unit,
        "trend_sd": vary.trend * unit,
        "joint_rate": design.rate,
        "rate_client_sd": design.spread,
        "missed_rating": design.missed,
        "dropout": design.dropout,
    }
    if world in ("low_rating_brings", "high_rating_brings"):
        truth["alliance_on_joint"] = FEEDBACK if world == "high_rating_brings" else -FEEDBACK
    if world == "shared_trend":
        truth |= TREND
    workers, clients = design.workers, design.workers * design.clients
    return Simulate(workers=workers, clients=clients, sessions=design.sessions, truth=truth)


@dataclass(frozen=True)
class Answering:
    """How the simulator's ratings answer: their within-client SD in points, and what floor and ceiling leave of a shift."""

    within_sd: float
    kept: float

    @property
    def unit(self) -> float:
        """The points of a target by which the expected rating moves by one within-client SD."""
        return self.within_sd / self.kept


@cache
def answering(variation: Variation) -> Answering:
    """Measured on pairs of ratings without an effect of advocacy, of `CLIENTS` clients who vary as planned."""
    first = _answered(Truth.alliance_start, Truth.client_sd, Truth.worker_sd)  # the levels' SDs are told in what is measured
    return _answered(Truth.alliance_start, variation.client * first.unit, variation.worker * first.unit)


def _answered(start: float, client_sd: float, worker_sd: float) -> Answering:
    from pipeline.simulate.items import ITEMS, SUBSCALES, draw_answers

    rng, truth = np.random.Generator(np.random.PCG64(0)), Truth()
    level = start + math.hypot(client_sd, worker_sd) * rng.standard_normal(CLIENTS)
    own = (level[:, None] + truth.residual_sd * rng.standard_normal((CLIENTS, 2))).ravel()
    subscale = np.repeat(truth.subscale_sd * rng.standard_normal((CLIENTS, len(SUBSCALES))), 2, axis=0)
    items = np.repeat(truth.item_client_sd * rng.standard_normal((CLIENTS, ITEMS)), 2, axis=0)
    shift = {"shift": np.full((len(own), len(SUBSCALES)), SHIFT)}
    answers = draw_answers(own, subscale, items, shift, truth, rng)
    pairs = np.nanmean(answers.given, axis=1).reshape(CLIENTS, 2)
    return Answering(math.sqrt(float(np.mean(np.diff(pairs) ** 2)) / 2.0), float(answers.gain["shift"].mean()) / SHIFT)


def _residual_sd(design: PlannedDesign, variation: Variation, scale: Answering) -> float:
    """The simulator's residual SD at which effects and trends that vary are part of the within-client SD, not on top."""
    taken = 1.0 - residual_variance(draw(design, 0), variation)
    return math.sqrt(max(Truth.residual_sd**2 - taken * scale.unit**2, 0.0))


def _trust(tables: Mapping[str, pd.DataFrame]) -> Trust:
    """How reliable changes of the simulator's ratings are, as the stage `score` measures it."""
    from pipeline.measures import shipped
    from pipeline.measures.within import trust_of
    from pipeline.results.trust import Trust

    return Trust(scores=tuple(trust_of(tables["ratings_wai_sr"], tables["sessions"], shipped()["wai_sr"])))


def _scored(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    from pipeline.measures import shipped
    from pipeline.measures.scoring import score

    return score(tables["ratings_wai_sr"], shipped()["wai_sr"], 0.75)
