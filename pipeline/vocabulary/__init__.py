"""Every code a reader meets, once: what it is called, and of what kind it is. Nothing that is fitted imports this room.

`domain`: modes, settings, columns, instruments. `checks`: the falsification battery. `results`: reasons, notes, rules.
"""
