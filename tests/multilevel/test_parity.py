"""The engine beside R, case by case: what R said stands in tests/reference/engine, with the scripts that asked it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline.multilevel import compare, fit
from tests.multilevel.references import Case, all_cases, cases_with, likelihood_ratios, model_of, relative

# Deviances are compared at the optimum, where they are flat: what is left is rounding in sums of thousands of terms.
DEVIANCE = 1e-6
# Estimates and standard errors: R's optimum is polished, so both sides stand within about 1e-8 of it.
FIXED = 1e-5
# Variance components lie on the flat top of the likelihood: an error of 1e-9 in it is one of 1e-5 in them.
VARIANCE = 1e-4
# lmerTest differentiates numerically (numDeriv), with errors near 1e-5 in the degrees of freedom.
FREEDOM = 1e-4
# p values move with the df: in the far tail by some hundred times the df's own relative error.
P_VALUE, P_FLOOR = 2e-3, 1e-6
# Modes and fitted values are linear in the outcome given theta: theta's error times their own size.
MODES = 1e-5
# Residual correlation, as the issue asks.
PHI = 1e-4
# CR2's scores add up over rows what theta's error does to each.
ROBUST = 1e-4
# Profile bounds are searched until the signed root of the deviance is within 1e-4 of its target.
PROFILE = 2e-4
# Coefficients without one group, as shares of their standard errors; R refits to about 1e-6 of them.
LEFT_OUT, LEFT_OUT_REFITTED = 1e-5, 1e-3

every_case = pytest.mark.parametrize("case", all_cases(), ids=str)


def with_part(part: str) -> pytest.MarkDecorator:
    found = cases_with(part)
    assert found, f"no reference case has {part}"
    return pytest.mark.parametrize("case", found, ids=str)


def with_tests(kind: str, part: str) -> pytest.MarkDecorator:
    """Cases whose Satterthwaite or Kenward-Roger part holds contrasts or joint tests."""
    found = [case for case in cases_with(kind) if case.r[kind].get(part)]
    assert found, f"no reference case has {part}"
    return pytest.mark.parametrize("case", found, ids=str)


def test_there_are_more_than_twenty_cases_of_every_kind() -> None:
    names = {case.name for case in all_cases()}
    assert len(names) >= 40
    assert sum("car1" in name for name in names) >= 5
    assert sum(case.singular for case in all_cases()) >= 8
    assert sum("weighted" in name for name in names) >= 3


@every_case
def test_terms_and_counts(case: Case) -> None:
    model = model_of(case)
    assert list(model.fixed.index) == case.terms
    assert model.n_obs == case.r["n_obs"]
    assert model.n_groups == case.r["n_groups"]


@every_case
def test_deviance_and_what_follows_from_it(case: Case) -> None:
    model = model_of(case)
    assert model.deviance == pytest.approx(case.r["deviance"], abs=DEVIANCE)
    for name in ("log_likelihood", "aic", "bic"):
        assert getattr(model, name) == pytest.approx(case.r[name], abs=DEVIANCE)


@every_case
def test_deviance_is_no_higher_than_that_of_r_with_its_defaults(case: Case) -> None:
    assert model_of(case).deviance <= case.r["r_default_deviance"] + DEVIANCE


@every_case
def test_coefficients_and_standard_errors(case: Case) -> None:
    table = model_of(case).fixed
    assert relative(table["estimate"], case.array("estimate")) < FIXED
    assert relative(table["std_error"], case.array("std_error")) < FIXED


@every_case
def test_covariance_of_coefficients(case: Case) -> None:
    ours, theirs = model_of(case).covariance.to_numpy(), np.asarray(case.r["covariance"], dtype=float)
    size = np.sqrt(np.outer(np.diag(theirs), np.diag(theirs)))
    assert float(np.abs((ours - theirs) / size).max()) < 2 * FIXED


@every_case
def test_variance_components(case: Case) -> None:
    rows = model_of(case).variance
    ours = {(row.group, *sorted((row.term_1, row.term_2))): row.covariance for row in rows.itertuples()}
    theirs = {(row["group"], *sorted((row["term_1"], row["term_2"]))): row["covariance"] for row in case.r["variance"]}
    sizes = {key[:2]: value for key, value in theirs.items() if key[1] == key[2]}
    assert set(theirs) == {key for key in ours if key[0] != "residual"}
    for (group, one, two), value in theirs.items():
        # A covariance is measured against the two variances it belongs to; a variance that R puts at zero, against
        # the residual variance.
        size = np.sqrt(sizes[group, one] * sizes[group, two]) or case.r["residual_sd"] ** 2
        assert abs(ours[group, one, two] - value) < VARIANCE * size
    assert model_of(case).residual_sd == pytest.approx(case.r["residual_sd"], rel=VARIANCE / 2)


@every_case
def test_convergence_and_singularity_are_facts(case: Case) -> None:
    model = model_of(case)
    assert model.converged
    assert model.singular == case.singular
    assert model.optimizer.end_deviance == pytest.approx(model.deviance, abs=DEVIANCE)
    assert model.sentences


@every_case
def test_satterthwaite(case: Case) -> None:
    table = model_of(case).fixed
    known = np.isfinite(case.array("satterthwaite", "p_value"))
    assert relative(table["df"], case.array("satterthwaite", "df")) < FREEDOM
    ours, theirs = table["p_value"].to_numpy()[known], case.array("satterthwaite", "p_value")[known]
    assert relative(ours, theirs, floor=P_FLOOR) < P_VALUE


@with_tests("satterthwaite", "contrasts")
def test_satterthwaite_contrasts(case: Case) -> None:
    for name, weights in case.asked["contrasts"].items():
        ours, theirs = model_of(case).contrast(weights), case.r["satterthwaite"]["contrasts"][name]
        for part, tolerance in (("estimate", FIXED), ("std_error", FIXED), ("df", FREEDOM)):
            assert getattr(ours, part) == pytest.approx(theirs[part], rel=tolerance), part
        for part in ("conf_low", "conf_high"):
            assert abs(getattr(ours, part) - theirs[part]) < FREEDOM * theirs["std_error"], part


@with_tests("satterthwaite", "joint")
def test_satterthwaite_joint(case: Case) -> None:
    for name, terms in case.asked["joint"].items():
        _same_test(model_of(case).joint([{term: 1.0} for term in terms]), case.r["satterthwaite"]["joint"][name])


def _same_test(ours: Any, theirs: dict[str, float]) -> None:
    assert ours.statistic == pytest.approx(theirs["statistic"], rel=2 * FREEDOM)
    assert ours.df_numerator == theirs["df_1"]
    assert ours.df_denominator == pytest.approx(theirs["df_2"], rel=2 * FREEDOM)
    assert relative([ours.p_value], [theirs["p_value"]], floor=P_FLOOR) < P_VALUE


@with_part("kenward_roger")
def test_kenward_roger(case: Case) -> None:
    table = model_of(case, "kenward_roger").fixed
    assert relative(table["estimate"], case.array("estimate")) < FIXED
    for part in ("std_error", "df"):
        assert relative(table[part], case.array("kenward_roger", part)) < FREEDOM, part


@with_part("kenward_roger")
def test_kenward_roger_covariance(case: Case) -> None:
    ours = model_of(case, "kenward_roger").covariance.to_numpy()
    theirs = np.asarray(case.r["kenward_roger"]["covariance"], dtype=float)
    size = np.sqrt(np.outer(np.diag(theirs), np.diag(theirs)))
    assert float(np.abs((ours - theirs) / size).max()) < FREEDOM


@with_tests("kenward_roger", "contrasts")
def test_kenward_roger_contrasts(case: Case) -> None:
    for name, weights in case.asked["contrasts"].items():
        ours, theirs = model_of(case, "kenward_roger").contrast(weights), case.r["kenward_roger"]["contrasts"][name]
        for part in ("estimate", "std_error", "df"):
            assert getattr(ours, part) == pytest.approx(theirs[part], rel=FREEDOM), part


@with_tests("kenward_roger", "joint")
def test_kenward_roger_joint(case: Case) -> None:
    for name, terms in case.asked["joint"].items():
        ours = model_of(case, "kenward_roger").joint([{term: 1.0} for term in terms])
        _same_test(ours, case.r["kenward_roger"]["joint"][name])


@every_case
def test_fitted_values_and_predictions(case: Case) -> None:
    model = model_of(case)
    theirs = case.array("fitted")
    scale = case.r["residual_sd"]
    first = slice(0, len(theirs))
    assert np.abs(model.fitted_values[first] - theirs).max() < MODES * scale
    assert np.abs(model.predict(case.data)[first] - theirs).max() < MODES * scale
    fixed = case.array("predicted_fixed")
    assert np.abs(model.predict(case.data, effects=False)[first] - fixed).max() < MODES * scale


@with_part("modes")
def test_conditional_modes(case: Case) -> None:
    model, modes = model_of(case), case.r["modes"]
    tables = {group: model.effects(group) for group in set(modes["group"])}
    for table in tables.values():
        table.index = table.index.astype(str)
    scale = max(abs(value) for value in modes["value"]) or case.r["residual_sd"]
    listed = zip(modes["group"], modes["level"], modes["term"], modes["value"], modes["std_error"], strict=True)
    for group, level, term, value, error in listed:
        row = tables[group].loc[level]
        assert abs(row[term] - value) < 10 * MODES * scale
        assert np.sqrt(max(row[f"variance[{term}]"], 0.0)) == pytest.approx(error, rel=VARIANCE, abs=MODES * scale)


@with_part("r2")
def test_variance_explained(case: Case) -> None:
    ours = model_of(case).r2()
    assert ours.marginal == pytest.approx(case.r["r2"]["marginal"], rel=VARIANCE, abs=1e-12)
    assert ours.conditional == pytest.approx(case.r["r2"]["conditional"], rel=VARIANCE, abs=1e-12)


@with_part("phi")
def test_residual_correlation(case: Case) -> None:
    assert model_of(case).phi == pytest.approx(case.r["phi"], rel=PHI)


@with_part("cr2")
def test_cluster_robust(case: Case) -> None:
    robust = model_of(case).cluster_robust(case.asked["cluster"])
    assert relative(robust.table["std_error"], case.array("cr2", "std_error")) < ROBUST
    assert relative(robust.table["df"], case.array("cr2", "df")) < ROBUST
    theirs = np.asarray(case.r["cr2"]["covariance"], dtype=float)
    size = np.sqrt(np.outer(np.diag(theirs), np.diag(theirs)))
    assert float(np.abs((robust.covariance.to_numpy() - theirs) / size).max()) < ROBUST


@with_part("leave_one_out")
@pytest.mark.parametrize("refit", [False, True])
def test_leave_one_group_out(case: Case, refit: bool) -> None:
    theirs = case.r["leave_one_out"]
    table = model_of(case).influence(theirs["group"], refit=refit)
    table.index = table.index.astype(str)
    ours = table.loc[theirs["levels"]].to_numpy()
    values = np.asarray(theirs["refitted" if refit else "theta_held"], dtype=float)
    away = np.abs(ours - values) / case.array("std_error")
    assert float(away.max()) < (LEFT_OUT_REFITTED if refit else LEFT_OUT)


@with_part("profile")
def test_profile_intervals(case: Case) -> None:
    for method in ("ML", "REML"):
        found = next(one for one in all_cases() if (one.name, one.method) == (case.name, method))
        table = model_of(found).profile()
        ours = {(row.group, *sorted((row.term_1, row.term_2))): row for row in table.itertuples()}
        assert len(ours) == len(case.r["profile"])
        for row in case.r["profile"]:
            mine = ours[_parameter(row["parameter"])]
            for side in ("conf_low", "conf_high"):
                assert getattr(mine, side) == pytest.approx(row[side], rel=PROFILE, abs=PROFILE)


def _parameter(name: str) -> tuple[str, ...]:
    """lme4's `sd_days|subject`, `cor_days.(Intercept)|subject`, `sigma` as group and terms."""
    if name == "sigma":
        return "residual", "", ""
    terms, group = name.replace("(Intercept)", "Intercept").split("|")
    kind, rest = terms.split("_", 1)
    parts = [rest, rest] if kind == "sd" else sorted(rest.split("."))
    return group, *parts


@pytest.mark.parametrize(("case", "theirs"), likelihood_ratios(), ids=str)
def test_likelihood_ratio(case: Case, theirs: dict[str, Any]) -> None:
    small = fit(case.data, **(case.arguments | {"fixed": theirs["fixed"] or []}))
    found = compare(small, model_of(case))
    assert found.df == theirs["df"]
    assert found.statistic == pytest.approx(theirs["statistic"], abs=2 * DEVIANCE)
    assert found.p_value == pytest.approx(theirs["p_value"], rel=1e-5)
