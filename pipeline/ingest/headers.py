"""Headers: which of a file's columns are used for what, and none that is not expected."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from pipeline.base.column_names import is_item, item_column
from pipeline.base.errors import Problem
from pipeline.base.params import Privacy
from pipeline.base.sources import Join, RatingSource, Sources, TableSource
from pipeline.ingest.parts import PLACE, Part, headers_of, item_headers, numbered_headers, parts
from pipeline.ingest.raw import RawTable
from pipeline.tables.remedies import About
from pipeline.tables.rules import rule_problem

# Names of the identifiers of 45 CFR 164.514(b)(2): whole words of a header, two words in a row, or all words together.
IDENTIFIER_WORDS = """
account accountnumber acct address beneficiary biometric biometrics birth birthdate birthday born cell
cellphone certificate city county date dateofbirth dates datetime device dob dod email emailaddress face fax
fingerprint firstname fullname geocode homepage initials insurance ip ipaddress lastname lat latitude licence
license licenseplate lng lon longitude mail medicaid medicalrecord medicalrecordnumber medicare middlename
mobile mrn name names nickname passport phone photo photograph picture plate postal postalcode postcode
recordnumber serial serialnumber socialsecurity ssn sss street streetaddress surname tel telephone timestamp
town url username vin voiceprint website zip zipcode surveyidentifier docket casenumber tract geoid fips zip5 gps
adresse apellido apellidos correo direccion fecha geburt geburtsdatum nachname nacimiento naissance nombre nombres plz
prenom strasse telefon telefono vorname
"""
# Written together with other words (`clientname`, `homephone2`), and in no harmless word but those left out.
STEMS = re.compile(
    r"(?:sur|last|first|full|middle|maiden|nick|user|client|patient|participant|person|parent|mother|father|child|worker)names?"
    r"|birth(?!rate|weight|order)|phone(?:n|num|no|$)|email|address(?!ed|es?d|ing)|passport|(?:zip|post)code|socialsec"
    r"|medicaid|medicare|fingerprint|driverslicen[sc]e"
)
IDENTIFIERS = frozenset(IDENTIFIER_WORDS.split())
HARMLESS = frozenset(["redcap_event_name"])  # REDCap's own column: the name of an event, not of a person
SEVERAL = 3  # unmapped headers of a file from which on one line tells of all
UNREAD = ("ignored", "key of a join", "kind of row")  # what headers are for that no canonical column declares a form of


def headers_used(source: TableSource, items: int = 0) -> dict[str, str]:
    """Header -> canonical column it is mapped to (`key of a join`, `ignored` and shipped totals included)."""
    used = {header: "ignored" for pattern in source.ignore for header in numbered_headers(pattern, items)}
    for join in source.joins:
        used.update(dict.fromkeys((*join_keys(join), *other_keys(join)), "key of a join"))
    used.update(dict.fromkeys(source.rows, "kind of row"))
    for canonical, mapped in source.columns.items():
        used.update(dict.fromkeys(headers_of(mapped), canonical))
    if isinstance(source, RatingSource):
        used.update({header: f"shipped {score}" for score, header in source.totals.items()})
        used.update({header: f"score {score}" for score, header in source.scores.items()})
        used.update({header: item_column(place) for place, header in enumerate(item_headers(source, items), start=1)})
    return used


def join_keys(join: Join) -> tuple[str, ...]:
    """The headers of a join's key in the source's own file."""
    return (join.key,) if isinstance(join.key, str) else join.key


def other_keys(join: Join) -> tuple[str, ...]:
    """The headers of a join's key in the joined file."""
    if join.other_key is None:
        return join_keys(join)
    return (join.other_key,) if isinstance(join.other_key, str) else join.other_key


def header_faults(
    tables: Mapping[str, RawTable], sources: Sources, items: Mapping[str, int], privacy: Privacy
) -> Iterator[Problem]:
    """Headers that nothing maps, headers that are mapped and absent, headers that name an identifier."""
    for file, table in tables.items():
        feeding = [part for part in parts(sources) if file in part.files]
        known = {header for part in feeding for header in headers_used(part.source, item_count(part.source, items))}
        known |= {
            other for part in feeding for other in _otherwise_written(part.source, item_count(part.source, items), table)
        }
        unmapped = []
        for place, header in enumerate(table.header, start=1):
            if names_identifier(header) and header not in privacy.attested_headers:
                yield rule_problem("header_identifier", f"{file}, column {place}")
            elif header not in known and not _is_ignored(header, feeding):
                unmapped.append((place, _near(header, known)))
        yield from _unmapped(file, unmapped, About(source=feeding[0].key if feeding else ""))
    yield from _absent(tables, sources, items)


def _unmapped(file: str, found: list[tuple[int, str]], about: About) -> Iterator[Problem]:
    """Headers that nothing maps: one by one while they are few, else in one line."""
    for place, hint in found if len(found) <= SEVERAL else []:
        yield rule_problem("header_unmapped", f"{file}, column {place}", detail=hint, about=about)
    if len(found) > SEVERAL:
        places = _ranges([place for place, _ in found])
        yield rule_problem("header_unmapped", f"{file}, columns {places}", detail=f"{len(found)} columns", about=about)


def _ranges(places: list[int]) -> str:
    """Column numbers as 3-7, 9."""
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1][1] = place
        else:
            runs.append([place, place])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)


def names_identifier(header: str) -> bool:
    """Whether a header holds the name of an identifier: `dob`, `Client Name`, `homePhone`, `ssn_last4`."""
    if header in HARMLESS:
        return False
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", header)
    lower = [word.lower() for word in words]
    together = {*lower, "".join(lower), *(a + b for a, b in itertools.pairwise(lower))}
    return bool(IDENTIFIERS & together) or any(STEMS.search(word) for word in lower)


def item_count(source: TableSource, items: Mapping[str, int]) -> int:
    """How many items a source's instrument has; 0 for a table that holds none."""
    return items.get(source.instrument, 0) if isinstance(source, RatingSource) else 0


def _near(header: str, known: set[str]) -> str:
    """A hint that names only what params.yaml already says."""
    same = [name for name in known if name.casefold().strip() == header.casefold().strip()]
    return f"only case or spaces differ from `{same[0]}`" if same else ""


def _is_ignored(header: str, feeding: list[Part]) -> bool:
    if any(part.source.ignore_others for part in feeding):
        return True
    patterns = {pattern for part in feeding for pattern in part.source.ignore if "{" in pattern}
    return any(re.fullmatch(_numbered(p), header) for p in patterns)


def _numbered(pattern: str) -> str:
    """A header with places for numbers as a regular expression."""
    return "[0-9]{1,4}".join(re.escape(text) for text in PLACE.split(pattern)[::3])


def _absent(tables: Mapping[str, RawTable], sources: Sources, items: Mapping[str, int]) -> Iterator[Problem]:
    for part in parts(sources):
        source = part.source
        if any(file not in tables for file in part.files):
            continue
        there = {header for file in part.files for header in tables[file].header}
        used = headers_used(source, item_count(source, items)).items()
        absent = {header: name for header, name in used if name != "ignored" and header not in there}
        yield from _absent_items(part, [header for header, name in absent.items() if is_item(name)], there)
        for header, canonical in absent.items():
            if not is_item(canonical):
                hint = _near(header, there) and "; a header differs from it only in case or spaces"
                told = f"`{header}`, mapped to {canonical} in sources.{part.key}{hint}"
                yield rule_problem("header_absent", part.file, detail=told, about=About(source=part.key, column=canonical))
        for join in source.joins:
            for file, keys in ((part.file, join_keys(join)), (join.file, other_keys(join))):
                for header in sorted(set(keys) - set(tables[file].header)):
                    yield rule_problem("header_absent", file, detail=f"`{header}`, key of a join in sources.{part.key}")


def _absent_items(part: Part, absent: list[str], there: set[str]) -> Iterator[Problem]:
    """Item columns that the file lacks, in one line, and how it writes them instead."""
    if not absent:
        return
    source = part.source
    pattern = source.items if isinstance(source, RatingSource) and isinstance(source.items, str) else ""
    written = next((new for new in _spellings(pattern) if _one_item(new, absent, pattern) <= there), "") if pattern else ""
    shown = ", ".join(f"`{header}`" for header in absent[:SEVERAL]) + " ..." * (len(absent) > SEVERAL)
    hint = f"; the file seems to write them `{written}`" if written else ""
    example = (
        f'# under sources.{part.key}\nitems: "{written or "wai_{item}"}" # the items\' headers, {{item}} for their numbers'
    )
    told = f"{shown}: items in sources.{part.key}{hint}"
    yield rule_problem("header_absent", part.file, rows=len(absent), detail=told, about=About(example=example))


def _one_item(written: str, absent: list[str], pattern: str) -> set[str]:
    """The header of the first absent item in another spelling."""
    numbers = [int(found[1]) for found in [re.fullmatch(_captured(pattern), absent[0])] if found]
    return {numbered_headers(written, numbers[0])[-1]} if numbers else {""}


def _captured(pattern: str) -> str:
    """A pattern of items as a regular expression that gives the number."""
    before, _, after = pattern.partition("{item}")
    return f"{re.escape(before)}([0-9]{{1,3}}){re.escape(after)}"


def _spellings(pattern: str) -> tuple[str, ...]:
    """Other ways in which exports number the same items: with zeros before them, in brackets, with a mark between."""
    before, _, after = pattern.partition("{item}")
    stem = before.rstrip("_.- ")
    padded = tuple(f"{before}{{item:0{width}}}{after}" for width in (2, 3))
    marks = tuple(f"{stem}{mark}{{item}}{after}" for mark in ("", "_", ".", "-", " "))
    return (*padded, *(f"{stem}{{item:02}}{after}", f"{stem}_{{item:02}}{after}"), f"{stem}[{{item}}]{after}", *marks)


def _otherwise_written(source: TableSource, items: int, table: RawTable) -> set[str]:
    """The headers of a file that hold a source's items in another spelling: one fault, not one more for each of them."""
    if not (isinstance(source, RatingSource) and isinstance(source.items, str) and source.items.count("{item}") == 1):
        return set()
    if all(header in table.position for header in item_headers(source, items)):
        return set()
    return {
        header
        for pattern in _spellings(source.items)
        for header in numbered_headers(pattern, items)
        if header in table.position
    }
