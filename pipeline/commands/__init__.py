"""One thin module a command that a person runs by hand: read, call a pure function, write or print.

Every command module has `main(root, arguments)`, which returns the exit status; `__main__.py` declares its arguments.
"""
