"""The ground floor of the engine: columns as numbers, grouping factors, and every check on them."""
