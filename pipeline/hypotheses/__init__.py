"""A hypothesis -> model -> falsification battery -> verdict.

Kept light: the check stage imports only the rules. Evaluation is `pipeline.hypotheses.evaluate`, verdicts are
`pipeline.hypotheses.verdicts`.
"""

from pipeline.hypotheses.rules import check_params

__all__ = ["check_params"]
