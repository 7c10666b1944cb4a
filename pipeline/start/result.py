"""What a set-up comes to: the `sources:` block as plain data, and what was seen and what lacks, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from pipeline.base.params import Privacy
from pipeline.measures.instrument import Instrument
from pipeline.start.questions import Interview
from pipeline.start.roles import Role

Plain: TypeAlias = "str | float | bool | list[Plain] | dict[str, Plain] | None"
Tree: TypeAlias = dict[str, Plain]


@dataclass
class Setup:
    """What is to stand in params.yaml: `sources`, scales of instruments, and what was seen and left out, in words.

    `reliabilities`: of the change within clients, by instrument, where only scores were kept; `policies`: rules of the gate
    that are eased, as answered.
    """

    directory: str
    tables: dict[str, Tree] = field(default_factory=dict)
    ratings: dict[str, Tree] = field(default_factory=dict)
    read: dict[str, Tree] = field(default_factory=dict)
    scales: dict[str, tuple[float, float]] = field(default_factory=dict)
    reliabilities: dict[str, float] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    present: dict[str, set[str]] = field(default_factory=dict)

    def sources(self) -> Tree:
        """The block as it stands in params.yaml."""
        found: Tree = {"directory": self.directory}
        if self.read:
            found["read"] = {file: dict(how) for file, how in self.read.items()}
        order = ("clients", "workers", "sessions", "advocacy")
        found["tables"] = {name: dict(self.tables[name]) for name in order if name in self.tables}
        found["ratings"] = {name: dict(source) for name, source in self.ratings.items()}
        return found


@dataclass
class Making:
    """A set-up in the making: what it comes to, whom to ask, instruments, the gate's rules, which sessions are rated."""

    setup: Setup
    interview: Interview
    instruments: Mapping[str, Instrument]
    privacy: Privacy
    is_rated: Sequence[bool] = ()


def source_of(role: Role) -> Tree:
    """What every source begins with: its file or files, its kind of row, its sessions side by side."""
    files = role.block.file.splitlines()
    source: Tree = {"file": files[0] if len(files) == 1 else list(files)}
    if role.block.kind is not None:
        source["rows"] = {role.block.kind[0]: [*role.block.kinds]}
    if role.block.wide:
        numbers = role.block.wide
        source["wide"] = len(numbers) if numbers == tuple(range(1, len(numbers) + 1)) else [*numbers]
    return source
