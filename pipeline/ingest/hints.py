"""What to add to a message about cells: what would have been right, and which key of `sources:` may be wanting.

Nothing here ever repeats a cell: only codes that are declared, and examples that stand in every message of the kind.
"""

from __future__ import annotations

import re

from pipeline.tables.column import CODES_SEPARATOR, Column

CODES_SHOWN = 14
MISSING_CODES = frozenset(
    str.split(
        "9 99 999 9999 98 97 96 95 88 77 998 997 8888 9998 9997 -1 -2 -3 -4 -5 -6 -7 -8 -9 -66 -77 -88 -97 -98 -99 -999 "
        ". .a .b .c .d .z - -- ? na n/a n.a. nan null none nil #null! #n/a #na #value! #div/0! missing unknown refused "
        "dk rf sysmis (null) <na> \\n"
    )
)
USUAL = ("9", "99", "999", "-9", "-99", "88", "NA", ".", "#NULL!", "unknown")  # of MISSING_CODES, those met most
DECIMAL_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
ID_IN_WORDS = "one to four letters, then six or more letters and digits, like C3f81b2c9"


def is_missing(text: str) -> bool:
    """Whether a cell is no number, and a code that usually says that nothing is known: `#NULL!`, `.`, `N/A`."""
    return text.strip().casefold() in MISSING_CODES and not text.strip().lstrip("-").isdecimal()


def looks_like(text: str) -> set[str]:
    """What a faulty cell seems to be: a code for a missing value, a number with a decimal comma, a list of codes."""
    found = set()
    if text.strip().casefold() in MISSING_CODES:
        found.add("missing")
    if DECIMAL_COMMA.fullmatch(text):
        found.add("comma")
    if re.search(r"[A-Za-z] ?[,|/] ?[A-Za-z]", text):
        found.add("list")
    return found


def rule_hint(rule: str, column: Column, codes: frozenset[str], noticed: set[str]) -> str:
    """The addition to one rule's message about one column; empty where the rule says all there is to say."""
    said = []
    if rule == "not_code" and codes:
        shown = sorted(codes)[:CODES_SHOWN]
        said.append(f"allowed: {', '.join(shown)}" + (" ..." if len(codes) > CODES_SHOWN else ""))
    if rule == "not_id":
        said.append(f"an id is {ID_IN_WORDS}, unless privacy.id_patterns says otherwise")
    if rule == "not_code" and column.kind == "codes" and "list" in noticed:
        said.append(f"codes in one cell stand apart by `{CODES_SEPARATOR}`, unless `split` names another separator")
    if rule == "not_number" and "comma" in noticed:
        said.append("a decimal comma?")
    if rule.startswith("not_") and "missing" in noticed:
        said.append("a code for missing values among them?")
    return "; ".join(said)


def rule_remedy(rule: str, column: Column, noticed: set[str]) -> str:
    """The example that fits what was noticed of the cells; empty where the rule's own does.

    Codes of missing values are named only where they can be no value: of a number, only those that are no numbers.
    """
    if rule == "not_code" and column.kind == "codes" and "list" in noticed:
        return '# under sources.<source>: what stands between the codes\nsplit: { <column>: "," }'
    if rule == "not_number" and "comma" in noticed:
        return 'sources:\n  read: { "<file>": { decimal: "," } }'
    if rule in ("not_code", "not_boolean", "not_band", "not_id") and "missing" in noticed:
        return "# under sources.<source>: those that mean that nothing is known\nmissing: { <column>: [ALL] }".replace(
            "ALL", ", ".join(f'"{code}"' for code in ("", *USUAL))
        )
    return ""
