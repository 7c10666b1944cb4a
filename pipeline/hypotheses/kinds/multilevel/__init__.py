"""A score, or the distance between two raters, in a mixed model."""
