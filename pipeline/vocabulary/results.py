"""The codes of results in words: reasons, notes, rules, states. `exact` is for the team, `plain` may be printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pipeline.vocabulary.domain import plain as plain_code


class FactLike(Protocol):
    """A code with what its words need (`results.reason.Fact`, which this room does not import)."""

    @property
    def code(self) -> str: ...  # noqa: D102
    @property
    def counts(self) -> Mapping[str, int]: ...  # noqa: D102
    @property
    def limits(self) -> Mapping[str, float]: ...  # noqa: D102
    @property
    def names(self) -> Mapping[str, str]: ...  # noqa: D102


@dataclass(frozen=True)
class Words:
    """`exact` with the counts of the data; `plain` without them (the same where there are none)."""

    exact: str
    plain: str = ""


# {workers_n}: the count with its noun, `1 worker`, `3 workers`; {workers}: the bare count; limits and names by their name.
REASONS: Mapping[str, Words] = {
    "no_ratings": Words("no ratings on {instrument} by the {rater}"),
    "no_pairs": Words("no ratings on {instrument} by the {rater}, so there are no pairs"),
    "no_log": Words("no advocacy log"),
    "no_episodes": Words("no {exposure} episodes in the log"),
    "log_without_fact": Words("the log has no `{column}`"),
    "no_column": Words("the study has no column `{column}`"),
    "no_rows": Words("no rows are left with outcome, exposure and covariates known"),
    "time_missing": Words("time in `{column}` is missing in {ratings} rows", "time in `{column}` is missing in some rows"),
    "score_unknown": Words(
        "the score `{score}` is known for none of {ratings} ratings", "the score `{score}` is known for no rating"
    ),
    "few_workers": Words(
        "{workers_n}, and at least {min_workers} are needed", "there are too few workers: at least {min_workers} are needed"
    ),
    "few_clients": Words(
        "{clients_n} with {min_ratings} or more usable ratings (of {of}), and at least {min_clients} are needed",
        "there are too few clients with {min_ratings} or more usable ratings: at least {min_clients} are needed",
    ),
    "outcome_constant": Words(
        "the outcome does not vary within any of {clients_n}", "the outcome does not vary within any client"
    ),
    "means_not_reliable": Words(
        "a client's mean exposure over these ratings is chance for the most part (its reliability is below "
        "{min_mean_reliability}): differences between clients would come out far too near to those within them"
    ),
    "exposure_constant": Words("the exposure does not vary {where}"),
    "exposure_varies_in_few": Words(
        "the exposure varies within {clients_n}, and at least {min_clients} are needed",
        "there are too few clients whose advocacy changes from rating to rating: at least {min_clients} are needed",
    ),
    "exposure_is_time": Words("within clients the exposure rises or falls with time alone: the two cannot be told apart"),
    "moderator_one_level": Words("the moderator `{column}` has one level only"),
    "moderator_one_value": Words("the moderator `{column}` has one value only"),
    "level_without_exposure": Words(
        "in {levels} of {of} levels of `{column}` the exposure never varies",
        "in some levels of `{column}` the exposure never varies",
    ),
    "no_such_level": Words("no level of `{column}` is called as `moderator_level` says"),
    "few_events": Words(
        "{events} events, and at least {min_clients} are needed",
        "it happened too seldom: at least {min_clients} times are needed",
    ),
    "no_or_only_events": Words("{events} events in {ratings} rows", "it happened too seldom or too often"),
    "separated": Words("some column separates events from the rest, or the fit does not settle"),
    "collinear": Words("{problem}", "columns of the model are constant or collinear"),
    "no_standard_error": Words("the rows do not tell this number apart from others, so that it has no standard error"),
    "not_converged": Words("the fit did not converge"),
    "path_not_converged": Words("a path's fit did not converge"),
    "engine_refused": Words("{problem}", "the rows do not carry the model"),
    "defect": Words("a defect of the pipeline ({error} in {at})"),
    # of checks that cannot be asked of a number
    "no_order_in_time": Words("differences between clients or workers have no order in time"),
    "other_engine": Words("only the project's own engine can do this"),
    "nearest_already": Words("the exposure is that of the nearest window already"),
    "no_effects_by_worker": Words("the model has no effects by worker"),
    "no_effects_by_client": Words("the model has no effects by client"),
    "no_covariates": Words("no covariates were declared"),
    "not_about_presence": Words("a control for being there together, which this hypothesis is not about"),
    "in_the_contrast": Words("this control is part of the tested contrast already"),
    "tested_by_level": Words("the tested number is a difference between levels of the moderator"),
    "no_control_episodes": Words("no {mode} episodes in the log"),
    "control_constant": Words("{mode} does not vary over the model's rows"),
    "no_path_of_that_lag": Words("the panel with feedback has paths from this window and the one before, none of lag {lag}"),
    "no_reliability_of_distance": Words("the reliability of a distance between two raters within clients is not known"),
    "same_session": Words("mediator and rating belong to one session: a mood of the day cannot be told from the path"),
    "decay_holds_the_past": Words("a dose that decays holds the windows before it: none is apart from it"),
    "raters_differ": Words("the mediator and the outcome are told by different people already"),
    "no_other_rater": Words("nobody else tells the mediator or rates the outcome"),
    "as_many_terms_as_groups": Words(
        "with the intercept {terms} fixed terms differ between the {of} of {group} alone: no variance between them, and no "
        "error of those terms, can be told; leave covariates of that level out",
        "as many fixed terms differ between the levels of {group} as there are levels: no variance between them, and no "
        "error of those terms, can be told; leave covariates of that level out",
    ),
    "no_controls": Words("the log holds no advocacy without being there together that could be set beside it"),
    "no_reliability": Words(
        "how reliable changes of the score `{score}` are is not known: its items are not there, or too few clients rate "
        "twice; `outcome.reliability` may declare it"
    ),
    "panel_no_reliability": Words("the rating's reliability within clients is not known"),
    "panel_reliability_out_of_range": Words("the rating's reliability within clients is no share between 0 and 1"),
    "panel_constant_exposure": Words("the exposure does not vary within clients"),
    "panel_constant_rating": Words("the rating does not vary within clients"),
    "panel_too_few_clients": Words(
        "{clients_with_three_ratings} clients have three ratings or more, and the panel needs {needed}",
        "too few clients have three ratings or more for a panel",
    ),
    "panel_nothing_beyond_error": Words("measurement error alone would make the rating change as much as it does"),
    "panel_flat_direction": Words("the data do not tell these numbers of the panel apart: {names}"),
    "panel_not_converged": Words("the panel's fit did not converge"),
    "imputation_not_asked": Words("imputing what is missing was not asked for (`missing:` in params.yaml)"),
    "imputed_is_headline": Words("the headline is that of the imputed study already"),
    "observed_is_headline": Words("the headline is that of the observed rows already"),
    "imputed_apart": Words("imputations are drawn by the stage `impute`, which has not run for this"),
    "nothing_missing": Words("nothing that this hypothesis needs is missing"),
    "kind_not_imputed": Words("what happens or does not happen is not imputed: only ratings in linear models are"),
    "no_headline": Words("there is no number for it to stand beside"),
    "not_imputed": Words("{problem}", "the rows do not carry an imputation model"),
    "no_leavers": Words("nobody left before the end"),
    "delay_not_extrapolated": Words("the slopes under added delay do not allow it to be drawn back to none"),
    "log_not_asked": Words("asked only of one exposure within clients that is counted, in a study with days"),
    "no_control_here": Words("not a control for this exposure, or without episodes"),
}
NOTES: Mapping[str, Words] = {
    "converged": Words("The fit converged after {evaluations} evaluations of the likelihood."),
    "not_converged": Words("The fit did not converge ({why}); its numbers must not be relied on."),
    "equal_groupings": Words(
        "{one} and {other} form the same groups: their variances cannot be told apart, and none is given."
    ),
    "saturated_grouping": Words(
        "{terms} fixed terms, the intercept with them, differ between the levels of {group} alone, which are no more than "
        "that: neither its variance nor the errors of those terms can be told, and none is given.",
        "As many fixed terms differ between the levels of {group} as there are levels: neither its variance nor the errors "
        "of those terms can be told, and none is given.",
    ),
    "filled_slope": Words(
        "As many fixed terms are made of {term} by {group} as there are levels of {group}: neither the variance of its "
        "effects nor the errors of those terms can be told, and none is given."
    ),
    "constant_slope": Words(
        "{term} does not change within any level of {group}: how its effect differs between them cannot be told, and no "
        "variance by {group} is given."
    ),
    "flat_variances": Words("Only their sum is told by these data, whatever the ratings, and none is given alone: {names}."),
    "zero_variance": Words("The variance of {term} between levels of {group} is estimated as zero."),
    "perfect_correlation": Words("The effects of {terms} by {group} are estimated as perfectly correlated."),
    "latent_means": Words(
        "Differences between clients are about their own levels of exposure, of which the mean of a few ratings is an "
        "uncertain sign (Luedtke et al. 2008): the number of observed means was raised for that, and its interval widened."
    ),
    "observed_means": Words(
        "Split by a moderator, this is about the observed means of clients' exposure, an uncertain sign of their levels: "
        "the effects at its levels are drawn towards those within clients, and their difference towards that within clients."
    ),
    "worker_means": Words(
        "This is about the mean exposure of the clients a worker had in this study. Over few clients it is a poor sign "
        "of how a worker works in general: the number is then drawn towards that between clients, and the interval does not "
        "say by how much."
    ),
    "agency_fixed": Words(
        "The {agencies} agencies are in the model as fixed differences, as they are fewer than {random_agencies}, between "
        "which a variance can hardly be told. None is shown by itself; a number about workers is one about workers of one "
        "agency.",
        "Agencies are in the model as fixed differences, as they are fewer than {random_agencies}, between which a variance "
        "can hardly be told. None is shown by itself; a number about workers is one about workers of one agency.",
    ),
    "agency_random": Words(
        "The {agencies} agencies, {random_agencies} or more, are in the model as a random effect above workers. A number "
        "about workers is one about workers of one agency.",
        "Agencies, {random_agencies} or more, are in the model as a random effect above workers. A number about workers is "
        "one about workers of one agency.",
    ),
    "agency_fixed_asked": Words("Agencies are in the model as fixed differences, as asked (`compute.agency`)."),
    "agency_random_asked": Words("Agencies are in the model as a random effect above workers, as asked (`compute.agency`)."),
    "agency_without_events": Words(
        "Agencies are not in the model: in one of them it never happened, or always, so that its own level cannot be told."
    ),
    "agency_unknown": Words("Workers whose agency is not known are taken for one agency more."),
    "agency_is_worker": Words(
        "Agencies are not in the model: but for very few, each has one worker, so that agency and worker are one grouping."
    ),
    "agency_leaves_nothing": Words(
        "Agencies are not in the model: beside them too little would be left to tell differences between workers from."
    ),
    "constant_covariate": Words("`{column}` has one value only in the model's rows and was left out."),
    "few_workers": Words(
        "There are fewer than {kenward_roger_below} workers ({workers}): degrees of freedom and standard errors are by "
        "Kenward and Roger, and what is said of workers rests on few.",
        "There are fewer than {kenward_roger_below} workers: degrees of freedom and standard errors are by "
        "Kenward and Roger, and what is said of workers rests on few.",
    ),
    "left_out": Words(
        "Left out of the effects by client or worker because the rows do not carry them (singular, as many as rows, or "
        "not to be told from one another), in this order: {terms}."
    ),
    "events": Words(
        "{events} events; errors are robust to clustering by {workers} workers.",
        "Errors are robust to clustering by worker.",
    ),
    "events_by_agency": Words(
        "{events} events; errors are robust to clustering by {agencies} agencies, and so by their workers.",
        "Errors are robust to clustering by agency, and so by worker.",
    ),
    "same_rater": Words(
        "The mediator and the outcome are both rated by the {rater}: a common way of rating can make a path by itself."
    ),
    "code_not_drawn": Words(
        "`{column}` is a code and is missing in {ratings} rows of the grid: codes are not drawn, and these rows stay out.",
        "`{column}` is a code, has gaps, and is not drawn: rows that lack it stay out.",
    ),
    "imputation_model": Words("{said}", "The imputation model is simpler than the analysis in places."),
    "order_assumed": Words("Mediator and outcome belong to the same session: their order in time is assumed, not given."),
}
# How agencies enter a model, by `compute.agency`; {least}: `compute.random_agencies`.
AGENCIES: Mapping[str, str] = {
    "by_number": "as fixed differences where there are fewer than {least}, else as a random effect above workers",
    "fixed": "as fixed differences",
    "random": "as a random effect above workers",
    "none": "not at all",
}
CEILINGS: Mapping[str, str] = {
    "no_order_in_time": "differences between clients or workers have no order in time",
    "series_ends": "what ends the series has no window after it; only the one before can be asked for a hidden cause",
    "product_of_paths": "a product of two paths rests on two models of what comes before what, and on nothing being left "
    "out of either",
}
RULES: Mapping[str, str] = {
    "no_number": "no number can be given",
    "not_computed": "it could not be computed",
    "none_predicted_within_limit": "no effect was predicted, and the interval lies within the smallest effect that matters",
    "none_predicted_effect_seen": "no effect was predicted, and one is seen",
    "none_predicted_too_wide": "no effect was predicted, and the interval is too wide to say so",
    "not_significant_within_limit": "the interval lies within the smallest effect that matters",
    "none_predicted_may_be_hidden": "no effect was predicted, and the number is small, but something may hide an effect",
    "not_significant": "the adjusted p-value is not below alpha, and the interval reaches effects that matter",
    "may_be_hidden": "the number is small, but something may hide an effect",
    "direction_broke": "a hidden cause that lasts from window to window could make it",
    "mood_not_excluded": "a mood that lasts from session to session would show the same",
    "order_not_given": "the step between and the rating belong to one session, so that neither comes before the other",
    "talked_over_in_session": "whether a visit is talked over is decided in the session that is rated, whose going well may "
    "be why",
    "order_broke": "where ratings may bring the step between, what runs through it lies on the other side",
    "order_not_clear": "where ratings may bring the step between, what runs through it can no longer be told from none",
    "rater_not_clear": "where two people tell the step between and the rating, what runs through it can no longer be told "
    "from none",
    "feedback_broke": "where ratings may bring the advocacy, the effect lies on the other side",
    "feedback_not_clear": "where ratings may bring the advocacy, the effect can no longer be told from none",
    "specificity_broke": "a control exposure shows the same, and joint minus control includes zero",
    "specificity_not_clear": "joint advocacy minus the mean of the controls includes zero",
    "within_limit": "there is an effect, and its interval lies within the smallest effect that matters",
    "robustness_broke": "a robustness check is not passed",
    "not_checked": "a check that decides could not be computed",
    "not_clear": "a check that decides reaches from one side to the other",
    "other_sign": "the effect has the other sign, and all checks are passed",
    "exploratory": "exploratory hypotheses are suggestive at most",
    "ceiling": "this kind of number is suggestive at most",
    "not_asked": "a check that decides cannot be asked of this number",
    "all_held": "significant in its family, the predicted sign, and all checks are passed",
}
STATES: Mapping[str, str] = {
    "held": "held",
    "broke": "broke",
    "speaks_against": "speaks against",
    "no_difference": "no difference",
    "not_clear": "not clear",
    "not_applicable": "does not apply",
    "not_computed": "could not be computed",
}


def reason_text(fact: FactLike, *, exact: bool = False) -> str:
    """A reason in words; `exact` with the counts of the data, which only the team may see."""
    return _text(REASONS, fact, exact)


def note_text(fact: FactLike, *, exact: bool = False) -> str:
    """A note in words; likewise."""
    return _text(NOTES, fact, exact)


def _text(table: Mapping[str, Words], fact: FactLike, exact: bool) -> str:
    words = table.get(fact.code)
    if words is None:
        return plain_code(fact.code)
    shown = {key: f"{value:g}" for key, value in fact.limits.items()} | dict(fact.names)
    shown |= {key: f"{value}" for key, value in fact.counts.items()}
    shown |= {f"{key}_n": f"{value} {key.removesuffix('s') if value == 1 else key}" for key, value in fact.counts.items()}
    return (words.exact if exact or not words.plain else words.plain).format_map(_Blank(shown))


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"
