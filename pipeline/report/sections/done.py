"""What was done beside the main models, by the registries: kinds, attempts, imputation, curve; each by name and source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.report.material import Material
from pipeline.vocabulary.checks import label_of_check

KINDS: Mapping[str, str] = {  # by `Fit.kind`; a test asks for every kind of the registry
    "multilevel": (
        "Ratings are explained by linear mixed models with effects of clients and workers, nested or crossed, and slopes as "
        "far as the rows carry them. Every model has time and the length of the window, in days and their logarithm."
    ),
    "hazard": (
        "Leaving early and missed sessions are explained by discrete-time hazard models (logistic; Singer & Willett, 1993), "
        "one row a rating at risk, with CR2 errors clustered by worker and Satterthwaite degrees of freedom."
    ),
    "mediation": (
        "What runs through a step between is a 1-1-1 mediation within clients: the product of two paths and the covariance "
        "of clients' own paths, in the order of time, with an interval from random draws of the paths."
    ),
}
METHODS: Mapping[str, str] = {  # attempts whose method has a name of its own
    "feedback": (
        "Feedback is asked of a dynamic panel with reciprocal paths, a state-space model fitted by maximum likelihood with "
        "the Kalman filter."
    ),
    "reversed_order": "That ratings bring the step between is asked of a panel with reciprocal paths of both.",
    "hidden_cause": "A hidden cause is looked for by placing the windows before and after beside the window itself.",
    "recurring_cause": "A cause that recurs in a rhythm of few sessions is looked for in the windows one and two away.",
    "cluster_robust": "Cluster-robust errors are CR2 (Bell & McCaffrey, 2002; Pustejovsky & Tipton, 2018).",
    "car1": "Residuals that forget follow a continuous-time autoregression, CAR(1).",
    "influence": "Workers are left out one at a time.",
}
SENSITIVITY = (
    "For findings, something unmeasured is sized by E-values (VanderWeele & Ding, 2017) and robustness values (Cinelli & "
    "Hazlett, 2020)."
)
VARIANCE = (
    "Marginal and conditional R² follow Nakagawa and Schielzeth (2013), with slopes Johnson (2014); the ICC is a group's "
    "share of the variance that fixed effects leave over."
)
IMPUTED = (
    "What is missing is imputed by multilevel multiple imputation (joint model on three levels, chained draws), pooled by "
    "Rubin's rules with Barnard and Rubin's degrees of freedom; joint tests by D1. Deltas make imputed ratings worse."
)
CURVE = (
    "A specification curve (Simonsohn et al., 2020) fits all declared defensible choices; it is compared with the same "
    "under shifts of the exposure along each client's own time."
)


def done_paragraphs(material: Material) -> tuple[str, ...]:
    """The paragraphs on what this study really did."""
    fits = [material.fits[claim.name] for claim in material.claims]
    kinds = [KINDS[kind] for kind in dict.fromkeys(fit.kind for fit in fits) if kind in KINDS]
    checks = attempts_made(material)
    said = [" ".join(kinds)]
    if any(fit.estimated for fit in fits):
        said.append(f"{VARIANCE} {SENSITIVITY}")
    if checks:
        named = [METHODS[check] for check in checks if check in METHODS]
        said.append(f"Attempts made: {'; '.join(label_of_check(check) for check in checks)}. {' '.join(named)}".rstrip())
    said += [IMPUTED] if any(fit.imputed for fit in fits) else []
    said += [CURVE] if material.curves.curves else []
    return tuple(text for text in said if text)


def attempts_made(material: Material) -> tuple[str, ...]:
    """Every attempt that was made for one claim or another, in the order of its question."""
    found: Iterable[str] = (
        one.check
        for claim in material.claims
        for one in material.verdicts.hypotheses[claim.name].attempts
        if one.state != "not_applicable"
    )
    return tuple(dict.fromkeys(found))
