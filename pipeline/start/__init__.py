"""start: from the files a researcher has to a `sources:` block and the hypotheses their columns can carry."""
