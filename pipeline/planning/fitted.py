"""How ratings vary in a study of one's own: the variances of its fit, never its estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pipeline.planning.design import Variation
from pipeline.results.fit import Fit

NAMES: Mapping[str, str] = {
    "client": "clients' levels",
    "worker": "workers' levels",
    "client_effect": "the effect over clients",
    "worker_effect": "the effect over workers",
    "trend": "clients' own trends",
}
LEVEL = ("1", "Intercept", "intercept")


def of_fit(fit: Fit, declared: Variation) -> tuple[Variation, tuple[str, ...]] | None:
    """SDs of a fit in within-client SDs, and the names of those it does not tell, which stay as declared; None of no use.

    A fit of use is one of a score. A variance that left its model as zero stays as declared: few workers or clients often
    give a zero where there is some. So does the effect where there are several, or where its unit is not an episode, and
    the trend where time is not counted in sessions.
    """
    if fit.tested is None or fit.kind != "multilevel" or fit.spec.outcome.kind != "score":
        return None
    unit = fit.tested.standardized.outcome_sd_within
    found: dict[tuple[str, str], list[float]] = {}
    for row in fit.variance:
        if row.term_1 == row.term_2 and row.covariance is not None and row.covariance > 0.0:
            kind = "level" if row.term_1 in LEVEL else ("time" if row.term_1 == "time" else "effect")
            found.setdefault((row.group, kind), []).append(row.covariance**0.5 / unit)
    keys = {"client": ("client_id", "level"), "worker": ("worker_id", "level")}
    if fit.spec.exposure.dose == "count":
        keys |= {"client_effect": ("client_id", "effect"), "worker_effect": ("worker_id", "effect")}
    if fit.spec.time == "session_number":
        keys |= {"trend": ("client_id", "time")}
    taken = {name: found[key][0] for name, key in keys.items() if len(found.get(key, ())) == 1}
    if not taken:
        return None
    return replace(declared, **taken), tuple(words for name, words in NAMES.items() if name not in taken)
