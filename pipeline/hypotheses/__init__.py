"""A hypothesis -> model -> falsification battery -> verdict.

`rules` says what cannot be meant, `explain` what would be fitted, `evaluate` fits by kind (`kinds/`), `verdict/` judges.
"""
