"""Questions: what nobody can see in files, each with a name under which its answer can be given beforehand."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from pipeline.base.spoken import spoken

SHORT = 3  # letters of a code that an error repeats in any case
MOST = 15  # questions of one set-up; what else could be asked is left out and said


@dataclass(frozen=True)
class Question:
    """One question: its `name` for an answers file, its text, and the answer that Enter gives (None: there is none).

    `check` gives what is wrong with an answer, or nothing; `spare`: how many questions must be left for what comes after.
    """

    name: str
    text: str
    default: str | None = None
    check: Callable[[str], str] = field(default=lambda _answer: "", compare=False)
    spare: int = 0


Ask = Callable[[Question], str]


@dataclass
class Interview:
    """Asks in turn, counts, and keeps every answer; given answers go before the person, defaults stand in for nobody."""

    given: Mapping[str, str]
    person: Ask | None
    asked: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    unanswered: list[Question] = field(default_factory=list)
    wrong: list[tuple[Question, str]] = field(default_factory=list)

    def ask(self, question: Question) -> str:
        """The answer to a question; '' where nobody gives one, which is remembered."""
        if question.name in self.given:
            answer = self.given[question.name].strip()
            if fault := question.check(answer):
                self.wrong.append((question, fault))
        elif self.person is not None and (question.default is None or self.may_ask(question.spare)):
            self.asked += 1
            answer = self.person(question)
        elif question.default is not None:
            answer = question.default
        else:
            self.unanswered.append(question)
            return ""
        self.answers[question.name] = answer
        return answer

    def may_ask(self, spare: int = 0) -> bool:
        """Whether there is room for one more question beside `spare` others."""
        return self.asked + spare < MOST


def one_of(choices: Collection[str]) -> Callable[[str], str]:
    """A check that an answer is one of some words."""

    def check(answer: str) -> str:
        return "" if answer in choices else f"one of: {', '.join(choices)}{_near(answer, choices)}"

    return check


def code_pairs(answer: str) -> dict[str, str]:
    """`1=female 2=male` as a mapping; commas and semicolons may stand between, quotes around a code with spaces."""
    found = re.findall(r"(?:^|[\s,;])(?:\"([^\"]+)\"|'([^']+)'|([^\s,;=]+))\s*=\s*([A-Za-z0-9_+<>-]+)", answer)
    return {a or b or c: value for a, b, c, value in found}


def _told(codes: Collection[str]) -> str:
    """Codes of an answer that fits nothing, as far as they can be nobody's: short ones, and words that are no names."""
    return ", ".join(code if len(code) <= SHORT or spoken(code) else "a code that stands in the answer" for code in codes)


def meanings(
    codes: Collection[str], allowed: Collection[str], *, is_open: bool, may_skip: bool, all_of: Collection[str] = ()
) -> Callable[[str], str]:
    """A check that an answer gives codes of a column a meaning: `code=meaning`, each known; none of `all_of` left out."""

    def check(answer: str) -> str:
        if not answer or answer == "-":
            return "" if may_skip else "this one is needed"
        found = code_pairs(answer)
        if not found:
            return "write code=meaning, with spaces between: 1=attended 2=no_show"
        if strange := [code for code in found if code not in codes]:
            quotes = '; a code with spaces stands in quotes: "came late"=attended'
            return f"the column holds no {_told(strange)}" + (quotes if any(" " in code for code in codes) else "")
        wrong = [value for value in found.values() if value not in allowed and value != "missing"]
        if wrong and not is_open:
            return f"{_told(wrong)}: no meaning it can have; {', '.join(allowed)}, or missing{_near(wrong[0], allowed)}"
        if unsaid := [code for code in all_of if code not in found]:
            return f"say what {', '.join(unsaid)} means, too; {unsaid[0]}=missing, where it means nothing"
        return ""

    return check


def _near(answer: str, choices: Collection[str]) -> str:
    close = difflib.get_close_matches(answer, choices, n=1)
    return f" (did you mean {close[0]}?)" if close else ""
