"""Which cells a kept column may hold: small numbers, short codes, words everybody uses for a code, words the plan names.

An allow-list, not a detector: a name, an address or a sentence is none of these and stops the run; so does a number long
enough to be an identifier, a year, or a place on the map.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from pipeline.ingest.hints import MISSING_CODES
from pipeline.tables import by_name
from pipeline.tables.column import is_band

SMALL = re.compile(r"[-+]?[0-9]{1,4}(?:[.,][0-9]{1,3})?|[0-9][.,][0-9]{1,15}")  # means of answers have many decimals
YEAR = re.compile(r"(?:19|20)[0-9]{2}")
SHORT = re.compile(r"[A-Za-z][A-Za-z0-9]{0,2}|[-.*?]")
COUNTED = "session|visit|wave|week|month|event|time|episode|phase|arm"  # what may have a number behind it
EVENT = re.compile(rf"(?:[a-z-]+[_ ])*(?:{COUNTED})s?[_ ][0-9]{{1,2}}(?:[_ ]arm[_ ][0-9]{{1,2}})?")
EVENT_WORDS = frozenset(
    (*COUNTED.split("|"), "baseline", "follow", "up", "followup", "weeks", "months", "waves", "times", "end", "of", "study")
)
MOST_SHORT = 20  # different short codes; more of them are initials or room numbers
MOST_NUMBERS = 500  # different whole numbers; more of them number people or places
MOST_LONG = 0.5  # the share of different numbers that may have four digits, where there are many
FEW_LONG = 20  # different numbers of four digits that say nothing yet: more are ends of numbers, or days of a year
DATED = 3  # numbers of a date; boxes that are checked are now more, now fewer
MOST_BOXES = 40  # the highest number of a box in a list of checked ones
MOST_DIGITS = 4
MOST_YEARS = 0.5  # the share of different numbers that may look like a year
PLAIN = """
yes no y n true false checked unchecked complete incomplete unverified na n/a none missing unknown refused declined other
never seldom rarely sometimes often fairly very usually always not at all a little somewhat moderately quite a bit extremely
strongly agree disagree neutral present absent attended kept came shown show no-show noshow missed cancelled canceled
cancelled rescheduled dna late done held joint together both alone solo worker client staff self family service services
concrete office home community phone video telehealth online field clinic hospital school court agency housing
employment benefits welfare social engagement assessment intervention evaluation intake closing follow-up granted partial
denied pending approved before after pre post micro mezzo macro male female man woman nonbinary non-binary transgender trans
black white asian latine latino latina latinx hispanic native american indian pacific islander multiracial mixed
completed arrived accompanied went by with on behalf alone did attend ns cx in out of telephone call outreach
welfare dss cps dcf treatment closing termination baseline
assess engage ending showed absent cancel turned up only open waiting rejected partly success medical meso zoom job center
counsellor counselor counselling counseling psychologist psychology transportation known one two or more than african
caucasian non binary and come help
english spanish espanol arabic chinese mandarin cantonese vietnamese korean french russian haitian creole
session visit visits advocacy alliance ratings rating process workers clients sessions episode episodes
"""
ANSWERS = frozenset(  # words of the answers of a form
    str.split(
        "never seldom rarely sometimes often occasionally fairly very usually mostly nearly almost always not at all a"
        " little bit somewhat slightly moderately quite extremely completely totally strongly agree disagree neither nor"
        " neutral undecided true false none once twice daily weekly much most some several times of the time"
    )
)
WORDS = frozenset(PLAIN.split()) | {
    word
    for table in by_name().values()
    for column in table.columns.values()
    for code in column.codes
    for word in code.lower().split("_")
}


def unexpected_cells(texts: Iterable[str], declared: Collection[str]) -> frozenset[str]:
    """The different cells of a column that may not stay; empty cells and `declared` words always may."""
    different = {text for text in texts if text.strip()} - set(declared)
    whole = {text for text in different if text.isdecimal() and SMALL.fullmatch(text)}
    years = {text for text in whole if YEAR.fullmatch(text)}
    strange = set(years) if len(years) > MOST_YEARS * len(whole) else set()
    if len(whole) > MOST_NUMBERS:
        strange |= whole
    long = {text for text in whole if len(text) == MOST_DIGITS}
    if len(long) > max(FEW_LONG, MOST_LONG * len(whole)):
        strange |= whole
    strange |= {text for text in long if text.startswith("0")}
    lists = {text for text in different if _is_of_boxes(text)}
    if lists and all(len(_numbers(text)) == DATED for text in lists):
        strange |= lists
    short = {text for text in different if SHORT.fullmatch(text) and text.lower() not in WORDS}
    if len(short) > MOST_SHORT:
        strange |= short
    return frozenset(strange | {text for text in different - short if not _may_stay(text)})


def _may_stay(text: str) -> bool:
    kinds = (is_band, _is_of_words, _is_of_boxes, _is_none, _is_event, _is_answer)
    return SMALL.fullmatch(text) is not None or any(is_kind(text) for is_kind in kinds)


def _is_answer(text: str) -> bool:
    """Whether a cell is an answer with its label: `3 - Sometimes`, `5 = very often`."""
    number, _, words = text.partition(" ")
    spoken = set(re.findall(r"[a-z]+", words.lower()))
    return re.fullmatch(r"[0-9]{1,2}[.:=)-]?", number) is not None and bool(spoken) and spoken <= ANSWERS


def _is_event(text: str) -> bool:
    """Whether a cell is an event as REDCap names it: `session_12_arm_1`, `intake_arm_1`, `Visit 3`."""
    spelled = text.lower()
    return EVENT.fullmatch(spelled) is not None and set(re.findall(r"[a-z]+", spelled)) <= WORDS | EVENT_WORDS


def _is_none(text: str) -> bool:
    """Whether a cell is a code that says that nothing is known: `#NULL!`, `-99`, `N/A`."""
    return text.strip().casefold() in MISSING_CODES


def _is_of_boxes(text: str) -> bool:
    """Whether a cell lists checked boxes by their numbers, in rising order: `1,3`, `2|10`."""
    numbers = _numbers(text)
    rising = sorted(set(numbers)) == numbers
    return (
        re.fullmatch(r"[0-9]{1,2}(?: ?[,;|] ?[0-9]{1,2}){1,19}", text) is not None and rising and numbers[-1] <= MOST_BOXES
    )


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"[0-9]+", text)]


def _is_of_words(text: str) -> bool:
    """Whether every word of a cell is one that is used for codes; `social_work;housing` is."""
    words = re.findall(r"[a-z]+(?:-[a-z]+)*", text.lower())
    rest = re.sub(r"[a-z]+(?:-[a-z]+)*|[-_ ;,|/()+]", "", text.lower())
    return bool(words) and not rest and len(text) <= 60 and all(w in WORDS or set(w.split("-")) <= WORDS for w in words)
