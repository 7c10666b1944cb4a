"""Tests, degrees of freedom, intervals and cluster-robust errors of what was fitted."""
