"""Multilevel multiple imputation: draws of what is missing on three levels, pooling, and what if it had been worse."""
