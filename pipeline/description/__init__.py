"""What the describe stage counts: who is in the data, how the alliance went, what advocacy there was, what was left out.

Exact and private: only the report, behind the output gate, shows any of it.
"""
