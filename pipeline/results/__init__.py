"""What stages hand to each other from the hypotheses on: frozen typed records; JSON only where they are written and read."""
