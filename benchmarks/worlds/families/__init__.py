"""The worlds, a file a family."""
