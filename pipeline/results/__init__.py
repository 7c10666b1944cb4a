"""What the stages hand to each other, as frozen typed records."""
