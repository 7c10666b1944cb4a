"""What start says at its end."""

from __future__ import annotations

from pipeline.start.choose import Choice
from pipeline.start.result import Setup

ANSWERS = "answers.yaml"
BEFORE = "params.before.yaml"


def told(setup: Setup, hypotheses: int, choice: Choice, asked: int) -> list[str]:
    """What was seen, written, changed and left out, line by line."""
    said = ["What was seen:", *(f"- {note}" for note in setup.notes)]
    said.append(f"Wrote params.yaml ({asked} questions asked); it was {BEFORE}. The answers are in {ANSWERS}.")
    said.append(f"Hypotheses that these columns can carry: {hypotheses}.")
    for name, changes in choice.changes.items():
        said.append(f"- {name}: {', '.join(f'{key} is now {_value(value)}' for key, value in changes.items())}")
    if choice.gone:
        said.append(f"Left out, for want of a column ({len(choice.gone)}):")
        said += [f"- {name}: {why}" for name, why in choice.gone.items()]
    return said


def _value(value: object) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)
