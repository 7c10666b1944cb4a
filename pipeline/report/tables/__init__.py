"""The tables of the report, each a pure function from exact records and the gate to what may be shown."""
