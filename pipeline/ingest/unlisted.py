"""Names that are on no list, told by their form: two capitalised words side by side that are no words of this field.

No list holds every name, and no form tells a person from a county: so this asks, and never refuses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from pipeline.base.person_names import known
from pipeline.ingest.written import PROSE, Written, as_seen, personal_in

CAPITAL = r"(?:[A-Z][a-z]+(?:[-'][A-Z]?[a-z]+)?|O'[A-Z][a-z]+|Mc[A-Z][a-z]+)"
PAIR = re.compile(rf"\b({CAPITAL})(?=(?: [A-Z]\.)? ({CAPITAL})\b)")
INITIAL = re.compile(rf"(?<![&;,.] )\b[A-Z]\. ({CAPITAL})(?! *(?:\(|et al|&|,))")  # no author of a reference
# What stands beside a name that is none of a person: places, offices, forms, seasons.
PLACES = str.split("""
county city state street avenue road river lake valley hills park island islands bay coast beach port fort mount
district province republic kingdom america europe africa asia north south east west northern southern eastern western
central new san los las saint united states puerto costa great university college school hospital clinic center centre
court agency office department ministry bureau institute foundation association society council committee commission
board services service system network team unit program programme project study trial scale inventory index form
questionnaire test battery schedule survey checklist manual report journal review act law code january february march
april may june july august september october november december monday tuesday wednesday thursday friday saturday
sunday spring summer autumn fall winter
""")
FIELD = str.split("""
the this that these those after before when where while with without within between among about above over under into
onto from through during because since until unless although does did has have had are was were will would can could
may might must shall should not only also and but for nor yet then than how why what which who whose more most less
least many much some any all both each every other another same such own our your their his her its one two three four
five six seven eight nine ten first second third last next joint jointly going together being there helping supporting
advocacy advocate advocates alliance working work worker workers client clients social welfare child children family
families mental health care clinical therapy therapeutic psychotherapy psychological psychology counseling counselling
case management manager human rights public private community benefits housing legal aid medical primary early late
long short term revised session sessions rating ratings episode episodes visit visits outcome outcomes effect effects
change changes quality trust bond goal goals task tasks empathy disclosure need needs barrier barriers poverty
homeless immigrant refugee adult adults youth young older women men people person persons foster protective protection
services evidence practice research data analysis model models multilevel longitudinal randomized controlled
observational pilot feasibility process mechanisms mediation moderation within worker-client does do is if as at by in
of on or to an we they it united english spanish french german
""")
COMMON = frozenset((*PLACES, *FIELD))
ASKED = "two capitalised words side by side: if they name a person, say it in other words (nothing is refused for it)"


def may_name(text: str, usual: Collection[str] = COMMON) -> bool:
    """Whether a text may name somebody whom no list knows: `Kim Lee`, `Anneliese Tempelhof`, `M. Gonzalez`.

    `usual`: words in lower case that stand in such texts for other reasons.
    """
    plain = as_seen(text)
    if any(_is_strange(one, usual) and _is_strange(other, usual) for one, other in PAIR.findall(plain)):
        return True
    return any(one.lower() in known() for one in INITIAL.findall(plain))


def asked_about(texts: Iterable[Written]) -> Iterator[str]:
    """The places of sentences that may name somebody: for a person to look at."""
    places = {
        one.where for one in texts if one.key in PROSE and personal_in(one.text, one.key) is None and may_name(one.text)
    }
    yield from sorted(places)


def _is_strange(word: str, usual: Collection[str]) -> bool:
    """Whether a capitalised word is no usual one, in the singular or the plural."""
    spelled = word.lower()
    return not any(one in usual for one in (spelled, spelled.removesuffix("s"), spelled.removesuffix("'s")))
