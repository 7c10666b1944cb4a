"""What inference and tables ask of a fitted model: so that they rest on the fit, and not on the face that shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, Self

from pipeline.multilevel.design.identified import Identification
from pipeline.multilevel.design.options import Specification
from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.search.fitting import Fitted
from pipeline.multilevel.search.optimize import OptimizerSummary

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from pipeline.multilevel.design.columns import Data
    from pipeline.multilevel.inference.contrasts import Freedom

Covariances = Mapping[str, tuple[tuple[tuple[str, ...], Floats], ...]]


class FittedView(Protocol):
    """A fitted model by its facts: coefficients in the order of `terms`, their covariance, and the fit itself.

    Deviance, AIC, BIC and residual SD are what lme4 gives under these names.
    """

    fitted: Fitted
    spec: Specification
    terms: tuple[str, ...]

    def __init__(self, fitted: Fitted) -> None: ...
    @property
    def n_obs(self) -> int: ...  # noqa: D102
    @property
    def n_parameters(self) -> int: ...  # noqa: D102
    @property
    def beta(self) -> Floats: ...  # noqa: D102
    @property
    def vcov(self) -> Floats: ...  # noqa: D102
    @property
    def residual_sd(self) -> float: ...  # noqa: D102
    @property
    def deviance(self) -> float: ...  # noqa: D102
    @property
    def aic(self) -> float: ...  # noqa: D102
    @property
    def bic(self) -> float: ...  # noqa: D102
    @property
    def converged(self) -> bool: ...  # noqa: D102
    @property
    def singular(self) -> bool: ...  # noqa: D102
    @property
    def optimizer(self) -> OptimizerSummary: ...  # noqa: D102
    @property
    def covariances(self) -> Covariances: ...  # noqa: D102
    @property
    def identification(self) -> Identification: ...  # noqa: D102
    @property
    def _freedom(self) -> Freedom: ...
    def weights(self, contrasts: Sequence[Mapping[str, float]]) -> Floats: ...  # noqa: D102
    def factor_position(self, group: str) -> int: ...  # noqa: D102
    def predict(self, data: Data | None = None, *, effects: bool = True) -> Floats: ...  # noqa: D102
    def refit(self, outcome: ArrayLike, *, near: bool = False) -> Self: ...  # noqa: D102
