"""An identified study as an agency has it: names, numbers, addresses, notes and dates, made from one seed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from dataclasses import dataclass
from pathlib import Path

OPTIONS = (
    *("--client", "mrn", "--worker", "staff", "--session", "visit_ref", "--episode", "adv_ref"),
    *("--intake", "intake_date", "--date", "visit_date", "adv_date", "rated_at", "--age", "dob", "--zip", "zip"),
    *("--keep", "sex", "nr", "kept", "who", "place", "minutes", "wai_*"),
)


@dataclass(frozen=True)
class Study:
    """Four files as rows of text, and every identifier and date that stands in them."""

    files: dict[str, list[list[str]]]
    planted: frozenset[str]

    def write(self, folder: Path) -> list[str]:
        """The files as CSV, and their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.files.items():
            (folder / name).write_text(as_csv(rows), encoding="utf-8")
        return [str(folder / name) for name in self.files]


def as_csv(rows: list[list[str]]) -> str:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\n").writerows(rows)
    return sink.getvalue()


def study(seed: int = 1, clients: int = 60, sessions: int = 6) -> Study:
    """`clients` people with `sessions` sessions each; day-first dates in one file, year-first in the others."""
    draw = random.Random(seed)
    planted: set[str] = set()

    def plant(text: str) -> str:
        planted.add(text)
        return text

    def word() -> str:
        return "".join(draw.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(8)).capitalize()

    staff = [plant(f"{word()} {word()}") for _ in range(6)]
    people = [["mrn", "full_name", "ssn", "phone", "email", "street", "zip", "dob", "sex", "intake_date", "notes"]]
    visits = [["visit_ref", "mrn", "staff", "visit_date", "nr", "kept", "minutes", "comment"]]
    log = [["adv_ref", "mrn", "staff", "adv_date", "who", "place"]]
    ratings = [["visit_ref", "mrn", "rated_at", *(f"wai_{n}" for n in range(1, 13))]]
    for _ in range(clients):
        mrn = plant(f"{draw.randrange(10**8, 10**9)}")
        intake = dt.date(2022, 1, 1) + dt.timedelta(draw.randrange(500))
        birth = intake - dt.timedelta(days=draw.randrange(19 * 365, 80 * 365))
        person = [
            mrn,
            f"{word()} {word()}",
            f"{draw.randrange(100, 999)}-{draw.randrange(10, 99)}-{draw.randrange(1000, 9999)}",
        ]
        person += [f"({draw.randrange(200, 999)}) 555-{draw.randrange(1000, 9999)}", f"{word().lower()}@example.org"]
        person += [f"{draw.randrange(1, 99999)} {word()} Street", f"{draw.randrange(10000, 99999)}", birth.isoformat()]
        [plant(text) for text in person[1:] if len(text) > 5]  # a ZIP stands in many a random id by chance
        people.append([*person, draw.choice("FM"), plant(intake.isoformat()), plant(f"Seen by {staff[0]} about {word()}")])
        worker = draw.choice(staff)
        for number in range(1, sessions + 1):
            day = intake + dt.timedelta(days=7 * number - 8 + draw.randrange(3))
            ref = plant(f"V{mrn}-{number}")
            plant(day.isoformat())
            visits.append(
                [ref, mrn, worker, day.isoformat(), str(number), "1", str(draw.choice([30, 50])), f"He told {word()}"]
            )
            clock = plant(f"{day.isoformat()} {draw.randrange(8, 18):02d}:{draw.randrange(60):02d}:07")
            ratings.append([ref, mrn, clock, *(str(draw.randrange(1, 6)) for _ in range(12))])
            if draw.random() < 0.5:
                when = plant((day - dt.timedelta(1)).strftime("%d/%m/%Y"))
                log.append(
                    [plant(f"A{mrn}{number}"), mrn, worker, when, draw.choice("JW"), draw.choice(["court", "school"])]
                )
    for rows in (people, visits, log, ratings):
        body = rows[1:]
        draw.shuffle(body)
        rows[1:] = body
    files = {"people.csv": people, "visits.csv": visits, "advocacy.csv": log, "wai.csv": ratings}
    return Study(files, frozenset(planted))
