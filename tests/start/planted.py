"""A small study as plain rows, and what of it must be there again once it came in, whatever form its files had."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

ITEMS = [f"wai_{item}" for item in range(1, 13)]
Row = dict[str, object]


class Planted:
    """Clients, sessions, advocacy and ratings of 40 clients with four sessions, shuffled."""

    def __init__(self, seed: int = 5) -> None:
        self.draw = random.Random(seed)
        workers = [self._id("W") for _ in range(4)]
        self.clients: list[Row] = []
        self.sessions: list[Row] = []
        self.advocacy: list[Row] = []
        self.wai: list[Row] = []
        for number in range(40):
            who = {"client_id": self._id("C"), "worker_id": workers[number % 4]}
            band, gender = ("18-29", "30-44")[number % 2], ("male", "female")[number // 2 % 2]
            self.clients.append({"client_id": who["client_id"], "age_band": band, "gender": gender})
            self._visits(who)
        for rows in (self.clients, self.sessions, self.advocacy, self.wai):
            self.draw.shuffle(rows)

    def _visits(self, who: Row) -> None:
        draw, day = self.draw, self.draw.randint(2, 9)
        for number in range(1, 5):
            session = {"session_id": self._id("S"), **who, "session_number": number, "day": day}
            came = draw.random() > 0.1
            self.sessions.append({**session, "attendance": "attended" if came else "cancelled"})
            if came:
                self.wai.append({"session_id": session["session_id"], **{name: draw.randint(1, 5) for name in ITEMS}})
            if draw.random() < 0.4:
                mode = draw.choice(["joint", "joint", "worker_solo"])
                self.advocacy.append({"episode_id": self._id("E"), **who, "day": day - 1, "mode": mode})
            day += draw.randint(6, 12)

    def _id(self, letter: str) -> str:
        return letter + "".join(self.draw.choice("0123456789abcdef") for _ in range(8))

    def tables(self) -> dict[str, list[Row]]:
        """The rows by table."""
        return {"clients": self.clients, "sessions": self.sessions, "advocacy": self.advocacy, "wai": self.wai}

    def told(self) -> list[str]:
        """What must be there again: a line a client, whatever the ids are."""
        return told(self.clients, self.sessions, self.advocacy, self.wai)


def told(clients: Sequence[Row], sessions: Sequence[Row], advocacy: Sequence[Row], wai: Sequence[Row]) -> list[str]:
    """A line a client, without ids: its facts, its sessions with their answers, its episodes."""
    answers = {row["session_id"]: [_number(row[name]) for name in ITEMS] for row in wai}
    facts = {row["client_id"]: (row["age_band"], row["gender"]) for row in clients}
    lines: dict[object, tuple[list[object], list[object]]] = {client: ([], []) for client in facts}
    for row in sessions:
        visit = (_number(row["session_number"]), _number(row["day"]), row["attendance"], answers.get(row["session_id"]))
        lines[row["client_id"]][0].append(visit)
    for row in advocacy:
        lines[row["client_id"]][1].append((_number(row["day"]), row["mode"]))
    return sorted(repr((facts[who], sorted(map(repr, a)), sorted(map(repr, b)))) for who, (a, b) in lines.items())


def validated(folder: Path) -> list[str]:
    """What came in, as `told` tells it."""
    tables = {path.stem: pd.read_parquet(path).astype(object) for path in folder.glob("*.parquet")}
    ratings = tables["ratings_wai_sr"].rename(columns=lambda name: name.replace("item_", "wai_"))
    four = (tables["clients"], tables["sessions"], tables["advocacy"], ratings)
    return told(*([{str(name): value for name, value in row.items()} for row in table.to_dict("records")] for table in four))


def written(folder: Path, tables: Mapping[str, Iterable[Row]]) -> list[Path]:
    """The rows as CSV files, each under the headers of its first row."""
    paths = []
    for name, held in tables.items():
        rows = list(held)
        paths.append(folder / f"{name}.csv")
        with paths[-1].open("w", newline="", encoding="utf-8") as sink:
            writer = csv.DictWriter(sink, list(rows[0]), lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows(rows)
    return paths


def _number(value: object) -> int | None:
    return None if value is None or value is pd.NA or value != value or value == "" else int(float(str(value)))
