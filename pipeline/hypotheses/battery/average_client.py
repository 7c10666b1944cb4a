"""The average client: an effect that hangs on how often a client is accompanied is not the same for clients and episodes.

The headline weighs clients by what they tell (the average episode); where those who are accompanied often have another
effect, the average client's own is asked for (METHODS.md, "The ladder", 5).
"""

from __future__ import annotations

import numpy as np

from pipeline.exposure.visits import Floats
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, combined_estimate, tested_again, within_only
from pipeline.hypotheses.design.exposures import Exposure, main_exposures
from pipeline.hypotheses.design.terms import Rows, Term, exposure_term, rows_of
from pipeline.results.attempt import FurtherNumbers
from pipeline.results.fit import Column
from pipeline.results.reason import Reason, reason

FLOOR = 0.25  # episodes a window, added before the logarithm: clients who were never accompanied have one, too


def not_applicable(setting: Setting) -> Reason | None:
    """The effect of an exposure within clients; between levels of a moderator it is a difference."""
    return reason("tested_by_level") if setting.plan.moderator is not None else within_only(setting)


def run(setting: Setting) -> Found:
    """Add exposure x log(the client's mean dose + .25), centered over clients: the main effect is the average client's."""
    plan, sample = setting.plan, setting.sample
    rows = rows_of(sample, sample.keep)
    products: list[Term] = []
    weights: dict[str, float] = {}
    for sign, main in zip((1.0, -1.0), main_exposures(plan), strict=False):
        product = _product(main, sample.dose[main], rows)
        products.append(product)
        weights[product.name] = sign
    design = setting.design(sample.keep, extra=products)
    model = setting.fit(design)
    return Found(tested_again(model, design), FurtherNumbers(product=combined_estimate(model, design, weights)))


def _product(main: Exposure, dose: Floats, rows: Rows) -> Term:
    values = dose[rows.keep]
    mean = np.bincount(rows.client, weights=values) / np.bincount(rows.client)
    often = np.log(mean + FLOOR)
    within = exposure_term(main.of_part("within"), dose, rows)
    named = Exposure(main.mode, part="within", by="frequency")
    of = (named.column(), Column(column="frequency", role="moderator"))
    return Term(named.name, of, np.asarray(within.values) * (often - often.mean())[rows.client], within.told)


CHECK = Check(not_applicable, run)
