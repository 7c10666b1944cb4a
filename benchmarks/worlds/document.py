"""docs/operating-characteristics.md: what the ladder says where the truth is known, from the stored results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.worlds.shares import Share
from benchmarks.worlds.tally import Promise, Tally
from benchmarks.worlds.world import Family

PAGE = Path(__file__).parent.parent.parent / "docs" / "operating-characteristics.md"
FAMILIES: dict[Family, str] = {
    "null": "Joint advocacy does nothing",
    "effect": "Joint advocacy does something",
    "feedback": "Ratings bring the advocacy",
    "hidden": "An unlogged cause of both",
    "window": "Windows of unequal length",
    "frequency": "The effect is bound to how often a client is accompanied",
    "masked": "Needs hide an effect",
    "specificity": "Is it being there together?",
    "logging": "When and whether visits are logged",
    "mediation": "Through what happens in the session",
    "outcome": "One side of the alliance more than another",
    "moderator": "For whom, and where",
    "between": "Differences between clients",
    "few": "Few workers, one client a worker, agencies, dropout",
    "looks": "How ratings look",
    "built_in": "The scenarios of the built-in simulator (truth and mean in points)",
}
HEAD = """# Operating characteristics: what the tool says where the truth is known

Made by `python -m benchmarks.worlds --document`; do not edit by hand.

The tool was put to {worlds} simulated worlds in which it is known what joint advocacy does: {studies:,} studies in all,
{low} to {high} a world and size, seeds from {seed:,} on, which were used for nothing before (code {code}). The worlds were
written without knowledge of the rules that judge them (`benchmarks/worlds/`). Every study went through the real windows,
models, checks and rules. A size is workers x clients x sessions.

How to read a number: `4.0% [2.0%, 7.8%]` is a share of the studies with its 95% Monte Carlo interval (Wilson 1927). **A
bound counts as met only where the whole interval lies within it**, as missed where the whole interval lies beyond it, and as
not decided in between: more studies would be needed. Wrong verdicts are marked with a dagger (†). An effect is in standard
deviations of one client's ratings, an episode.

A verdict that makes no claim (inconclusive, fragile, no direction, not specific, not estimable) is never counted as wrong:
it is what the tool costs. `practically zero` is right where the truth is zero.
"""
UNKNOWABLE = """## What no data of this kind can tell

In these worlds a claim can be wrong however many clients are studied. The shares are what to keep in mind under every
`supported`.
"""
COSTS = """## What each check costs in power

Of the studies with a true effect whose interval lies on its true side: the share in which a check did not hold (whether the
verdict hangs on it or not), and the share in which the verdict hung on it and was not the right one. One study may be
stopped by several checks. Worlds in which nothing misleads, all sizes together.
"""


def write(found: Sequence[Tally], first_seed: int, code: str) -> None:
    """Write the page."""
    PAGE.write_text(text(found, first_seed, code), encoding="utf-8")


def text(found: Sequence[Tally], first_seed: int, code: str) -> str:
    """The page as Markdown; at least one tally."""
    parts = [_head(found, first_seed, code), *_unknowable(found), *_promises(found), *_families(found), *_costs(found)]
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _head(found: Sequence[Tally], first_seed: int, code: str) -> str:
    sizes = [tally.of for tally in found]
    worlds = len({tally.world.name for tally in found})
    return HEAD.format(worlds=worlds, studies=sum(sizes), low=min(sizes), high=max(sizes), seed=first_seed, code=code)


def _unknowable(found: Sequence[Tally]) -> Iterator[str]:
    yield UNKNOWABLE
    rows = [
        (tally.world.words, str(tally.size), str(tally.wrong), tally.world.unknowable)
        for tally in found
        if tally.world.unknowable
    ]
    yield _table(("world", "size", "wrong verdicts", "why"), rows)


def _promises(found: Sequence[Tally]) -> Iterator[str]:
    kept = [(tally, promise) for tally in found for promise in tally.promises()]
    counts = {word: sum(promise.standing == word for _, promise in kept) for word in ("met", "missed", "not decided")}
    yield "## Bounds\n"
    yield "Of {} bounds {} are met, {} missed, {} not decided by as many studies.\n".format(
        len(kept), counts["met"], counts["missed"], counts["not decided"]
    )
    yield "### Missed, or not decided\n"
    rows = [_promise(tally, promise) for tally, promise in kept if promise.standing != "met"]
    yield _table(("standing", "world", "size", "what", "share", "bound"), sorted(rows))
    yield "### Met\n"
    rows = [_promise(tally, promise)[1:] for tally, promise in kept if promise.standing == "met"]
    yield _table(("world", "size", "what", "share", "bound"), rows)


def _promise(tally: Tally, promise: Promise) -> tuple[str, ...]:
    what = promise.what
    return promise.standing, f"`{tally.world.name}`", str(tally.size), what, str(promise.share), promise.bound


def _families(found: Sequence[Tally]) -> Iterator[str]:
    for family, title in FAMILIES.items():
        own = [tally for tally in found if tally.world.family == family]
        if not own:
            continue
        yield f"## {title}\n"
        rows = [
            (
                f"`{tally.world.name}`: {tally.world.words}",
                str(tally.size),
                str(tally.of),
                "" if tally.world.truth is None else f"{tally.world.truth:.2f}",
                f"{tally.mean():.3f}" if tally.mean() == tally.mean() else "–",
                str(tally.covered()) if tally.world.covered != "no" else "",
                "<br>".join(_verdicts(tally)),
            )
            for tally in own
        ]
        yield _table(("world", "size", "studies", "truth", "mean", "interval holds the truth", "verdicts"), rows)


def _verdicts(tally: Tally) -> list[str]:
    return [
        f"{verdict}{'†' if verdict in tally.world.untrue else ''} {share}" for verdict, share in tally.verdicts().items()
    ]


def _costs(found: Sequence[Tally]) -> Iterator[str]:
    yield COSTS
    calm = [tally for tally in found if tally.world.family == "effect" and tally.world.predicted != "none"]
    against, stopped = _together([tally.cost() for tally in calm]), _together([tally.stopped() for tally in calm])
    of = max((share.of for share in against.values()), default=0)
    rows = [(f"`{name}`", str(share), str(stopped.get(name, Share(0, of)))) for name, share in against.items()]
    yield _table(("check", "did not hold", "stopped a right verdict"), rows)


def _together(costs: Sequence[Mapping[str, Share]]) -> dict[str, Share]:
    """Shares of several cells, of all their studies: a check a cell does not know stopped none of its studies."""
    of = sum(max((share.of for share in cost.values()), default=0) for cost in costs)
    names = sorted({name for cost in costs for name in cost})
    return {name: Share(sum(cost[name].count for cost in costs if name in cost), of) for name in names}


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "None.\n"
    lines = [_line(head), _line(["---"] * len(head)), *map(_line, rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
