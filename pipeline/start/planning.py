"""The plan for prepare, settled: what the proposal leaves open is asked."""

from __future__ import annotations

from zoneinfo import available_timezones

from pipeline.prepare.plan import Preparation
from pipeline.start.identify import Proposed
from pipeline.start.questions import Interview, Question, one_of

SPARE = 8  # questions that must be left for what the columns mean
ORDERS = {"day": "day_first", "month": "month_first"}


def plan_from(proposed: Proposed, interview: Interview) -> Preparation:
    """The plan: intake, the order of day and month, and the time zone asked where the files leave them open."""
    intake = _intake(proposed, interview)
    order = _orders(proposed, interview)
    codes = _codes(proposed, interview)
    zone = ""
    if proposed.offsets:
        text = "Some times carry an offset from UTC. In which time zone did it happen? (such as America/New_York)"
        zone = interview.ask(Question("zone", text, None, one_of(sorted(available_timezones()))))
    dates = [name for name in (*proposed.dates, *proposed.intake) if name not in intake]
    ids = {**proposed.ids, "client": _one_a_file(proposed.ids["client"])}
    client = {name.rpartition(":")[0] for name in ids["client"]}
    return Preparation.model_validate(
        {
            **{kind: tuple(names) for kind, names in ids.items()},
            "intake": tuple(intake),
            "first_date_is_intake": not intake,
            "date": tuple(name for name in dates if name.rpartition(":")[0] in client),
            "age": tuple(proposed.ages),
            "zip": tuple(proposed.zips),
            "keep": (*proposed.keep, *codes),
            "codes": codes,
            "order": order,
            "zone": zone,
        }
    )


def _orders(proposed: Proposed, interview: Interview) -> dict[str, str]:
    """Day or month first, for the columns that do not tell: asked once for all, or given by column."""
    own = {name: f"order.{_short(name)}" for name in proposed.ambiguous}
    answers = {name: interview.given[key] for name, key in own.items() if key in interview.given}
    left = [name for name in own if name not in answers]
    if left:
        shown = ", ".join(f"`{_short(name)}`" for name in left)
        text = f"Which comes first in the dates of {shown}, day or month? (day, month)"
        answer = interview.ask(Question("order", text, None, one_of(list(ORDERS))))
        answers |= dict.fromkeys(left, answer)
    return {name: ORDERS[answer] for name, answer in answers.items() if answer in ORDERS}


def _codes(proposed: Proposed, interview: Interview) -> dict[str, tuple[str, ...]]:
    """Columns whose words are on no list of usual codes, and which somebody who knows them calls codes."""
    kept = {}
    for name, words in proposed.wordy.items():
        text = (
            f"`{_short(name)}` holds {len(words)} different words or phrases, not all of them on the list of usual codes."
            " Are they codes (no names, nothing about one person)? (yes: the column comes in; no: it is left behind)"
        )
        question = Question(f"codes.{_short(name)}", text, "no", one_of(("yes", "no")), spare=SPARE)
        if interview.ask(question) == "yes":
            kept[name] = tuple(words)
    return kept


def _intake(proposed: Proposed, interview: Interview) -> list[str]:
    """The columns that hold the day of intake; none where the earliest date of a client is to count."""
    candidates = [*proposed.intake, *proposed.dates]
    if len(proposed.intake) == 1 or not candidates:
        return proposed.intake[:1]
    shown = list(dict.fromkeys(_short(name) for name in candidates))
    text = f"Which date is the intake, from which days are counted? ({', '.join(shown)}; `first`: a client's earliest date)"
    default = _short(proposed.intake[0]) if proposed.intake else "first"
    answer = interview.ask(Question("intake", text, default, one_of([*shown, "first"])))
    return [name for name in candidates if _short(name) == answer][:1]


def _one_a_file(names: list[str]) -> list[str]:
    """The first of each file's columns."""
    return list({name.rpartition(":")[0]: name for name in reversed(names)}.values())[::-1]


def _short(name: str) -> str:
    return name.rpartition(":")[2]
