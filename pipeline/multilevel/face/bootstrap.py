"""The parametric bootstrap: the model refitted to responses drawn from itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.errors import ModelError, Problem
from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.face.predictions import simulate
from pipeline.multilevel.inference.profile import parts_of, targets

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.multilevel.inference.view import FittedView

FIXED = "fixed"


@dataclass(frozen=True)
class Bootstrap:
    """Draws [n, parameter] of coefficients, then standard deviations and correlations; `names` (group, term, term)."""

    names: tuple[tuple[str, str, str], ...]
    estimates: Floats
    draws: Floats
    not_converged: int
    singular: int

    def intervals(self, level: float = 0.95) -> pd.DataFrame:
        """Percentile intervals: group, term_1, term_2, estimate, std_error, conf_low, conf_high."""
        import pandas as pd

        if not 0.0 < level < 1.0:
            raise ModelError(Problem("level", f"{level:g} is no level of an interval", "give a share below 1, as 0.95"))
        low, high = np.nanquantile(self.draws, [0.5 - level / 2, 0.5 + level / 2], axis=0)
        table = pd.DataFrame(self.names, columns=["group", "term_1", "term_2"])
        table["estimate"] = self.estimates
        table["std_error"] = np.nanstd(self.draws, axis=0, ddof=1)
        table["conf_low"], table["conf_high"] = low, high
        return table


def bootstrap(model: FittedView, seed: int, n: int) -> Bootstrap:
    """Refit to `n` simulated responses, each from the estimates."""
    names = [(FIXED, term, term) for term in model.terms]
    names += [(target.group, target.term_1, target.term_2) for target in targets(model.fitted)]
    draws = np.empty((n, len(names)))
    lost = singular = 0
    for row, outcome in zip(draws, simulate(model, seed, n), strict=True):
        again = model.refit(outcome, near=True)
        row[:] = [*again.beta, *parts_of(again)]
        lost += not again.converged
        singular += again.singular
    estimates = np.array([*model.beta, *parts_of(model)])
    return Bootstrap(tuple(names), estimates, draws, lost, singular)
