"""What sites call the canonical columns and codes: the words of headers and labels that a proposal rests on."""

from __future__ import annotations

import re
from functools import cache

# Canonical column: words a header may be, the telling ones first; `a_b` stands for any spelling of two words.
SHARED = """
client_id: client_id clientid client participant_id participant record_id case_id case patient_id patient subject_id pid cid
client_id: cl_ref cl mrn personal_id person_id client_unique_id clid respondent_id study_id subject subj_id client_code
worker_id: worker_id worker therapist_id therapist clinician_id clinician staff_id staff counselor counsellor provider
worker_id: caseworker case_worker case_manager casemanager social_worker socialworker wid wk_ref wk sw_id swid
agency_id: agency_id agency site_id site clinic_id clinic office_id
"""
CLIENTS = """
age_band: age_band age_group agegroup age_grp agegrp age_cat agecat age_range agerange age_category agecategory age
gender: gender sex gender_identity
race_ethnicity: race_ethnicity race ethnicity race_eth ethnic
language: language lang pref_language preferred_language primary_language tongue
program: program programme prog service_line
mandated: mandated mandated_yn court_ordered court_mandated involuntary ordered mand mandate mandatory legal_mandate
mandated: mandated_client is_mandated court_order
need_index: need_index need_score needs_score needs need acuity acuity_score severity
barriers: barriers barrier barrier_cds barr access_barriers barriers_list
referral_source: referral_source referred_by referral source_of_referral ref_source
"""
WORKERS = """
discipline: discipline disc profession field degree
experience_band: experience_band experience yrs_grp years_experience
caseload_band: caseload_band caseload load_grp
"""
SESSIONS = """
session_id: session_id sessionid visit_id visit_ref contact_id appointment_id encounter_id sid session_ref visit
session_id: service_id services_id
day: day days days_in study_day day_in days_since_intake session_day visit_day
day: service_day contact_day appointment_day appt_day encounter_day day_of_session days_from_intake rel_day
session_number: session_number session_no session_num session_nr sessionno visit_no visit_num visit_number nr
session_number: num number no session visit {session} session_count sess_no sessnr seq sequence wave time
attendance: attendance attended kept status show outcome_of_visit visit_status appointment_status appt_status apptstatus
attendance: session_status sessionstatus took_place held
phase: phase stage
modality: modality where_held where location setting_of_session mode_of_contact place format
duration_min: duration_min minutes mins duration length_min length
crisis: crisis crisis_yn
empathy_client: empathy_client emp_cl client_empathy
empathy_worker: empathy_worker emp_wk worker_empathy
self_disclosure: self_disclosure wk_shared disclosure_of_worker
co_construction: co_construction cocon
rupture: rupture rupt_yn rupt
repair: repair mend_yn mend
dose_joint: dose_joint joint joint_visits jointvisits joint_since_last n_joint njoint joint_n joint_count went_together
dose_joint: joint_advocacy joint_adv adv_joint joint_contacts accompaniments
dose_worker_solo: dose_worker_solo worker_solo solo solo_visits n_solo worker_alone
dose_client_solo: dose_client_solo client_solo client_alone
dose_concrete: dose_concrete concrete concrete_services
"""
ADVOCACY = """
episode_id: episode_id episode advocacy_id adv_ref activity_id adv_id eid event_id contact_id log_id entry_id visit_id id
day: day days days_in study_day day_in days_since_intake adv_day
day: visit_day encounter_day activity_day episode_day log_day
day: contact_day service_day advocacy_day day_of_visit days_from_intake rel_day event_day
mode: mode who who_went whowent advocacy_type adv_type advocacy_mode advmode type_of_advocacy type
order: order rel_visit before_after
setting: setting place place_type where location
level: level lvl practice_level
duration_min: duration_min minutes mins duration length_min length
initiated_by: initiated_by asked_by initiator
planned: planned planned_yn
outcome: outcome result
theme: theme theme_cd topic issue
disclosure: disclosure wk_shared_yn
debriefed: debriefed talked_over_yn talked_over debrief
"""
TABLES = {"clients": CLIENTS, "workers": WORKERS, "sessions": SESSIONS, "advocacy": ADVOCACY}

# Canonical column: code = what labels and cells call it.
CODES = """
attendance: attended = attended, kept, came, show, shown, showed, showed up, present, completed, complete, held, arrived, yes
attendance: no_show = no show, noshow, ns, dna, did not attend, did not come, did not show, missed, absent, no
attendance: cancelled = cancelled, canceled, cx, cancel, rescheduled, cancelled by client, cancelled by worker
mode: joint = joint, together, both, client and worker, worker and client, accompanied, went together, joint visit
mode: worker_solo = worker solo, worker, worker alone, solo, staff only, worker only, on behalf
mode: client_solo = client solo, client, client alone, client only
mode: concrete = concrete, service, concrete service, concrete services, concrete help, transport
phase: engagement = engagement, engage, e
phase: assessment = assessment, assess, a
phase: intervention = intervention, treatment, i
phase: evaluation = evaluation, closing, termination, ending, v
modality: office = office, clinic, in office, o
modality: home = home, home visit, at home, h
modality: community = community, field, outreach, c
modality: phone = phone, telephone, call, p
modality: video = video, telehealth, online, zoom, v
setting: social_services = social services, welfare, welfare office, benefits office, dss
setting: hospital = hospital, clinic, medical, hsp
setting: school = school, sch
setting: child_welfare = child welfare, cps, dcf
setting: court = court, legal, crt
setting: housing = housing, housing office, shelter, hsg
setting: employment = employment, job center, work, emp
setting: other = other, oth
outcome: granted = granted, approved, success, yes, g
outcome: partial = partial, partly, p
outcome: denied = denied, refused, rejected, no, d
outcome: pending = pending, waiting, open, w
level: micro = micro
level: mezzo = mezzo, meso
level: macro = macro
order: before_session = before session, before, pre
order: after_session = after session, after, post
initiated_by: client = client, c
initiated_by: worker = worker, staff, w
initiated_by: both = both, b
initiated_by: other = other, o
gender: female = female, f, woman
gender: male = male, m, man
gender: nonbinary = nonbinary, non binary, nb, x
gender: transgender = transgender, trans
gender: unknown = unknown, not known
race_ethnicity: black = black, african american, black or african american, b
race_ethnicity: latine = latine, latino, latina, latinx, hispanic, hispanic or latino, l, h
race_ethnicity: white = white, caucasian, w
race_ethnicity: asian = asian
race_ethnicity: multiracial = multiracial, mixed, two or more, more than one
language: english = english, en, eng
language: spanish = spanish, es, espanol
barriers: transport = transport, transportation
barriers: childcare = childcare, child care
discipline: social_work = social work, social worker, sw, msw
discipline: psychology = psychology, psychologist, ps
discipline: counseling = counseling, counselling, counselor, co
"""
BOOLEAN = {"true": "true", "yes": "true", "y": "true", "1": "true", "checked": "true"} | dict.fromkeys(
    ("false", "no", "n", "0", "unchecked"), "false"
)


def plain_words(text: str) -> str:
    """A header or label as small words with `_` between them."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text)
    return re.sub(r"[^a-z0-9{}]+", "_", spaced.lower()).strip("_")


@cache
def header_words(table: str) -> dict[str, tuple[str, ...]]:
    """Canonical column of a table -> the words a header of it may be."""
    lines = [*SHARED.strip().splitlines(), *TABLES[table].strip().splitlines()]
    pairs = [line.partition(":") for line in lines]
    found: dict[str, tuple[str, ...]] = {}
    for name, _, words in pairs:
        found[name] = (*found.get(name, ()), *words.split())
    return found


@cache
def code_words(column: str) -> dict[str, str]:
    """What labels and cells call the codes of a canonical column -> the code."""
    found: dict[str, str] = {}
    for line in CODES.strip().splitlines():
        name, _, rest = line.partition(":")
        if name == column:
            code, _, words = rest.partition("=")
            found |= {plain_words(word): code.strip() for word in words.split(",")}
            found[code.strip()] = code.strip()
    return found
