"""Forms of files that start tells apart: wide, repeating, joined, stacked, without ids; and how they are written."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.start.made import Made, csv_text
from tests.start.proposals import log_of_four, proposed, ratings_of_two, sessions_of_two


def test_a_wide_file_feeds_clients_sessions_and_ratings(made: Made, tmp_path: Path) -> None:
    made.wide_sav(tmp_path / "wide.sav")
    sources = proposed({"wide.sav": (tmp_path / "wide.sav").read_bytes()}).sources()
    sessions = sources["tables"]["sessions"]
    assert sessions["wide"] == 4
    assert sessions["columns"] == {
        "session_id": {"columns": ["clientid", "{session}"]},
        "client_id": "clientid",
        "worker_id": "counselor",
        "day": "day_s{session}",
        "session_number": "{session}",
        "attendance": "status_s{session}",
        "dose_joint": "joint_s{session}",
    }
    assert sessions["recode"] == {"attendance": {"1": "attended", "2": "no_show"}}
    assert sources["tables"]["clients"]["recode"]["age_band"] == {"1": "30-44", "2": "45-64"}
    assert "wide" not in sources["tables"]["clients"]
    rating = sources["ratings"]["wai_sr_client"]
    assert (rating["items"], rating["wide"], rating["instrument"]) == ("wai{item}_s{session}", 4, "wai_sr")
    assert "missing" not in rating  # the file itself declares 99 missing


HEADERS = {
    "wai1_s1": ("{}{}_s{}", "wai{item}_s{session}"),
    "S1_wai1": ("S{2}_{0}{1}", "S{session}_wai{item}"),
    "wai_01.t1": ("{0}_{1:02}.t{2}", "wai_{item:02}.t{session}"),
    "wai1_1": ("{0}{1}_{2}", "wai{item}_{session}"),
    "visit1_wai_1": ("visit{2}_{0}_{1}", "visit{session}_wai_{item}"),
}


@pytest.mark.parametrize("form", HEADERS)
def test_wide_headers_of_many_spellings(form: str) -> None:
    spelling, pattern = HEADERS[form]
    row = {"pid": "Cab12cd34", "therapist": "W12ab34cd"}
    for session in (1, 2, 3):
        row |= {spelling.format("wai", item, session): "3" for item in range(1, 13)}
        if form != "wai1_1":
            row |= {spelling.format("day", "", session).replace("day_.", "day."): "7"} if form == "S1_wai1" else {}
    setup = proposed({"w.csv": csv_text([row, row | {"pid": "Cff12cd34"}])}, all_attended="yes")
    (rating,) = setup.sources()["ratings"].values()
    assert (rating["items"], rating["wide"]) == (pattern, 3)


def test_redcap_repeating_instruments_become_tables(made: Made) -> None:
    setup = proposed(
        {"r.csv": made.redcap()}, sessions__attendance="1=attended 2=no_show", advocacy__mode="1=joint 2=worker_solo"
    )
    sources = setup.sources()
    key = {"columns": ["record_id", "redcap_repeat_instance"]}
    assert sources["tables"]["clients"]["rows"] == {"redcap_repeat_instrument": [""]}
    assert sources["tables"]["sessions"]["rows"] == {"redcap_repeat_instrument": ["visit"]}
    assert sources["tables"]["sessions"]["columns"]["session_id"] == key
    assert sources["ratings"]["wai_sr_client"]["columns"] == {"session_id": key}
    assert sources["tables"]["advocacy"]["columns"]["episode_id"] == {**key, "prefix": "E"}
    assert set(sources["tables"]["clients"]["columns"]["barriers"]["checked"]) == {f"barriers___{n}" for n in (1, 2, 3)}
    assert ["day" in line for line in setup.missing] == [True, True]  # its dates are days once it is prepared


def test_an_emr_log_without_ids_or_numbers(made: Made) -> None:
    setup = proposed(made.emr())
    sources = setup.sources()
    assert sources["tables"]["sessions"]["columns"]["session_id"] == {"columns": ["PatientID", "Days"]}
    assert sources["tables"]["sessions"]["columns"]["session_number"] == {"order_of": "Days"}
    assert sources["tables"]["sessions"]["recode"]["attendance"] == {"Kept": "attended", "No Show": "no_show"}
    assert sources["tables"]["advocacy"]["recode"]["mode"] == {"Together": "joint", "Worker alone": "worker_solo"}
    assert sources["ratings"]["wai_sr_client"]["items"] == "WAI{item:02}"
    assert setup.missing == []


def test_how_files_are_written_is_declared() -> None:
    qualtrics = ratings_of_two("Q5_{}").splitlines()
    width = len(next(csv.reader([qualtrics[0]])))
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\n").writerows([["Please rate"] * width, ['{"ImportId":"QID"}'] * width])
    headings = "\n".join([qualtrics[0], sink.getvalue().rstrip("\n"), *qualtrics[1:]]) + "\n"
    lime = ratings_of_two("wai[{}]", ";", "3,5").replace("sid", "größe;sid", 1).replace("\nS", "\nä;S")
    titles = "Agency export\nMade by the office\n" + ratings_of_two("wai_{:02}")
    for name, content, how, pattern in (
        ("q.csv", headings, {"skip_after_header": 2}, "Q5_{item}"),
        ("l.csv", lime.encode("cp1252"), {"separator": ";", "decimal": ",", "encoding": "windows-1252"}, "wai[{item}]"),
        ("t.csv", titles, {"skip": 2}, "wai_{item:02}"),
    ):
        sources = proposed({"sessions.csv": sessions_of_two(), name: content}, sessions__attendance="1=attended").sources()
        assert sources["read"] == {name: how}
        assert sources["ratings"]["wai_sr_client"]["items"] == pattern


def test_files_of_the_same_columns_are_stacked_and_scores_alone_are_taken() -> None:
    scores = csv_text([{"sid": f"S{n}ab12cd{n}", "wai_total": "3.5", "wai_bond": "4"} for n in (1, 2)])
    later = sessions_of_two().replace("S1ab", "S8ab").replace("S2ab", "S9ab")
    files = {"sessions_2023.csv": sessions_of_two(), "sessions_2024.csv": later, "wai.csv": scores}
    sources = proposed(files, sessions__attendance="1=attended").sources()
    assert sources["tables"]["sessions"]["file"] == ["sessions_2023.csv", "sessions_2024.csv"]
    assert (
        sources["ratings"]["srs_client" if "srs_client" in sources["ratings"] else "wai_sr_client"]["scores"]["total"]
        == "wai_total"
    )


def test_one_file_that_adds_columns_is_joined() -> None:
    process = csv_text([{"visit": f"S{n}ab12cd{n}", "emp_cl": "7", "rupt_yn": "N"} for n in (1, 2)])
    files = {"sessions.csv": sessions_of_two(), "process.csv": process, "wai.csv": ratings_of_two("wai_{}")}
    sessions = proposed(files, sessions__attendance="1=attended").sources()["tables"]["sessions"]
    assert sessions["joins"] == [{"file": "process.csv", "key": "sid", "other_key": "visit"}]
    assert sessions["columns"]["empathy_client"] == "emp_cl"


def test_items_of_three_digits_and_sessions_numbered_from_nought() -> None:
    files = log_of_four()
    rows = [line.split(",") for line in files["wai.csv"].splitlines()[1:]]
    files["wai.csv"] = csv_text(
        [{"cid": row[0], "nr": row[1], **{f"A1[SQ{n:03d}]": "3" for n in range(1, 13)}} for row in rows]
    )
    assert proposed(files).ratings["wai_sr_client"]["items"] == "A1[SQ{item:03}]"
    row = {"pid": "Cab12cd34", "therapist": "W12ab34cd"}
    for session in (0, 1, 4):
        row |= {f"wai{item}_s{session}": "3" for item in range(1, 13)}
        row |= {f"day_s{session}": str(7 * session + 1), f"status_s{session}": "Kept"}
    sessions = proposed({"w.csv": csv_text([row, row | {"pid": "Cff12cd34"}])}).tables["sessions"]
    assert sessions["wide"] == [0, 1, 4]
    assert sessions["columns"]["session_number"] == {"order_of": "day_s{session}"}


def test_rows_repeated_whole_are_left_to_the_gate() -> None:
    files = log_of_four()
    files["sessions.csv"] += files["sessions.csv"].splitlines()[3] + "\n"
    files["clients.csv"] += files["clients.csv"].splitlines()[1] + "\n"
    setup = proposed(files)
    assert setup.missing == []
    assert "clients" in setup.tables


@pytest.mark.parametrize(
    ("more", "parts"),
    [
        ([("W1", "30"), ("W2", "30")], ["cid", "day", "wid"]),
        ([("W1", "30"), ("W1", "60")], ["cid", "day", "minutes"]),
        ([("W1", "30"), ("W1", "60"), ("W2", "30")], ["cid", "day", "wid", "minutes"]),
        ([("W1", "30"), ("W1", "30")], None),
    ],
)
def test_several_visits_of_a_day_are_told_apart_by_worker_and_length(
    more: list[tuple[str, str]], parts: list[str] | None
) -> None:
    modes = ("together", "worker alone", "together")  # rows that differ, though not in worker and length
    visits = [
        {"cid": "C7f3a9b21", "day": "4", "wid": wid, "minutes": minutes, "who_went": modes[place]}
        for place, (wid, minutes) in enumerate(more)
    ]
    setup = proposed(
        log_of_four() | {"advocacy.csv": csv_text(visits)}, advocacy__mode="together=joint 'worker alone'=worker_solo"
    )
    columns = setup.tables["advocacy"]["columns"]
    assert isinstance(columns, dict)
    if parts is None:
        assert any("numbers its rows" in text for text in setup.missing)
    else:
        assert columns["episode_id"] == {"columns": parts, "prefix": "E"}
        assert not any("episode" in text for text in setup.missing)
