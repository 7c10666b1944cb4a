"""A plan for prepare, proposed: which columns hold ids, dates, ages, and which are of a kind that may stay."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.base.column_names import is_id
from pipeline.base.params import Privacy
from pipeline.ingest.ids import id_faults
from pipeline.prepare.bands import age_in_years
from pipeline.prepare.identified import Identified
from pipeline.prepare.kept import unexpected_cells
from pipeline.prepare.moments import read_dates
from pipeline.prepare.names import day_name, is_safe
from pipeline.prepare.plan import KINDS, Kind
from pipeline.start.blocks import BlockColumn
from pipeline.start.words import TABLES, header_words, plain_words
from pipeline.tables import by_name

INTAKE = (
    "intake",
    "admission",
    "admit",
    "enrol",
    "enroll",
    "enrolled",
    "start",
    "opened",
    "baseline",
    "referral",
    "consent",
)
DATED = frozenset(["date", "dt", "on", *INTAKE])
BIRTH = ("dob", "birth", "birthdate", "born", "birthday")
BANDED = frozenset(["band", "bands", "group", "grp", "cat", "category", "range", "class", "code"])  # of ages, as codes
MOST_CODES = 12  # different words of a column that could be codes
LONGEST_CODE = 40  # letters of such a word
LEAST_ROWS = 2  # how often each of them stands there
MOST_SHARED = 0.9  # different cells over filled ones from which on a column of text could be an id


@dataclass
class Proposed:
    """Columns by what is to be done with them, as `file:header`; and dates that could be the intake, the likeliest first.

    `wordy`: those left behind that by their header hold codes, and by their cells a few words nobody knows -> these words.
    """

    ids: dict[Kind, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    dates: list[str] = field(default_factory=list)
    intake: list[str] = field(default_factory=list)
    ages: list[str] = field(default_factory=list)
    zips: list[str] = field(default_factory=list)
    keep: list[str] = field(default_factory=list)
    wordy: dict[str, list[str]] = field(default_factory=dict)
    dropped: int = 0
    ambiguous: list[str] = field(default_factory=list)
    offsets: list[str] = field(default_factory=list)

    persons: int = 0
    texts: int = 0

    def is_identified(self) -> bool:
        """Whether something in the files must not come in as it is: dates, ages, ZIP codes, names, text."""
        return bool(self.dates or self.intake or self.zips or self.ages or self.persons or self.texts)


def propose_plan(files: Mapping[str, Identified]) -> Proposed:
    """What prepare would do with each column of these files."""
    found = Proposed()
    for file, table in files.items():
        for header, cells in zip(table.header, table.columns, strict=True):
            column = BlockColumn(header, cells, table.labels.get(header, {}), table.missing.get(header, frozenset()))
            _place(found, f"{file}:{header}", column)
    found.intake.sort(key=lambda name: _rank(name.rpartition(":")[2]))
    _leave(found, files)
    return found


def _leave(found: Proposed, files: Mapping[str, Identified]) -> None:
    """Leave behind dates of files without a client's id, and dates of birth where no date says since when to count."""
    known = {name.rpartition(":")[0] for name in found.ids["client"]}
    for dates in (found.dates, found.intake):
        gone = [name for name in dates if name.rpartition(":")[0] not in known]
        found.texts += len(gone)
        found.dropped += len(gone)
        dates[:] = [name for name in dates if name not in gone]
        found.ambiguous = [name for name in found.ambiguous if name not in gone]
        found.offsets = [name for name in found.offsets if name not in gone]
    if not found.intake and not found.dates:
        born = [name for name in found.ages if _is_dated(name, files)]
        found.texts += len(born)
        found.dropped += len(born)
        found.ages = [name for name in found.ages if name not in born]


def _is_dated(name: str, files: Mapping[str, Identified]) -> bool:
    file, _, header = name.rpartition(":")
    return BlockColumn(header, files[file].columns[files[file].header.index(header)]).is_date()


def sound_ids(files: Mapping[str, Identified], proposed: Proposed) -> bool:
    """Whether the ids of clients and workers, as they stand, are pseudonyms that the gate takes."""
    import pyarrow as pa

    pattern = re.compile(Privacy().id_pattern)
    for name in (*proposed.ids["client"], *proposed.ids["worker"]):
        file, _, header = name.rpartition(":")
        cells = files[file].columns[files[file].header.index(header)]
        different = list(dict.fromkeys(cell for cell in cells if cell))
        if not all(map(pattern.fullmatch, different)) or id_faults(pa.array(different, pa.string())):
            return False
    return True


def _place(found: Proposed, name: str, column: BlockColumn) -> None:
    words = set(plain_words(column.header).split("_"))
    kind = _kind(column.header)
    found.persons += column.names_person() and bool(column.different())
    if not column.different():
        found.dropped += 1
    elif words & set(BIRTH):
        found.ages.append(name)
    elif column.is_date() or (words & DATED and _are_serials(column)):
        (found.intake if words & set(INTAKE) else found.dates).append(name)
        read = read_dates(column.different(), None, "")
        found.ambiguous += [name] if read.ambiguous else []
        found.offsets += [name] if read.offsets else []
    elif (
        words & DATED and not is_safe(column.header) and column.is_number() and not unexpected_cells(column.different(), ())
    ):
        found.keep.append(f"{name}={day_name(column.header).lower()}")  # days, counted already
        found.texts += 1
    elif kind is not None:
        found.ids[kind].append(name)
    elif words & {"zip", "zipcode", "postcode", "postal"}:
        found.zips.append(name)
    elif "age" in words and not words & BANDED and _are_ages(column):
        found.ages.append(name)
    elif is_safe(column.header) and not unexpected_cells(column.different(), ()):
        found.keep.append(name)
    else:
        found.dropped += 1
        found.texts += 1
        if is_safe(column.header) and _is_coded(column):
            found.wordy[name] = sorted(column.different())


def _is_coded(column: BlockColumn) -> bool:
    """Whether a column could hold codes in a site's own words: its header says so, its words are few, each comes again."""
    spelled, different = plain_words(column.header), column.different()
    facts = {
        name
        for table in TABLES
        for name, words in header_words(table).items()
        if spelled in words and name in by_name()[table].columns and by_name()[table].columns[name].kind == "code"
    }
    counts = Counter(cell for cell in column.cells if cell in different)
    few = len(different) <= MOST_CODES and all(len(text) <= LONGEST_CODE for text in different)
    return bool(facts) and few and min(counts.values(), default=0) >= LEAST_ROWS


def _kind(header: str) -> Kind | None:
    """The kind of thing whose id a header names: by its whole name, or behind the name of its form (`visit_staff`)."""
    spelled = plain_words(header)
    _, _, rest = spelled.partition("_")
    for spelling in (spelled, "" if _is_fact(spelled) else rest):
        for kind, column in _id_columns():
            if spelling and spelling in column:
                return kind
    return None


def _is_fact(spelled: str) -> bool:
    """Whether a header names a column that holds no id (`empathy_client`)."""
    words = (pair for table in TABLES for pair in header_words(table).items())
    return any(spelled in spellings for name, spellings in words if not is_id(name))


def _id_columns() -> Iterator[tuple[Kind, tuple[str, ...]]]:
    tables: dict[Kind, str] = {
        "client": "clients",
        "worker": "workers",
        "agency": "clients",
        "session": "sessions",
        "episode": "advocacy",
    }
    for kind, table in tables.items():
        yield kind, header_words(table)[f"{kind}_id"]


def _are_serials(column: BlockColumn) -> bool:
    """Whether all cells are dates in Excel's counting."""
    return all(re.fullmatch(r"[34][0-9]{4}", text) for text in column.different())


def _are_ages(column: BlockColumn) -> bool:
    return all(age_in_years(text) is not None for text in column.different())


def _rank(header: str) -> tuple[int, str]:
    words = plain_words(header).split("_")
    return min((INTAKE.index(word) for word in words if word in INTAKE), default=len(INTAKE)), header
