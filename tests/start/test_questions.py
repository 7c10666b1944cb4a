"""What start asks, how often, under which names, and what it does with the answers."""

from __future__ import annotations

import pytest

from pipeline.base.yaml_text import parse
from pipeline.measures.library import shipped
from pipeline.prepare.reading import read_identified
from pipeline.start.questions import MOST, Interview, Question, meanings
from pipeline.start.setup import set_up
from tests.start.made import Made, csv_text
from tests.start.proposals import log_of_four, proposed, ratings_of_two, sessions_of_two


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


def test_what_is_needed_and_not_there_is_said_in_words() -> None:
    assert "no file lists sessions" in proposed({"wai.csv": ratings_of_two("wai_{}")}).missing[0]
    assert "no file holds ratings" in " ".join(
        proposed({"s.csv": sessions_of_two()}, sessions__attendance="1=attended").missing
    )


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
    files = {"sessions.csv": sessions_of_two(mins="50", odd="30"), "wai.csv": ratings_of_two("wai_{}")}
    setup = proposed(files, sessions__attendance="1=attended", columns="sessions.duration_min=odd sessions.day=-")
    columns = setup.sources()["tables"]["sessions"]["columns"]
    assert columns["duration_min"] == "odd"
    assert "day" not in columns


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
    for name, text in (("clients.csv", csv_text(people)), ("sessions.csv", sessions_of_two(**more)), ("ratings.csv", rated)):
        tables[name], _ = read_identified(1, "csv", text.encode())
    asked: list[str] = []

    def person(question: Question) -> str:
        asked.append(question.name)
        return "1=attended" if question.name == "sessions.attendance" else question.default or ""

    interview = Interview({}, person)
    set_up(tables, "data/raw/study", interview, shipped())
    assert len(asked) <= MOST - 1  # the title comes after
    assert "sessions.attendance" in asked


def test_ratings_of_sessions_that_did_not_take_place_become_a_policy_that_is_said() -> None:
    files = log_of_four(status="Kept X X")
    setup = proposed(files, sessions__attendance="X=cancelled")
    assert setup.policies == {"rating_without_attendance": "quarantine"}
    assert any(note.startswith("2 ratings of sessions that did not take place") for note in setup.notes)
    stopped = proposed(files, sessions__attendance="X=cancelled", unattended_ratings="no")
    assert stopped.policies == {}
    assert proposed(log_of_four()).policies == {}


def test_scores_alone_ask_for_their_reliability_and_say_what_it_costs_not_to_know_it() -> None:
    files = log_of_four()
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


def test_a_needed_column_wants_a_meaning_for_each_of_its_codes() -> None:
    check = meanings(("1", "2"), ("joint", "worker_solo"), is_open=False, may_skip=False, all_of=("1", "2"))
    assert check("1=joint") == "say what 2 means, too; 2=missing, where it means nothing"
    assert not check("1=joint 2=missing")


def test_an_answer_that_splits_a_code_at_its_space_is_told_of_quotes() -> None:
    check = meanings(("with client", "alone"), ("joint", "worker_solo"), is_open=False, may_skip=False)
    assert check("with client=joint").endswith('a code with spaces stands in quotes: "came late"=attended')
    assert not check('"with client"=joint alone=worker_solo')
