"""Something that happens or does not: missed sessions, dropout, in discrete time."""
