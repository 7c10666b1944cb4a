"""The report: figures, tables, prose and the page, all of it from numbers the output gate has cleared."""
