"""One thin module a stage: what it reads, what it writes, and a `run` that reads, calls a pure function, writes.

Every stage module has `READS`, `WRITES` (files or folders, relative to the project, `{hypothesis}` filled in for `fit`),
`PARAMS` (the sections of params.yaml it may look at) and `run(batch, params, hypothesis)`. `runner.py` does the rest.
"""
