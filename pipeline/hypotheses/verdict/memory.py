"""How lasting a hidden cause would have to be to make an effect, read from the windows around it.

With b the tested number and a what a cause of memory rho must give to another window, rho b - a is above zero only where no
such cause makes the effect alone. Which window is asked (METHODS.md, "The ladder", 2; docs/operating-characteristics.md):

- `both`: the mean of the window after and the window before, which tells most, as neither has a part in an effect that stays
  in its window;
- `after`: where the window before gives clearly more than the one after (an effect that lasts does that);
- `earlier`: where the window after speaks clearly the other way (ratings bring the advocacy: it hides the cause), and where
  there is none (dropout).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.hypotheses.memory import Memory
from pipeline.results.attempt import CheckFacts, FurtherNumbers
from pipeline.results.estimate import Estimate

Windows = Literal["both", "after", "earlier"]
CLEAR = 1.644854  # one-sided 5%: the window before gives more
OPPOSITE = 1.959964  # two-sided 5%: the window after speaks the other way


@dataclass(frozen=True)
class MemoryReading:
    """The memory of the cause that must be excluded, and the windows it was read from."""

    memory: Memory
    windows: Windows

    @property
    def rho_break(self) -> float:
        """The smallest share a cause must keep to be excluded."""
        return self.memory.rho_break()


def read_memory(beside: FurtherNumbers, facts: CheckFacts) -> MemoryReading:
    """From the numbers of the check `hidden_cause`: `before`, `after`, where there is one `earlier`, and covariances.

    ValueError where one is missing that belongs to them.
    """
    b, a, e = beside.before, beside.after, beside.earlier
    b_a, b_e, a_e = facts.cov_before_after, facts.cov_before_earlier, facts.cov_after_earlier
    if b is not None and a is None and e is not None and b_e is not None:
        return MemoryReading(_memory(b, e, b_e), "earlier")  # what ends a series has no window after it
    if b is None or a is None or b_a is None:
        raise ValueError("a check of a hidden cause without its windows")
    if e is None:
        return MemoryReading(_memory(b, a, b_a), "after")
    if b_e is None or a_e is None:
        raise ValueError("a window before the exposure without its covariances")
    sign = 1.0 if b.estimate >= 0 else -1.0
    if sign * a.estimate < -OPPOSITE * a.std_error:
        return MemoryReading(_memory(b, e, b_e), "earlier")
    excess = sign * (e.estimate - a.estimate)
    if excess > CLEAR * np.sqrt(max(a.std_error**2 + e.std_error**2 - 2.0 * a_e, 0.0)):
        return MemoryReading(_memory(b, a, b_a), "after")
    mean = (a.estimate + e.estimate) / 2.0
    variance = (a.std_error**2 + e.std_error**2 + 2.0 * a_e) / 4.0
    covariance = (b_a + b_e) / 2.0
    df = min(one.df if one.df is not None else np.inf for one in (b, a, e))
    return MemoryReading(Memory(b.estimate, mean, b.std_error**2, variance, covariance, df), "both")


def _memory(b: Estimate, other: Estimate, covariance: float) -> Memory:
    df = min(one.df if one.df is not None else np.inf for one in (b, other))
    return Memory(b.estimate, other.estimate, b.std_error**2, other.std_error**2, covariance, df)
