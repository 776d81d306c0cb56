"""Figures: what was followed and opened, counted without naming anybody."""

from mailer.stats.counting import Collector, Followed, Visited
from mailer.stats.machines import is_machine

__all__ = ["Collector", "Followed", "Visited", "is_machine"]
