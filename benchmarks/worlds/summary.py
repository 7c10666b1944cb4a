"""The results as a table for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.worlds.shares import pooled
from benchmarks.worlds.tally import Promise, Tally

POOLED = 0.05  # wrong verdicts over all worlds of a sample
SHORT = {
    "supported": "supp",
    "suggestive": "sugg",
    "opposite": "oppo",
    "practically zero": "zero",
    "inconclusive": "inco",
    "fragile": "frag",
    "not specific to being there": "notsp",
    "no direction can be claimed": "nodir",
    "not estimable": "none",
    "could not be computed": "error",
}


def table(found: Sequence[Tally]) -> str:
    """One line a cell: studies, wrong verdicts with interval, the verdicts, mean beside truth, coverage."""
    lines = [f"{'world':<35}{'size':<12}{'n':>5}  {'wrong':<23}{'mean':>7}{'truth':>7}  {'covers':<7}verdicts"]
    lines += [_line(tally) for tally in found]
    return "\n".join(lines)


def _line(tally: Tally) -> str:
    shares = " ".join(f"{SHORT.get(verdict, verdict)} {share.value:.0%}" for verdict, share in tally.verdicts().items())
    truth = "" if tally.world.truth is None else f"{tally.world.truth:.3f}"
    covered = f"{tally.covered().value:.0%}" if tally.world.truth is not None and tally.covered().of else ""
    head = f"{tally.world.name:<35}{tally.size!s:<12}{tally.of:>5}  {tally.wrong!s:<23}"
    return f"{head}{tally.mean():>7.3f}{truth:>7}  {covered:<7}{shares}"


def promises(found: Sequence[Tally]) -> str:
    """The bounds that are missed or not decided, and how many are met."""
    kept = [(tally, promise) for tally in found for promise in tally.promises()]
    lines = [_promise(tally, promise) for tally, promise in kept if promise.standing != "met"]
    counts = {word: sum(promise.standing == word for _, promise in kept) for word in ("met", "missed", "not decided")}
    return "\n".join([*lines, ", ".join(f"{count} {word}" for word, count in counts.items())])


def _promise(tally: Tally, promise: Promise) -> str:
    where = f"{tally.world.name} {tally.size}"
    return f"{promise.standing.upper():<12}{where:<47} {promise.what}: {promise.share}, bound {promise.bound}"


def missed(found: Sequence[Tally]) -> int:
    """How many bounds are known to be missed."""
    return sum(promise.standing == "missed" for tally in found for promise in tally.promises())


def pooled_missed(found: Sequence[Tally]) -> bool:
    """Whether too many verdicts are wrong over all worlds with a bound together; single cells of a sample tell little."""
    own = [tally for tally in found if tally.world.limit is not None]
    return pooled([tally.wrong for tally in own]).standing(high=POOLED) == "missed"


def crashed(found: Sequence[Tally]) -> list[str]:
    """What the pipeline raised, once a cell and kind."""
    said = {
        f"{tally.world.name} {tally.size}: {line['error']}" for tally in found for line in tally.lines if line.get("error")
    }
    return sorted(said)
