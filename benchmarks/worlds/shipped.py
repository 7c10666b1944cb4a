"""What a report tells of the benchmark by itself: counts by family and by size, as pipeline/report/characteristics.json."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.worlds.shares import Share, pooled
from benchmarks.worlds.tally import Tally
from pipeline.report.characteristics import FILE, Characteristics, FamilyOfWorlds, StudyShare, StudySize

RECORD = Path(__file__).parent.parent.parent / "pipeline" / "report" / FILE
NOTHING, EFFECT = "null", "effect"  # the worlds a reader's own study is set beside: nothing misleads there
SIZE = 0.15  # of that effect


def write(found: Sequence[Tally], titles: dict[str, str], first_seed: int, code: str) -> None:
    """Write the record beside the page."""
    told = shipped(found, titles, first_seed, code)
    RECORD.write_text(told.model_dump_json(indent=1) + "\n", encoding="utf-8")


def shipped(found: Sequence[Tally], titles: dict[str, str], first_seed: int, code: str) -> Characteristics:
    """The record; families in the order of their `titles`."""
    return Characteristics(
        studies=sum(tally.of for tally in found),
        first_seed=first_seed,
        code=code,
        effect=SIZE,
        families=tuple(_families(found, titles)),
        designs=tuple(_designs(found)),
    )


def _families(found: Sequence[Tally], titles: dict[str, str]) -> Iterator[FamilyOfWorlds]:
    for family, title in titles.items():
        own = [tally for tally in found if tally.world.family == family and tally.world.limit is not None]
        if own:
            wrong = _counted(pooled([tally.wrong for tally in own]))
            bound = max(tally.world.limit or 0.0 for tally in own)
            yield FamilyOfWorlds(title=title, worlds=len({one.world.name for one in own}), wrong=wrong, bound=bound)


def _designs(found: Sequence[Tally]) -> Iterator[StudySize]:
    null, effect = ({t.size: t for t in found if t.world.name == name} for name in (NOTHING, EFFECT))
    for size in (size for size in null if size in effect):
        nothing, seen = _counted(null[size].wrong), _counted(effect[size].said(["supported"]))
        yield StudySize(workers=size.workers, clients=size.clients, sessions=size.sessions, nothing=nothing, found=seen)


def _counted(share: Share) -> StudyShare:
    return StudyShare(count=share.count, of=share.of)
