"""Small files and what start proposes for them."""

from __future__ import annotations

from pipeline.measures.library import shipped
from pipeline.prepare.reading import read_identified
from pipeline.start.questions import Interview
from pipeline.start.result import Setup
from pipeline.start.setup import set_up
from tests.start.made import csv_text


def proposed(files: dict[str, str | bytes], **answers: str) -> Setup:
    """The set-up of files by name, with some answers (`__` for `.`) and the defaults otherwise."""
    tables = {}
    for number, (name, content) in enumerate(files.items(), start=1):
        blob = content if isinstance(content, bytes) else content.encode()
        table, problems = read_identified(number, name.rpartition(".")[2], blob)
        assert table is not None, problems
        tables[name] = table
    given = {name.replace("__", "."): answer for name, answer in answers.items()}
    return set_up(tables, "data/raw/study", Interview(given, None), shipped())


def sessions_of_two(**more: str) -> str:
    rows = [
        {"sid": f"S{n}ab12cd{n}", "cid": "Cab12cd34", "wid": "W12ab34cd", "day": str(n), "status": "1"} | more
        for n in (1, 2)
    ]
    return csv_text(rows)


def ratings_of_two(pattern: str, separator: str = ",", value: str = "3") -> str:
    rows = [{"sid": f"S{n}ab12cd{n}"} | {pattern.format(i): value for i in range(1, 13)} for n in (1, 2)]
    return csv_text(rows, separator)


def log_of_four(**cells: str) -> dict[str, str]:
    """A log of four clients with three sessions each, as CSV; `cells` replaces what a column holds, row by row."""
    clients = ["C7f3a9b21", "C18e4d06c", "Cb5092ef7", "C4d61c8a3"]
    visits = [(client, number) for client in clients for number in (1, 2, 3)]
    sessions = [
        {"cid": client, "wid": "W5a1c77e0", "day": str(7 * number), "nr": str(number), "status": "Kept", "shoe": "42"}
        for client, number in visits
    ]
    for place, value in enumerate(cells.get("status", "").split()):
        sessions[place]["status"] = value
    ratings = [{"cid": client, "nr": str(number), **{f"wai_{n}": "3" for n in range(1, 13)}} for client, number in visits]
    people = [{"cid": client, "mand": str(1 + place % 2), "sex": "F"} for place, client in enumerate(clients)]
    return {"sessions.csv": csv_text(sessions), "wai.csv": csv_text(ratings), "clients.csv": csv_text(people)}
