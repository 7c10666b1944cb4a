"""Figures in one grammar: dot, interval, band of what is too small to matter; one style, one palette."""
