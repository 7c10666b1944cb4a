"""Headers: which of a file's columns are used for what, and none that is not expected."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from pipeline.base.errors import Problem
from pipeline.base.params import Checked, Glue, Join, Privacy, RatingSource, Sources, TableSource
from pipeline.ingest.raw import RawTable
from pipeline.tables.rules import broken

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
PLACE = "{item}"
UNREAD = ("ignored", "key of a join", "kind of row")  # what headers are for that no canonical column declares a form of


def headers_used(source: TableSource, items: int = 0) -> dict[str, str]:
    """Header -> canonical column it is mapped to (`key of a join`, `ignored` and shipped totals included)."""
    used = {header: "ignored" for pattern in source.ignore for header in expand(pattern, items)}
    for join in source.joins:
        used.update(dict.fromkeys(join_keys(join), "key of a join"))
    used.update(dict.fromkeys(source.rows, "kind of row"))
    for canonical, mapped in source.columns.items():
        used.update(dict.fromkeys(headers_of(mapped), canonical))
    if isinstance(source, RatingSource):
        used.update({header: f"shipped {score}" for score, header in source.totals.items()})
        used.update({header: f"item_{place}" for place, header in enumerate(item_headers(source, items), start=1)})
    return used


def headers_of(mapped: str | Glue | Checked) -> tuple[str, ...]:
    """The headers that one canonical column is made from."""
    if isinstance(mapped, Glue):
        return mapped.columns
    return tuple(mapped.checked) if isinstance(mapped, Checked) else (mapped,)


def item_headers(source: RatingSource, items: int) -> list[str]:
    """The headers of an instrument's items, in item order."""
    return expand(source.items, items) if isinstance(source.items, str) else list(source.items)


def expand(pattern: str, items: int) -> list[str]:
    """`q{item}` as q1, q2 ... up to the last item; another header as itself."""
    if PLACE not in pattern:
        return [pattern]
    return [pattern.replace(PLACE, str(number)) for number in range(1, items + 1)]


def join_keys(join: Join) -> tuple[str, ...]:
    """The headers of a join's key."""
    return (join.key,) if isinstance(join.key, str) else join.key


def header_faults(
    tables: Mapping[str, RawTable], sources: Sources, items: Mapping[str, int], privacy: Privacy
) -> Iterator[Problem]:
    """Headers that nothing maps, headers that are mapped and absent, headers that name an identifier."""
    for file, table in tables.items():
        known = {header for _, used in _uses(file, sources, items) for header in used}
        for place, header in enumerate(table.header, start=1):
            if names_identifier(header) and header not in privacy.attested_headers:
                yield broken("header_identifier", f"{file}, column {place}")
            elif header not in known and not _is_ignored(header, file, sources):
                yield broken("header_unmapped", f"{file}, column {place}", detail=_near(header, known))
    yield from _absent(tables, sources, items)


def names_identifier(header: str) -> bool:
    """Whether a header holds the name of an identifier: `dob`, `Client Name`, `homePhone`, `ssn_last4`."""
    if header in HARMLESS:
        return False
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", header)
    lower = [word.lower() for word in words]
    together = {*lower, "".join(lower), *(a + b for a, b in itertools.pairwise(lower))}
    return bool(IDENTIFIERS & together) or any(STEMS.search(word) for word in lower)


def all_sources(sources: Sources) -> dict[str, TableSource]:
    """Every source by its key in `sources`: tables first, then ratings."""
    tables = {f"tables.{name}": source for name, source in sources.tables.items()}
    return {**tables, **{f"ratings.{name}": source for name, source in sources.ratings.items()}}


def item_count(source: TableSource, items: Mapping[str, int]) -> int:
    """How many items a source's instrument has; 0 for a table that holds none."""
    return items.get(source.instrument, 0) if isinstance(source, RatingSource) else 0


def _uses(file: str, sources: Sources, items: Mapping[str, int]) -> Iterator[tuple[str, dict[str, str]]]:
    for key, source in all_sources(sources).items():
        if file in (source.file, *(join.file for join in source.joins)):
            yield key, headers_used(source, item_count(source, items))


def _is_ignored(header: str, file: str, sources: Sources) -> bool:
    patterns = [
        pattern
        for source in all_sources(sources).values()
        if file in (source.file, *(join.file for join in source.joins))
        for pattern in source.ignore
        if PLACE in pattern
    ]
    return any(re.fullmatch(re.escape(p).replace(re.escape(PLACE), "[0-9]{1,4}"), header) for p in patterns)


def _near(header: str, known: set[str]) -> str:
    """A hint that names only what params.yaml already says."""
    same = [name for name in known if name.casefold().strip() == header.casefold().strip()]
    return f"only case or spaces differ from `{same[0]}`" if same else ""


def _absent(tables: Mapping[str, RawTable], sources: Sources, items: Mapping[str, int]) -> Iterator[Problem]:
    for key, source in all_sources(sources).items():
        files = [source.file, *(join.file for join in source.joins)]
        if any(file not in tables for file in files):
            continue
        there = {header for file in files for header in tables[file].header}
        for header, canonical in headers_used(source, item_count(source, items)).items():
            if canonical != "ignored" and header not in there:
                yield broken("header_absent", f"{source.file}", detail=f"`{header}`, mapped to {canonical} in sources.{key}")
        for join in source.joins:
            for file in (source.file, join.file):
                for header in set(join_keys(join)) - set(tables[file].header):
                    yield broken("header_absent", file, detail=f"`{header}`, key of a join in sources.{key}")
