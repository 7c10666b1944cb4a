"""A tiny sound study to start from: the same ten clients as rows of text, and the mapping that fits them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

CLIENTS, WORKERS, SESSIONS = 10, 2, 3
PROFILES = (("30-44", "female", "english"), ("45-64", "male", "spanish"))  # five clients each: k-anonymity holds
PHASES = ("engagement", "assessment", "intervention")
Rows = list[list[str]]


def files() -> dict[str, Rows]:
    """File stem -> rows, the header first."""
    clients = [_pseudonym("C", n) for n in range(CLIENTS)]
    workers = [_pseudonym("W", n) for n in range(WORKERS)]
    visits = {(c, n): _pseudonym("S", c * SESSIONS + n) for c in range(CLIENTS) for n in range(SESSIONS)}
    return {
        "clients": [["client", "age_group", "gender", "language"], *([c, *PROFILES[n % 2]] for n, c in enumerate(clients))],
        "workers": [["worker", "profession"], *([worker, "social_work"] for worker in workers)],
        "sessions": [
            ["visit", "client", "worker", "day", "number", "kept", "stage", "minutes"],
            *(
                [visit, clients[c], workers[c % WORKERS], str(7 * n + c % 3), str(n + 1), "yes", PHASES[n], str(45 + c)]
                for (c, n), visit in visits.items()
            ),
        ],
        "advocacy": [
            ["episode", "client", "worker", "day", "who", "place", "minutes"],
            *(
                [_pseudonym("E", c), clients[c], workers[c % WORKERS], str(3 + c), "together", "school", str(30 + 5 * c)]
                for c in range(0, CLIENTS, 2)
            ),
        ],
        "ratings": [["visit", *(f"wai_{n + 1}" for n in range(12))], *_ratings(list(visits.values()))],
    }


def sources(ending: str) -> str:
    """The `sources:` block for these files in one format."""
    return f"""sources:
  directory: data/raw/example_{ending}
  tables:
    clients:
      file: clients.{ending}
      columns: {{ client_id: client, age_band: age_group, gender: gender, language: language }}
    workers:
      file: workers.{ending}
      columns: {{ worker_id: worker, discipline: profession }}
    sessions:
      file: sessions.{ending}
      columns:
        session_id: visit
        client_id: client
        worker_id: worker
        day: day
        session_number: number
        attendance: kept
        phase: stage
        duration_min: minutes
      recode: {{ attendance: {{ "yes": attended, "no": no_show }} }}
    advocacy:
      file: advocacy.{ending}
      columns:
        episode_id: episode
        client_id: client
        worker_id: worker
        day: day
        mode: who
        setting: place
        duration_min: minutes
      recode: {{ mode: {{ together: joint, alone: worker_solo }} }}
  ratings:
    wai_sr_client:
      file: ratings.{ending}
      instrument: wai_sr
      rater: client
      items: "wai_{{item}}"
      columns: {{ session_id: visit }}
"""


def _ratings(visits: list[str]) -> Iterator[list[str]]:
    for place, visit in enumerate(visits):
        yield [visit, *(str(2 + (place * 7 + item * 5 + place // 4) % 4) for item in range(12))]


def _pseudonym(prefix: str, number: int) -> str:
    """Eight hexadecimal digits that show no order; a real study draws them at random and keeps the key elsewhere."""
    return prefix + hashlib.sha256(f"example {prefix} {number}".encode()).hexdigest()[:8]
