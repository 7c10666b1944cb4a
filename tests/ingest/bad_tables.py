"""Bad studies, one line each (ids, joins, classes of clients, rows, mappings): name, codes, the change to the small study.

`tests/ingest/test_cases.py` runs them; codes are explained in docs/data-rules.md.
"""

from __future__ import annotations

import hashlib

from tests.ingest.draft import (
    HEX,
    RATINGS,
    SESSIONS,
    case,
    cell,
    column,
    each,
    gone,
    header,
    more,
    new_ids,
    params,
    row,
    without,
)

LETTERS = [f"{one}{two}" for one in "ABCDEFGH" for two in "KLMNOP"]
FOLLOWING = (params("privacy/policies", {"orphans": "warn"}),)
IDS = (
    case("ids that count", "I02 I03", new_ids("client", lambda n: f"C{n + 1:06d}")),
    case("ids that count by ten", "I02", new_ids("client", lambda n: f"C{n * 10 + 1000:06d}")),
    case("dense ids, shuffled", "I03", new_ids("client", lambda n: f"C{(n * 7) % 30 + 5000:06d}")),
    case("dense hexadecimal ids, shuffled", "I03", new_ids("client", lambda n: f"C{(n * 7) % 30 + 0xABC0:06x}")),
    case(
        "numeric ids",
        "I01",
        new_ids("client", lambda n: str(10_000_019 + n * n * 7_919_993 % 88_000_000)),
        params("privacy/id_patterns/client_id", "[0-9]{8}"),
    ),
    case("ids in row order", "I04", new_ids("client", lambda n: f"C{n * n * 9_973 + 1_000_000:08d}")),
    case("ids in reverse row order", "I04", new_ids("client", lambda n: f"C{90_000_000 - n * n * 9_973:08d}")),
    case("ids in alphabetical order", "I04", new_ids("client", lambda n: f"C{sorted(HEX)[n * 9][1:]}xyz")),
    case(
        "a name among ids",
        "I05",
        cell("clients", "client", "JohnSmith"),
        params("privacy/policies", {"orphans": "quarantine"}),
    ),
    case(
        "initials and a date of birth as ids",
        "I06",
        new_ids("client", lambda n: f"MG{1950 + n * 7 % 31}{1 + n % 12:02d}{1 + n * 7 % 28:02d}"),
    ),
    case(
        "letters and six digits of a date",
        "I06",
        new_ids("client", lambda n: f"{LETTERS[n * 7 % 31]}{1 + n * 7 % 28:02d}{1 + n % 12:02d}{50 + n}"),
    ),
    case(
        "days of visits in their ids",
        "I06",
        each("sessions", "visit", lambda n, _: f"S-{2020 + n % 4}-{1 + n % 12:02d}-{1 + n * 11 % 28:02d}_{n}"),
        params("privacy/id_patterns", {"session_id": "S-[0-9-]{10}_[0-9]{1,3}|S[0-9a-f]{8}"}),
        *FOLLOWING,
    ),
    case(
        "hashes of numbers counted",
        "I07",
        new_ids("client", lambda n: "C" + hashlib.sha256(str(n).encode()).hexdigest()[:10]),
    ),
    case(
        "hashes of record numbers",
        "I07",
        new_ids("client", lambda n: "CL_" + hashlib.md5(str(4200 + 3 * n).encode()).hexdigest()[:16]),
    ),
    case(
        "hashes of numbers filled up with zeros",
        "I07",
        new_ids("client", lambda n: "C" + hashlib.sha1(f"{n:05d}".encode()).hexdigest()[:12]),
    ),
    case(
        "dates in ids that are attested to be none",
        "",
        new_ids("client", lambda n: f"MG{1950 + n * 7 % 31}{1 + n % 12:02d}{1 + n * 7 % 28:02d}"),
        params("privacy/attested_ids", ["client_id"]),
    ),
    case(
        "hashes with a secret",
        "",
        new_ids("client", lambda n: "C" + hashlib.sha256(f"a secret {n}".encode()).hexdigest()[:10]),
    ),
    case("session ids that count", "I02 I03", each("sessions", "visit", lambda n, _: f"S{n:07d}")),
)

JOINS = (
    case("a joined file with a key twice", "J01", more(lambda v: [[x, "home"] for x in [*v, v[0]]])),
    case("a joined file that is missing", "B01", more(lambda v: [[x, "home"] for x in v]), gone("more")),
    case(
        "a joined file without the key", "S03 S04", more(lambda v: [[x, "home"] for x in v]), header("more", "visit", "vst")
    ),
    case("a bad code in a joined file", "T01", more(lambda v: [[x, "home"] for x in v]), cell("more", "where", "moon")),
    case("an extra column in a joined file", "S03", more(lambda v: [[x, "home"] for x in v]), column("more", "else", "1")),
)

ANONYMITY = (
    case("one client like no other", "K01", cell("clients", "tongue", "somali")),
    case("four clients like no others", "K01", *[cell("clients", "tongue", "somali", row=n) for n in (3, 6, 9, 12)]),
    case("a blank makes a class of its own", "K01", cell("clients", "sex", "")),
    case("k of 11", "K01", params("privacy/k", 11)),
    case("five clients alike", "", *[cell("clients", "tongue", "somali", row=n) for n in (3, 6, 9, 12, 15)]),
    case(
        "fewer quasi-identifiers declared",
        "",
        cell("clients", "tongue", "somali"),
        params("privacy/quasi_identifiers", ["gender"]),
    ),
    case(
        "k-anonymity as a warning",
        "",
        cell("clients", "tongue", "somali"),
        params("privacy/policies", {"k_anonymity": "warn"}),
    ),
)

TABLES = (
    case("a session of 2,000 minutes", "V01", cell("sessions", "minutes", "2000")),
    case("a negative duration", "V01", cell("sessions", "minutes", "-5")),
    case("session number 0", "V01", cell("sessions", "number", "0", row=1)),
    case("a day after twenty years", "V01 V06", cell("sessions", "day", "9999", row=1)),
    case(
        "a row twice",
        "V02",
        row("sessions", lambda t: list(t[5])),
        params("privacy/policies", {"session_number_repeated": "warn"}),
    ),
    case("a rating twice", "V02", row("ratings", lambda t: list(t[5]))),
    case("a key with two contents", "V03", row("ratings", lambda t: [t[5][0], "1", "2", "3", "4"])),
    case(
        "a client listed twice",
        "V03 V02",
        row("clients", lambda t: [*t[5][:5], "99", "cost"]),
        row("clients", lambda t: list(t[5])),
    ),
    case("a session of an unknown client", "V04", cell("sessions", "client", "Cffff0001", row=3)),
    case("a session of an unknown worker", "V04", cell("sessions", "worker", "Wffff0001", row=3)),
    case("a rating of an unknown session", "V04", cell("ratings", "visit", "Sffff0001")),
    case("an episode of an unknown client", "V04", cell("advocacy", "client", "Cffff0001")),
    case("an episode of an unknown worker", "V04", cell("advocacy", "worker", "Wffff0001")),
    case("one session without a day", "V05", cell("sessions", "day", "")),
    case("a day running backwards", "V06", cell("sessions", "day", "3", row=3)),
    case("a session number twice", "V07", cell("sessions", "number", "2", row=3)),
    case("a rating of a no-show", "V10", cell("sessions", "kept", "no_show")),
    case("a rating of a cancelled session", "V10", cell("sessions", "kept", "cancelled")),
    case("an answer of 6 on 1 to 5", "V11", cell("ratings", "q2", "6")),
    case("an answer of 0 on 1 to 5", "V11", cell("ratings", "q2", "0")),
    case("-9 that nobody declared missing", "V11", cell("ratings", "q2", "-9")),
    case("99 that nobody declared missing", "V11", cell("ratings", "q2", "99")),
    case("an answer of 3.5 to a Likert item", "V12", cell("ratings", "q2", "3.5")),
    case(
        "answers from 0 to 4",
        "V11 V13",
        *[each("ratings", f"q{n}", lambda _, text: str(int(text) - 1)) for n in (1, 2, 3, 4)],
    ),
    case(
        "answers from 2 to 6",
        "V11 V13",
        *[each("ratings", f"q{n}", lambda _, text: str(int(text) + 1)) for n in (1, 2, 3, 4)],
    ),
    case(
        "a client in two agencies on one day",
        "V09",
        cell("sessions", "day", "7", row=2),
        lambda d: d.rows["sessions.csv"][2].__setitem__(2, d.rows["workers.csv"][2][0]),
    ),
)

MAPPING = (
    case("no sessions mapped", "params", without(SESSIONS)),
    case("a column that does not exist", "params", params(f"{SESSIONS}/columns/mood", "stage")),
    case("a required column not mapped", "params", without(f"{SESSIONS}/columns/attendance")),
    case("a recode to a code that does not exist", "params", params(f"{SESSIONS}/recode", {"attendance": {"1": "came"}})),
    case("a recode of a column not mapped", "params", params(f"{SESSIONS}/recode", {"modality": {"1": "home"}})),
    case(
        "a constant that is no code",
        "params",
        without(f"{SESSIONS}/columns/phase"),
        params(f"{SESSIONS}/constants", {"phase": "middle"}),
    ),
    case("a closed code list extended", "params", params(f"{SESSIONS}/codes", {"attendance": ["late"]})),
    case("an advocacy log without days", "params", without(f"{SESSIONS}/columns/day")),
    case("a file nobody can read", "params", params(f"{RATINGS}/file", "ratings.pkl")),
    case("a policy for no rule", "params", params("privacy/policies", {"everything": "warn"})),
    case("a policy for a rule without one", "params", params("privacy/policies", {"not_id": "warn"})),
    case("a pattern that is none", "params", params("privacy/id_patterns", {"client_id": "[A-Z"})),
    case("a pattern with look-around", "params", params("privacy/id_pattern", "(?=C)C[0-9a-f]{8}")),
    case("an attested column that is none", "params", params("privacy/attested_ids", ["visit"])),
    case("a quasi-identifier of no client", "params", params("privacy/quasi_identifiers", ["phase"])),
)


BAD_TABLES = (*IDS, *JOINS, *ANONYMITY, *TABLES, *MAPPING)
