"""docs/simulation.md: every true effect and scenario of the built-in study, made from the code that uses them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from pipeline.base.options import Scenario
from pipeline.simulate.scenarios import DIFFERENCES, IN_WORDS, truth_of
from pipeline.simulate.truth import BOUNDS, MEANINGS

HEAD = """# The built-in study and its truth

Made by `python -m pipeline codebook` from `pipeline/simulate/`; do not edit.

The study is drawn from known effects, so that every model can be held to them. `data/raw/simulated/truth.json` holds them
beside the data: `parameters`, and `observed`, what they amount to on the scale of scores. The two differ, because answers
are whole numbers from 1 to 5: near the ceiling a part of every effect is lost. `observed` is found in large
studies as the difference the episodes make to the expected score, regressed on the dose in the rating's window.

A study of your own making:

```yaml
simulate:
  scenario: crisis        # the starting point, see below
  clients: 250
  truth: { joint: 0.05, crisis_on_alliance: -0.3 }   # any effect by name
```
"""
UNITS = (
    "Points are points of the 1-5 item scale of the WAI-SR; a log rate is added to the logarithm of the expected number of "
    "episodes between two sessions."
)


def page() -> str:
    """The page as Markdown."""
    scenarios = [f"| `{name}` | {IN_WORDS[name]} | {_changes(DIFFERENCES[name])} |" for name in get_args(Scenario)]
    default = truth_of("default", {})
    effects = [
        f"| `{name}` | {meaning} | {getattr(default, name):g} | {BOUNDS[name][0]:g} to {BOUNDS[name][1]:g} |"
        for name, meaning in MEANINGS.items()
    ]
    return "\n".join(
        [
            HEAD,
            "## Scenarios\n",
            "| scenario | what it is | differs from `default` in |\n|---|---|---|",
            *scenarios,
            f"\n## Effects\n\n{UNITS}\n",
            "| name | meaning | default | allowed |\n|---|---|---|---|",
            *effects,
            "",
        ]
    )


def _changes(differences: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in differences.items()) or "nothing"
