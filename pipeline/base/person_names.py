"""Common given names and surnames: enough of them to tell a set of names, in clear or turned round, from random letters.

Source: the hundred or so most frequent of each kind in public name statistics of the United States, and of the languages
that the canonical tables know.
"""

from __future__ import annotations

import itertools
import re
from functools import cache

GIVEN = str.split("""
james mary robert patricia john jennifer michael linda david elizabeth william barbara richard susan joseph jessica
thomas sarah charles karen christopher lisa daniel nancy matthew betty anthony margaret mark sandra donald ashley
steven kimberly paul emily andrew donna joshua michelle kenneth carol kevin amanda brian dorothy george melissa
timothy deborah ronald stephanie edward rebecca jason sharon jeffrey laura ryan cynthia jacob kathleen gary amy
nicholas angela eric shirley jonathan anna stephen brenda larry pamela justin emma scott nicole brandon helen
benjamin samantha samuel katherine gregory christine alexander debra patrick rachel frank carolyn raymond janet jack
maria dennis olivia jerry heather tyler aaron jose adam nathan diane henry julie zachary joyce douglas victoria
peter kelly kyle christina noah joan ethan evelyn jeremy lauren christian judith walter olga keith andrea austin
hannah sean megan roger cheryl gerald jacqueline carlos martha juan luis jesus miguel pedro jorge manuel francisco
alejandro ricardo fernando eduardo javier guadalupe rosa carmen ana lucia isabel sofia elena gabriela valentina
camila mohammed muhammad ahmed ali omar hassan fatima aisha amina yusuf ibrahim wei ming jing hiroshi yuki minh
thanh nguyet priya rahul anil sunita ivan dmitri natalia svetlana tatiana anton pierre marie jean claude hans klaus
heike sabine giovanni paolo giulia chiara tyrone latoya jamal keisha darnell shanice dwayne monique
""")
SURNAMES = str.split("""
smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson
thomas taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young
allen king wright scott torres nguyen hill flores green adams nelson baker hall rivera campbell mitchell carter
roberts gomez phillips evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers
gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson watson brooks chavez
wood james bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross foster jimenez
powell jenkins perry russell sullivan bell coleman butler henderson barnes gonzales fisher vasquez simmons romero
jordan patterson alexander hamilton graham reynolds griffin wallace moreno west cole hayes bryant herrera gibson
ellis tran medina aguilar stevens murray ford castro marshall owens harrison fernandez mcdonald woods washington
kennedy wells vargas henry chen freeman webb tucker guzman burns crawford olson simpson porter hunter gordon mendez
silva shaw snyder mason dixon munoz hunt hicks holmes palmer wagner black robertson boyd stone salazar fox warren
mills meyer rice schmidt garza daniels ferguson nichols stephens soto weaver ryan gardner payne grant dunn kelley
spencer hawkins arnold pierce hansen peters santos hart bradley knight elliott cunningham duncan armstrong hudson
carroll lane riley andrews alvarado ray delgado berry perkins hoffman johnston matthews pena richards contreras
willis carpenter lawrence sandoval singh khan kumar sharma ahmed hussain wang zhang liu yang huang zhao chang tanaka
suzuki yamamoto park choi pham huynh ivanov petrov kowalski novak muller mueller schneider fischer weber becker
rossi russo ferrari bianchi dubois moreau laurent bernard silva oliveira pereira costa okafor adeyemi mensah kamara
""")
NICKNAMES = str.split("""
tom tim jim joe bob bill mike dave dan matt tony steve andy jeff greg nick ben sam alex jen jenny liz beth kate
katie sue meg peg peggy pat patty pam tina angie becky sandy cindy debbie kathy barb cathy mandy vicky annie molly
sally jack harry charlie freddy eddie johnny bobby jimmy billy tommy danny ricky rosie josie elly ellie abby
""")
FEWEST = 3  # letters of a name that is looked for at all


@cache
def known() -> frozenset[str]:
    """Every name of the lists, in lower case."""
    return frozenset(name for name in (*GIVEN, *SURNAMES, *NICKNAMES) if len(name) >= FEWEST)


@cache
def given_names() -> frozenset[str]:
    """Given names, short forms included."""
    return frozenset((*GIVEN, *NICKNAMES))


@cache
def surnames() -> frozenset[str]:
    """Surnames."""
    return frozenset(SURNAMES)


def words_of(text: str) -> list[str]:
    """The runs of letters of a text, in lower case, words written together split at their capitals."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+", text)]


def name_pair(one: str, other: str) -> bool:
    """Whether two words in lower case are a given name and a surname, either way round."""
    return (one in given_names() and other in surnames()) or (one in surnames() and other in given_names())


def names_somebody(text: str) -> bool:
    """Whether a text reads as a person's name: a given name beside a surname, either way round, or all its words are names.

    A single word counts only with six letters or more, since short names are words, too.
    """
    words = [word for word in words_of(text) if len(word) >= FEWEST]
    if any(name_pair(one, other) for one, other in itertools.pairwise(words)):
        return True
    return len(words) == 1 and len(words[0]) >= 6 and words[0] in known() and words[0] not in HARMLESS


def written_together(text: str) -> bool:
    """Whether a word of a text is a name as log-ins are made of it: `mariagonzalez`, `jgarcia`."""
    return any(_log_in(word) for word in words_of(text))


def _log_in(word: str) -> bool:
    if len(word) > 6 and word[1:] in surnames() and word[1:] not in HARMLESS:
        return True
    halves = ((word[:at], word[at:]) for at in range(4, len(word) - 3))
    return any(name_pair(one, other) for one, other in halves)


# Names that are also words of this field, of a month or of a place that is none of a person.
HARMLESS = frozenset(
    str.split("jordan washington jackson hamilton kennedy carpenter gardner fisher hunter porter mason sanders")
)
