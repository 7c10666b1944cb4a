"""A hypothesis on the imputed study: what to impute for it, its numbers pooled, and how much worse it may have been."""
