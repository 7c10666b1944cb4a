"""Every test of a set of pseudonyms: those that look at single ids, and those by which all of them must look random."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.ingest import randomness
from pipeline.ingest.bodies import cut_ids
from pipeline.ingest.ids import id_faults
from pipeline.ingest.readable import readable_faults
from pipeline.ingest.registers import register_found
from pipeline.ingest.written_over import writing_found

if TYPE_CHECKING:
    import pyarrow as pa

FEW = 5
MOST = 4_000  # ids looked at as a whole: enough for any pattern that all of them have
TIMED = {
    "1": "UUIDs of version 1 hold their time",
    "2": "UUIDs of version 2 hold their time",
    "6": "UUIDs of version 6 hold their time",
    "7": "UUIDs of version 7 hold their time",
}
NAMED = {"3": "UUIDs of version 3 are hashes", "5": "UUIDs of version 5 are hashes"}
Fault = tuple[str, int, str]  # rule, rows, what more to say


def set_faults(ids: pa.Array, *, made_of_parts: bool = False) -> list[Fault]:
    """The rules that a column's different ids (in order of appearance) break: rule, ids that break it (0: all), how."""
    found: list[Fault] = [(rule, rows, "") for rule, rows in (*id_faults(ids), *readable_faults(ids))]
    if found or len(ids) < FEW:
        return found
    whole = cut_ids([str(text) for text in ids[:MOST].to_pylist()])
    rising = "they rise or fall with their rows" if randomness.order_strength(whole) > randomness.ORDERED else ""
    if made_of_parts:  # what is glued of a person's id and a number has that id's looks, and is in order by right
        rising = ""
    tests = (
        ("ids_timed", TIMED.get(whole.version, "")),
        ("ids_hashed", NAMED.get(whole.version, "")),
        ("ids_registered", register_found(whole)),
        ("ids_written_over", writing_found(whole)),
        ("ids_timed", rising),
    )
    found = [(rule, 0, said) for rule, said in tests if said]
    if not found and not made_of_parts and (said := randomness.pattern_found(whole)):
        found = [("ids_structured", 0, said)]
    return found
