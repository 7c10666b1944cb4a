"""The ratings of a set-up: which instrument, who answered, on which scale, and which answers stand for none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pipeline.measures.instrument import Instrument
from pipeline.start.items import Items, answers_off_scale, missing_codes
from pipeline.start.links import SessionKey, mapped
from pipeline.start.questions import Question
from pipeline.start.result import Making, Setup, Tree, source_of
from pipeline.start.roles import Role
from pipeline.start.words import plain_words

RATERS = ("client", "worker", "observer")
WORKER = re.compile(r"(?i)worker|therap|staff|clinician|(?:^|_)w[kt]?_")
SPARE = 5  # questions kept free for codes that nothing can be estimated without, and what comes after them
ANCHORS = {"seldom": 1, "sometimes": 2, "fairly_often": 3, "very_often": 4, "always": 5}  # of the WAI's short forms


def add_ratings(making: Making, role: Role, sessions: Role, key: SessionKey | None) -> None:
    """Add what a block holds of ratings to the set-up; `key`: what a session id is made of."""
    runs: list[Items | None] = [*role.items] if role.items else [None]
    for run in runs:
        found = _instrument(making, run, role)
        if found is None:
            name = run.pattern if run else ", ".join(role.scores.values())
            making.setup.notes.append(f"{name}: left out, since no instrument was named whose key is for this rater")
            continue
        instrument, rater = found
        what = run.pattern if run else ", ".join(role.scores.values())
        making.setup.notes.append(f"{what}: {instrument.id}, as the {rater} answers it")
        source = source_of(role)
        source |= {"instrument": instrument.id, "rater": rater}
        if key is not None:
            source["columns"] = {"session_id": mapped(key.sessions if role.block is sessions.block else key.ratings)}
        if run is not None:
            source["items"] = run.pattern
            _scale(making.setup, source, run, instrument)
        else:
            source["scores"] = {score: header for score, header in role.scores.items() if score in instrument.scores}
            if (rule := _rule(role, instrument)) != instrument.score:
                source["scored"] = rule
                making.setup.notes.append(
                    f"{what}: taken for {rule}s of the items, where the instrument's key has {instrument.score}s"
                )
            _reliability(making, instrument)
        source["ignore_others"] = True
        ratings, name = making.setup.ratings, f"{instrument.id}_{rater}"
        ratings[name if name not in ratings else f"{name}_{len(ratings) + 1}"] = source


def _reliability(making: Making, instrument: Instrument) -> None:
    """How reliable changes of a score are within clients, which scores without items cannot tell."""
    text = (
        f"Of {instrument.id} only scores were kept, so how reliable their changes within clients are cannot be computed.\n"
        "  Do you know it from elsewhere (a number such as 0.75)? Enter if not: the models run, but nothing is called\n"
        "  supported, since too little is known of the errors of measurement"
    )
    answer = making.interview.ask(Question("reliability", text, "", _is_share, SPARE))
    if answer:
        making.setup.reliabilities[instrument.id] = float(answer)
        return
    making.setup.notes.append(
        f"{instrument.id}: only scores, and no reliability was given: no hypothesis about it can be called supported; "
        "--answer reliability=0.75 (outcome.reliability) declares it"
    )


def _is_share(answer: str) -> str:
    is_number = re.fullmatch(r"0?\.[0-9]{1,4}|1(?:\.0+)?", answer)
    return "" if not answer or is_number else "a number above 0 and at most 1, such as 0.75; or Enter"


def _instrument(making: Making, run: Items | None, role: Role) -> tuple[Instrument, str] | None:
    """The instrument and who answered: asked in one question, with the likeliest as its default."""
    instruments = making.instruments
    fitting = [one for one in instruments.values() if run is None or one.items == run.count]
    what = f"{run.count} items, `{run.pattern}`" if run else f"scores, `{', '.join(role.scores.values())}`"
    choices = ", ".join(one.id for one in (fitting or instruments.values()))
    text = (
        f"{role.block.name()} holds {what}.\n  Which instrument ({choices})? And who answered: client, worker, observer?\n"
    )
    text += "  Write both, such as `wai_sr client`; `-` leaves it out"
    count = len(making.setup.ratings) + 1
    name = "instrument" if count == 1 else f"instrument_{count}"
    header = run.pattern if run else " ".join(role.scores.values())
    answer = making.interview.ask(Question(name, text, _likely(fitting, header, role), _check(instruments, run), SPARE))
    chosen, _, who = answer.partition(" ")
    return (instruments[chosen], who or "client") if chosen in instruments else None


def _likely(fitting: list[Instrument], header: str, role: Role) -> str:
    """The instrument a header names, else the first that fits, else none; by the client unless a name says otherwise."""
    rater = "worker" if WORKER.search(f"{header} {role.block.name()}") else "client"
    spelled = plain_words(header).replace("_", "")

    def unlikely(one: Instrument) -> tuple[bool, bool, bool, bool, bool, str]:
        family, _, form = one.id.partition("_")
        lacks = not set(role.scores) <= set(one.scores)
        return (
            family not in spelled,
            one.id.replace("_", "") not in spelled,
            lacks,
            rater not in one.raters,
            form != "sr",
            one.id,
        )

    ordered = [one for one in sorted(fitting, key=unlikely) if rater in one.raters]
    return f"{ordered[0].id} {rater}" if ordered else "-"


def _rule(role: Role, instrument: Instrument) -> str:
    """Whether scores are sums or means of the items: means lie on the scale of one answer."""
    cells = {cell for header in role.scores.values() for cell in role.block.columns[header].different()}
    highest = max(instrument.scale[1], *(high for _, high in (instrument.scale, *instrument.other_scales)))
    return "mean" if not answers_off_scale(cells, 0, highest) else "sum"


def _check(instruments: Mapping[str, Instrument], run: Items | None) -> Callable[[str], str]:
    def check(answer: str) -> str:
        name, _, who = answer.partition(" ")
        if answer == "-":
            return ""
        if name not in instruments:
            return f"no instrument {name}: {', '.join(instruments)}, or one file of your own (instruments/README.md)"
        if run is not None and instruments[name].items != run.count:
            return f"{name} has {instruments[name].items} items, and here are {run.count}"
        return "" if (who or "client") in RATERS else f"who answered is one of {', '.join(RATERS)}"

    return check


def _number_in(text: str) -> float | None:
    """The number of an answer in words: that of its label, or the one before its words (`3 - Sometimes`)."""
    numbered = re.fullmatch(r"([0-9]{1,2}) ?[-=.:)]? ?[A-Za-z][A-Za-z ,'-]*", text)
    return float(numbered[1]) if numbered else ANCHORS.get(plain_words(text))


def _scale(setup: Setup, source: Tree, run: Items, instrument: Instrument) -> None:
    """The scale the answers are on, and the answers that stand for none."""
    words = {text: number for text in run.answers if (number := _number_in(text)) is not None}
    if words:
        source["labels"] = {text: words[text] for text in sorted(words, key=lambda text: (words[text], text))}
    for low, high in (instrument.scale, *instrument.other_scales):
        gone = missing_codes(run.answers - set(words), low, high)
        if not answers_off_scale(run.answers - set(words) - set(gone), low, high):
            break
    else:
        setup.notes.append(f"{instrument.id}: some answers are outside its scale; `check` says how many")
        return
    if (low, high) != instrument.scale:
        setup.scales[instrument.id] = (low, high)
        setup.notes.append(f"{instrument.id}: the answers run from {low:g} to {high:g}, a scale that others use, too")
    if gone:
        source["missing"] = {"all": [""], "items": [*gone]}
        setup.notes.append(f"{instrument.id}: the answers {', '.join(gone)} lie outside its scale and are read as missing")
