"""plan: how many workers, clients and sessions; by formula, and (--ladder) by drawn studies put through every attempt."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from pipeline.base.errors import ParamsError, Problem
from pipeline.base.key_path import nearest
from pipeline.base.params import Hypothesis, Params, Planning, load
from pipeline.commands.export import docx
from pipeline.planning.design import PlannedDesign, Variation
from pipeline.planning.factors import curves
from pipeline.planning.fitted import of_fit
from pipeline.planning.page import PlanPage, document, ladder_lines, lines
from pipeline.planning.plannable import problems
from pipeline.planning.power import Power, central, grid, power, smallest
from pipeline.planning.studies import WORLDS, Outcome, Planned, World
from pipeline.planning.tally import Ladder, Task, ladders, missing, run, tasks
from pipeline.project.io import Batch, digest
from pipeline.project.runner import params_text
from pipeline.report.readers.page import page_html
from pipeline.results.fit import Fit

PAGE, DOCX = "reports/plan.html", "reports/plan.docx"
STORE = "data/plans"
FITS = "data/analysis/fits"


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Print the designs and their power, write the plan as a page and a Word document."""
    params = load(params_text(root))
    ladder = bool(getattr(arguments, "ladder", False))
    name, hypothesis = hypothesis_of(params, drawn=ladder)
    wanted = params.plan
    effect = wanted.effect or hypothesis.smallest_effect
    family = max(1, sum(one.role == "confirmatory" for one in params.hypotheses.values()))
    family = family if hypothesis.role == "confirmatory" and params.verdict.confirmatory_correction == "holm" else 1
    alpha = params.verdict.alpha / family
    variation, source = variation_of(root, params)
    designs = designs_of(wanted)
    seed, below = params.study.seed, params.compute.kenward_roger_below
    powers = tuple(power(design, variation, effect, alpha=alpha, seed=seed, kenward_roger_below=below) for design in designs)
    print(
        f"Power to see {effect:g} within-client SDs ({'as asked' if wanted.effect else 'the smallest that matters'}) "
        f"in `{name}`, two-sided, alpha {alpha:.3g}{f' (one of {family} claims)' if family > 1 else ''}."
    )
    print(*lines(powers), sep="\n")
    best = smallest(powers, wanted.target)
    print(
        f"Smallest that reaches {wanted.target:.0%}: "
        + (f"{best.ratings:,} ratings, {_size(best.design)}" if best else "none")
    )
    planned = Planned(hypothesis, params.verdict, params.compute, params.exposure, variation, effect, family)
    found: list[Ladder] = []
    if ladder:
        found = climbed(root, planned, _that_matter(powers, wanted), _worlds(arguments), wanted, seed)
    print(*ladder_lines(found), sep="\n", end="\n" if found else "")
    around = central(powers, wanted.target)
    by_factor = curves(around, variation, effect, alpha=alpha, seed=seed, kenward_roger_below=below) if around else {}
    plan = PlanPage(
        hypothesis.claim, effect, alpha, family, wanted.target, variation, source, powers, tuple(found), by_factor, below
    )
    batch = Batch(root, (), (PAGE, DOCX))
    made = document(plan)
    batch.put_text(PAGE, page_html(made))
    batch.put_bytes(DOCX, docx(made))
    batch.commit()
    print(f"The plan for `{name}` is {PAGE} and {DOCX}.")
    return 0


def hypothesis_of(params: Params, *, drawn: bool = False) -> tuple[str, Hypothesis]:
    """The hypothesis whose study is planned; ParamsError where there is none such, or it is of a kind without a plan.

    `drawn`: studies are to be drawn for it, too.
    """
    names = [name for name, one in params.hypotheses.items() if one.role == "confirmatory"] or list(params.hypotheses)
    name = params.plan.hypothesis or (names[0] if names else "")
    if name not in params.hypotheses:
        mend = nearest(name, list(params.hypotheses)) if params.hypotheses else "declare one under `hypotheses:`"
        raise ParamsError(Problem("plan.hypothesis", f"there is no hypothesis `{name}`", mend))
    one = params.hypotheses[name]
    found = problems(name, one, drawn=drawn)
    if found:
        raise ParamsError(found)
    return name, one


def variation_of(root: Path, params: Params) -> tuple[Variation, str]:
    """How ratings vary: as declared, or as in a study's own fit (its variances, never its estimate)."""
    wanted = params.plan
    declared = Variation(
        wanted.client_sd, wanted.worker_sd, wanted.client_effect_sd, wanted.worker_effect_sd, wanted.trend_sd
    )
    if wanted.variances_of is None:
        return declared, "As declared in params.yaml (`plan:`)."
    name = f"{FITS}/{wanted.variances_of}.json"
    if wanted.variances_of not in params.hypotheses or not (root / name).is_file():
        mend = "run `python -m pipeline study` first, or declare the SDs"
        raise ParamsError(Problem("plan.variances_of", "no such fit here", mend))
    found = of_fit(Batch(root, (name,), ()).record(name, Fit), declared)
    if found is None:
        what = "that fit has no variances of a score's ratings"
        raise ParamsError(Problem("plan.variances_of", what, "name a hypothesis about a score, or declare the SDs"))
    variation, left = found
    said = f"Variances of the fit of `{wanted.variances_of}`; its estimate is not used."
    return variation, said + (f" As declared, since the fit does not tell them: {', '.join(left)}." if left else "")


def designs_of(wanted: Planning) -> list[PlannedDesign]:
    """Every combination of sizes that was asked about."""
    start = PlannedDesign(2, 2, 2, wanted.rate, wanted.rate_spread, wanted.missed, wanted.dropout)
    return grid(start, {"workers": wanted.workers, "clients": wanted.clients, "sessions": wanted.sessions})


def climbed(
    root: Path, planned: Planned, designs: list[PlannedDesign], worlds: tuple[World, ...], wanted: Planning, seed: int
) -> list[Ladder]:
    """Drawn studies through the ladder; what was drawn before, by this version and these settings, is not drawn again."""
    asked = tasks(designs, worlds, wanted.studies, seed)
    store = _Store(root, planned)
    left = missing(asked, store.known)
    shown = sys.stderr.isatty()
    for number, (task, result) in enumerate(run(planned, left, wanted.cluster, os.cpu_count() or 1), 1):
        store.add(task, result)
        if shown:
            print(f"\r  {number:,} of {len(left):,} studies drawn", end="", file=sys.stderr, flush=True)
    if shown and left:
        print(file=sys.stderr)
    return ladders(asked, store.known)


class _Store:
    """Results of drawn studies, a line each, kept by what they depend on; a line cut by a kill is passed over."""

    def __init__(self, root: Path, planned: Planned) -> None:
        law = {key: _plain(value) for key, value in vars(planned).items() if key != "hypothesis"}
        law |= {"hypothesis": planned.hypothesis.model_dump(mode="json"), "code": _code()}
        self.path = root / STORE / f"{digest(json.dumps(law, sort_keys=True, default=str).encode())[:16]}.jsonl"
        self.known = dict(self._read())

    def _read(self) -> Iterable[tuple[str, Outcome]]:
        for line in self.path.read_text(encoding="utf-8").splitlines() if self.path.is_file() else ():
            try:
                entry = json.loads(line)
                yield str(entry["key"]), Outcome(bool(entry["significant"]), str(entry["verdict"]))
            except (ValueError, KeyError):
                continue

    def add(self, task: Task, result: Outcome) -> None:
        """Keep one result, at once."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.known[task.key] = result
        line = json.dumps({"key": task.key, **asdict(result)}, sort_keys=True)
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:
            file.write(line + "\n")


def _code() -> str:
    """What the rooms that shape a drawn study's verdict are made of: another make of them draws anew."""
    here = Path(__file__).parent.parent
    rooms = ("base", "dynamic", "exposure", "hypotheses", "measures", "multilevel", "planning", "results", "simulate")
    files = sorted(path for room in rooms for path in (here / room).rglob("*.py"))
    return digest(b"".join(digest(path.read_bytes()).encode() for path in files))


def _plain(value: object) -> object:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def _that_matter(powers: tuple[Power, ...], wanted: Planning) -> list[PlannedDesign]:
    """The designs nearest above and below the target: those a decision is between."""
    told = [one for one in powers if one.power is not None]
    near = sorted(told, key=lambda one: (abs((one.power or 0.0) - wanted.target), one.ratings))
    return [one.design for one in near[: wanted.designs]]


def _worlds(arguments: argparse.Namespace) -> tuple[World, ...]:
    return tuple(WORLDS) if getattr(arguments, "all_truths", False) else ("effect",)


def _size(design: PlannedDesign) -> str:
    return f"{design.workers} workers x {design.clients} clients x {design.sessions} sessions"
