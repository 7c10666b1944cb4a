"""Further worlds, by mechanism: what brings advocacy, what lasts, who is in the study, and how it is asked.

Bounds were set before any study of these worlds was looked at.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from benchmarks.worlds.families.hidden import CAUSE
from benchmarks.worlds.families.questions import LEAVING, THROUGH
from benchmarks.worlds.law import Law, Size
from benchmarks.worlds.world import LARGE, MIDDLING, World

SHORT, LONG = Size(40, 300, 6), Size(40, 300, 16)
GRANDE = Size(60, 900, 12)
CONTRAST = {"contrast": {"minus": "worker_solo"}, "claim": "It is being there together that matters."}
RARE_REFERENCE = {"contrast": {"minus": "client_solo"}, "claim": "It is being there together that matters."}
BOND = {
    "claim": "Joint advocacy deepens the bond more than it brings agreement on tasks.",
    "outcome": {"instrument": "wai_sr", "score": "bond", "rater": "client"},
    "contrast": {"outcome_minus": "task"},
}
BOND_ALONE = {"outcome": {"instrument": "wai_sr", "score": "bond", "rater": "client"}}
ANY = {"exposure": {"mode": "joint", "dose": "any"}}
MINUTES = {"exposure": {"mode": "joint", "dose": "minutes"}, "smallest_effect": 0.1}
DECAY = {"exposure": {"mode": "joint", "dose": "decay(14)"}}
LAGGED = {"exposure": {"mode": "joint", "dose": "count", "lag": 1}}
NEGATIVE = {"predicted": "negative", "claim": "After weeks with more joint advocacy than usual, clients rate it lower."}
NONE = {"predicted": "none", "claim": "Joint advocacy makes no difference to the alliance that would matter."}
BY_NEED = {"moderator": "need_index", "smallest_effect": 0.02, "claim": "Clients in need gain more."}
MISSING_NEXT = {
    "claim": "After weeks with joint advocacy clients miss fewer sessions.",
    "outcome": {"instrument": "wai_sr", "kind": "no_show"},
    "exposure": {"mode": "joint", "dose": "any"},
    "predicted": "negative",
}
FORGETS = "a cause that comes and goes within one window leaves no trace before it or after it"
DATES = "a visit dated before a rating that brought it about stands in the log as one that came before"

fed = partial(World, family="feedback", truth=0.0, sizes=(SHORT, LONG))
caused = partial(World, family="hidden", truth=0.0, sizes=(LARGE,))
null = partial(World, family="null", truth=0.0, sizes=(MIDDLING,))
found = partial(World, family="effect", truth=None, wrong=frozenset({"opposite", "practically zero"}), sizes=(MIDDLING,))
leaving = partial(World, family="few", truth=0.0, sizes=(Size(20, 300, 12),))
through = partial(World, family="mediation", truth=0.0, question=THROUGH, sizes=(MIDDLING,))

FEEDBACK = (
    fed(
        name="feedback_threshold",
        words="only a rating more than one SD below the client's course brings joint advocacy (three times as much)",
        law=Law(feedback_below=1.0, feedback_jump=1.1),
    ),
    fed(
        name="feedback_lasts",
        words="a low rating brings joint advocacy for many weeks (.7 of it is left a rating later)",
        law=Law(feedback=-0.3, feedback_memory=0.7),
    ),
    fed(
        name="feedback_high_lasts",
        words="a high rating brings joint advocacy for many weeks (.7 of it is left a rating later)",
        law=Law(feedback=0.3, feedback_memory=0.7),
    ),
    fed(
        name="feedback_first",
        words="who gives a low first rating is accompanied more from then on",
        law=Law(feedback_first=-0.5),
    ),
    fed(
        name="feedback_both_signs",
        words="in some clients a low rating brings joint advocacy, in others a high one (SD .5)",
        law=Law(feedback_client_sd=0.5),
    ),
    fed(
        name="feedback_after_missed",
        words="clients do not come when it goes badly (memory .5), and are visited after it",
        law=Law(state_ar=0.5, no_show=0.2, no_show_on_state=-0.8, after_missed=1.0),
        sizes=(MIDDLING,),
    ),
    fed(
        name="feedback_low_uneven",
        words="a low rating brings joint advocacy, sessions are 3 to 21 days apart, states last (.5)",
        law=Law(feedback=-0.45, uneven_days=True, state_ar=0.5),
    ),
    fed(
        name="feedback_low_accrues",
        words="a low rating brings joint advocacy, which comes by the day, and ratings rise with the days since the last",
        law=Law(feedback=-0.45, uneven_days=True, accrues="all", per_week=0.2),
    ),
    fed(
        name="feedback_low_ceiling",
        words="a low rating brings joint advocacy; answers at a ceiling",
        law=Law(feedback=-0.45, ease=1.2),
    ),
    fed(
        name="feedback_low_coarse",
        words="a low rating brings joint advocacy; one whole answer of five stands for the rating",
        law=Law(feedback=-0.45, coarse=True),
    ),
    fed(
        name="feedback_felt_common_error",
        words="a low alliance brings joint advocacy; all items of a rating share an error (.6 SD), which they do not tell",
        law=Law(feedback=-0.6, feedback_of="state", error_common=0.6),
    ),
    fed(
        name="feedback_felt_common_error_memory",
        words="the same, states last (.5)",
        law=Law(feedback=-0.6, feedback_of="state", error_common=0.6, state_ar=0.5),
    ),
    fed(
        name="feedback_trends",
        words="a low rating brings joint advocacy; clients' trends in alliance and advocacy hang together (.6)",
        law=Law(feedback=-0.45, trend_sd=0.06, rate_trend_sd=0.06, trend_correlation=0.6),
    ),
    fed(
        name="feedback_low_any",
        words="a low rating brings joint advocacy; any against none is asked",
        law=Law(feedback=-0.6, joint_rate=0.8),
        question=ANY,
    ),
    fed(
        name="feedback_low_minutes",
        words="a low rating brings joint advocacy; minutes are asked",
        law=Law(feedback=-0.45),
        question=MINUTES,
    ),
    fed(
        name="feedback_low_decay",
        words="a low rating brings joint advocacy; a dose that decays by half in two weeks is asked",
        law=Law(feedback=-0.45),
        question=DECAY,
    ),
    fed(
        name="feedback_high_decay",
        words="a high rating brings joint advocacy, states last (.5); a dose that decays by half in two weeks is asked",
        law=Law(feedback=0.45, state_ar=0.5),
        question=DECAY,
    ),
    fed(
        name="feedback_low_lagged",
        words="a low rating brings joint advocacy; the rating after the next is asked",
        law=Law(feedback=-0.45),
        question=LAGGED,
    ),
    fed(
        name="feedback_low_contrast",
        words="a low rating brings joint advocacy; joint minus solo is asked",
        law=Law(feedback=-0.45),
        question=CONTRAST,
    ),
    fed(
        name="feedback_low_negative",
        words="a high rating brings joint advocacy; that it lowers the alliance is claimed",
        law=Law(feedback=0.45),
        question=NEGATIVE,
    ),
    fed(
        name="feedback_bond",
        words="a low bond brings joint advocacy; bond minus task is asked",
        law=Law(bond_sd=0.8, feedback_bond=-0.5),
        question=BOND,
    ),
    fed(
        name="feedback_by_need",
        words="a low rating brings joint advocacy in clients in need, a high one in the others; need is asked",
        law=Law(feedback_on_need=-0.2),
        question=BY_NEED,
    ),
    fed(
        name="feedback_grande",
        words="a low rating brings a little joint advocacy (.15), in a very large study",
        law=Law(feedback=-0.15),
        sizes=(GRANDE,),
    ),
    fed(
        name="feedback_low_dropout",
        words="a low rating brings joint advocacy, and clients leave after low ratings",
        law=Law(feedback=-0.45, dropout=0.06, dropout_on_now=-0.7, state_ar=0.5),
    ),
    fed(
        name="feedback_early_dates",
        words="a high rating brings joint advocacy; a fifth of the visits are dated up to a week early",
        law=Law(feedback=0.45, early_share=0.2),
        sizes=(MIDDLING,),
        limit=None,
        unknowable=DATES,
    ),
)

HIDDEN = (
    caused(name="hidden_6", words="the cause has a memory of .6", law=replace(CAUSE, hidden_ar=0.6), limit=0.10),
    caused(name="hidden_7", words="the cause has a memory of .7", law=replace(CAUSE, hidden_ar=0.7), limit=0.10),
    caused(
        name="hidden_month",
        words="a cause that comes and goes in the course of a month (four sessions), in each client at its own time",
        law=replace(CAUSE, hidden_form="wave", hidden_period=4.0),
    ),
    caused(
        name="hidden_fortnight",
        words="a cause that is there in every second session",
        law=replace(CAUSE, hidden_form="wave", hidden_period=2.0),
    ),
    caused(
        name="hidden_five_weeks",
        words="a cause that comes and goes in five sessions",
        law=replace(CAUSE, hidden_form="wave", hidden_period=5.0),
    ),
    caused(
        name="hidden_season",
        words="a cause that comes and goes in eight sessions",
        law=replace(CAUSE, hidden_form="wave", hidden_period=8.0),
    ),
    caused(
        name="hidden_turn",
        words="at some session things turn for good, better or worse, in alliance and advocacy",
        law=replace(CAUSE, hidden_form="step"),
    ),
    caused(
        name="hidden_of_all",
        words="a cause without memory moves all clients at once: sessions of the programme that are like no other",
        law=replace(CAUSE, hidden_of="all"),
    ),
    caused(
        name="hidden_of_all_month",
        words="every fourth session is like no other, for all clients",
        law=replace(CAUSE, hidden_of="all", hidden_form="wave", hidden_period=4.0),
    ),
    caused(
        name="hidden_of_worker",
        words="a worker's week (no memory) moves all of the worker's clients at once",
        law=replace(CAUSE, hidden_of="worker"),
        limit=None,
        unknowable=FORGETS,
    ),
    caused(
        name="hidden_5_of_worker",
        words="a worker's weeks (memory .5) move all of the worker's clients at once",
        law=replace(CAUSE, hidden_ar=0.5, hidden_of="worker"),
        limit=0.10,
    ),
    caused(
        name="hidden_5_any",
        words="the cause has a memory of .5; any against none is asked",
        law=replace(CAUSE, hidden_ar=0.5, joint_rate=0.8),
        question=ANY,
        limit=0.10,
    ),
    caused(
        name="hidden_5_decay",
        words="the cause has a memory of .5; a dose that decays by half in two weeks is asked",
        law=replace(CAUSE, hidden_ar=0.5),
        question=DECAY,
        limit=0.10,
    ),
    caused(
        name="hidden_5_lagged",
        words="the cause has a memory of .5; the rating after the next is asked",
        law=replace(CAUSE, hidden_ar=0.5),
        question=LAGGED,
        limit=0.10,
    ),
    caused(
        name="hidden_5_contrast",
        words="the cause has a memory of .5; joint minus solo is asked",
        law=replace(CAUSE, hidden_ar=0.5),
        question=CONTRAST,
        limit=0.10,
    ),
    caused(
        name="hidden_5_bond",
        words="a cause with memory .5 brings joint advocacy and lifts the bond alone; bond minus task is asked",
        law=Law(hidden_on_joint=0.5, hidden_on_bond=0.35, hidden_ar=0.5),
        question=BOND,
        limit=0.10,
    ),
    caused(
        name="hidden_5_missing",
        words="the cause has a memory of .5, a fifth of the ratings is missing, days are unequal",
        law=replace(CAUSE, hidden_ar=0.5, missed=0.2, uneven_days=True),
        limit=0.10,
    ),
    caused(
        name="hidden_8_negative",
        words="a cause with a memory of .8 lowers the alliance; that joint advocacy lowers it is claimed",
        law=replace(CAUSE, hidden_ar=0.8, hidden_on_alliance=-0.35),
        question=NEGATIVE,
    ),
)

NULLS = (
    null(
        name="null_tiny", words="nothing, in five workers' thirty clients", law=Law(), sizes=(Size(5, 30, 6), Size(8, 60, 6))
    ),
    null(name="null_grande", words="nothing, in a very large study", law=Law(), sizes=(GRANDE,)),
    null(
        name="null_brief",
        words="nothing, in three to five ratings a client",
        law=Law(),
        sizes=(Size(30, 300, 3), Size(30, 300, 5)),
    ),
    null(
        name="null_seldom",
        words="one client in twenty is ever accompanied",
        law=Law(accompanied=0.05, joint_rate=1.0),
        sizes=(Size(20, 300, 10), MIDDLING),
    ),
    null(name="null_always", words="all are accompanied in every window, some more often", law=Law(at_least=1)),
    null(
        name="null_two_agencies",
        words="two agencies differ in alliance and in advocacy",
        law=Law(agencies=2, agency_sd=0.6, rate_agency_sd=0.8),
    ),
    null(
        name="null_crossed",
        words="half of the clients change worker; workers who go along more have better alliances",
        law=Law(crossed=0.5, rate_worker_sd=0.7, worker_between=1.0),
        sizes=(LARGE, MIDDLING),
    ),
    null(
        name="null_couples",
        words="clients in pairs who are accompanied together and share half of their weeks",
        law=Law(couples=True),
        sizes=(LARGE, MIDDLING),
    ),
    null(
        name="null_long_gap",
        words="more than two weeks without a session lower the rating (.5), advocacy comes by the day",
        law=Law(uneven_days=True, accrues="all", long_gap=-0.5),
        sizes=(LARGE, MIDDLING),
    ),
    null(
        name="null_dropout_low",
        words="clients leave after low ratings, who has been accompanied stays",
        law=Law(dropout=0.08, dropout_on_now=-1.0, dropout_on_joint=-0.8, state_ar=0.3),
        sizes=(LARGE,),
    ),
    null(
        name="null_need_recovers",
        words="clients in need start lower, recover faster, are accompanied more at intake; need is asked",
        law=Law(need_on_level=-0.2, need_on_trend=0.02, need_on_rate=0.15, rate_early=1.0),
        question=BY_NEED,
    ),
    null(
        name="null_rare_reference",
        words="all advocacy lifts the rating alike (.15), clients seldom go alone; joint minus that is asked",
        law=Law(effect=0.15, client_solo=0.15, client_solo_rate=0.03),
        question=RARE_REFERENCE,
    ),
    null(name="null_coarse", words="one whole answer of five stands for the rating", law=Law(coarse=True)),
    null(
        name="null_masked_none",
        words="nothing happens; clients' trends, ceilings and missing ratings; no difference is claimed",
        law=Law(ease=1.0, trend_sd=0.06, missed=0.2, missed_on_last=-0.5),
        question=NONE,
    ),
    World(
        name="masked_by_memory",
        family="masked",
        words="needs with memory (.8) bring joint advocacy and hide its effect of .15; none is claimed",
        law=Law(hidden_ar=0.8, hidden_on_joint=0.7, hidden_on_alliance=-0.33, effect=0.15),
        truth=0.15,
        question=NONE,
        sizes=(LARGE,),
    ),
)

EFFECTS = (
    found(
        name="effect_saturating",
        words="the first episode of a window counts most (.2 log2)",
        law=Law(effect=0.2, shape="saturating"),
    ),
    found(
        name="effect_fades",
        words="each episode lifts the rating by .15; .7 of it is left a session later, and again",
        law=Law(effect=0.15, effect_memory=0.7),
    ),
    found(
        name="effect_fades_decay",
        words="the same; a dose that decays by half in two weeks is asked",
        law=Law(effect=0.15, effect_memory=0.7),
        question=DECAY,
    ),
    found(
        name="effect_couples",
        words="clients in pairs; each episode lifts both ratings by .2",
        law=Law(effect=0.2, couples=True),
    ),
    found(
        name="harm_predicted",
        words="each episode lowers the rating by .25, as claimed",
        law=Law(effect=-0.25),
        question=NEGATIVE,
    ),
    found(
        name="effect_bond_alone",
        words="each episode lifts the bond by .2; the bond is asked",
        law=Law(bond_extra=0.2),
        question=BOND_ALONE,
    ),
)

OTHERS = (
    leaving(
        name="dropout_feedback",
        words="a low rating brings joint advocacy and makes clients leave, states last (.5); advocacy keeps nobody",
        law=Law(dropout=0.08, dropout_on_now=-0.7, feedback=-0.45, state_ar=0.5),
        question=LEAVING,
    ),
    leaving(
        name="dropout_feedback_high",
        words="a high rating brings joint advocacy and makes clients stay, states last (.5); advocacy keeps nobody",
        law=Law(dropout=0.08, dropout_on_now=-0.7, feedback=0.45, state_ar=0.5),
        question=LEAVING,
        sizes=(Size(20, 300, 12), Size(40, 800, 12)),
    ),
    leaving(
        name="dropout_early",
        words="most leave at intake, when advocacy is frequent, too",
        law=Law(dropout=0.05, dropout_early=2.0, rate_early=1.5),
        question=LEAVING,
    ),
    leaving(
        name="dropout_late_advocacy",
        words="most leave at intake, advocacy grows with the course",
        law=Law(dropout=0.05, dropout_early=2.5, rate_trend=0.12),
        question=LEAVING,
    ),
    leaving(
        name="no_show_null",
        words="clients do not come when it went badly, workers differ in advocacy; it changes nothing",
        law=Law(no_show=0.15, no_show_on_last=-0.5, rate_worker_sd=0.6),
        question=MISSING_NEXT,
    ),
    leaving(
        name="no_show_feedback",
        words="a low rating brings joint advocacy and missed sessions, states last (.5); advocacy changes nothing",
        law=Law(no_show=0.15, no_show_on_state=-0.7, feedback=-0.45, state_ar=0.5),
        question=MISSING_NEXT,
    ),
    leaving(
        name="no_show_feedback_high",
        words="a high rating brings joint advocacy, a low one missed sessions, states last (.5); advocacy changes nothing",
        law=Law(no_show=0.15, no_show_on_state=-0.7, feedback=0.45, state_ar=0.5),
        question=MISSING_NEXT,
        sizes=(Size(20, 300, 12), Size(40, 800, 12)),
    ),
    leaving(
        name="no_show_hidden",
        words="something unlogged that lasts (.5) brings joint advocacy and missed sessions",
        law=Law(no_show=0.15, no_show_on_hidden=0.6, hidden_on_joint=0.5, hidden_ar=0.5),
        question=MISSING_NEXT,
    ),
    through(
        name="mediation_hidden_second",
        words="something unlogged (memory .6) lifts empathy and alliance; joint advocacy lifts empathy, empathy nothing",
        law=Law(empathy_joint=0.4, hidden_ar=0.6, hidden_on_empathy=0.6, hidden_on_alliance=0.4),
    ),
    through(
        name="mediation_hidden_second_forgets",
        words="the same with little memory (.3)",
        law=Law(empathy_joint=0.4, hidden_ar=0.3, hidden_on_empathy=0.6, hidden_on_alliance=0.4),
        limit=0.10,
    ),
    through(
        name="halo_seen_now",
        words="both raters share a mood that is gone at the next session; empathy does nothing",
        law=Law(empathy_joint=0.3, effect=0.15, halo=0.6, mood_ar=0.3, mood_seen=0.8),
        question={**THROUGH, "mediator": {"column": "empathy_worker", "lag": 1}},
    ),
    through(
        name="mediation_feedback_memory",
        words="a low rating brings joint advocacy, states last (.5), empathy reflects them and does nothing",
        law=Law(feedback=-0.45, state_ar=0.5, empathy_from_now=0.5, empathy_joint=0.3),
        sizes=(Size(20, 300, 6), MIDDLING),
    ),
)

WORLDS = (*FEEDBACK, *HIDDEN, *NULLS, *EFFECTS, *OTHERS)
