"""The fitted model as its users see it."""
