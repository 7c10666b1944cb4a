"""The way out: an allow-list through which every count, mean, estimate and table passes before it is released."""
