"""Arrow's memory handed back to the system as soon as it is free, where the platform's build of Arrow can."""

from __future__ import annotations


def return_freed_memory() -> None:
    """Take the allocator that keeps least; without it (Windows) all works the same, with a higher peak."""
    import pyarrow as pa

    try:
        pa.set_memory_pool(pa.jemalloc_memory_pool())
        pa.jemalloc_set_decay_ms(0)
    except NotImplementedError:
        return
