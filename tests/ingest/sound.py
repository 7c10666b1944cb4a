"""Sound inputs that a hasty gate would refuse: name, no code, the change to the small study.

`tests/ingest/test_cases.py` runs them; codes are explained in docs/data-rules.md.
"""

from __future__ import annotations

from tests.ingest.draft import (
    ADVOCACY,
    CLIENTS,
    HEX,
    RATINGS,
    SESSIONS,
    blob,
    case,
    cell,
    column,
    each,
    gone,
    ignore,
    more,
    new_ids,
    params,
    row,
    rows,
    without,
)

ACCEPTED = (
    case("untouched", ""),
    case("a byte order mark", "", blob("ratings", lambda b: b"\xef\xbb\xbf" + b)),
    case("Windows line ends", "", blob("ratings", lambda b: b.replace(b"\n", b"\r\n"))),
    case("both", "", blob("ratings", lambda b: b"\xef\xbb\xbf" + b.replace(b"\n", b"\r\n"))),
    case("columns in another order", "", rows("sessions", lambda t: [line[::-1] for line in t])),
    case("rows in another order", "", rows("sessions", lambda t: [t[0], *t[:0:-1]])),
    case(
        "quoted cells throughout", "", blob("ratings", lambda b: b'"' + b.replace(b",", b'","').replace(b"\n", b'"\n"')[:-1])
    ),
    case("quoted headers", "", blob("ratings", lambda b: b.replace(b"visit,q1", b'"visit","q1"'))),
    case(
        "ids full of digits",
        "",
        new_ids("client", lambda n: f"C{(n * n * 7_919_993 + 55_511_111 * (n % 7)) % 899_999_999 + 100_000_000}"),
    ),
    case(
        "ids of nine digits behind a letter",
        "",
        new_ids("client", lambda n: f"C{int(HEX[n][1:], 36) * 7_919 % 10**9:09d}"),
    ),
    case("ids with a hyphen", "", new_ids("client", lambda n: f"CL-{HEX[n][1:]}")),
    case("ids in capitals", "", new_ids("client", lambda n: HEX[n].upper())),
    case(
        "May as a code",
        "",
        cell("clients", "hurdles", "May"),
        params(f"{CLIENTS}/codes", {"barriers": ["May", "cost", "transport"]}),
    ),
    case(
        "a version as a code",
        "",
        cell("advocacy", "place", "v2.0.1"),
        params(f"{ADVOCACY}/recode", {"setting": {"v2.0.1": "other"}}),
    ),
    case("a version in an ignored column", "", column("sessions", "form", "2.0.1"), ignore("", "tables/sessions", "form")),
    case(
        "a nine-letter word in an ignored column",
        "",
        column("sessions", "form", "intake"),
        ignore("", "tables/sessions", "form"),
    ),
    case("a declared missing code", "", cell("ratings", "q2", "-9"), params(f"{RATINGS}/missing", ["", "-9"])),
    case("NA declared missing", "", cell("sessions", "stage", "NA"), params(f"{SESSIONS}/missing", ["", "NA"])),
    case("a skipped item", "", cell("ratings", "q2", "")),
    case("a rating without any answer", "", *[cell("ratings", f"q{n}", "") for n in (1, 2, 3, 4)]),
    case("a decimal of minutes", "", cell("sessions", "minutes", "41.5")),
    case("a whole number written 7.0", "", cell("sessions", "number", "3.0", row=3)),
    case("a need of 10.0", "", cell("clients", "need", "10.0")),
    case("TRUE and False", "", cell("sessions", "rupture", "TRUE"), cell("sessions", "rupture", "False", row=4)),
    case("1 and 0 for yes and no", "", each("sessions", "rupture", lambda n, _: str(n % 2))),
    case("answers in words", "", cell("ratings", "q2", "Often"), params(f"{RATINGS}/labels", {"Often": 4})),
    case(
        "codes recoded", "", cell("sessions", "kept", "1"), params(f"{SESSIONS}/recode", {"attendance": {"1": "attended"}})
    ),
    case("two sessions on one day", "", cell("sessions", "day", "7", row=2)),
    case("a session before intake", "", cell("sessions", "day", "-2", row=1)),
    case(
        "a no-show without a rating",
        "",
        cell("sessions", "kept", "no_show"),
        rows("ratings", lambda t: [line for n, line in enumerate(t) if n != 3]),
    ),
    case("no clients file", "", without(CLIENTS), gone("clients")),
    case("no workers file", "", without("sources/tables/workers"), gone("workers")),
    case("no advocacy log", "", without(ADVOCACY), gone("advocacy")),
    case(
        "no days and no advocacy log",
        "",
        without(ADVOCACY),
        gone("advocacy"),
        without(f"{SESSIONS}/columns/day"),
        ignore("", "tables/sessions", "day"),
    ),
    case("ninety and older", "", *[cell("clients", "age", "90+", row=n) for n in range(1, 30, 3)]),
    case("under_18", "", *[cell("clients", "age", "under_18", row=n) for n in range(1, 30, 3)]),
    case("an empty list of codes", "", cell("clients", "hurdles", "")),
    case(
        "sequential ids that are attested",
        "",
        new_ids("client", lambda n: f"C{n + 1:06d}"),
        params("privacy/attested_ids", ["client_id"]),
    ),
    case(
        "an id pattern of one's own",
        "",
        new_ids("client", lambda n: f"{HEX[n][1:4]}.{HEX[n][4:]}"),
        params("privacy/id_patterns/client_id", "[0-9a-f]{3}\\.[0-9a-f]{5}"),
    ),
    case(
        "a header that is attested",
        "",
        column("sessions", "city_visits", "2"),
        ignore("", "tables/sessions", "city_visits"),
        params("privacy/attested_headers", ["city_visits"]),
    ),
    case(
        "ignored items by pattern",
        "",
        column("ratings", "t1", "2"),
        column("ratings", "t2", "3"),
        ignore("", "ratings/mini_client", "t{item}"),
    ),
    case("a joined file", "", more(lambda v: [[x, "home"] for x in v])),
    case("a joined file for some sessions", "", more(lambda v: [[x, "home"] for x in v[::2]])),
    case(
        "an orphan set aside by policy",
        "",
        cell("ratings", "visit", "Sffff0001"),
        params("privacy/policies", {"orphans": "quarantine"}),
    ),
    case(
        "a copy set aside by policy",
        "",
        row("ratings", lambda t: list(t[5])),
        params("privacy/policies", {"duplicate_rows": "quarantine"}),
    ),
    case(
        "an answer off the scale set aside",
        "",
        cell("ratings", "q2", "6"),
        params("privacy/policies", {"item_out_of_scale": "quarantine"}),
    ),
    case(
        "clients like no others set aside",
        "",
        cell("clients", "tongue", "somali"),
        params("privacy/policies", {"k_anonymity": "quarantine"}),
    ),
)
