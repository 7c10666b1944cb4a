"""The specification curve: one hypothesis under all defensible choices at once, and what chance alone would show."""
