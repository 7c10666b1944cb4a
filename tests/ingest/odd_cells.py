"""Odd cells, lines and headers as exports, spreadsheets and people make them: name, codes, the change to the small study.

`tests/ingest/test_cases.py` runs them; codes are explained in docs/data-rules.md.
"""

from __future__ import annotations

from tests.ingest.draft import SESSIONS, Change, blob, case, cell, column, header, ignore, params, row, rows

MINUTES, ITEM, SEX, AGE, KEPT = (
    ("sessions", "minutes"),
    ("ratings", "q2"),
    ("clients", "sex"),
    ("clients", "age"),
    ("sessions", "kept"),
)


def ignored(text: str) -> tuple[Change, Change]:
    """A cell of a column that is read past, where only the second net looks."""
    return column("clients", "extra", text), ignore("", "tables/clients", "extra")


LINES = (
    case("UTF-16 without a mark", "B07", blob("ratings", lambda b: b.decode().encode("utf-16-le"))),
    case("UTF-16, big end first", "B06", blob("ratings", lambda b: b"\xfe\xff" + b.decode().encode("utf-16-be"))),
    case("two byte order marks", "S03 S04", blob("ratings", lambda b: b"\xef\xbb\xbf" * 2 + b)),
    case("Ctrl-Z at the end", "B07", blob("ratings", lambda b: b + b"\x1a")),
    case("a Windows dash", "B06", blob("clients", lambda b: b.replace(b"18-29", b"18\x9629", 1))),
    case("Windows line ends and a blank last line", "S05", blob("ratings", lambda b: b.replace(b"\n", b"\r\n") + b"\r\n")),
    case("Excel's sep=; line", "S08", blob("ratings", lambda b: b"sep=;\n" + b.replace(b",", b";"))),
    case("Excel's sep=, line", "S10", blob("ratings", lambda b: b"sep=,\n" + b)),
    case("a comment above the header", "S10", blob("ratings", lambda b: b"# made by M Gonzalez\n" + b)),
    case("bars for commas", "S08", blob("ratings", lambda b: b.replace(b",", b"|"))),
    case("the header once more below", "T02 T04", row("ratings", lambda t: list(t[0]))),
    case("two exports one behind the other", "T02 T04", blob("ratings", lambda b: b + b)),
    case("a line of totals", "T04", row("ratings", lambda t: ["Total", "3", "3", "3", "3"])),
    case("rows of nothing but commas", "T07", row("ratings", lambda t: [""] * 5), row("ratings", lambda t: [""] * 5)),
    case("a header with a line break", "S06", blob("ratings", lambda b: b.replace(b"visit,q1", b'"vi\nsit",q1', 1))),
    case("a cell with a Windows line break", "B08", blob("ratings", lambda b: b.replace(b",5\n", b',"5\r\n"\n', 1))),
    case("quotes in quotes", "T01", blob("clients", lambda b: b.replace(b"female", b'"fe""male"', 1))),
    case("single quotes", "T01", blob("clients", lambda b: b.replace(b"female", b"'female'", 1))),
    case("a backslash before a quote", "S06", blob("clients", lambda b: b.replace(b"female", b'"fe\\"male"', 1))),
)

NUMBERS = (
    *(
        case(f"{name} for a number", "T02", cell(*MINUTES, text))
        for name, text in {
            "a dash": "-",
            "two dashes": "--",
            "a point": ".",
            "a bare decimal point before": ".5",
            "a bare decimal point behind": "41.",
            "two zeros": "00",
            "a negative with leading zero": "-05",
            "a percent sign": "41%",
            "a dollar sign": "$41",
            "a fraction": "1/2",
            "a half sign": "½",
            "a Devanagari digit": "४१",
            "a Roman numeral": "Ⅳ",
            "an apostrophe for thousands": "1'041",
            "a thin space for thousands": "1\u202f041",
            "a no-break space within": "1\u00a0041",
            "Excel's #N/A": "#N/A",
            "Excel's #DIV/0!": "#DIV/0!",
            "Excel's #REF!": "#REF!",
            "a small exponent": "1e-3",
            "Fortran's exponent": "1d3",
            "a truth value": "TRUE",
            "n/a": "n/a",
            "None": "None",
            "a complex number": "4+1j",
            "a question mark": "?",
            "about": "~41",
            "less than": "<41",
            "a list": "41 42",
            "a time": "1:30",
            "more digits than a double holds": "41.1234567890123456789",
        }.items()
    ),
    case("a decimal comma in quotes", "T02", blob("ratings", lambda b: b.replace(b",5\n", b',"5,0"\n', 1))),
    case("a tab in a number", "T08", blob("ratings", lambda b: b.replace(b",5\n", b",5\t\n", 1))),
    case("a number of 150 digits", "N11", cell(*MINUTES, "4" * 150)),
    case("seconds since 1970", "N07", cell("sessions", "day", "1710460800")),
    case("milliseconds since 1970", "N07", cell("sessions", "day", "1710460800000")),
    case("a day one year too early", "V01", cell("sessions", "day", "-400", row=1)),
    case("a negative session number", "V01", cell("sessions", "number", "-1", row=1)),
    case("Y for yes", "T06", cell("sessions", "rupture", "Y")),
    case("a check mark for yes", "T06", cell("sessions", "rupture", "✓")),
    case("0.5 for yes or no", "T06", cell("sessions", "rupture", "0.5")),
    case("a decimal session number", "T03", cell("sessions", "number", "2.0000001")),
)

BANDS = (
    case("a band with an en dash", "T05", cell(*AGE, "18–29")),
    case("a band with spaces", "T05", cell(*AGE, "18 - 29")),
    case("a band in words", "T05", cell(*AGE, "18 to 29")),
    case("a band that Excel took for a date", "N07", cell(*AGE, "14-Oct")),
    case("a band of one year", "T05", cell(*AGE, "34-34")),
    case("under_90", "", cell(*AGE, "under_90"), params("privacy/quasi_identifiers", ["gender"])),
    case("a band beyond 90", "T05", cell(*AGE, "85-94")),
    case("95+", "T05", cell(*AGE, "95+")),
    case("a birth year", "T05", cell(*AGE, "1985")),
    case("full-width digits in a band", "T05", cell(*AGE, "１８-２９")),
)

CODES = (
    case("a first name alone", "T01", cell(*SEX, "Maria")),
    case("initials", "T01", cell(*SEX, "M.G.")),
    case("a name in Chinese", "T01", cell(*SEX, "王芳")),
    case("a name with a right-to-left mark", "T01", cell(*SEX, "\u200fفاطمة")),
    case("a soft hyphen", "T01", cell(*SEX, "fe\u00admale")),
    case("a decomposed accent", "T01", cell(*SEX, "fe\u0301male")),
    case("a byte order mark within", "T01", cell(*SEX, "\ufefffemale")),
    case("a line separator", "T01", cell(*SEX, "fe\u2028male")),
    case("a full-width code", "T01", cell(*SEX, "ｆｅｍａｌｅ")),
    case("a code as a float", "T01", cell(*KEPT, "1.0"), params(f"{SESSIONS}/recode", {"attendance": {"1": "attended"}})),
    case("a ZIP code", "T01", cell(*SEX, "02139")),
    case("a ZIP code of nine digits", "N09", cell(*SEX, "02139-4307")),
    case("a flat", "N09", cell(*SEX, "Apt 4B")),
    case("a corner of two streets", "N09", cell(*SEX, "5 Elm Ave and Lake St")),
    case("a place on the map", "N09", cell(*SEX, "42.3601 -71.0589")),
    case("a card number", "N10", cell(*SEX, "4111 1111 1111 1111")),
    case("a bank account", "N10", cell(*SEX, "DE89 3704 0044 0532 0130 00")),
    case("a license", "N10", cell(*SEX, "License S1234567")),
    case("an e-mail in a list of codes", "N01", cell("clients", "hurdles", "cost;m.g@example.org")),
    case("a dotted social security number", "N03", cell(*SEX, "123.45.6789")),
    case("a phone number with its extension", "N04", cell(*SEX, "617-555-0123 x12")),
    case("a British phone number", "N04", cell(*SEX, "+44 20 7946 0958")),
    case("a toll-free number", "N04", cell(*SEX, "1-800-555-0199")),
    case("a short IPv6 address", "N05", cell(*SEX, "2001:db8::1")),
    case("a network card", "N05", cell(*SEX, "00:1A:2B:3C:4D:5E")),
    case("a file share", "N02", cell(*SEX, "ftp://example.org/x")),
    case("a link without http", "N02", cell(*SEX, "example.org/maria")),
)

DATES = (
    *(
        case(f"{text} in a column read past", "N07", *ignored(text))
        for text in (
            "2024.03.15",
            "2024/3/5",
            "2024-03",
            "03/2024",
            "15.3.24",
            "3-15-2024",
            "20240315",
            "20240315T1030",
            "2024-03-15 10:30",
            "Mar 2024",
            "March 15th",
            "15. Mar 2024",
            "Friday 15 March",
            "1710460800",
        )
    ),
    case("a year alone is no date", "", *ignored("2024")),
    case("a time of day is no date", "", *ignored("10:30")),
    case("a ratio is no date", "", *ignored("3/15")),
    case("a section number is no date", "", *ignored("4.2.1")),
    case("a month's name is no date", "", *ignored("March")),
    case("a word with a month in it is no date", "", *ignored("maybe 3")),
)

HEADERS = (
    *(
        case(f"a column called {name}", "S09", column("clients", name, "1"), ignore("", "tables/clients", name))
        for name in (
            "clientname",
            "PatientName",
            "phonenumber",
            "emailaddr",
            "homeaddress",
            "birthdate_q1",
            "date of birth",
            "first_nm_name",
            "SSN",
            "redcap_survey_identifier",
            "phq_timestamp",
            "zip5",
            "Geburtsdatum",
            "apellido",
            "fecha_nac",
            "case-docket",
            "GPS_lat",
            "census_tract",
            "driversLicense",
        )
    ),
    *(
        case(f"a column called {name} is none", "", column("clients", name, "1"), ignore("", "tables/clients", name))
        for name in (
            "goals_addressed",
            "nominated",
            "update_no",
            "capacity",
            "mandated2",
            "filename_ok",
            "renamed",
            "cellar",
        )
    ),
    case("a header that is an e-mail", "S03", column("clients", "maria@example.org", "1")),
    case("a header that is a formula", "S03", column("clients", "=cmd|calc", "1")),
    case("a header of 5,000 letters", "S03", column("clients", "x" * 5_000, "1")),
    case("a header with a zero-width space", "S03 S04", header("sessions", "stage", "sta\u200bge")),
    case("a header with a Cyrillic letter", "S03 S04", header("sessions", "stage", "stаge")),
    case("a header with a no-break space", "S02", header("sessions", "stage", "stage\u00a0")),
    case("the header in capitals", "S03 S04", rows("sessions", lambda t: [[name.upper() for name in t[0]], *t[1:]])),
    case("rows without a header", "S03 S04", rows("clients", lambda t: t[1:])),
)

ODD_CELLS = (*LINES, *NUMBERS, *BANDS, *CODES, *DATES, *HEADERS)
