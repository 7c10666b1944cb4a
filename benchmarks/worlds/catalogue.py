"""All worlds by name, and the cells of the benchmark: each world at each of its sizes."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.worlds.families import attacks, built_in, design, effects, feedback, further, hidden, nulls, questions
from benchmarks.worlds.law import Size
from benchmarks.worlds.world import World

FAMILIES = (nulls, effects, feedback, hidden, design, questions, built_in, attacks, further)
WORLDS: tuple[World, ...] = tuple(world for family in FAMILIES for world in family.WORLDS)
BY_NAME = {world.name: world for world in WORLDS}
assert len(BY_NAME) == len(WORLDS), "two worlds of one name"


def cells(names: Sequence[str] = (), families: Sequence[str] = ()) -> list[tuple[World, Size]]:
    """Every world at every size of its own; only the named ones, or of the named families, where any are named."""
    own = [world for world in WORLDS if not names or world.name in names]
    return [(world, size) for world in own if not families or world.family in families for size in world.sizes]


def smallest(world: World) -> Size:
    """The size of a world that has the fewest ratings."""
    return min(world.sizes, key=lambda size: size.clients * size.sessions)
