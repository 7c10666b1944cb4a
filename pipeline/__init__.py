"""Does joint advocacy deepen the working alliance? Stages from raw logs to a report."""
