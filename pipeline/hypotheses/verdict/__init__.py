"""From fits to verdicts: the state of every attempt, the rules in their order, multiplicity, and the lock."""
