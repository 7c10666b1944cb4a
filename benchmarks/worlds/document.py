"""docs/operating-characteristics.md: what the ladder says where the truth is known, from the stored results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.worlds import catalogue, shipped
from benchmarks.worlds.shares import Share, pooled
from benchmarks.worlds.tally import COVERAGE, FEEDBACK_COVERAGE, Promise, Tally
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

The tool was put to {worlds} of {all} simulated worlds in which it is known what joint advocacy does: {studies:,} studies in
all, {each} a world and size, seeds from {seed:,} on, which were used for nothing before
({code}). The worlds
were written without knowledge of the rules that judge them (`benchmarks/worlds/`). Every study went through the real
windows, models, checks and rules. A size is workers x clients x sessions. The whole benchmark is 200 studies a world and
size, and 1,000 where coverage is claimed or a cause is hidden; **with fewer than that most bounds are not decided yet**:
`python -m benchmarks.worlds` goes on where this run ended.

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
TOGETHER = """## The families of worlds together

Wrong verdicts over all worlds and sizes of a family that have a bound (the largest of their bounds is shown). A single world
may do worse than its family: see below.
"""
COSTS = """## What each check costs in power

Of the studies with a true effect whose interval lies on its true side: the share in which a check did not hold (whether the
verdict hangs on it or not), and the share in which the verdict hung on it and was not the right one. One study may be
stopped by several checks. Worlds in which nothing misleads, all sizes together.
"""


def write(found: Sequence[Tally], first_seed: int, codes: Sequence[str]) -> None:
    """Write the page, and what reports tell of it by themselves."""
    PAGE.write_text(text(found, first_seed, codes), encoding="utf-8")
    shipped.write(found, {**FAMILIES}, first_seed, _code(found, codes))


def text(found: Sequence[Tally], first_seed: int, codes: Sequence[str]) -> str:
    """The page as Markdown; at least one tally."""
    sections = (_together_by_family, _unknowable, _promises, _families, _costs)
    parts = [_head(found, first_seed, codes), *(part for section in sections for part in section(found))]
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _head(found: Sequence[Tally], first_seed: int, codes: Sequence[str]) -> str:
    sizes = [tally.of for tally in found]
    worlds = len({tally.world.name for tally in found})
    return HEAD.format(
        all=len(catalogue.WORLDS),
        worlds=worlds,
        studies=sum(sizes),
        each=f"{min(sizes)} to {max(sizes)}" if min(sizes) < max(sizes) else str(sizes[0]),
        seed=first_seed,
        code=_code(found, codes),
    )


def _code(found: Sequence[Tally], codes: Sequence[str]) -> str:
    """Which versions of the code the studies were judged by, oldest first; all studies of a cell are of one version."""
    counts = Counter(str(line["code"]) for tally in found for line in tally.judged)
    if len(counts) == 1:
        return f"code {codes[-1]}"
    told = ", ".join(f"{code} for {counts[code]:,}" for code in codes if counts[code])
    return f"code by the number of studies, oldest first: {told}; a world and size is of one version"


def _unknowable(found: Sequence[Tally]) -> Iterator[str]:
    yield UNKNOWABLE
    rows = [
        (tally.world.words, str(tally.size), str(tally.wrong), tally.world.unknowable)
        for tally in found
        if tally.world.unknowable
    ]
    yield _table(("world", "size", "wrong verdicts", "why"), rows)


def _together_by_family(found: Sequence[Tally]) -> Iterator[str]:
    yield TOGETHER
    rows = []
    for family, title in FAMILIES.items():
        own = [tally for tally in found if tally.world.family == family and tally.world.limit is not None]
        if own:
            limit = max(tally.world.limit or 0.0 for tally in own)
            wrong = Promise("wrong", pooled([tally.wrong for tally in own]), high=limit)
            rows.append(
                (title, str(len({tally.world.name for tally in own})), str(wrong.share), wrong.bound, wrong.standing)
            )
    yield _table(("family", "worlds", "wrong verdicts", "bound", "standing"), rows)
    within = [tally for tally in found if tally.world.asked["effect"] == "within"]
    claimed = [tally.covered() for tally in within if tally.world.covered == "claimed"]
    beside = [tally.dynamic_covered() for tally in found if tally.world.feedback is not None]
    headline = Promise("covers", pooled(claimed), *COVERAGE)
    dynamic = Promise("covers", pooled(beside), *FEEDBACK_COVERAGE)
    intervals = [
        ("the headline's, within clients, where its model is right", str(headline.share), headline.bound, headline.standing),
        ("the one beside feedback, in the feedback worlds", str(dynamic.share), dynamic.bound, dynamic.standing),
    ]
    yield _table(("95% interval", "holds the truth", "bound", "standing"), intervals)


def _promises(found: Sequence[Tally]) -> Iterator[str]:
    kept = [(tally, promise) for tally in found for promise in tally.promises()]
    by = {word: [both for both in kept if both[1].standing == word] for word in ("met", "missed", "not decided")}
    outside = [both for both in by["not decided"] if not both[1].within]
    inside = len(by["not decided"]) - len(outside)
    yield "## Bounds, world by world\n"
    yield (
        f"Of {len(kept)} bounds {len(by['met'])} are met, {len(by['missed'])} missed, {len(by['not decided'])} not decided "
        f"by as many studies; of these {inside} shares lie within their bound and {len(outside)} outside.\n"
    )
    head = ("world", "size", "what", "share", "bound")
    for title, rows in (("Missed", by["missed"]), ("Not decided, and outside", outside), ("Met", by["met"])):
        yield f"### {title}\n"
        yield _table(head, [_promise(tally, promise) for tally, promise in rows])


def _promise(tally: Tally, promise: Promise) -> tuple[str, ...]:
    return f"`{tally.world.name}`", str(tally.size), promise.what, str(promise.share), promise.bound


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
    seen = sum(tally.seen for tally in calm)
    against, stopped = (_added(shares) for shares in ([one.cost() for one in calm], [one.stopped() for one in calm]))
    rows = [
        (f"`{name}`", str(Share(count, seen)), str(Share(stopped[name], seen))) for name, count in sorted(against.items())
    ]
    yield _table(("check", "did not hold", "stopped a right verdict"), rows)


def _added(cells: Sequence[Mapping[str, Share]]) -> Counter[str]:
    """By check, in how many studies of all cells together."""
    counts: Counter[str] = Counter()
    for cell in cells:
        counts.update({name: share.count for name, share in cell.items()})
    return counts


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "None.\n"
    lines = [_line(head), _line(["---"] * len(head)), *map(_line, rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
