"""Hold the canonical tables to their rules: refuse, set rows aside, or warn, as each rule's policy says; count it all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.base import options
from pipeline.base.column_names import is_ratings_table, item_column, ratings_table, score_column, score_columns
from pipeline.base.errors import Problem, TableError
from pipeline.results.flow import Warned
from pipeline.results.stage_counts import TableValidated, ValidationCounts
from pipeline.tables import checks
from pipeline.tables.canonical import by_name, of_scores, ratings
from pipeline.tables.column import Table
from pipeline.tables.links import UNKNOWN, row_links
from pipeline.tables.remedies import NOWHERE, About
from pipeline.tables.rules import BY_NAME, policy_of, rule_problem
from pipeline.tables.stored import Stored

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FOLLOWED = "belongs to a row that was set aside"


@dataclass(frozen=True)
class Answers:
    """What validation must know of an instrument: items, lowest and highest answer, whole numbers only, any reversed."""

    items: int
    low: float
    high: float
    whole: bool
    has_reversed: bool
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # score -> its lowest and highest value
    instrument: str = ""  # its name, for messages


@dataclass(frozen=True)
class Chosen:
    """What a study chose: a policy by rule, and k over which quasi-identifiers."""

    policies: Mapping[str, options.Policy] = field(default_factory=dict)
    quasi_identifiers: tuple[str, ...] = ()
    k: int = 5


@dataclass
class Validation:
    """The tables on their way through the rules: which rows are still in, and what was found."""

    stored: dict[str, Stored]
    links: dict[str, pd.DataFrame]
    kept: dict[str, np.ndarray]
    policies: Mapping[str, options.Policy]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    set_aside: dict[str, dict[str, int]] = field(default_factory=dict)

    def hold(self, rule: str, name: str, mask: np.ndarray, detail: str = "", about: About = NOWHERE) -> None:
        """Apply a rule's policy to the rows of a table that break it and are still in."""
        rows = int((mask & self.kept[name]).sum())
        if not rows:
            return
        chosen = policy_of(rule, self.policies)
        if chosen == "refuse":
            self.problems.append(rule_problem(rule, name, rows=rows, detail=detail, about=about))
        elif chosen == "warn":
            self.warn(rule, name, rows, detail)
        else:
            self.drop(rule, name, mask)

    def say(self, rule: str, name: str, count: int, detail: str = "") -> None:
        """Apply the policy of a rule about a table as a whole; what would be set aside is refused."""
        if not count:
            return
        if policy_of(rule, self.policies) == "warn":
            self.warn(rule, name, count, detail)
        else:
            self.problems.append(rule_problem(rule, name, rows=count, detail=detail))

    def warn(self, rule: str, name: str, rows: int, detail: str = "") -> None:
        """Note a broken rule and go on."""
        text = BY_NAME[rule].what + (f" ({detail})" if detail else "")
        self.warnings.append(Warned(rule=rule, table=name, count=rows, text=text))

    def drop(self, reason: str, name: str, mask: np.ndarray) -> None:
        """Set rows aside and count them."""
        counts = self.set_aside.setdefault(name, {})
        counts[reason] = counts.get(reason, 0) + int((mask & self.kept[name]).sum())
        self.kept[name] &= ~mask

    def rows(self, name: str) -> pd.DataFrame:
        """The links of the rows still in, numbered by their place in the table."""
        return self.links[name][self.kept[name]]

    def spread(self, name: str, mask: np.ndarray) -> np.ndarray:
        """A mask over the rows still in as a mask over all rows."""
        whole = self.kept[name].copy()
        whole[whole] = mask
        return whole


def validate(
    tables: Mapping[str, bytes], chosen: Chosen, answers: Mapping[str, Answers]
) -> tuple[dict[str, bytes], ValidationCounts]:
    """The tables (Parquet) without the rows that were set aside, and validate.json.

    `answers`: instrument -> what its ratings may hold. TableError carries every rule that refuses.
    """
    import numpy as np

    stored = {name: Stored(name, content) for name, content in tables.items()}
    scans = {name: checks.scan_table(stored[name], declared) for name, declared in _declared(stored, answers).items()}
    kept = {name: np.ones(table.rows, dtype=bool) for name, table in stored.items()}
    state = Validation(stored, row_links(stored), kept, chosen.policies)
    for name in stored:
        _hold_rows(state, name, scans[name])
    _hold_clients(state, chosen)
    _hold_links(state, "sessions", ("client", "worker"))
    _hold_sessions(state)
    if "advocacy" in stored:
        _hold_links(state, "advocacy", ("client", "worker"))
    for instrument, expected in answers.items():
        if (name := ratings_table(instrument)) in stored:
            _hold_ratings(state, name, expected, scans[name])
    _hold_whole(state, scans)
    if state.problems:
        raise TableError(sorted(set(state.problems)))
    return {name: table.keep(state.kept[name]) for name, table in stored.items()}, _record(state)


def _declared(stored: Mapping[str, Stored], answers: Mapping[str, Answers]) -> dict[str, type[Table]]:
    of_ratings = {ratings_table(name): ratings(name, a.items, a.low, a.high) for name, a in answers.items()}
    known = {**by_name(), **of_ratings}
    strange = sorted(set(stored) - set(known))
    if strange:
        raise TableError([Problem(name, "no table or instrument has this name", "run `dvc repro`") for name in strange])
    return {name: of_scores(known[name]) if _is_of_scores(table) else known[name] for name, table in stored.items()}


def _is_of_scores(table: Stored) -> bool:
    """Whether a ratings table holds scores in place of items."""
    return item_column(1) not in table.columns and bool(score_columns(table.columns))


def _hold_rows(state: Validation, name: str, scan: checks.Scan) -> None:
    """Rules that need one table only: bounds and keys."""
    rule = "item_out_of_scale" if is_ratings_table(name) else "out_of_range"
    about = About(source=f"tables.{name}", column=next(iter(scan.columns), ""))
    state.hold(rule, name, scan.beyond, detail=", ".join(scan.columns), about=about)
    copies, conflicts = checks.repeated_rows(state.stored[name], state.links[name]["key"].to_numpy())
    state.hold("duplicate_rows", name, copies)
    state.hold("duplicate_keys", name, conflicts)


def _hold_clients(state: Validation, chosen: Chosen) -> None:
    """k-anonymity over the clients who are left, each once: the last rule that takes clients out."""
    import numpy as np

    kept = state.kept["clients"]
    clients = state.stored["clients"].at(kept)
    held = [name for name in chosen.quasi_identifiers if name in clients]
    rare = np.zeros(len(kept), dtype=bool)
    rare[kept] = checks.rare_clients(clients, held, chosen.k)
    state.hold("k_anonymity", "clients", rare, detail=f"k = {chosen.k} over {', '.join(held)}")


def _hold_links(state: Validation, name: str, parents: tuple[str, ...]) -> None:
    """Rows that point at nothing; rows whose parent was set aside follow it, by a policy that somebody chose."""
    for parent in parents:
        codes = state.links[name][parent].to_numpy()
        named = state.links[name]["worker_known"].to_numpy() if parent == "worker" and name == "sessions" else True
        state.hold("orphans", name, (codes == UNKNOWN) & named, detail=f"{parent}_id not in {parent}s")
        remaining = state.rows(f"{parent}s")["key"].to_numpy()
        gone = _absent(codes, remaining)
        if (gone & state.kept[name]).any():
            state.drop(FOLLOWED, name, gone)


def _absent(codes: np.ndarray, remaining: np.ndarray) -> np.ndarray:
    """Rows whose parent was there and is no longer."""
    import numpy as np

    there = np.zeros(max(int(codes.max(initial=0)), int(remaining.max(initial=0))) + 1, dtype=bool)
    there[remaining] = True
    gone: np.ndarray = (codes != UNKNOWN) & ~there[codes]
    return gone


def _hold_sessions(state: Validation) -> None:
    import numpy as np

    name = "sessions"
    missing = np.isnan(state.links[name]["day"].to_numpy())
    state.hold("day_missing", name, missing & ~missing.all())
    state.hold("day_backwards", name, state.spread(name, checks.days_backwards(state.rows(name))))
    rule = "session_order_unknown" if missing.all() else "session_number_repeated"
    state.hold(rule, name, state.spread(name, checks.repeated_numbers(state.rows(name))))
    links = state.links[name]
    state.hold("worker_missing", name, (~links["worker_known"] & links["attended"]).to_numpy(dtype=bool))
    _hold_days(state)
    if "agency_id" in state.stored["workers"].columns:
        agencies = state.stored["workers"].column("agency_id").combine_chunks().dictionary_encode().indices
        agency = agencies.to_numpy(zero_copy_only=False)
        state.hold("two_agencies", name, state.spread(name, checks.two_agencies(state.rows(name), agency)))
        state.say("several_agencies", "clients", checks.several_agencies(state.rows(name), *_agencies(state)))


def _hold_days(state: Validation) -> None:
    """Days that are not counted from intake: of the whole study, so that no row is set aside for it."""
    far = checks.far_from_intake(state.rows("sessions"))
    detail = f"before day {checks.EARLY} or after day {checks.LATE}"
    state.say("days_not_from_intake", "sessions", far, detail)


def _agencies(state: Validation) -> tuple[np.ndarray, np.ndarray | None]:
    """The agencies of workers and, where they have them, of clients, as texts by row."""
    workers = state.stored["workers"].column("agency_id").to_numpy()
    has_own = "agency_id" in state.stored["clients"].columns
    return workers, state.stored["clients"].column("agency_id").to_numpy() if has_own else None


def _hold_ratings(state: Validation, name: str, expected: Answers, scan: checks.Scan) -> None:
    _hold_links(state, name, ("session",))
    session = state.links[name]["session"].to_numpy()
    attended = state.links["sessions"]["attended"].to_numpy()
    state.hold("rating_without_attendance", name, (session != UNKNOWN) & ~attended[session])
    if policy_of("rating_without_attendance", state.policies) == "warn":  # else such ratings are no longer here
        worker_known = state.links["sessions"]["worker_known"].to_numpy()
        state.hold("worker_missing", name, (session != UNKNOWN) & ~worker_known[session])
    for score, (low, high) in expected.ranges.items():
        if score_column(score) in state.stored[name].columns:
            values = state.stored[name].column(score_column(score)).to_numpy()
            detail = f"{score}: {low:g} to {high:g}"
            state.hold("score_out_of_range", name, (values < low) | (values > high), detail)
    if expected.whole and scan.not_whole is not None:
        state.hold("item_not_whole", name, scan.not_whole)
    if expected.has_reversed and scan.straight is not None:
        state.hold("straight_lining", name, scan.straight)
    if shift := scan.other_base(expected.low, expected.high):
        low, high = expected.low + shift, expected.high + shift
        about = About(example=f"measures:\n  scales: {{ {expected.instrument or 'INSTRUMENT'}: [{low:g}, {high:g}] }}")
        state.problems.append(
            rule_problem("item_base", name, detail=f"declared {expected.low:g} to {expected.high:g}", about=about)
        )


def _hold_whole(state: Validation, scans: Mapping[str, checks.Scan]) -> None:
    """Rules about a table as a whole: empty, or a column that never changes."""
    for name, table in state.stored.items():
        if not state.kept[name].any() and name != "advocacy":
            state.problems.append(rule_problem("no_rows_left", name))
        for column in table.columns if table.rows else []:
            if column not in scans[name].filled and column != "day":
                state.say("empty_column", name, table.rows, column)
        for column in scans[name].constant(table.rows):
            if policy_of("constant_column", state.policies) == "refuse":
                state.problems.append(rule_problem("constant_column", name, detail=column))
            else:
                state.warn("constant_column", name, table.rows, column)


def _record(state: Validation) -> ValidationCounts:
    tables = {
        name: TableValidated(
            rows_in=table.rows, rows_out=int(state.kept[name].sum()), set_aside=state.set_aside.get(name, {})
        )
        for name, table in state.stored.items()
    }
    return ValidationCounts(tables=tables, warnings=tuple(state.warnings))
