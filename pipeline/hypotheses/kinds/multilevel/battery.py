"""The checks of a mixed model: the whole falsification battery."""

from pipeline.hypotheses.battery import run_battery

__all__ = ["run_battery"]
