"""Identifiers of people who do not exist, to be planted in random cells."""

from __future__ import annotations

from numpy.random import Generator

FIRST = "Maria James Aaliyah Wei Fatima Carlos Olga Kwame Siobhan Nguyen".split()  # noqa: SIM905
LAST = "Gonzalez Smith Okafor Nakamura Petrov O'Brien Washington Abdullah".split()  # noqa: SIM905
MONTHS = "January March May June September December".split()  # noqa: SIM905
STREETS = "Elm Maple Washington Third Lake".split()  # noqa: SIM905
KINDS = (
    "name",
    "surname",
    "email",
    "phone",
    "ssn",
    "date",
    "written date",
    "address",
    "record number",
    "url",
    "ip",
    "handle",
)


def identifier(rng: Generator, kind: str) -> str:
    """One identifier of a kind."""
    first, last = _one(rng, FIRST), _one(rng, LAST)
    digits = "".join(map(str, rng.integers(0, 10, 10)))
    area, middle, end = f"{2 + int(digits[0]) % 8}{digits[1:3]}", digits[3:6], digits[6:]
    year, month, day = 1940 + int(rng.integers(80)), 1 + int(rng.integers(12)), 1 + int(rng.integers(28))
    forms = {
        "name": [f"{first} {last}", f"{last} {first}", f"{first[0]}. {last}"],
        "surname": [last],
        "email": [f"{first}.{last}@example.org".lower(), f"{first.lower()}{digits[:2]}@mail.example.com"],
        "phone": [f"({area}) {middle}-{end}", f"{area}-{middle}-{end}", f"+1 {area} {middle} {end}", f"{area}{middle}{end}"],
        "ssn": [f"{area}-{digits[3:5]}-{end}", f"{area} {digits[3:5]} {end}", f"{area}{digits[3:5]}{end}"],
        "date": [
            f"{year}-{month:02d}-{day:02d}",
            f"{month}/{day}/{year}",
            f"{day:02d}.{month:02d}.{year}",
            f"{year}{month:02d}{day:02d}",
        ],
        "written date": [f"{_one(rng, MONTHS)} {day} {year}", f"{day} {_one(rng, MONTHS)} {year}"],
        "address": [f"{int(digits[:3]) + 1} {_one(rng, STREETS)} Street", f"P.O. Box {int(digits[:4]) + 1}"],
        "record number": [f"MRN {digits[:7]}", f"MRN#{digits[:7]}", f"Medicaid {digits[:9]}"],
        "url": [f"https://example.org/{last.lower()}", f"www.{first.lower()}-{last.lower().replace(chr(39), '')}.com"],
        "ip": [f"{192}.{168}.{int(digits[:2])}.{int(digits[2:4])}"],
        "handle": [f"@{first.lower()}_{last.lower().replace(chr(39), '')}"],
    }
    return _one(rng, forms[kind])


def _one(rng: Generator, choices: list[str]) -> str:
    return choices[int(rng.integers(len(choices)))]
