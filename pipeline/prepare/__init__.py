"""prepare: identified tables in, de-identified ones out: pseudonyms, days, bands; what no plan names is left behind."""
