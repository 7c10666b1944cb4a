"""Studies as researchers have them, made from one seed: a REDCap export, a wide SPSS file, three files of an EMR."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from pathlib import Path

ITEMS = range(1, 13)
Row = dict[str, str]


def csv_text(rows: list[Row], separator: str = ",") -> str:
    """Rows as CSV under the headers of all of them."""
    headers = list(dict.fromkeys(header for row in rows for header in row))
    sink = io.StringIO()
    writer = csv.DictWriter(sink, headers, delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows({header: row.get(header, "") for header in headers} for row in rows)
    return sink.getvalue()


class Made:
    """Clients, sessions, advocacy and ratings in which joint advocacy raises the next rating, as plain numbers."""

    def __init__(self, seed: int = 7, clients: int = 60, sessions: int = 8, workers: int = 8) -> None:
        self.draw = random.Random(seed)
        self.workers = [f"W{self.draw.randrange(16**8):08x}" for _ in range(workers)]
        self.people: list[Row] = []
        self.visits: list[Row] = []
        self.episodes: list[Row] = []
        for number in range(clients):
            self._client(number, sessions)

    def _client(self, number: int, sessions: int) -> None:
        draw = self.draw
        client = f"C{draw.randrange(16**8):08x}"
        intake = dt.date(2023, 1, 2) + dt.timedelta(draw.randrange(300))
        person = {
            "client": client,
            "intake": intake.isoformat(),
            "age": str(1 + number % 2),
            "sex": str(1 + number // 2 % 2),
        }
        self.people.append({**person, "need": str(draw.randrange(11)), "ordered": str(draw.randrange(2))})
        worker, level, day = self.workers[number % len(self.workers)], draw.gauss(3.6, 0.5), 7
        for visit in range(1, sessions + 1):
            last, day = day, 7 * visit + draw.randrange(3)
            joint = int(draw.random() < 0.4) if visit > 1 else 0
            solo = int(draw.random() < 0.3) if visit > 1 else 0
            for mode, count in (("1", joint), ("2", solo)):
                if count:
                    when = last + 1 + draw.randrange(max(1, day - last - 1))
                    self.episodes.append({"client": client, "worker": worker, "day": str(when), "mode": mode})
                    self.episodes[-1] |= {"date": (intake + dt.timedelta(when)).isoformat(), "place": draw.choice("123")}
            attended = draw.random() < 0.95
            base = level + 0.35 * joint + draw.gauss(0, 0.3)
            answers = {f"wai_{item}": str(min(5, max(1, round(base + draw.gauss(0, 0.6))))) for item in ITEMS}
            self.visits.append(
                {"client": client, "worker": worker, "day": str(day), "number": str(visit), "joint": str(joint)}
                | {"date": (intake + dt.timedelta(day)).isoformat(), "status": "1" if attended else "2"}
                | {"phase": str(1 + min(3, 4 * (visit - 1) // sessions)), **(answers if attended else {})}
            )

    def redcap(self) -> str:
        """One export with repeating instruments, calendar dates, checkboxes and a timestamp."""
        rows: list[Row] = []
        for person in self.people:
            record = {"record_id": person["client"], "redcap_repeat_instrument": "", "redcap_repeat_instance": ""}
            boxes = {f"barriers___{box}": str(self.draw.randrange(2)) for box in range(1, 4)}
            base = {"intake_date": person["intake"], "age_group": person["age"], "sex": person["sex"], **boxes}
            rows.append(
                record | base | {"need_score": person["need"], "court_ordered": person["ordered"], "intake_complete": "2"}
            )
            mine = [visit for visit in self.visits if visit["client"] == person["client"]]
            for visit in mine:
                kind = {"redcap_repeat_instance": visit["number"]}
                rows.append(record | kind | {"redcap_repeat_instrument": "visit", "visit_date": visit["date"]})
                rows[-1] |= {"visit_staff": visit["worker"], "visit_num": visit["number"], "visit_status": visit["status"]}
                rows[-1] |= {"visit_phase": visit["phase"], "visit_minutes": "50"}
                if "wai_1" in visit:
                    stamp = {"alliance_timestamp": f"{visit['date']} 14:05:12"} | {
                        f"wai_{n}": visit[f"wai_{n}"] for n in ITEMS
                    }
                    rows.append(record | kind | {"redcap_repeat_instrument": "alliance"} | stamp)
            for place, episode in enumerate((e for e in self.episodes if e["client"] == person["client"]), start=1):
                kind = {"redcap_repeat_instrument": "advocacy", "redcap_repeat_instance": str(place)}
                log = {"adv_date": episode["date"], "adv_staff": episode["worker"], "adv_who": episode["mode"]}
                rows.append(record | kind | log | {"adv_place": episode["place"], "adv_minutes": "45"})
        return csv_text(rows)

    def wide_sav(self, path: Path) -> None:
        """One row a client, items by session side by side, value labels and user-missing codes."""
        import pandas as pd
        import pyreadstat

        rows: dict[str, dict[str, object]] = {
            person["client"]: {"clientid": person["client"], "sex": float(person["sex"]), "agegrp": float(person["age"])}
            for person in self.people
        }
        for visit in self.visits:
            row, n = rows[visit["client"]], visit["number"]
            row["counselor"] = visit["worker"]
            row |= {
                f"day_s{n}": float(visit["day"]),
                f"joint_s{n}": float(visit["joint"]),
                f"status_s{n}": float(visit["status"]),
            }
            row |= {f"wai{i}_s{n}": float(visit[f"wai_{i}"]) if "wai_1" in visit else float("nan") for i in ITEMS}
            if "wai_1" in visit and self.draw.random() < 0.05:
                row[f"wai5_s{n}"] = 99.0
        table = pd.DataFrame(list(rows.values()))
        items = [name for name in table if name.startswith("wai")]
        anchors = {1.0: "Seldom", 2.0: "Sometimes", 3.0: "Fairly often", 4.0: "Very often", 5.0: "Always", 99.0: "No answer"}
        labels = {"sex": {1.0: "Female", 2.0: "Male"}, "agegrp": {1.0: "30-44", 2.0: "45-64"}} | dict.fromkeys(
            items, anchors
        )
        pyreadstat.write_sav(table, path, variable_value_labels=labels, missing_ranges={name: [99.0] for name in items})

    def emr(self) -> dict[str, str]:
        """Three files of a log without session ids: visits with words for codes, contacts, and a survey."""
        words = {"1": "Kept", "2": "No Show"}
        visits = [
            {"PatientID": v["client"], "Provider": v["worker"], "Days": v["day"], "Visit Status": words[v["status"]]}
            for v in self.visits
        ]
        contacts = [
            {"contact_id": f"E{self.draw.randrange(16**8):08x}", "PatientID": e["client"], "Provider": e["worker"]}
            | {"Days": e["day"], "Who Went": {"1": "Together", "2": "Worker alone"}[e["mode"]]}
            for e in self.episodes
        ]
        survey = [
            {"PatientID": v["client"], "Days": v["day"], **{f"WAI{n:02d}": v[f"wai_{n}"] for n in ITEMS}}
            for v in self.visits
            if "wai_1" in v
        ]
        return {"visits.csv": csv_text(visits), "advocacy_log.csv": csv_text(contacts), "survey.csv": csv_text(survey)}
