"""Read the cases of docs/windows.md and build the tables they describe."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.base.params import Exposure

PAGE = Path(__file__).parents[2] / "docs" / "windows.md"
MODES = {"j": "joint", "s": "worker_solo", "c": "client_solo", "k": "concrete"}
ORDERS = {"<": "before_session", ">": "after_session", "": pd.NA}
EPISODE = re.compile(
    r"(?P<day>-?\d+)(?P<mode>[jsck])(?P<order>[<>]?)(?:/(?P<setting>\w+))?(?:\+(?P<level>\w+))?(?:~(?P<who>\w+))?(?::(?P<min>\d+))?"
)


@dataclass(frozen=True)
class Case:
    number: int
    cells: dict[str, str]

    def per_client(self, column: str) -> dict[str, list[str]]:
        return by_client(self.cells[column])

    @property
    def asked(self) -> dict[str, Any]:
        words = self.cells["asked"].split()
        asked: dict[str, Any] = {"mode": MODES[words[0]], "dose": "count", "lag": 0, "filters": {}, "same_day": "by_order"}
        for word, after in zip(words[1:], [*words[2:], ""], strict=False):
            key, _, value = word.partition("=")
            if word == "lag":
                asked["lag"] = int(after)
            elif re.match(r"any|minutes|decay|count", word):
                asked["dose"] = word
            elif key == "same_day":
                asked["same_day"] = value
            elif value:
                asked["filters"][key] = value
        return asked


def read() -> list[Case]:
    found: list[Case] = []
    header: list[str] = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if cells and cells[0] == "#":
            header = cells
        elif cells and cells[0].isdigit():
            padded = cells + [""] * (len(header) - len(cells))
            found.append(Case(int(cells[0]), dict(zip(header, padded, strict=True))))
    return found


def by_client(text: str) -> dict[str, list[str]]:
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if not any(re.match("[A-Z]:", part) for part in parts):
        return {"A": text.split()}
    return {part.split(":", 1)[0]: part.split(":", 1)[1].split() for part in parts}


def tables(case: Case) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    sessions: list[dict[str, Any]] = []
    for client, words in case.per_client("ratings").items():
        for number, word in enumerate(words, start=1):
            day, worker = [*word.rstrip("*x").split("@"), "w"][:2]
            sessions.append(
                {
                    "session_id": f"{client}{number:03d}",
                    "client_id": client,
                    "worker_id": worker,
                    "day": int(day),
                    "session_number": number,
                    "attendance": "no_show" if word.endswith("x") else "attended",
                    "rated": word[-1] not in "*x",
                }
            )
    table = pd.DataFrame(sessions).astype({"day": "Int64"})
    rated = table[table.pop("rated")]
    scores = pd.DataFrame(
        {"session_id": rated["session_id"], "instrument": "wai_sr", "rater": "client", "score": "total", "value": 3.0}
    )
    return {"sessions": table, "advocacy": advocacy(case)}, scores


def advocacy(case: Case) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for client, words in case.per_client("episodes").items():
        for word in words:
            match = EPISODE.fullmatch(word)
            assert match, f"case {case.number}: cannot read {word}"
            facts = match.groupdict()
            rows.append(
                {
                    "episode_id": f"e{len(rows):03d}",
                    "client_id": client,
                    "worker_id": "w",
                    "day": int(facts["day"]),
                    "mode": MODES[facts["mode"]],
                    "order": ORDERS[facts["order"]],
                    "setting": facts["setting"] or pd.NA,
                    "level": facts["level"] or pd.NA,
                    "initiated_by": facts["who"] or pd.NA,
                    "duration_min": float(facts["min"]) if facts["min"] else np.nan,
                }
            )
    columns = [
        "episode_id",
        "client_id",
        "worker_id",
        "day",
        "mode",
        "order",
        "setting",
        "level",
        "initiated_by",
        "duration_min",
    ]
    return pd.DataFrame(rows, columns=columns).astype({"day": "Int64", "duration_min": "float64"})


def settings(case: Case) -> Exposure:
    return Exposure(first_window=14.0, gap_after=28.0, same_day=case.asked["same_day"])
