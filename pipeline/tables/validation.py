"""Hold the canonical tables to their rules: refuse, set rows aside, or warn, as each rule's policy says; count it all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline import options
from pipeline.errors import Problem, TableError
from pipeline.tables import checks
from pipeline.tables.canonical import by_name, ratings
from pipeline.tables.column import Table
from pipeline.tables.rules import BY_NAME, broken, policy
from pipeline.tables.schema import out_of_range

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

PARENTS = (("sessions", "client_id", "clients"), ("sessions", "worker_id", "workers"))
EPISODES = (("advocacy", "client_id", "clients"), ("advocacy", "worker_id", "workers"))
FOLLOWED = "belongs to a row that was set aside"


@dataclass(frozen=True)
class Answers:
    """What validation must know of an instrument: items, lowest and highest answer, whole numbers only, any reversed."""

    items: int
    low: float
    high: float
    whole: bool
    has_reversed: bool


@dataclass(frozen=True)
class Chosen:
    """What a study chose: a policy by rule, and k over which quasi-identifiers."""

    policies: Mapping[str, options.Policy] = field(default_factory=dict)
    quasi_identifiers: tuple[str, ...] = ()
    k: int = 5


@dataclass
class Validation:
    """The tables on their way through the rules, and what was found."""

    tables: dict[str, pd.DataFrame]
    policies: Mapping[str, Any]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    set_aside: dict[str, dict[str, int]] = field(default_factory=dict)
    gone: dict[str, set[str]] = field(default_factory=dict)

    def hold(self, rule: str, name: str, mask: np.ndarray, detail: str = "") -> None:
        """Apply a rule's policy to the rows of a table that break it."""
        rows = int(mask.sum())
        if not rows:
            return
        chosen = policy(rule, dict(self.policies))
        if chosen == "refuse":
            self.problems.append(broken(rule, name, rows=rows, detail=detail))
        elif chosen == "warn":
            self.warn(rule, name, rows, detail)
        else:
            self.drop(rule, name, mask)

    def warn(self, rule: str, name: str, rows: int, detail: str = "") -> None:
        """Note a broken rule and go on."""
        text = BY_NAME[rule].what + (f" ({detail})" if detail else "")
        self.warnings.append({"rule": rule, "table": name, "count": rows, "text": text})

    def drop(self, reason: str, name: str, mask: np.ndarray) -> None:
        """Set rows aside and count them; remember their ids, so that what belongs to them can follow."""
        counts = self.set_aside.setdefault(name, {})
        counts[reason] = counts.get(reason, 0) + int(mask.sum())
        table, kept = self.tables[name], self.tables[name][~mask].reset_index(drop=True)
        key = table.columns[0]
        self.gone.setdefault(name, set()).update(set(table.loc[mask, key]) - set(kept[key]))
        self.tables[name] = kept


def validate(
    tables: Mapping[str, pd.DataFrame], chosen: Chosen, answers: Mapping[str, Answers]
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables without the rows that were set aside, and validate.json.

    `answers`: instrument -> what its ratings may hold. TableError carries every rule that refuses.
    """
    state = Validation(dict(tables), chosen.policies)
    declared = _declared(tables, answers)
    for name in declared:
        _hold_rows(state, name, declared[name])
    clients = state.tables["clients"]
    state.hold("k_anonymity", "clients", checks.rare_clients(clients, list(chosen.quasi_identifiers), chosen.k))
    _hold_links(state, PARENTS)
    _hold_sessions(state)
    if "advocacy" in state.tables:
        _hold_links(state, EPISODES)
    for instrument, expected in answers.items():
        if f"ratings_{instrument}" in state.tables:
            _hold_ratings(state, f"ratings_{instrument}", expected)
    _hold_whole(state)
    if state.problems:
        raise TableError(sorted(set(state.problems)))
    return state.tables, _record(tables, state)


def _declared(tables: Mapping[str, pd.DataFrame], answers: Mapping[str, Answers]) -> dict[str, type[Table]]:
    of_ratings = {f"ratings_{name}": ratings(name, a.items, a.low, a.high) for name, a in answers.items()}
    return {name: table for name, table in {**by_name(), **of_ratings}.items() if name in tables}


def _hold_rows(state: Validation, name: str, declared: type[Table]) -> None:
    """Rules that need one table only: make, bounds, keys."""
    import numpy as np

    beyond = out_of_range(state.tables[name], declared)
    if beyond:
        mask = np.zeros(len(state.tables[name]), dtype=bool)
        for rows in beyond.values():
            mask[rows] = True
        rule = "item_out_of_scale" if name.startswith("ratings_") else "out_of_range"
        state.hold(rule, name, mask, detail=", ".join(beyond))
    state.hold("duplicate_rows", name, checks.repeated_rows(state.tables[name], declared.key()))
    state.hold("duplicate_keys", name, checks.repeated_keys(state.tables[name], declared.key()))


def _hold_links(state: Validation, links: tuple[tuple[str, str, str], ...]) -> None:
    for name, column, parent in links:
        _follow(state, name, column, parent)
        known = state.tables[parent][column]
        state.hold("orphans", name, checks.orphans(state.tables[name], column, known), detail=f"{column} not in {parent}")


def _follow(state: Validation, name: str, column: str, parent: str) -> None:
    """Rows whose parent was set aside are set aside too: by a policy somebody chose, not as orphans."""
    if state.gone.get(parent):
        mask = state.tables[name][column].isin(state.gone[parent]).to_numpy(dtype=bool)
        if mask.any():
            state.drop(FOLLOWED, name, mask)


def _hold_sessions(state: Validation) -> None:
    state.hold("day_missing", "sessions", checks.days_missing(state.tables["sessions"]))
    state.hold("day_backwards", "sessions", checks.days_backwards(state.tables["sessions"]))
    has_days = bool(state.tables["sessions"]["day"].notna().any())
    rule = "session_number_repeated" if has_days else "session_order_unknown"
    state.hold(rule, "sessions", checks.repeated_numbers(state.tables["sessions"]))
    state.hold("two_agencies", "sessions", checks.two_agencies(state.tables["sessions"], state.tables["workers"]))


def _hold_ratings(state: Validation, name: str, expected: Answers) -> None:
    _follow(state, name, "session_id", "sessions")
    known = state.tables["sessions"]["session_id"]
    state.hold("orphans", name, checks.orphans(state.tables[name], "session_id", known), detail="session_id not in sessions")
    state.hold("rating_without_attendance", name, checks.unattended(state.tables[name], state.tables["sessions"]))
    if expected.whole:
        state.hold("item_not_whole", name, checks.not_whole(state.tables[name]))
    if expected.has_reversed:
        state.hold("straight_lining", name, checks.straight_lines(state.tables[name]))
    if checks.has_other_base(state.tables[name], expected.low, expected.high):
        state.problems.append(broken("item_base", name, detail=f"declared {expected.low:g} to {expected.high:g}"))


def _hold_whole(state: Validation) -> None:
    """Rules about a table as a whole: empty, or a column that never changes."""
    for name, table in state.tables.items():
        if not len(table) and name != "advocacy":
            state.problems.append(broken("no_rows_left", name))
        for column in checks.constant_columns(table):
            chosen = policy("constant_column", dict(state.policies))
            if chosen == "refuse":
                state.problems.append(broken("constant_column", name, detail=column))
            else:
                state.warn("constant_column", name, len(table), column)


def _record(before: Mapping[str, pd.DataFrame], state: Validation) -> dict[str, Any]:
    counts = {
        name: {"rows_in": len(before[name]), "rows_out": len(table), "set_aside": state.set_aside.get(name, {})}
        for name, table in state.tables.items()
    }
    return {"tables": counts, "warnings": state.warnings}
