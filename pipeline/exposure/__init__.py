"""Advocacy episodes to exposure: windows between ratings, doses, and the parts within and between clients and workers."""
