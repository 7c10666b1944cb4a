"""A first `sources:` block, guessed from headers and shapes alone; no data value is looked at for more than its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.ingest.headers import names_identifier
from pipeline.ingest.net import classify
from pipeline.ingest.raw import RawTable
from pipeline.tables import by_name

# What sites call the canonical columns: words of a header, the telling ones first.
WORDS = {
    "client_id": "client_id client participant participant_id record_id case case_id patient_id patient cl_ref cl pid",
    "worker_id": "worker_id worker therapist therapist_id clinician clinician_id staff_id staff counselor wk_ref wk",
    "session_id": "session_id visit_id visit_ref visit session_ref contact_id session appointment_id",
    "episode_id": "episode_id episode advocacy_id adv_ref activity_id",
    "agency_id": "agency_id agency site site_id",
    "day": "day days_in days study_day day_in days_since_intake",
    "session_number": "session_number session_no visit_no number session_num visit_number",
    "attendance": "attendance kept attended status show",
    "phase": "phase stage",
    "modality": "modality where_held setting_of_session mode_of_contact location",
    "duration_min": "duration_min minutes mins duration length_min",
    "mode": "mode who_went who",
    "order": "order rel_visit before_after",
    "setting": "setting place place_type where",
    "level": "level lvl",
    "initiated_by": "initiated_by asked_by initiator",
    "planned": "planned planned_yn",
    "outcome": "outcome result",
    "theme": "theme theme_cd topic",
    "age_band": "age_band age_grp age_group agegroup",
    "gender": "gender sex",
    "race_ethnicity": "race_ethnicity race ethnicity race_eth",
    "language": "language lang tongue",
    "program": "program prog",
    "mandated": "mandated mandated_yn court_ordered",
    "need_index": "need_index needs need",
    "barriers": "barriers barrier_cds barrier",
    "referral_source": "referral_source referred_by referral",
    "discipline": "discipline disc profession field",
    "experience_band": "experience_band yrs_grp experience",
    "caseload_band": "caseload_band load_grp caseload",
    "crisis": "crisis crisis_yn",
    "empathy_client": "empathy_client emp_cl",
    "empathy_worker": "empathy_worker emp_wk",
    "self_disclosure": "self_disclosure wk_shared",
    "co_construction": "co_construction cocon",
    "rupture": "rupture rupt_yn",
    "repair": "repair mend_yn",
    "disclosure": "disclosure wk_shared_yn",
    "debriefed": "debriefed talked_over_yn",
}
INSTRUMENTS = {36: "wai_36", 12: "wai_sr", 4: "srs"}  # by number of items; wai_s has 12 as well
FEWEST_ITEMS = 4
SURE, LIKELY = "sure", "likely"


@dataclass
class Proposal:
    """What one file seems to be: a table's columns or an instrument's items, with how sure each guess is."""

    file: str
    rows: int
    table: str = ""
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    withheld: list[int] = field(default_factory=list)


def propose(tables: Mapping[str, RawTable], directory: str = "data/raw/FOLDER") -> str:
    """The text of a `sources:` block for these files, with a mark of confidence on every line."""
    proposals = [propose_file(table) for table in tables.values()]
    lines = ["sources: # a proposal from headers and shapes; check every line", f"  directory: {directory}", "  tables:"]
    for name in by_name():
        lines += _table(name, [proposal for proposal in proposals if proposal.table == name])
    lines.append("  ratings:")
    for proposal in proposals:
        for pattern, count in proposal.items.items():
            lines += _ratings(proposal, pattern, count)
    nothing = [p.file for p in proposals if not p.table and not p.items]
    return "\n".join([*lines, *(f"  # {_quoted(name)}: not recognized" for name in nothing)]) + "\n"


def _table(name: str, proposals: list[Proposal]) -> list[str]:
    """The block of one table: its fullest file first, others joined to it by the key they share."""
    if not proposals:
        return []
    required = set(by_name()[name].required())
    first, *others = sorted(proposals, key=lambda p: (-len(required & set(p.columns)), p.file))
    key = by_name()[name].key()[0]
    lines = [f"    {name}:", f"      file: {_quoted(first.file)} # {first.rows:,} rows"]
    columns, left = dict(first.columns), list(first.left)
    for other in others:
        if key in first.columns and other.columns.get(key, ("",))[0] == first.columns[key][0]:
            lines.append(
                f"      joins: [{{ file: {_quoted(other.file)}, key: {_quoted(first.columns[key][0])} }}] # {LIKELY}"
            )
            columns = {**other.columns, **columns}
            left += other.left
        else:
            lines.append(f"      # {_quoted(other.file)} looks like {name} too: join it by a key, or leave it out")
    whole = Proposal(first.file, first.rows, name, columns, first.items, left, first.withheld)
    return [*lines, "      columns:", *(_line(*entry) for entry in columns.items()), *_remainder(whole, bool(first.items))]


def propose_file(table: RawTable) -> Proposal:
    """What a file seems to be."""
    proposal = Proposal(table.file, table.rows)
    shown = []
    for place, header in enumerate(table.header, start=1):
        if _looks_like_data(header):
            proposal.withheld.append(place)
        elif not names_identifier(header):
            shown.append(header)
        else:
            proposal.withheld.append(place)
    proposal.items = _item_groups(shown)
    plain = [header for header in shown if not any(_is_item(header, pattern) for pattern in proposal.items)]
    best = max(by_name(), key=lambda name: _score(name, plain))
    if _score(best, plain) >= 2:
        proposal.table = best
    names = set(by_name()[best].columns) if proposal.table else {"session_id"}
    for header in plain:
        guess = _guess(header, names - set(proposal.columns))
        if guess is None:
            proposal.left.append(header)
        else:
            proposal.columns[guess[0]] = (header, guess[1])
    return proposal


def _guess(header: str, names: set[str]) -> tuple[str, str] | None:
    plain = re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")
    for name, words in WORDS.items():
        if name in names and plain in words.split()[:2]:
            return name, SURE
    return next(((name, LIKELY) for name, words in WORDS.items() if name in names and plain in words.split()), None)


def _score(table: str, headers: list[str]) -> float:
    """How much of a table the headers seem to hold: its key counts double."""
    declared = by_name()[table]
    found = {guess[0] for header in headers if (guess := _guess(header, set(declared.columns)))}
    key = declared.key()[0]
    others = len(found - {key, "client_id", "worker_id", "agency_id"})
    return (1.5 + others if key in found else 0.5 * others) if found else 0


def _item_groups(headers: list[str]) -> dict[str, int]:
    """Item pattern -> how many items stand in a row from 1."""
    numbers: dict[str, set[int]] = {}
    for header in headers:
        if match := re.fullmatch(r"(.*?[A-Za-z_ .-])([1-9][0-9]{0,2})", header):
            numbers.setdefault(match[1], set()).add(int(match[2]))
    runs = {stem: next(n for n in range(1, 1002) if n not in found) - 1 for stem, found in numbers.items()}
    return {f"{stem}{{item}}": run for stem, run in runs.items() if run >= FEWEST_ITEMS}


def _is_item(header: str, pattern: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(re.escape("{item}"), "[0-9]{1,3}"), header) is not None


def _looks_like_data(header: str) -> bool:
    """A first line that is no header: numbers, pseudonyms full of digits, anything the second net catches."""
    return bool(re.fullmatch(r"[-+.0-9]+|[A-Za-z]{0,4}[-_]?[A-Za-z0-9]*[0-9][A-Za-z0-9]*[0-9][A-Za-z0-9]{3,}", header)) or (
        classify(header) is not None
    )


def _line(name: str, found: tuple[str, str]) -> str:
    column = next(table.columns[name] for table in by_name().values() if name in table.columns)
    codes = f"; recode to {', '.join(column.codes)}" if column.closed else ""
    return f"        {name}: {_quoted(found[0])} # {found[1]}{codes}"


def _remainder(proposal: Proposal, has_items: bool) -> list[str]:
    missing = [name for name in by_name()[proposal.table].required() if name not in proposal.columns]
    lines = [f"        # {name}: REQUIRED, not found" for name in missing if name != "day"]
    left = list(proposal.left) + (list(proposal.items) if has_items else [])
    if left:
        lines.append(
            f"      ignore: [{', '.join(_quoted(header) for header in left)}] # not recognized, or items: map or drop"
        )
    return lines + [
        f"      # column {place}: its header names an identifier or looks like data" for place in proposal.withheld
    ]


def _ratings(proposal: Proposal, pattern: str, count: int) -> list[str]:
    instrument = INSTRUMENTS.get(count, "YOUR_INSTRUMENT")
    session = proposal.columns.get("session_id")
    name = re.sub(r"[^a-z0-9]+", "_", proposal.file.rpartition(".")[0].lower()).strip("_")
    name = name if name[:1].isalpha() else f"file_{name}"
    others = [header for header, _ in proposal.columns.values() if session is None or header != session[0]]
    return [
        f"    {name.removesuffix('_client')}_client:",
        f"      file: {_quoted(proposal.file)} # {proposal.rows:,} rows",
        f"      instrument: {instrument} # {count} items: {LIKELY}; wai_s and wai_sr both have 12",
        "      rater: client # a guess",
        f"      items: {_quoted(pattern)}",
        "      columns:",
        _line("session_id", session) if session else "        # session_id: REQUIRED, not found",
        *(
            [f"      ignore: [{', '.join(_quoted(header) for header in [*others, *proposal.left])}]"]
            if others or proposal.left
            else []
        ),
    ]


def _quoted(text: str) -> str:
    return (
        text
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]*", text) and text.lower() not in ("y", "n", "yes", "no", "on", "off")
        else ('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')
    )
