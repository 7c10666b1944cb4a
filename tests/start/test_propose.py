"""What start sees in files: forms, columns, items, keys; and that it shows no cell of them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.base.yaml_text import parse
from pipeline.measures.library import shipped
from pipeline.prepare.reading import read_identified
from pipeline.start.blocks import Column
from pipeline.start.codes import meaning_of
from pipeline.start.questions import MOST, Interview, Question, meanings
from pipeline.start.result import Setup
from pipeline.start.setup import set_up
from pipeline.tables import by_name
from tests.start.made import Made, csv_text

ROOT = Path(__file__).parents[2]


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


@pytest.fixture(scope="module")
def made() -> Made:
    return Made(clients=12, sessions=4)


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


def test_a_data_dictionary_saves_the_questions(made: Made) -> None:
    from pipeline.start.dictionary import labelled

    words = '"Variable / Field Name","Choices, Calculations, OR Slider Labels"\n'
    words += 'adv_who,"1, Together | 2, Worker alone"\nvisit_status,"1, Kept | 2, No show"\nsex,"1, Female | 2, Male"\n'
    words += 'barriers,"1, Transport | 2, Cost | 3, Stigma"\n'
    tables = {}
    for name, text in (("r.csv", made.redcap()), ("dictionary.csv", words)):
        tables[name], _ = read_identified(1, "csv", text.encode())
    sources = set_up(labelled(tables), "data/raw/study", Interview({}, None), shipped()).sources()
    assert sources["tables"]["advocacy"]["recode"]["mode"] == {"1": "joint", "2": "worker_solo"}
    assert sources["tables"]["clients"]["recode"]["gender"] == {"1": "female", "2": "male"}
    checked = sources["tables"]["clients"]["columns"]["barriers"]["checked"]
    assert list(checked.values()) == ["transport", "cost", "stigma"]


def test_an_emr_log_without_ids_or_numbers(made: Made) -> None:
    setup = proposed(made.emr())
    sources = setup.sources()
    assert sources["tables"]["sessions"]["columns"]["session_id"] == {"columns": ["PatientID", "Days"]}
    assert sources["tables"]["sessions"]["columns"]["session_number"] == {"order_of": "Days"}
    assert sources["tables"]["sessions"]["recode"]["attendance"] == {"Kept": "attended", "No Show": "no_show"}
    assert sources["tables"]["advocacy"]["recode"]["mode"] == {"Together": "joint", "Worker alone": "worker_solo"}
    assert sources["ratings"]["wai_sr_client"]["items"] == "WAI{item:02}"
    assert setup.missing == []


def _sessions(**more: str) -> str:
    rows = [
        {"sid": f"S{n}ab12cd{n}", "cid": "Cab12cd34", "wid": "W12ab34cd", "day": str(n), "status": "1"} | more
        for n in (1, 2)
    ]
    return csv_text(rows)


def _ratings(pattern: str, separator: str = ",", value: str = "3") -> str:
    rows = [{"sid": f"S{n}ab12cd{n}"} | {pattern.format(i): value for i in range(1, 13)} for n in (1, 2)]
    return csv_text(rows, separator)


def test_how_files_are_written_is_declared() -> None:
    qualtrics = _ratings("Q5_{}").splitlines()
    width = len(next(csv.reader([qualtrics[0]])))
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\n").writerows([["Please rate"] * width, ['{"ImportId":"QID"}'] * width])
    headings = "\n".join([qualtrics[0], sink.getvalue().rstrip("\n"), *qualtrics[1:]]) + "\n"
    lime = _ratings("wai[{}]", ";", "3,5").replace("sid", "größe;sid", 1).replace("\nS", "\nä;S")
    titles = "Agency export\nMade by the office\n" + _ratings("wai_{:02}")
    for name, content, how, pattern in (
        ("q.csv", headings, {"skip_after_header": 2}, "Q5_{item}"),
        ("l.csv", lime.encode("cp1252"), {"separator": ";", "decimal": ",", "encoding": "windows-1252"}, "wai[{item}]"),
        ("t.csv", titles, {"skip": 2}, "wai_{item:02}"),
    ):
        sources = proposed({"sessions.csv": _sessions(), name: content}, sessions__attendance="1=attended").sources()
        assert sources["read"] == {name: how}
        assert sources["ratings"]["wai_sr_client"]["items"] == pattern


def test_files_of_the_same_columns_are_stacked_and_scores_alone_are_taken() -> None:
    scores = csv_text([{"sid": f"S{n}ab12cd{n}", "wai_total": "3.5", "wai_bond": "4"} for n in (1, 2)])
    later = _sessions().replace("S1ab", "S8ab").replace("S2ab", "S9ab")
    files = {"sessions_2023.csv": _sessions(), "sessions_2024.csv": later, "wai.csv": scores}
    sources = proposed(files, sessions__attendance="1=attended").sources()
    assert sources["tables"]["sessions"]["file"] == ["sessions_2023.csv", "sessions_2024.csv"]
    assert (
        sources["ratings"]["srs_client" if "srs_client" in sources["ratings"] else "wai_sr_client"]["scores"]["total"]
        == "wai_total"
    )


def test_missing_codes_and_other_scales_are_seen() -> None:
    files = {"sessions.csv": _sessions(), "wai.csv": _ratings("wai_{}").replace(",3,3\n", ",99,7\n")}
    setup = proposed(files, sessions__attendance="1=attended")
    assert setup.sources()["ratings"]["wai_sr_client"]["missing"] == {"all": [""], "items": ["99"]}
    assert setup.scales == {"wai_sr": (1.0, 7.0)}


def test_one_file_that_adds_columns_is_joined() -> None:
    process = csv_text([{"visit": f"S{n}ab12cd{n}", "emp_cl": "7", "rupt_yn": "N"} for n in (1, 2)])
    files = {"sessions.csv": _sessions(), "process.csv": process, "wai.csv": _ratings("wai_{}")}
    sessions = proposed(files, sessions__attendance="1=attended").sources()["tables"]["sessions"]
    assert sessions["joins"] == [{"file": "process.csv", "key": "sid", "other_key": "visit"}]
    assert sessions["columns"]["empathy_client"] == "emp_cl"


def test_what_is_needed_and_not_there_is_said_in_words() -> None:
    assert "no file lists sessions" in proposed({"wai.csv": _ratings("wai_{}")}).missing[0]
    assert "no file holds ratings" in " ".join(proposed({"s.csv": _sessions()}, sessions__attendance="1=attended").missing)


def test_questions_have_names_are_few_and_refuse_what_cannot_be(made: Made) -> None:
    asked: list[Question] = []

    def person(question: Question) -> str:
        asked.append(question)
        wanted = {"sessions.attendance": "1=attended 2=no_show", "advocacy.mode": "1=joint 2=worker_solo"}
        return wanted.get(question.name, question.default or "")

    table, _ = read_identified(1, "csv", made.redcap().encode())
    assert table is not None
    interview = Interview({}, person)
    set_up({"r.csv": table}, "data/raw/study", interview, shipped())
    assert len(asked) == interview.asked <= MOST - 3
    attendance = next(question for question in asked if question.name == "sessions.attendance")
    assert attendance.check("1=attended 2=no_show") == ""
    assert attendance.check("1=attended 7=no_show")
    assert "attended" in attendance.check("1=atended 2=no_show")
    assert attendance.check("")
    assert interview.answers["advocacy.mode"] == "1=joint 2=worker_solo"
    wrong = Interview({"sessions.attendance": "1=here"}, None)
    set_up({"r.csv": table}, "data/raw/study", wrong, shipped())
    assert [question.name for question, _ in wrong.wrong] == ["sessions.attendance"]
    assert [question.name for question in wrong.unanswered] == ["advocacy.mode"]


def test_columns_can_be_corrected() -> None:
    files = {"sessions.csv": _sessions(mins="50", odd="30"), "wai.csv": _ratings("wai_{}")}
    setup = proposed(files, sessions__attendance="1=attended", columns="sessions.duration_min=odd sessions.day=-")
    columns = setup.sources()["tables"]["sessions"]["columns"]
    assert columns["duration_min"] == "odd"
    assert "day" not in columns


def test_a_proposal_can_be_pasted_and_shows_no_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header = [
        "Record ID",
        "Client Name",
        "DOB",
        "Therapist ID",
        "Visit #",
        "Days since intake",
        "Attended?",
        "Mrs Smith, 3pm",
    ]
    header += ["Session Number", *(f"WAI {item}" for item in range(1, 13)), "Notes", "7"]
    row = ["Cab12cd34", "Maria Gonzalez", "1985-04-12", "W12ab34cd", "V12ab34cd", "14", "Yes", "x", "3", *"123451234512"]
    rows = [header, [*row, "she said it was fine", "9"], ["Cab12cd35", *row[1:4], "V12ab34ce", *row[5:], "", "9"]]
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\r\n").writerows(rows)
    (tmp_path / "2024 visits.csv").write_bytes(b"\xef\xbb\xbf" + sink.getvalue().encode())
    assert main(["start", "--propose", str(tmp_path / "2024 visits.csv")]) == 0
    said = capsys.readouterr().out
    cells = {cell for cells in rows[1:] for cell in cells if len(cell) > 3}
    assert not [cell for cell in (*cells, "Client Name", "Smith") if cell in said]
    assert "DOB" not in said  # without an intake or a date nobody can say how old: left behind, as prepare does by itself
    block = parse(said)["sources"]
    assert block["tables"]["sessions"]["columns"] == {
        "session_id": "Visit #",
        "client_id": "Record ID",
        "worker_id": "Therapist ID",
        "day": "Days since intake",
        "session_number": "Session Number",
        "attendance": "Attended?",
    }
    (rating,) = block["ratings"].values()
    assert rating["items"] == "WAI {item}"


def test_a_file_that_cannot_be_read_is_named_by_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.sav").write_bytes(b"\xff\xfe")
    assert main(["start", "--propose", str(tmp_path / "bad.sav")]) == 1
    assert "file 1: cannot be read" in capsys.readouterr().err


def test_the_proposed_plan_prepares_as_start_does(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, file, key = tmp_path / "project", tmp_path / "redcap.csv", str(tmp_path / "keys/a.key")
    root.mkdir()
    (root / "params.yaml").write_text("{}", encoding="utf-8")
    file.write_text(made.redcap(), encoding="utf-8")
    monkeypatch.chdir(root)
    assert main(["start", "--propose", str(file)]) == 0
    said = capsys.readouterr().out
    plan = "".join(line.removeprefix("# ") + "\n" for line in said.splitlines()[1:] if line.startswith("# "))
    (tmp_path / "plan.yaml").write_text(plan, encoding="utf-8")
    assert parse(said)["sources"]["tables"]["sessions"]["rows"] == {"redcap_repeat_instrument": ["visit"]}
    assert main(["prepare", str(file), "--to", "data/raw/mine", "--key", key, "--plan", str(tmp_path / "plan.yaml")]) == 0
    header = (root / "data/raw/mine/redcap.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert {"record_id", "visit_day", "alliance_day", "adv_day", "wai_12"} <= set(header)
    assert "intake_date" not in header


def test_quasi_identifiers_that_make_clients_stand_out_are_left_out_and_said() -> None:
    people = [{"cid": f"C{n:02d}ab12cd", "age": "30-44", "sex": "FM"[n % 2], "race": "BW"[n // 10]} for n in range(20)]
    people[0]["race"] = "L"
    files = {"clients.csv": csv_text(people), "sessions.csv": _sessions(), "wai.csv": _ratings("wai_{}")}
    setup = proposed(files, sessions__attendance="1=attended")
    assert set(setup.sources()["tables"]["clients"]["columns"]) == {"client_id", "age_band", "gender"}
    assert setup.sources()["tables"]["clients"]["recode"] == {"gender": {"F": "female", "M": "male"}}
    assert any("clients.race_ethnicity: left out" in note and "k-anonymity" in note for note in setup.notes)


def test_never_more_than_fifteen_questions_however_much_could_be_asked() -> None:
    codes = dict.fromkeys(("sex", "race", "lang", "prog", "agegrp", "mandated", "referral"), "7")
    people = [{"cid": f"C{n:02d}ab12cd", **codes} for n in range(20)]
    more = dict.fromkeys(("phase", "modality", "crisis", "rupture", "repair"), "8")
    rated = csv_text(
        [
            {"sid": f"S{n}ab12cd{n}"} | {f"{form}_{i}": "3" for form in "abcdefghijklmnopqrs" for i in range(1, 13)}
            for n in (1, 2)
        ]
    )
    tables = {}
    for name, text in (("clients.csv", csv_text(people)), ("sessions.csv", _sessions(**more)), ("ratings.csv", rated)):
        tables[name], _ = read_identified(1, "csv", text.encode())
    asked: list[str] = []

    def person(question: Question) -> str:
        asked.append(question.name)
        return "1=attended" if question.name == "sessions.attendance" else question.default or ""

    interview = Interview({}, person)
    set_up(tables, "data/raw/study", interview, shipped())
    assert len(asked) <= MOST - 1  # the title comes after
    assert "sessions.attendance" in asked


def small_log(**cells: str) -> dict[str, str]:
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


def test_ratings_of_sessions_that_did_not_take_place_become_a_policy_that_is_said() -> None:
    files = small_log(status="Kept X X")
    setup = proposed(files, sessions__attendance="X=cancelled")
    assert setup.policies == {"rating_without_attendance": "quarantine"}
    assert any(note.startswith("2 ratings of sessions that did not take place") for note in setup.notes)
    stopped = proposed(files, sessions__attendance="X=cancelled", unattended_ratings="no")
    assert stopped.policies == {}
    assert proposed(small_log()).policies == {}


def test_columns_that_nothing_is_made_of_are_named_and_names_of_people_are_not() -> None:
    files = small_log()
    files["sessions.csv"] = files["sessions.csv"].replace("shoe", "shoe_size", 1)
    files["clients.csv"] = files["clients.csv"].replace("sex", "Maria", 1)
    notes = "\n".join(proposed(files).notes)
    assert "sessions.csv: 1 column is not used: shoe_size" in notes
    assert "clients.csv: 2 columns are not used: mand (" in notes
    assert "Maria" not in notes


def test_scores_alone_ask_for_their_reliability_and_say_what_it_costs_not_to_know_it() -> None:
    files = small_log()
    rows = [line.split(",")[:2] for line in files["wai.csv"].splitlines()[1:]]
    files["wai.csv"] = csv_text([{"cid": client, "nr": number, "wai_total": "3.25"} for client, number in rows])
    unknown = proposed(files)
    assert unknown.reliabilities == {}
    assert any("can be called supported" in note and "reliability=0.75" in note for note in unknown.notes)
    assert proposed(files, reliability="0.8").reliabilities == {"wai_sr": 0.8}


@pytest.mark.parametrize(
    "before",
    [
        "privacy: {}\n",
        "privacy:\n  k: 5\n",
        "privacy:\n  policies: { orphans: warn }\n",
        "privacy:\n  policies:\n    orphans: warn\n",
    ],
)
def test_a_policy_is_written_beside_those_that_stand_there(before: str) -> None:
    from pipeline.start.params_text import with_policies

    text = with_policies(f"study: {{}}\n{before}\nmeasures: {{}}\n", {"rating_without_attendance": "quarantine"})
    policies = parse(text)["privacy"]["policies"]
    assert policies["rating_without_attendance"] == "quarantine"
    assert policies.get("orphans", "warn") == "warn"
    assert ("orphans" in before) == ("orphans" in policies)
    assert with_policies(text, {"rating_without_attendance": "warn"}) == text


def test_items_of_three_digits_and_sessions_numbered_from_nought() -> None:
    files = small_log()
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
    files = small_log()
    files["sessions.csv"] += files["sessions.csv"].splitlines()[3] + "\n"
    files["clients.csv"] += files["clients.csv"].splitlines()[1] + "\n"
    setup = proposed(files)
    assert setup.missing == []
    assert "clients" in setup.tables


FAR_NUMBERS = {
    "nines far beyond": (["3", "7", "0", "5", "99"], ["99"]),
    "words beside numbers": (["3", "7", "0", "5", "#NULL!"], ["#NULL!"]),
    "below nought alone": (["3", "7", "0", "5", "-9"], ["-9"]),
    "one of many": (["60", "75", "88", "90", "99"], None),
    "a nine among small ones": (["3", "7", "0", "5", "9"], None),
}


@pytest.mark.parametrize("kind", FAR_NUMBERS)
def test_numbers_that_stand_for_none_are_told_from_numbers(kind: str) -> None:
    cells, missing = FAR_NUMBERS[kind]
    clients = [{"cid": f"C7f3a9b2{n}", "need": cell} for n, cell in enumerate(cells)]
    files = small_log()
    files["clients.csv"] = csv_text(clients)
    setup = proposed(files)
    found = setup.tables["clients"].get("missing")
    assert setup.tables["clients"]["columns"]["need_index"] == "need"
    assert (None if found is None else found["need_index"]) == missing


def test_a_process_scale_around_nought_is_declared() -> None:
    files = small_log()
    rows = files["sessions.csv"].splitlines()
    cells = ["-3", "2", "0", "1", "3", "-1"] * 2
    files["sessions.csv"] = (
        "\n".join([f"{rows[0]},empathy_client", *(f"{row},{c}" for row, c in zip(rows[1:], cells, strict=True))]) + "\n"
    )
    assert proposed(files).tables["sessions"]["scales"] == {"empathy_client": [-3, 3]}


def test_what_prepare_may_keep_and_what_it_must_leave() -> None:
    """Ratings named after a role are no ids; dates without a client, and births without an intake, are left behind."""
    from pipeline.start.identify import propose_plan

    files = {
        "s.csv": csv_text([{"cid": "C7f3a9b21", "empathy_client": "3", "visit_date": "2023-04-05", "dob": "1980-02-03"}]),
        "q.csv": csv_text([{"sid": "S7f3a9b21", "StartDate": "2023-04-05 10:11:12", "wai_1": "#NULL!", "boxes": "1,3"}]),
    }
    tables = {}
    for number, (name, text) in enumerate(files.items(), start=1):
        tables[name], _ = read_identified(number, "csv", text.encode())
    plan = propose_plan(tables)
    assert plan.ids["client"] == ["s.csv:cid"]
    assert plan.dates == ["s.csv:visit_date"]
    assert {"s.csv:empathy_client", "q.csv:wai_1", "q.csv:boxes"} <= set(plan.keep)


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_sites_own_words_for_codes_come_in_where_somebody_says_that_they_are_codes(answer: str) -> None:
    """Only under a header of codes, and only words that come again: a remark about one client is never asked about."""
    from pipeline.start.identify import propose_plan
    from pipeline.start.planning import plan_from

    cells = ("turned up here", "stayed away", "turned up here", "stayed away")
    rows = [
        {"cid": "K1", "visit_date": "2023-04-05", "status": cell, "who_went": remark, "nickname": "Bo Li"}
        for cell, remark in zip(cells, ("with Mia", "alone", "alone", "alone"), strict=True)
    ]
    table, _ = read_identified(1, "csv", csv_text(rows).encode())
    assert table is not None
    proposal = propose_plan({"s.csv": table})
    assert set(proposal.wordy) == {"s.csv:status"}
    plan = plan_from(proposal, Interview({"codes.status": answer, "intake": "first"}, None))
    assert ("s.csv:status" in plan.keep) == (answer == "yes")
    assert plan.codes == ({"s.csv:status": ("stayed away", "turned up here")} if answer == "yes" else {})
    assert not plan_from(proposal, Interview({}, None)).codes  # unattended: left behind


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
        small_log() | {"advocacy.csv": csv_text(visits)}, advocacy__mode="together=joint 'worker alone'=worker_solo"
    )
    columns = setup.tables["advocacy"]["columns"]
    assert isinstance(columns, dict)
    if parts is None:
        assert any("numbers its rows" in text for text in setup.missing)
    else:
        assert columns["episode_id"] == {"columns": parts, "prefix": "E"}
        assert not any("episode" in text for text in setup.missing)


def test_a_needed_column_wants_a_meaning_for_each_of_its_codes() -> None:
    check = meanings(("1", "2"), ("joint", "worker_solo"), is_open=False, may_skip=False, all_of=("1", "2"))
    assert check("1=joint") == "say what 2 means, too; 2=missing, where it means nothing"
    assert not check("1=joint 2=missing")


def test_a_cell_that_names_somebody_is_no_code_and_never_proposed() -> None:
    cells = ("yes", "kept by Maria Gonzalez", "no show", "call 555-123-4567", "")
    found = meaning_of(by_name()["sessions"].columns["attendance"], Column("kept", cells))
    assert not any("Gonzalez" in text or "4567" in text for text in (*found.known, *found.unknown, *found.missing))
    assert set(found.known) == {"yes", "no show"}
