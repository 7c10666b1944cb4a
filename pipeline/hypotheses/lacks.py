"""Hypotheses crossed with the columns that a study maps: which cannot run, told before anything is read or fitted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.base.column_names import dose_column
from pipeline.base.options import EPISODE_FACTS
from pipeline.base.params import Hypothesis, Params
from pipeline.base.sources import Sources, TableSource
from pipeline.vocabulary.domain import COLUMNS


@dataclass(frozen=True, order=True)
class Lack:
    """What a hypothesis needs and the mapping has not: the canonical `column` of a table, and what it is needed for."""

    table: str
    column: str
    use: str

    def __str__(self) -> str:
        where = f"sources.{self.table}" + (f".columns.{self.column}" if self.column else "")
        return f"{where} ({self.use})"


def all_lacks(params: Params) -> dict[str, tuple[Lack, ...]]:
    """Hypothesis -> everything it needs that `sources:` does not map; hypotheses that lack nothing are left out."""
    found = {
        name: tuple(sorted(set(lacks_of(hypothesis, params.sources)))) for name, hypothesis in params.hypotheses.items()
    }
    return {name: lack for name, lack in found.items() if lack}


def lacks_of(hypothesis: Hypothesis, sources: Sources) -> Iterator[Lack]:
    """What one hypothesis needs that is not mapped."""
    yield from _outcome(hypothesis, sources)
    yield from _exposure(hypothesis, sources)
    for name in hypothesis.covariates:
        yield from _column(name, sources, "covariate")
    if hypothesis.moderator and hypothesis.moderator not in EPISODE_FACTS:
        yield from _column(hypothesis.moderator, sources, "moderator")
    if hypothesis.mediator:
        yield from _column(hypothesis.mediator.column, sources, "mediator")
    if hypothesis.time == "day" and not _has(sources, "sessions", "day"):
        yield Lack("tables.sessions", "day", "time")


def _outcome(hypothesis: Hypothesis, sources: Sources) -> Iterator[Lack]:
    outcome = hypothesis.outcome
    raters = {source.rater for source in sources.ratings.values() if source.instrument == outcome.instrument}
    all_raters = {source.rater for source in sources.ratings.values()}
    if outcome.kind in ("score", "dyad_gap") and outcome.rater not in raters:
        yield Lack("ratings", "", f"{outcome.instrument} as the {outcome.rater} answers it, the outcome")
    if outcome.kind == "dyad_gap" and len(all_raters) < 2:
        yield Lack("ratings", "", "ratings of the same sessions by the other of client and worker")
    if outcome.kind == "no_show" and "attendance" in sources.tables["sessions"].constants:
        yield Lack("tables.sessions", "attendance", "the outcome: which sessions were missed")


def _exposure(hypothesis: Hypothesis, sources: Sources) -> Iterator[Lack]:
    exposure, contrast = hypothesis.exposure, hypothesis.contrast
    modes = [exposure.mode, *([contrast.minus] if contrast and contrast.minus else [])]
    if "advocacy" not in sources.tables:
        for mode in modes:
            if not _has(sources, "sessions", dose_column(mode)):
                yield Lack(
                    "tables.advocacy",
                    "",
                    f"a log of {mode} advocacy, the exposure; or sessions.columns.{dose_column(mode)}, a count",
                )
    facts = {fact: fact in EPISODE_FACTS and getattr(exposure, fact) is not None for fact in EPISODE_FACTS}
    if hypothesis.moderator in EPISODE_FACTS:
        facts[hypothesis.moderator] = True
    for fact, is_used in facts.items():
        if is_used and not _has(sources, "advocacy", fact):
            use = "moderator" if hypothesis.moderator == fact else "which episodes count"
            yield Lack("tables.advocacy", fact, use)
    if exposure.dose == "minutes" and not _has(sources, "advocacy", "duration_min"):
        yield Lack("tables.advocacy", "duration_min", "the dose in minutes")


def _column(name: str, sources: Sources, use: str) -> Iterator[Lack]:
    table = COLUMNS[name].where if name in COLUMNS else "linked"
    if table != "linked" and not _has(sources, table, name):
        yield Lack(f"tables.{table}", name, use)


def _has(sources: Sources, table: str, column: str) -> bool:
    source: TableSource | None = sources.tables.get(table)  # type: ignore[call-overload]
    return source is not None and (column in source.columns or column in source.constants)
