"""The files that the recipes of docs/own-data.md are about, all made of one small study."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from pipeline.prepare.plan import Preparation
from pipeline.prepare.reading import read_identified
from pipeline.prepare.study import prepare
from tests.start.made import ITEMS, Made, Row, csv_text

KEY = bytes(range(32))


def files_of(name: str, made: Made, folder: Path) -> None:
    """Write the files of one recipe."""
    MAKERS[name](made, folder)


def _redcap(made: Made, folder: Path) -> None:
    table, _ = read_identified(1, "csv", made.redcap().encode())
    assert table is not None
    plan = Preparation(
        client=("record_id",),
        worker=("visit_staff", "adv_staff"),
        intake=("intake_date",),
        date=("visit_date", "adv_date"),
        keep=(
            "redcap_repeat_*",
            "age_group",
            "sex",
            "barriers*",
            "need_score",
            "court_ordered",
            "visit_num",
            "visit_*",
            "adv_*",
            "wai_*",
        ),
    )
    (made_file,) = prepare({"redcap.csv": table}, plan, KEY).files
    (folder / "redcap.csv").write_bytes(made_file.content)


def _session(visit: Row) -> str:
    return f"S{visit['client'][1:]}{visit['number']}"


def _sessions(made: Made, folder: Path) -> None:
    rows = [
        {
            "sid": _session(v),
            "cid": v["client"],
            "wid": v["worker"],
            "day": v["day"],
            "nr": v["number"],
            "status": v["status"],
        }
        for v in made.visits
    ]
    (folder / "sessions.csv").write_text(csv_text(rows), encoding="utf-8")


def _rated(made: Made, pattern: str) -> list[Row]:
    return [
        {"sid": _session(visit)} | {pattern.format(item): visit[f"wai_{item}"] for item in ITEMS}
        for visit in made.visits
        if "wai_1" in visit
    ]


def _qualtrics(made: Made, folder: Path) -> None:
    _sessions(made, folder)
    rows = [{"Progress": "100", **row} for row in _rated(made, "Q5_{}")]
    first, *rest = csv_text(rows).splitlines()
    sink = io.StringIO()
    width = len(rows[0])
    csv.writer(sink, lineterminator="\n").writerows([["Wording"] * width, ['{"ImportId":"QID1"}'] * width])
    (folder / "qualtrics.csv").write_text("\n".join([first, sink.getvalue().rstrip(), *rest]) + "\n", encoding="utf-8")


def _limesurvey(made: Made, folder: Path) -> None:
    _sessions(made, folder)
    rows = [{"größe": "1,5", **row} for row in _rated(made, "wai[{}]")]
    (folder / "limesurvey.csv").write_text(csv_text(rows, ";"), encoding="cp1252")


def _wide(made: Made, folder: Path) -> None:
    made.wide_sav(folder / "wide.sav")


def _long(made: Made, folder: Path) -> None:
    import pandas as pd

    people = {person["client"]: person for person in made.people}
    rows = []
    for v in made.visits:
        person = people[v["client"]]
        row = {"cid": v["client"], "wid": v["worker"], "agegrp": person["age"], "sex": person["sex"], "day": v["day"]}
        row |= {"nr": v["number"], "status": v["status"], "joint": v["joint"]}
        rows.append(row | {f"wai_{item}": v.get(f"wai_{item}", "99") for item in ITEMS})
    table = pd.DataFrame(rows)
    numbers = [name for name in table if name not in ("cid", "wid")]
    table[numbers] = table[numbers].astype(int)
    table.to_excel(folder / "long.xlsx", index=False)


def _emr(made: Made, folder: Path) -> None:
    for name, text in made.emr().items():
        (folder / name).write_text(text, encoding="utf-8")


def _hmis(made: Made, folder: Path) -> None:
    people = [{"PersonalID": p["client"], "Gender": str(int(p["sex"]) - 1), "Ordered": p["ordered"]} for p in made.people]
    people[0]["Ordered"] = "9"
    (folder / "enrollment.csv").write_text(csv_text(people), encoding="utf-8")
    needs = [{"Client": p["client"], "Need": p["need"]} for p in made.people]
    needs[1]["Need"] = "99"
    (folder / "needs.csv").write_text(csv_text(needs), encoding="utf-8")
    for year, half in (("2023", 0), ("2024", 1)):
        rows = []
        for visit in made.visits:
            if int(visit["number"]) % 2 == half:
                row = {"ServiceID": _session(visit), "PersonalID": visit["client"], "Staff": visit["worker"]}
                row |= {"Day": visit["day"], "Nr": visit["number"]}
                answers = [int(visit[f"wai_{item}"]) for item in ITEMS] if "wai_1" in visit else []
                rows.append(row | {"WAI_total": f"{sum(answers) / 12:.2f}" if answers else ""})
        (folder / f"services_{year}.csv").write_text(csv_text(rows), encoding="utf-8")
    log = [
        {"EventID": f"E{place:03d}{e['client'][1:]}", "PersonalID": e["client"], "Staff": e["worker"], "Day": e["day"]}
        | {"Type": e["mode"]}
        for place, e in enumerate(made.episodes)
    ]
    made.draw.shuffle(log)
    (folder / "accompaniment.csv").write_text(csv_text(log), encoding="utf-8")


MAKERS = {
    "redcap": _redcap,
    "qualtrics": _qualtrics,
    "limesurvey": _limesurvey,
    "spss_wide": _wide,
    "long": _long,
    "emr": _emr,
    "hmis": _hmis,
}
