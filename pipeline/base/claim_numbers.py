"""The numbers a report gives its claims: C1, C2 ... for those declared confirmatory, in their order, then E1, E2 ...

A number goes by what params.yaml declares and never by what a claim is counted as: where a claim differs from the lock and
counts as exploratory, the number read in an earlier report still leads to it.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.base.errors import ParamsError, Problem
from pipeline.base.key_path import nearest
from pipeline.base.options import Role

ROLES: tuple[Role, ...] = ("confirmatory", "exploratory")


def numbered(roles: Mapping[str, Role]) -> dict[str, str]:
    """Every hypothesis by its number; `roles`: the role each was declared in, by name, in the order of params.yaml."""
    by_role = {role: [name for name, own in roles.items() if own == role] for role in ROLES}
    return {f"{role[0].upper()}{place}": name for role in ROLES for place, name in enumerate(by_role[role], 1)}


def named(given: str, roles: Mapping[str, Role]) -> str:
    """The hypothesis meant by its name or by its number in the report; ParamsError with all of both where there is none."""
    if given in roles:
        return given
    known = numbered(roles)
    if given.upper() in known:
        return known[given.upper()]
    near = nearest(given, list(roles))
    listed = ", ".join(f"{number} {name}" for number, name in known.items())
    mend = near if "did you mean" in near or not listed else f"by name or number: {listed}"
    raise ParamsError(Problem("hypotheses", f"there is no `{given}`", mend))
