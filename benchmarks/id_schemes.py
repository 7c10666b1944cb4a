"""Ids that tell who they are, made in every way we have met, and sound ones from common generators.

`python -m benchmarks.id_schemes`
Prints which schemes the gate refuses, by which rule, and how often it takes sound random ids for such (seeds of their own).
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import string
import uuid
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import date

import numpy as np
from numpy.random import PCG64, Generator

from pipeline.base.person_names import GIVEN, SURNAMES
from pipeline.ingest.assemble import guessable_ids
from pipeline.tables.arrays import text_array

Scheme = Callable[[Generator, int], list[str]]
BIRTHS = (date(1940, 1, 1).toordinal(), date(2010, 1, 1).toordinal())
BASE36 = string.digits + string.ascii_uppercase
EPOCH = 1_640_995_200  # 1 January 2022
# Names that the gate's own lists do not hold, so that it is not only its lists that are tried.
OTHER_GIVEN = [
    "ambrose",
    "leopold",
    "winifred",
    "gwendolyn",
    "ottoline",
    "zebulon",
    "hortense",
    "percival",
    "agatha",
    "cornelius",
    "philippa",
    "mortimer",
]
OTHER_SURNAMES = [
    *("featherstone", "quackenbush", "oglethorpe", "vanderbilt", "castellanos", "mbeki", "ravensworth"),
    *("abernathy", "wojcik", "haraldsen", "tchaikovsky", "brzezinski", "delacroix", "montgomery"),
    *("higginbotham", "papadopoulos", "eriksson", "nakamura", "achebe", "szymanski"),
]


def surname(rng: Generator) -> str:
    return str(rng.choice([*SURNAMES[:200], *OTHER_SURNAMES * 4]))


def given(rng: Generator) -> str:
    return str(rng.choice([*GIVEN[:150], *OTHER_GIVEN * 4]))


def birth(rng: Generator) -> date:
    return date.fromordinal(int(rng.integers(*BIRTHS)))


def one(make: Callable[[Generator], str]) -> Scheme:
    """A scheme that makes each id by itself."""

    def scheme(rng: Generator, n: int) -> list[str]:
        found: dict[str, None] = {}
        for _ in range(50 * n):
            found[make(rng)] = None
            if len(found) == n:
                break
        return list(found)

    return scheme


def counted(make: Callable[[int], str], start: int = 1, shuffled: bool = True) -> Scheme:
    """A scheme that writes down a count; its rows come in no order."""

    def scheme(rng: Generator, n: int) -> list[str]:
        numbers = np.arange(start, start + n)
        return [make(int(k)) for k in (rng.permutation(numbers) if shuffled else numbers)]

    return scheme


def in36(number: int, width: int = 6) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = BASE36[digit] + text
    return text.rjust(width, "0")


def rot(text: str, by: int = 13) -> str:
    letters = string.ascii_lowercase
    return text.translate(str.maketrans(letters, letters[by:] + letters[:by]))


def digest(name: str, text: str, length: int = 12) -> str:
    return hashlib.new(name, text.encode()).hexdigest()[:length]


def with_luhn(digits: str) -> str:
    total = sum(sum(divmod(int(d) * (2 if place % 2 == 0 else 1), 10)) for place, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def nhs(rng: Generator) -> str:
    while True:
        digits = "".join(map(str, rng.integers(0, 10, 9)))
        check = 11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return digits + str(check % 11)


def iban(rng: Generator, country: str = "1314") -> str:
    account = "".join(map(str, rng.integers(0, 10, 18)))
    return f"{98 - int(account + country + '00') % 97:02d}{account}"


def ssn(rng: Generator) -> str:
    area = int(rng.choice([a for a in range(1, 773) if a != 666]))
    return f"{area:03d}{rng.integers(1, 100):02d}{rng.integers(1, 10_000):04d}"


def phone(rng: Generator) -> str:
    return f"{rng.choice([212, 312, 415, 617, 718, 206, 303, 503])}{rng.integers(200, 1000)}{rng.integers(0, 10_000):04d}"


def moment(rng: Generator) -> int:
    return EPOCH + int(rng.integers(0, 2 * 365 * 86_400))


def uuid1(rng: Generator) -> str:
    ticks = int(rng.integers(0, 1 << 47)) + 0x1EC00000000000
    return str(
        uuid.UUID(
            fields=(ticks & 0xFFFFFFFF, (ticks >> 32) & 0xFFFF, (ticks >> 48) & 0x0FFF | 0x1000, 0x9A, 0x3B, 0x0242AC120002)
        )
    )


def soundex(name: str) -> str:
    codes = {c: d for d, group in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), 1) for c in group}
    found, last = name[0].upper(), codes.get(name[0])
    for char in name[1:]:
        code = codes.get(char)
        if code and code != last:
            found += str(code)
        last = code
    return (found + "000")[:4]


SCHEMES: dict[str, Scheme] = {
    "surnames": one(lambda r: surname(r) + surname(r)[:2]),
    "given name and surname": one(lambda r: given(r) + surname(r)),
    "initial and surname": one(lambda r: given(r)[0] + surname(r)),
    "surname and number": one(lambda r: f"{surname(r)}{r.integers(1, 100):02d}"),
    "surname and year of birth": one(lambda r: f"{surname(r).title()}{birth(r).year}"),
    "initials and date of birth": one(lambda r: f"{given(r)[0]}{surname(r)[0]}{birth(r):%Y%m%d}".upper()),
    "initials and short date": one(lambda r: f"{given(r)[0]}{surname(r)[0]}{birth(r):%d%m%y}".upper()),
    "three letters, two letters, date": one(lambda r: f"{surname(r)[:3]}{given(r)[:2]}{birth(r):%m%d%Y}".upper()),
    "letters of the name and a number": one(lambda r: f"{surname(r)[:4]}{given(r)[:2]}{r.integers(0, 100):02d}".upper()),
    "surname turned round": one(lambda r: f"{surname(r)[::-1]}{r.integers(1, 100):02d}"),
    "surname without vowels": one(lambda r: f"X{''.join(c for c in surname(r) if c not in 'aeiou')}{r.integers(100, 1000)}"),
    "surname in rot13": one(lambda r: rot(surname(r) + given(r))),
    "surname moved by three": one(lambda r: rot(surname(r), 3) + f"{r.integers(10, 100)}"),
    "name in base64": one(lambda r: base64.b64encode(f"{given(r)} {surname(r)}".encode()).decode().rstrip("=")),
    "name in base32": one(lambda r: base64.b32encode(f"{surname(r)}{r.integers(1, 99)}".encode()).decode().rstrip("=")),
    "name in hexadecimal": one(lambda r: f"{given(r)} {surname(r)}".encode().hex()),
    "soundex and a number": one(lambda r: f"{soundex(surname(r))}{r.integers(100, 1000)}"),
    "social security number": one(ssn),
    "social security number behind a letter": one(lambda r: f"C{ssn(r)}"),
    "social security number in base64": one(lambda r: base64.b64encode(ssn(r).encode()).decode().rstrip("=")),
    "telephone number": one(lambda r: f"P{phone(r)}"),
    "health service number": one(lambda r: f"N{nhs(r)}"),
    "bank account in clear": one(lambda r: f"DE{iban(r)}"),
    "digits of a bank account": one(lambda r: f"C{iban(r)}"),
    "number with a check digit": one(lambda r: "C" + with_luhn(f"{r.integers(0, 10**8):08d}")),
    "case number with its year": one(lambda r: f"C{r.integers(2017, 2024)}-{r.integers(1, 3000):05d}"),
    "docket number": one(lambda r: f"CV{r.integers(17, 24)}{r.integers(1, 9000):06d}"),
    "year, month and number": one(lambda r: f"C{r.integers(2019, 2024)}{r.integers(1, 13):02d}{r.integers(1, 400):04d}"),
    "date of birth": one(lambda r: f"C{birth(r):%Y%m%d}{r.integers(0, 10)}"),
    "short date of birth": one(lambda r: f"C{birth(r):%y%m%d}{r.integers(0, 10)}"),
    "date of birth in Excel's counting": one(lambda r: f"CL{birth(r).toordinal() - 693_594:06d}{r.integers(0, 10)}"),
    "day of the year": one(lambda r: f"C{(d := birth(r)).year}{d:%j}{r.integers(0, 100):02d}"),
    "ISO week": one(lambda r: f"C{(d := birth(r).isocalendar()).year}W{d.week:02d}{d.weekday}{r.integers(0, 100):02d}"),
    "seconds since 1970": one(lambda r: f"C{moment(r)}"),
    "milliseconds since 1970": one(lambda r: f"C{moment(r)}{r.integers(0, 1000):03d}"),
    "seconds since 1970 in hexadecimal": one(lambda r: f"R{moment(r):x}"),
    "object id of a database": one(lambda r: f"{moment(r):08x}5f1a2b3c4d{r.integers(0, 1 << 24):06x}"),
    "UUID of version 1": one(uuid1),
    "UUID of version 5": counted(lambda k: str(uuid.uuid5(uuid.NAMESPACE_DNS, str(k)))),
    "zip code and number": one(lambda r: f"C{r.choice([10456, 10457, 10458, 10468])}{r.integers(1, 1000):04d}"),
    "a count": counted(lambda k: f"C{k:06d}"),
    "a count in hexadecimal": counted(lambda k: f"C{k:08x}", start=4000),
    "a count in base 36": counted(lambda k: f"C{in36(k)}", start=50_000),
    "a count in steps": counted(lambda k: f"C{k * 7919:08d}"),
    "a count turned round": counted(lambda k: f"C{f'{k:06d}'[::-1]}"),
    "a count in base64": counted(lambda k: "C" + base64.b64encode(f"{k:06d}".encode()).decode()),
    "MD5 of a count": counted(lambda k: digest("md5", str(k))),
    "SHA-256 of a count": counted(lambda k: f"C{digest('sha256', f'{k:05d}', 16)}"),
    "SHA-1 of dates of birth": one(lambda r: digest("sha1", f"{birth(r):%Y-%m-%d}", 10)),
    "MD5 of numbers below 100,000": one(lambda r: digest("md5", str(r.integers(10_000, 100_000)), 32)),
    "SHA-256 of surnames": one(lambda r: digest("sha256", str(r.choice(SURNAMES)), 16)),
    "CRC-32 of a count": counted(lambda k: f"C{zlib.crc32(str(k).encode()):08x}"),
    "record numbers in order": lambda r, n: [f"MRN{k:07d}" for k in 2_000_000 + np.cumsum(r.integers(1, 900, n))],
}


def letters(rng: Generator, alphabet: str, length: int) -> str:
    return "".join(alphabet[k] for k in rng.integers(0, len(alphabet), length))


def number_set(rng: Generator, n: int) -> list[str]:
    digits, padded = int(rng.integers(6, 11)), bool(rng.integers(2))
    prefix = str(rng.choice(["C", "P", "CL", "ID-", "S_"]))
    chosen = rng.choice(10**digits, n, replace=False) if digits < 8 else np.unique(rng.integers(0, 10**digits, 2 * n))
    drawn = rng.permutation(chosen)[:n]
    return [f"{prefix}{k:0{digits if padded else 1}d}" for k in drawn]


def drawn(alphabets: tuple[str, ...], lengths: tuple[int, int], prefixes: tuple[str, ...]) -> Scheme:
    def scheme(rng: Generator, n: int) -> list[str]:
        alphabet, length = str(rng.choice(alphabets)), int(rng.integers(*lengths))
        prefix = str(rng.choice(prefixes))
        return one(lambda r: prefix + letters(r, alphabet, length))(rng, n)

    return scheme


def keyed(rng: Generator, n: int) -> list[str]:
    key, length = rng.bytes(32), int(rng.integers(8, 25))
    prefix = str(rng.choice(["", "C", "P_"]))
    return [prefix + hmac.new(key, str(k).encode(), "sha256").hexdigest()[:length] for k in rng.permutation(n)]


SOUND: dict[str, Scheme] = {
    "uuid4": lambda r, n: [str(uuid.UUID(bytes=r.bytes(16), version=4)) for _ in range(n)],
    "secrets.token_hex": drawn(("0123456789abcdef",), (8, 33), ("", "C", "W-", "id")),
    "random base 32": drawn(
        (string.ascii_uppercase + "234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), (7, 17), ("", "C", "P-")
    ),
    "random base 36": drawn((string.digits + string.ascii_lowercase, BASE36), (6, 17), ("", "C", "p_")),
    "random base 62": drawn((string.ascii_letters + string.digits,), (6, 23), ("", "C", "S-")),
    "nanoid": drawn((string.ascii_letters + string.digits + "-_",), (10, 22), ("",)),
    "REDCap's hashed ids, keyed": lambda r, n: [hmac.new(r.bytes(16), b"x", "md5").hexdigest() for _ in range(n)],
    "digits behind a letter": number_set,
    "keyed hashes, cut off": keyed,
}


def verdict(ids: list[str]) -> list[str]:
    """The rules that a set of client ids breaks."""
    return sorted({finding.rule for finding in guessable_ids(text_array(ids), "client_id", "here")})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20_261_125)
    parser.add_argument("--sets", type=int, default=1_000)
    parser.add_argument("--ids", type=int, default=60)
    arguments = parser.parse_args()
    passed = []
    for place, (name, scheme) in enumerate(SCHEMES.items()):
        found = verdict(scheme(Generator(PCG64([arguments.seed, place])), arguments.ids))
        passed += [name] * (not found)
        print(f"{'refused' if found else 'PASSED ':8} {name}: {', '.join(found)}")
    print(f"{len(SCHEMES) - len(passed)} of {len(SCHEMES)} schemes are refused; passed: {', '.join(passed) or 'none'}")
    alarms: Counter[str] = Counter()
    why: Counter[str] = Counter()
    for place in range(arguments.sets):
        name = list(SOUND)[place % len(SOUND)]
        rng = Generator(PCG64([arguments.seed, 7, place]))
        found = verdict(SOUND[name](rng, int(np.exp(rng.uniform(np.log(8), np.log(2000))))))
        alarms[name] += bool(found)
        why.update(found)
    print(f"{sum(alarms.values())} of {arguments.sets} sound sets are refused; {dict(alarms)} {dict(why)}")


if __name__ == "__main__":
    main()
