"""Negative control: client solo, joint advocacy minus it."""

from pipeline.hypotheses.battery.shared.control import control_check

CHECK = control_check("client_solo")
