"""Identified files and a plan in, de-identified tables and counts out; or every reason why not, at once."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.base.errors import Problem, SourceError
from pipeline.prepare.bands import age_at, age_band, age_in_years, zip_area
from pipeline.prepare.days import DayColumn, intakes, notation_problems, to_days
from pipeline.prepare.identified import Identified
from pipeline.prepare.kept import unexpected_cells
from pipeline.prepare.moments import Dates, read_dates
from pipeline.prepare.names import column_name, file_name
from pipeline.prepare.plan import KINDS, Kind, Preparation, Role, Use, chosen_rule, used_columns
from pipeline.prepare.pseudonyms import near_twins, pseudonym, several_ids, shuffled_rows

NUMBER, COMMA = ".", ","


@dataclass(frozen=True)
class PreparedColumn:
    """What became of one column: its place in its file (from 1), its role, and counts."""

    place: int
    role: Role
    notations: tuple[str, ...] = ()
    filled: int = 0
    before: int = 0


@dataclass(frozen=True)
class PreparedFile:
    """One file that may leave: its new name, its bytes, and the counts that tell how it was made."""

    number: int
    name: str
    content: bytes
    rows: int
    set_aside: int
    dropped: int
    columns: tuple[PreparedColumn, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PreparedStudy:
    """All files of a study, and over them how many different things each kind of pseudonym stands for."""

    files: tuple[PreparedFile, ...]
    ids: Mapping[Kind, int]
    twins: Mapping[Kind, int]


@dataclass
class Work:
    """The state of one preparation: what is taken, what was read of the dates, and what was found wrong so far."""

    files: Mapping[str, Identified]
    plan: Preparation
    taken: Mapping[str, list[Use]]
    problems: list[Problem]
    read: dict[tuple[str, int], Dates] = field(default_factory=dict)
    intake: dict[str, dt.date] = field(default_factory=dict)

    def headers(self) -> dict[str, tuple[str, ...]]:
        """File -> its headers."""
        return {file: table.header for file, table in self.files.items()}

    def where(self, file: str, place: int) -> str:
        """A column for a message: by number, since a file's name or a header may tell of a person."""
        return f"file {list(self.files).index(file) + 1}, column {place + 1}"

    def of(self, file: str, *roles: Role) -> list[Use]:
        """The columns of a file in some roles."""
        return [use for use in self.taken[file] if use.role in roles]

    def clients(self, file: str) -> tuple[str, ...]:
        """The client of each row, as the file names them."""
        place = next(use.place for use in self.taken[file] if use.kind == "client")
        return self.files[file].columns[place]


def prepare(files: Mapping[str, Identified], plan: Preparation, key: bytes) -> PreparedStudy:
    """De-identify all files of a study in one go, so that a client has one pseudonym and one intake in all of them.

    `files`: identified tables by the name they were given under, in the order given; `key`: the secret of the pseudonyms.
    SourceError carries every problem, by file number, column number and counts, and no value.
    """
    taken, problems = used_columns(plan, {file: table.header for file, table in files.items()})
    work = Work(files, plan, taken, problems)
    _need_clients(work)
    if work.problems:
        raise SourceError(work.problems)
    _one_id_a_cell(work)
    _read_dates(work)
    _find_intakes(work)
    made: list[PreparedFile] = []
    for file in files:
        made.append(_make(work, file, key, [other.name for other in made]))
    if work.problems:
        raise SourceError(work.problems)
    return PreparedStudy(tuple(made), _different(work), {kind: near_twins(_texts(work, kind)) for kind in KINDS})


def _need_clients(work: Work) -> None:
    if not any(work.taken.values()):
        work.problems.append(Problem("the plan", "no column is taken, so nothing would be written", "name columns to keep"))
    for number, file in enumerate(work.files, start=1):
        clients = [use for use in work.taken[file] if use.kind == "client"]
        if len(clients) > 1:
            work.problems.append(Problem(f"file {number}", "two columns are said to hold the client", "name one of them"))
        elif not clients and work.of(file, "intake", "date"):
            what = "has dates but no client column, so nobody can say since whose intake"
            work.problems.append(Problem(f"file {number}", what, "name the client's column, or drop the dates"))
    has_intake = any(work.of(file, "intake") for file in work.files)
    if not has_intake and not work.plan.first_date_is_intake and any(work.of(file, "date") for file in work.files):
        mend = "name the intake's column (--intake), or --first-date-is-intake"
        work.problems.append(Problem("--intake", "no date is said to be the intake, which is day 0", mend))


def _one_id_a_cell(work: Work) -> None:
    """A pseudonym of several ids at once would be a client of its own, and their episodes nobody's."""
    for file, table in work.files.items():
        for use in work.of(file, "id"):
            if use.kind is not None and (rows := several_ids(table.columns[use.place], _texts(work, use.kind))):
                what = f"{rows:,} cells name several {use.kind}s at once"
                mend = "give each a row of its own" if use.kind == "client" else "keep one of them"
                work.problems.append(Problem(work.where(file, use.place), what, mend, rows=rows))


def _read_dates(work: Work) -> None:
    for file, table in work.files.items():
        for use in work.taken[file]:
            if use.role in ("intake", "date") or (use.role == "age" and not _is_age(table.columns[use.place])):
                order = chosen_rule(work.plan.order, work.headers(), file, use.place)
                cells = table.columns[use.place]
                read = read_dates(cells, order, work.plan.zone, birth=use.role == "age")
                work.problems += notation_problems(work.where(file, use.place), cells, read, work.plan.set_aside)
                work.read[file, use.place] = read


def _is_age(cells: Sequence[str]) -> bool:
    return all(age_in_years(cell) is not None for cell in cells if cell.strip())


def _find_intakes(work: Work) -> None:
    has_intake = any(work.of(file, "intake") for file in work.files)
    twice = 0
    for file, table in work.files.items():
        for use in work.of(file, "intake" if has_intake else "date"):
            found, double = intakes(work.clients(file), table.columns[use.place], work.read[file, use.place])
            for client, day in found.items():
                twice += has_intake and work.intake.get(client, day) != day
                work.intake[client] = min(day, work.intake.get(client, day))
            twice += has_intake * double
    if twice and not work.plan.first_date_is_intake:
        what = f"{twice:,} clients have more than one day of intake"
        work.problems.append(Problem("--intake", what, "keep one, or let the earliest date count: --first-date-is-intake"))


def _make(work: Work, file: str, key: bytes, names: Sequence[str]) -> PreparedFile:
    table = work.files[file]
    header: list[str] = []
    columns: list[tuple[str, ...]] = []
    told: list[PreparedColumn] = []
    unusable: set[int] = set()
    for use in work.taken[file]:
        if use.role == "intake":
            read = work.read[file, use.place]
            filled = sum(cell in read.days for cell in table.columns[use.place])
            told.append(PreparedColumn(use.place + 1, use.role, read.notations, filled))
            continue
        cells, column, lost = _convert(work, file, use, key)
        told.append(column)
        unusable |= lost
        name = column_name(use, table.header[use.place], header)
        if not name:
            what = "this header may name an identifier, and its column is to be kept"
            work.problems.append(Problem(work.where(file, use.place), what, "name it anew: --keep HEADER=new_name"))
        header.append(name)
        columns.append(cells)
    if unusable and not work.plan.set_aside:
        what = f"{len(unusable):,} rows have a date that gives no day (no intake known, or too far from it)"
        mend = "mend the intakes, or leave these rows out and count them: --set-aside"
        work.problems.append(Problem(work.where(file, 0).partition(",")[0], what, mend, rows=len(unusable)))
    rows = [row for place, row in enumerate(zip(*columns, strict=True)) if place not in unusable]
    number = list(work.files).index(file) + 1
    dropped = len(table.header) - len(columns)
    content = _csv([header, *shuffled_rows(key, rows)]) if columns else b""
    return PreparedFile(number, file_name(file, names), content, len(rows), len(unusable), dropped, tuple(told), table.notes)


def _convert(work: Work, file: str, use: Use, key: bytes) -> tuple[tuple[str, ...], PreparedColumn, set[int]]:
    """A column's new cells, what to tell of it, and the rows that cannot be used because of it."""
    table = work.files[file]
    cells = table.columns[use.place]
    if use.role == "id" and use.kind is not None:
        known = {text: pseudonym(key, use.kind, text) for text in set(cells)}
        return (
            tuple(known[cell] for cell in cells),
            PreparedColumn(use.place + 1, "id", filled=len(set(known.values()) - {""})),
            set(),
        )
    if use.role == "date":
        days: DayColumn = to_days(work.clients(file), cells, work.read[file, use.place], work.intake)
        column = PreparedColumn(use.place + 1, "date", work.read[file, use.place].notations, days.filled, days.before)
        return days.cells, column, set(days.unusable)
    made = _age(work, file, use) if use.role == "age" else _zip(cells) if use.role == "zip" else _keep(work, file, use)
    lost = sum(1 for old, new in zip(cells, made, strict=True) if old.strip() and not new) if use.role != "keep" else 0
    if lost:
        what = f"{lost:,} cells are no {'age or date of birth' if use.role == 'age' else 'ZIP code'}"
        if not work.plan.set_aside:
            work.problems.append(Problem(work.where(file, use.place), what, "mend them, or leave them blank: --set-aside"))
    return made, PreparedColumn(use.place + 1, use.role, filled=sum(bool(cell) for cell in made)), set()


def _age(work: Work, file: str, use: Use) -> tuple[str, ...]:
    cells = work.files[file].columns[use.place]
    read = work.read.get((file, use.place))
    if read is None:
        ages = [age_in_years(cell) for cell in cells]
    else:
        days = ((read.days.get(cell), work.intake.get(client.strip())) for cell, client in _pairs(work, file, cells))
        ages = [age_at(birth, day) if birth is not None and day is not None else None for birth, day in days]
    return tuple("" if age is None else age_band(age, work.plan.bands) for age in ages)


def _pairs(work: Work, file: str, cells: Sequence[str]) -> list[tuple[str, str]]:
    if not any(use.kind == "client" for use in work.taken[file]):
        return [(cell, "") for cell in cells]
    return list(zip(cells, work.clients(file), strict=True))


def _zip(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(zip_area(cell) or "" for cell in cells)


def _keep(work: Work, file: str, use: Use) -> tuple[str, ...]:
    table = work.files[file]
    name, cells = table.header[use.place], table.columns[use.place]
    gone = table.missing.get(name, frozenset())
    cells = tuple("" if cell in gone else cell.strip() for cell in cells)
    labels = table.labels.get(name, {})
    if labels and all(cell in labels for cell in set(cells) - {""}) and not unexpected_cells(labels.values(), ()):
        cells = tuple(labels.get(cell, "") for cell in cells)
    declared = chosen_rule(work.plan.codes, work.headers(), file, use.place) or ()
    if strange := unexpected_cells(cells, declared):
        rows = sum(cell in strange for cell in cells)
        what = f"{rows:,} cells ({len(strange):,} different) are neither small numbers nor short or known codes"
        mend = "drop the column, or name the words that may stay: --codes 'COLUMN=first word;second word'"
        work.problems.append(Problem(work.where(file, use.place), what, mend, rows=rows))
    return tuple(cell.replace(COMMA, NUMBER) if cell.replace(COMMA, "").lstrip("-+").isdecimal() else cell for cell in cells)


def _texts(work: Work, kind: Kind) -> set[str]:
    found: set[str] = set()
    for file, table in work.files.items():
        for use in work.taken[file]:
            if use.kind == kind:
                found |= {text.strip() for text in set(table.columns[use.place])}
    return found - {""}


def _different(work: Work) -> dict[Kind, int]:
    return {kind: len(_texts(work, kind)) for kind in KINDS}


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\n").writerows(rows)
    return sink.getvalue().encode("utf-8")
