"""The parts of the report, each a pure function from cleared numbers to what the template shows."""
