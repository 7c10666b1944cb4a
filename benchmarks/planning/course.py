"""One drawn course of a planned design, made ready by the pipeline, and outcomes drawn for it by the simulator's law.

In a planned study nothing a client rates moves who is accompanied, who rates or who leaves: given the course, outcomes are
independent draws of clients, workers, residuals and answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from numpy.typing import NDArray

from pipeline.exposure.link import link
from pipeline.hypotheses.design.agency import with_agencies
from pipeline.hypotheses.design.build import build_design
from pipeline.hypotheses.design.estimability import require_estimable
from pipeline.hypotheses.design.sample import build_sample
from pipeline.hypotheses.design.terms import Design
from pipeline.measures import shipped
from pipeline.measures.scoring import score
from pipeline.planning.design import PlannedDesign
from pipeline.planning.studies import Planned, settings
from pipeline.simulate.episodes import JOINT
from pipeline.simulate.items import SUBSCALES, draw_answers
from pipeline.simulate.scenarios import truth_of
from pipeline.simulate.study import draw_with_course
from pipeline.simulate.traits import centered, draw_traits
from pipeline.simulate.truth import Truth

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Ready:
    """The headline's design for one course, with what its outcomes are drawn from (a row a rating).

    `client`, `worker`: who rates, as the simulator numbers them; `session`, counted from 0; `dose`, joint episodes since the
    last rating; `sessions` planned; `design.outcome` is that of the study drawn.
    """

    design: Design
    truth: Truth
    client: Integers
    worker: Integers
    session: Integers
    dose: Floats
    sessions: int
    seed: int

    def outcomes(self, number: int) -> Floats:
        """Total scores of so many studies with this course [number, rows]; answers left out are passed over."""
        rng = Generator(PCG64(SeedSequence([self.seed, 1])))
        return np.stack([self._outcome(rng) for _ in range(number)])

    def _outcome(self, rng: Generator) -> Floats:
        truth, clients, workers = self.truth, int(self.client.max()) + 1, int(self.worker.max()) + 1
        traits = draw_traits(clients, truth, rng)
        level, effect = truth.worker_sd * rng.standard_normal(workers), truth.joint_worker_sd * rng.standard_normal(workers)
        own = truth.alliance_start + traits.level[self.client] + level[self.worker]
        own += traits.slope[self.client] * centered(self.sessions)[self.session]
        own += truth.residual_sd * rng.standard_normal(len(own))
        added = (truth.joint + traits.effect[self.client] + effect[self.worker]) * self.dose
        subscale = traits.subscale[self.client] + np.repeat(added[:, None], len(SUBSCALES), axis=1)
        given = draw_answers(own, subscale, traits.items[self.client], {}, truth, rng).given
        return np.asarray(np.nanmean(given, axis=1))


def ready(planned: Planned, design: PlannedDesign, seed: int) -> Ready:
    """Draw one study and make its headline's design; NotEstimable where it does not carry one."""
    asked = settings(planned, design, "effect")
    tables, course = draw_with_course(asked, seed)
    scores = score(tables["ratings_wai_sr"], shipped()["wai_sr"], 0.75)
    occasions, ledger, _ = link(tables, scores, planned.exposure)
    claim = planned.hypothesis
    sample = build_sample(claim, occasions, ledger)
    made = with_agencies(build_design(claim, sample, sample.keep), claim, sample, planned.compute)
    require_estimable(claim, sample, made, planned.compute)
    places = {name: at for at, name in enumerate(tables["sessions"]["session_id"].astype(str))}
    rows = np.array([places[name] for name in sample.frame["session_id"][sample.keep].astype(str)])
    client, session = (one[rows] for one in np.nonzero(course.held))
    dose = course.dose[client, session, JOINT].astype(np.float64)
    truth = truth_of(asked.scenario, asked.truth)
    return Ready(made, truth, client, course.worker[client, session], session, dose, design.sessions, seed)
