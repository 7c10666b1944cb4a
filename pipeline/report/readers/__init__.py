"""The media of the report: each reads the one document and adds nothing to it."""
