"""What the imputation is given and hands back: variables, tables with gaps, settings, completed tables, diagnostics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

Level = Literal["session", "client"]
Kind = Literal["number", "count", "yes_no"]
Group = Literal["client", "worker"]


@dataclass(frozen=True)
class Variable:
    """One variable with gaps, or one that helps to fill them.

    A count is drawn on its own scale, neither rounded nor clipped, as a linear model of it asks (Horton, Lipsitz & Parzen
    2003; von Hippel 2013). A yes/no has a normal variable behind it, whose sign it is.
    """

    name: str
    level: Level = "session"
    kind: Kind = "number"


@dataclass(frozen=True)
class Slope:
    """An effect of one predictor on one session variable that differs by client or by worker."""

    group: Group
    predictor: str
    variable: str


@dataclass(frozen=True)
class Product:
    """A session variable that answers to a predictor the more, the higher a variable of the client is: a moderation."""

    predictor: str
    moderator: str
    variable: str


@dataclass(frozen=True)
class Incomplete:
    """N attended sessions of C clients with W workers.

    `session` is N x (session variables) and `of_client` C x (client variables), in the order of `variables`, NaN where
    missing, yes/no as 0 and 1. `client` and `worker` are codes from 0, one a session; a client may have several workers.
    `predictors` (N x p) and `client_predictors` (C x p2) are complete, without an intercept.
    """

    variables: tuple[Variable, ...]
    session: Floats
    of_client: Floats
    client: Integers
    worker: Integers
    predictors: Floats
    predictor_names: tuple[str, ...]
    client_predictors: Floats
    client_predictor_names: tuple[str, ...]
    slopes: tuple[Slope, ...] = ()
    products: tuple[Product, ...] = ()

    @property
    def session_variables(self) -> tuple[Variable, ...]:
        """The columns of `session`."""
        return tuple(variable for variable in self.variables if variable.level == "session")

    @property
    def client_variables(self) -> tuple[Variable, ...]:
        """The columns of `of_client`."""
        return tuple(variable for variable in self.variables if variable.level == "client")


@dataclass(frozen=True)
class Prior:
    """The prior of one covariance matrix.

    `half_t`: standard deviations half-t with 2 df and the scale `scale` (in SDs of the variable), correlations uniform, by a
    mixture of inverse Wisharts (Huang & Wand 2013, eq. 2). `inverse_wishart`: df = size of the matrix, scale matrix
    `scale` times the identity, as pan and jomo have it; it holds small variances up where there are few groups.
    """

    form: Literal["half_t", "inverse_wishart"] = "half_t"
    scale: float = 1.0


@dataclass(frozen=True)
class Settings:
    """How many imputations, from which seed, and when the chains are long enough.

    Each of `chains` runs `warmup` and `watched` sweeps; of all its sweeps the last two thirds are judged, at least
    `watched`. While the largest R-hat exceeds `r_hat` or a parameter has fewer than `effective` effective draws in all, they
    go on, half as long again each time, up to `limit` sweeps a chain. Imputations are then taken from the chains in turn, at
    least `apart` sweeps apart.
    """

    imputations: int = 20
    seed: int = 0
    chains: int = 4
    warmup: int = 60
    watched: int = 120
    limit: int = 4000
    apart: int = 20
    r_hat: float = 1.1
    effective: float = 30.0
    prior: Prior = Prior()


@dataclass(frozen=True)
class Mixing:
    """How one parameter of the imputation model moved: R-hat, effective draws, and what it is."""

    parameter: str
    r_hat: float
    effective: float


@dataclass(frozen=True)
class Diagnostics:
    """How the chains went: per chain sweeps before the first imputation, worst parameters, traces of the watched sweeps.

    `traces` is chains x sweeps x parameters, in the order of `mixing`. `notes` are facts a reader must know, in words.
    """

    sweeps: int
    mixing: tuple[Mixing, ...]
    traces: Floats
    notes: tuple[str, ...] = ()

    @property
    def worst_r_hat(self) -> float:
        """The largest R-hat (Vehtari et al. 2021)."""
        return max(one.r_hat for one in self.mixing)

    @property
    def fewest_effective(self) -> float:
        """The smallest number of effective draws (Vehtari et al. 2021)."""
        return min(one.effective for one in self.mixing)


@dataclass(frozen=True)
class Completed:
    """One imputation: both tables without gaps, on their own scales, in the order in which they were given."""

    number: int
    session: Floats
    of_client: Floats


@dataclass(frozen=True)
class Posterior:
    """The parameters after one sweep, in the variables' own units: for comparing with other programs.

    `coefficients` (p + 1) x r and `client_coefficients` (p2 + 1) x r2, the intercept first (of the predictors as they were
    given), `residual` r x r, `client` and `worker` the covariances of their effects: intercepts of the session variables,
    slopes, client variables.
    """

    coefficients: Floats
    client_coefficients: Floats
    residual: Floats
    client: Floats
    worker: Floats


@dataclass(frozen=True)
class Checked:
    """Tables that can be imputed, and what must be said of them."""

    data: Incomplete
    notes: tuple[str, ...] = field(default=())
