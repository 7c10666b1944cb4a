"""The quick tests under shifts against whole refits by lme4 (tests/reference/curve/make.R)."""

from __future__ import annotations

import json
from functools import cache
from typing import TypedDict

import numpy as np
import pandas as pd

from pipeline.curve.inference import own_lines
from pipeline.curve.shifts import ShiftTests, SpecificationRows, shift_tests
from pipeline.multilevel import fit
from tests.project import ROOT

HERE = ROOT / "tests/reference/curve"
# Variances are held at the fit without the exposure, lme4 estimates them anew: t lay within .039 over 336 fits of a larger
# study.
# In this one of 700 ratings the median difference is .0016; estimates differ by less than a twentieth of a standard error.
LARGEST, MIDDLE, OF_AN_ERROR = 0.039, 0.002, 0.05


class Told(TypedDict):
    """One specification of make.R: observed first, then twenty shifts."""

    score: str
    dose: str
    covariates: str
    least: int
    estimates: list[float]
    statistics: list[float]


@cache
def told() -> list[Told]:
    found: list[Told] = json.loads((HERE / "lme4.json").read_text(encoding="utf-8"))
    return found


def factor(covariance: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def quick(one: Told) -> ShiftTests:
    study = pd.read_csv(HERE / "study.csv")
    turns = pd.read_csv(HERE / "turns.csv").to_numpy()
    kept = np.bincount(study["client"])[study["client"]] >= one["least"]
    rows = study[kept].reset_index(drop=True)
    names, client = np.unique(rows["client"], return_inverse=True)
    worker = np.unique(rows["worker"], return_inverse=True)[1]
    raw = rows["episodes"].to_numpy(dtype=float)
    raw = np.minimum(raw, 1.0) if one["dose"] == "any" else raw
    mean = (np.bincount(client, raw) / np.bincount(client))[client]
    time = (rows["session"] - rows["session"].mean()).to_numpy()
    held = own_lines(raw - mean, time, client)
    covariates = ["z"] if one["covariates"] == "z" else []
    frame = rows.assign(c=client, w=worker, between=mean, t=time, y=rows[one["score"]])
    null = fit(frame, outcome="y", fixed=["between", "t", *covariates], random={"w": ["1"], "c": ["1", "t"]})
    level, sd = np.ones(len(rows)), null.residual_sd
    specification = SpecificationRows(
        frame["y"].to_numpy(),
        raw - mean - held,
        np.column_stack([level, mean, time, *(rows[name].to_numpy() for name in covariates)]),
        client,
        worker,
        np.column_stack([level, time]) @ factor(null.covariances["c"][0][1]) / sd,
        level[:, None] @ factor(null.covariances["w"][0][1]) / sd,
        held,
    )
    return shift_tests(specification, turns[names])


@cache
def differences() -> tuple[np.ndarray, np.ndarray]:
    """Of t between the quick test and lme4 [specifications, 1 + shifts], and lme4's t."""
    ours = np.array([[found.statistic, *found.statistics] for found in map(quick, told())])
    theirs = np.array([one["statistics"] for one in told()])
    return ours - theirs, theirs


def test_statistics_lie_close_to_whole_refits_and_no_decision_changes() -> None:
    apart, theirs = differences()
    assert apart.shape == (16, 21)
    assert np.abs(apart).max() < LARGEST
    assert np.median(np.abs(apart)) < MIDDLE
    assert ((np.abs(theirs) > 1.96) == (np.abs(theirs + apart) > 1.96)).all()


def test_estimates_lie_close_to_whole_refits() -> None:
    ours = np.array([[found.estimate, *found.estimates] for found in map(quick, told())])
    theirs = np.array([one["estimates"] for one in told()])
    errors = theirs / np.array([one["statistics"] for one in told()])
    assert (np.abs(ours - theirs) < OF_AN_ERROR * errors).all()
